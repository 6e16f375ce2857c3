//! `trajectory.csv`: a row a recorded step of a trial on a two-dimensional landscape.

use std::path::Path;

use super::error::RecordError;
use super::table::{Fields, Table};

const COLUMNS: [&str; 5] = ["key", "step", "x0", "x1", "value"];

/// A row of `trajectory.csv`: where one trial is at one step.
#[derive(Clone, Debug, PartialEq)]
pub struct Waypoint {
    /// The trial's key.
    pub key: String,
    /// Updates done before.
    pub step: u64,
    /// The place; not finite once the trial diverged.
    pub x: [f64; 2],
    /// The landscape's value there.
    pub value: f64,
}

/// Reads `trajectory.csv`.
///
/// # Errors
/// If the file cannot be read, or is not such a table: the error names its line and column.
pub fn read_trajectory(path: &Path) -> Result<Vec<Waypoint>, RecordError> {
    let table = Table::open(path)?;
    table.expect_columns(0, &COLUMNS, &COLUMNS.join(","))?;
    table.expect_no_more(COLUMNS.len())?;
    table.rows(parse_waypoint)
}

fn parse_waypoint(mut fields: Fields<'_>) -> Result<Waypoint, RecordError> {
    Ok(Waypoint {
        key: fields.text().to_owned(),
        step: fields.count()?,
        x: [fields.number()?, fields.number()?],
        value: fields.number()?,
    })
}
