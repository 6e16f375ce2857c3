//! The first cells of a row: whose it is, and where on every axis of the sweep. All tables of trials begin with them.

use std::io::Write;

use super::error::RecordError;
use super::setting::Setting;
use super::table::Table;

/// The columns before those of settings.
pub const LEADING: [&str; 3] = ["key", "problem", "optimizer"];

/// The first cells of all rows of a trial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leading(Vec<String>);

impl Leading {
    /// Those of the trial with this key and these settings.
    pub fn new(key: &str, problem: &str, optimizer: &str, settings: &[Option<Setting>]) -> Self {
        let settings = settings.iter().map(|setting| setting.as_ref().map(Setting::cell).unwrap_or_default());
        Self([key, problem, optimizer].map(str::to_owned).into_iter().chain(settings).collect())
    }

    /// How many bytes they are, with the commas after them.
    pub fn bytes(&self) -> u64 {
        self.0.iter().map(|cell| cell.len() as u64 + 1).sum()
    }

    /// The rows of a trial with these cells in place of all but the last ones, of which so many are `kept`; none if they
    /// have these. No cell that is kept may be quoted.
    pub fn replace(&self, rows: &[u8], kept: usize) -> Option<Vec<u8>> {
        let mut text = csv::Writer::from_writer(Vec::new());
        text.write_record(&self.0).expect("memory takes every row");
        let mut text = text.into_inner().expect("memory takes every row");
        text.pop();
        let mut replaced = Vec::with_capacity(rows.len());
        let mut is_quoted = false;
        let is_end = |byte: &u8| {
            is_quoted ^= *byte == b'"';
            *byte == b'\n' && !is_quoted
        };
        for row in rows.split_inclusive(is_end) {
            let commas = row.iter().enumerate().rev().filter(|(_, byte)| **byte == b',');
            let (at, _) = commas.take(kept).last()?;
            replaced.extend_from_slice(&text);
            replaced.extend_from_slice(&row[at..]);
        }
        (replaced != rows).then_some(replaced)
    }

    pub(super) fn write<W: Write>(&self, writer: &mut csv::Writer<W>) -> csv::Result<()> {
        self.0.iter().try_for_each(|cell| writer.write_field(cell))
    }
}

/// Writes the names of the first columns, for settings of these names.
pub(super) fn write_names<W: Write>(writer: &mut csv::Writer<W>, settings: &[String]) -> csv::Result<()> {
    LEADING.into_iter().chain(settings.iter().map(String::as_str)).try_for_each(|name| writer.write_field(name))
}

/// Where in a table of trials the columns of these names are: after the first ones, and to the end.
pub(super) fn place_of(table: &Table<'_>, columns: &[&str]) -> Result<usize, RecordError> {
    let start = place_of_first(table, columns)?;
    table.expect_no_more(start + columns.len())?;
    Ok(start)
}

/// The same where others may follow.
pub(super) fn place_of_first(table: &Table<'_>, columns: &[&str]) -> Result<usize, RecordError> {
    let text = format!("{},<hyperparameters>,{}", LEADING.join(","), columns.join(","));
    table.expect_columns(0, &LEADING[..1], &text)?;
    let start = table.header().iter().position(|name| name == columns[0]).unwrap_or(LEADING.len());
    table.expect_columns(start, columns, &text)?;
    Ok(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_get_other_leading_cells() {
        let settings = [Some(Setting::Among(16.0)), None];
        let leading = Leading::new("t0", "two moons, \"noisy\"", "adam", &settings);
        let rows = b"t0,\"moons,\n\",adam,16,0,1.5\nt0,\"moons,\n\",adam,16,1,\n";
        let expected =
            "t0,\"two moons, \"\"noisy\"\"\",adam,[16],,0,1.5\nt0,\"two moons, \"\"noisy\"\"\",adam,[16],,1,\n";
        let replaced = leading.replace(rows, 2).unwrap();
        assert_eq!(String::from_utf8(replaced.clone()).unwrap(), expected);
        assert_eq!((leading.replace(&replaced, 2), leading.replace(b"", 2)), (None, None));
    }
}
