//! Tables of results, and the numbers in them as prose has them.

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use thalweg::figure::is_meant;
use thalweg_report::findings::number;

/// The folder of all results.
pub(super) fn results() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("results")
}

/// Some rows of a table.
#[derive(Clone)]
pub(super) struct Rows {
    columns: Rc<[String]>,
    rows: Vec<Rc<[String]>>,
}

impl Rows {
    /// All rows of a table below results.
    pub fn read(file: &str) -> Self {
        let mut reader = csv::Reader::from_path(results().join(file)).unwrap();
        let cells = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Rc<[String]>>();
        let columns = cells(reader.headers().unwrap());
        Self { columns, rows: reader.records().map(|record| cells(&record.unwrap())).collect() }
    }

    fn place(&self, column: &str) -> usize {
        let place = self.columns.iter().position(|own| own == column);
        place.unwrap_or_else(|| panic!("no column {column} in {:?}", self.columns))
    }

    /// The rows that have this value in a column: a number to three digits, or a text.
    pub fn of(&self, column: &str, value: &str) -> Self {
        let wanted = value.parse::<f64>();
        self.that(column, |cell| match (&wanted, cell.parse::<f64>()) {
            (Ok(wanted), Ok(own)) => is_meant(*wanted, own),
            _ => cell == value,
        })
    }

    /// The rows that have at least this number in a column.
    pub fn from(&self, column: &str, least: f64) -> Self {
        self.that(column, |cell| cell.parse().is_ok_and(|own: f64| own >= least))
    }

    /// The rows whose cell in a column is like that.
    pub fn that(&self, column: &str, is_wanted: impl Fn(&str) -> bool) -> Self {
        let place = self.place(column);
        let rows: Vec<Rc<[String]>> = self.rows.iter().filter(|row| is_wanted(&row[place])).cloned().collect();
        assert!(!rows.is_empty(), "no row has such a {column}");
        Self { columns: self.columns.clone(), rows }
    }

    /// The rows of each value of a column, in the order in which they come.
    pub fn by(&self, column: &str) -> Vec<(String, Self)> {
        let place = self.place(column);
        let mut groups: Vec<(String, Self)> = Vec::new();
        for row in &self.rows {
            let at = groups.iter().position(|(value, _)| *value == row[place]).unwrap_or_else(|| {
                groups.push((row[place].clone(), Self { columns: self.columns.clone(), rows: Vec::new() }));
                groups.len() - 1
            });
            groups[at].1.rows.push(row.clone());
        }
        groups
    }

    /// Whether there is a column of that name.
    pub fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|own| own == column)
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The cells of each row.
    pub fn cells(&self) -> impl Iterator<Item = Vec<&str>> {
        self.rows.iter().map(|row| row.iter().map(String::as_str).collect())
    }

    /// The cells of a column.
    pub fn texts(&self, column: &str) -> Vec<&str> {
        let place = self.place(column);
        self.rows.iter().map(|row| row[place].as_str()).collect()
    }

    /// The numbers of a column; empty cells have none.
    pub fn numbers(&self, column: &str) -> Vec<f64> {
        let cells = self.texts(column).into_iter().filter(|cell| !cell.is_empty());
        cells.map(|cell| cell.parse().unwrap_or_else(|_| panic!("{column} has {cell}"))).collect()
    }

    /// The number in a column of the only row.
    pub fn one(&self, column: &str) -> f64 {
        assert_eq!(self.rows.len(), 1, "one row is wanted");
        self.numbers(column)[0]
    }

    pub fn median(&self, column: &str) -> f64 {
        median(self.numbers(column))
    }

    pub fn least(&self, column: &str) -> f64 {
        self.numbers(column).into_iter().fold(f64::INFINITY, f64::min)
    }

    pub fn most(&self, column: &str) -> f64 {
        self.numbers(column).into_iter().fold(f64::NEG_INFINITY, f64::max)
    }

    /// The final training losses, infinite where a trial diverged.
    pub fn losses(&self) -> Vec<f64> {
        let losses = self.texts("status").into_iter().zip(self.texts("final_train_loss"));
        losses.map(|(status, loss)| if status == "ok" { loss.parse().unwrap() } else { f64::INFINITY }).collect()
    }

    /// The rows with the learning rate of the least median of the final training loss.
    pub fn tuned(&self) -> Self {
        let rates = self.by("lr").into_iter().map(|(_, rows)| (median(rows.losses()), rows));
        rates.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap().1
    }

    /// The median of a metric in a row of a summary, with its interval.
    pub fn median_with_interval(&self, metric: &str) -> String {
        let [median, low, high] = ["median", "ci_low", "ci_high"].map(|ending| format!("{metric}_{ending}"));
        let [low, high] = [low, high].map(|column| number(self.one(&column)));
        format!("{} ({low} to {high})", number(self.one(&median)))
    }
}

pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    thalweg::stats::median(&values).unwrap()
}

/// A number to so many significant digits, zeros at its end among them.
pub(super) fn digits(value: f64, count: i32) -> String {
    let exponent = format!("{value:.*e}", count as usize - 1).split_once('e').unwrap().1.parse::<i32>().unwrap();
    format!("{value:.*}", (count - 1 - exponent).max(0) as usize)
}

/// A number to two significant digits.
pub(super) fn two(value: f64) -> String {
    number(format!("{value:.1e}").parse().unwrap())
}

/// A small count as a word.
pub(super) fn word(count: usize) -> &'static str {
    ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"][count]
}

/// The texts of a figure that comes with the repository, a line each; other tests hold it to its tables.
pub(super) fn figure(file: &str) -> Vec<String> {
    let svg = fs::read_to_string(results().join(file)).unwrap();
    let texts = svg.split('>').filter_map(|part| part.split_once('<')).map(|(text, _)| text.trim());
    texts.filter(|text| !text.is_empty()).map(str::to_owned).collect()
}
