//! A column of any table of a folder, by one or two others.

use std::collections::{HashMap, HashSet};

use super::pivot::{head, heading, is_wanted};
use super::{Cell, Column, Table};
use crate::figure::words;
use crate::findings::number;

use thalweg_record::record::{LABEL, RecordError, Setting, Sheet, short};
use thalweg_record::stats::{CurveMetric, Metric, Statistic};

/// What is asked of a table.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The column whose values are summed up.
    pub column: &'a str,
    /// The column from top to bottom.
    pub rows: &'a str,
    /// The column from left to right.
    pub columns: Option<&'a str>,
    /// What stands for the values of several rows.
    pub statistic: Statistic,
    /// Columns with the values or ranges that rows must have in them, any of those that one column is named with.
    pub settings: &'a [(String, String)],
    /// The keys of the trials that rows must be of; none where rows of all trials count, or of none.
    pub keys: Option<&'a HashSet<String>>,
}

/// The values of one axis, in their order.
#[derive(Default)]
struct Values {
    cells: HashSet<String>,
    known: Vec<Setting>,
}

impl Values {
    /// The cell of a value, which is among them from now on.
    fn note(&mut self, setting: Setting) -> String {
        let cell = setting.cell();
        if self.cells.insert(cell.clone()) {
            self.known.push(setting);
        }
        cell
    }

    /// Numbers by size, names as they come; each as its cell and as people read it.
    fn in_order(mut self) -> Vec<(String, String)> {
        let place = |setting: &Setting| setting.number().unwrap_or(0.0);
        self.known.sort_by(|a, b| place(a).total_cmp(&place(b)));
        let text = |setting: &Setting| setting.number().map_or_else(|| setting.text(), value_text);
        self.known.iter().map(|setting| (setting.cell(), text(setting))).collect()
    }
}

/// Steps and the like are written out, real numbers to three digits.
fn value_text(value: f64) -> String {
    if value.fract() == 0.0 { short(value) } else { number(value) }
}

/// The column of a table by one other column, with its band and the number of rows, or by two.
///
/// Rows without the value, or without one of the axes, are left out. What is not a number counts as infinite: a loss is none once
/// a trial has diverged.
///
/// # Errors
/// If the table cannot be read, or lacks a column.
pub fn of_sheet(sheet: &Sheet, asked: Asked<'_>) -> Result<Table, RecordError> {
    let Asked { column, rows, columns, statistic, settings, keys } = asked;
    let mut names = vec![column, rows];
    names.extend(columns);
    let first = names.len();
    names.extend(settings.iter().map(|(name, _)| name.as_str()));
    let methods: Vec<bool> = names.iter().map(|name| *name == "optimizer").collect();
    let key = names.len();
    names.extend(keys.map(|_| "key"));
    // A label takes the place of an optimizer's name.
    let label = sheet.columns().iter().any(|column| column == LABEL).then_some(names.len());
    names.extend(label.map(|_| LABEL));
    let (mut down, mut across) = (Values::default(), Values::default());
    let mut places: HashMap<(String, Option<String>), Vec<f64>> = HashMap::new();
    sheet.visit(&names, |mut cells| {
        let mut setting = |at: usize| {
            let label = label.filter(|_| methods[at]).and_then(|label| Setting::parse(cells.text(label)));
            label.or_else(|| Setting::parse(cells.text(at)))
        };
        let is_chosen = settings.iter().enumerate().all(|(at, (name, _))| {
            let own = setting(first + at);
            let mut wanted = settings.iter().filter(|(other, _)| other == name);
            own.is_some_and(|own| wanted.any(|(_, value)| is_wanted(&own, value)))
        });
        let (row, column) = (setting(1), columns.and_then(|_| setting(2)));
        if !is_chosen || keys.is_some_and(|keys| !keys.contains(cells.text(key))) {
            return Ok::<_, RecordError>(());
        }
        let Some(value) = cells.number(0)? else { return Ok(()) };
        if let Some(row) = row.filter(|_| columns.is_none() || column.is_some()) {
            let place = (down.note(row), column.map(|column| across.note(column)));
            places.entry(place).or_default().push(if value.is_nan() { f64::INFINITY } else { value });
        }
        Ok(())
    })?;
    places.values_mut().for_each(|values| values.sort_by(f64::total_cmp));
    let is_alone = places.values().all(|values| values.len() == 1);
    let label = if is_alone { column_text(column) } else { format!("{} {}", statistic.label(), column_text(column)) };
    let title = |by: &str| format!("{} by {by}", words::capital(&label));
    let (down, across) = (down.in_order(), across.in_order());
    let Some(second) = columns else {
        let row = |(value, text): &(String, String)| {
            let values = places.get(&(value.clone(), None)).map_or(&[][..], Vec::as_slice);
            let band = statistic.of(values);
            let cell = |end: Option<f64>| end.map(Cell::number).unwrap_or_default();
            let ends = [band.map(|band| band.middle), band.map(|band| band.low), band.map(|band| band.high)];
            [head(rows, (value, text))].into_iter().chain(ends.map(cell)).chain([Cell::count(values.len())]).collect()
        };
        return Ok(Table {
            title: title(&column_text(rows)),
            columns: vec![
                Column::text(rows, &column_text(rows)),
                Column::number(column, &label),
                Column::number("low", "from"),
                Column::number("high", "to"),
                Column::number("rows", "rows"),
            ],
            rows: down.iter().map(row).collect(),
            notes: vec![format!("From, to: {}.", statistic.band())],
        });
    };
    let mut heads = vec![Column::text(rows, &column_text(rows))];
    heads.extend(across.iter().map(|(value, text)| Column::number(value, &heading(second, text))));
    let row = |(value, text): &(String, String)| {
        let middle = |(other, _): &(String, String)| {
            let values = places.get(&(value.clone(), Some(other.clone())));
            values.and_then(|values| statistic.of(values)).map(|band| Cell::number(band.middle)).unwrap_or_default()
        };
        [head(rows, (value, text))].into_iter().chain(across.iter().map(middle)).collect()
    };
    Ok(Table {
        title: title(&format!("{} and {}", column_text(rows), column_text(second))),
        columns: heads,
        rows: down.iter().map(row).collect(),
        notes: Vec::new(),
    })
}

/// A column in words.
fn column_text(name: &str) -> String {
    let outcome = Metric::from_name(name).map(Metric::label);
    let label = outcome.or_else(|| CurveMetric::from_name(name).map(CurveMetric::label));
    label.map_or_else(|| words::column(name), str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::table::Format;

    fn table(asked: Asked<'_>) -> Result<String, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("curves.csv");
        let rows = ["a,10,1.0", "a,5,2.0", "b,10,3.0", "b,5,NaN", "c,5,", "d,,9.0", "e,10,7.0"];
        fs::write(&path, format!("key,step,loss\n{}\n", rows.join("\n"))).unwrap();
        let table = of_sheet(&Sheet::open(&path).unwrap(), asked).map_err(|error| error.to_string())?;
        Ok(table.text(Format::Csv))
    }

    #[test]
    fn rows_of_one_place_are_summed_up() {
        let keys = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<HashSet<_>>();
        let four = keys(&["a", "b", "c", "d"]);
        let statistic = Statistic::Mean;
        let asked = Asked { column: "loss", rows: "step", columns: None, statistic, settings: &[], keys: Some(&four) };
        let ends = "0.5857864376269049,3.414213562373095";
        assert_eq!(table(asked).unwrap(), format!("step,loss,low,high,rows\n5,inf,inf,inf,2\n10,2.0,{ends},2\n"));
        let by_key = Asked { columns: Some("key"), statistic: Statistic::Median, ..asked };
        assert_eq!(table(by_key).unwrap(), "step,a,b\n5,2.0,inf\n10,1.0,3.0\n");
        let settings = [("step".to_owned(), "6..20".to_owned())];
        let later = Asked { settings: &settings, keys: Some(&keys(&["b"])), ..asked };
        assert_eq!(table(later).unwrap(), "step,loss,low,high,rows\n10,3.0,3.0,3.0,1\n");
        let all = table(Asked { keys: None, settings: &settings, ..asked }).unwrap();
        assert!(all.ends_with(",3\n") && all.lines().count() == 2, "{all}");
        let error = table(Asked { column: "los", ..asked }).unwrap_err();
        assert!(error.contains("no column `los`"), "{error}");
    }
}
