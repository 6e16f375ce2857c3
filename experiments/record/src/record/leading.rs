//! The first cells of a row: whose it is, and where on every axis of the sweep. All tables of trials begin with them.

use std::io::Write;

use super::error::RecordError;
use super::setting::Setting;
use super::table::Table;

/// The columns before those of settings.
pub(super) const LEADING: [&str; 3] = ["key", "problem", "optimizer"];

/// The first cells of all rows of a trial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leading(Vec<String>);

impl Leading {
    /// Those of the trial with this key and these settings.
    pub fn new(key: &str, problem: &str, optimizer: &str, settings: &[Option<Setting>]) -> Self {
        let settings = settings.iter().map(|setting| setting.as_ref().map(Setting::cell).unwrap_or_default());
        Self([key, problem, optimizer].map(str::to_owned).into_iter().chain(settings).collect())
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
    let text = format!("{},<hyperparameters>,{}", LEADING.join(","), columns.join(","));
    table.expect_columns(0, &LEADING[..1], &text)?;
    let start = table.header().iter().position(|name| name == columns[0]).unwrap_or(LEADING.len());
    table.expect_columns(start, columns, &text)?;
    table.expect_no_more(start + columns.len())?;
    Ok(start)
}
