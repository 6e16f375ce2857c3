//! `trajectory.csv`: the points that trials pass on a landscape, one row per logged step of a trial.

use std::io::Write;
use std::path::Path;

use super::error::RecordError;
use super::number::Precision;
use super::table::{Fields, Table};

/// The columns on a landscape of two dimensions, which is what can be drawn.
const COLUMNS: [&str; 5] = ["key", "step", "x0", "x1", "value"];

/// A row of `trajectory.csv` of a two-dimensional landscape: where one trial is at one step.
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

/// Writes the header of `trajectory.csv`: `key,step,x0,x1,…,value`.
///
/// # Errors
/// Those of the writer.
pub fn write_trajectory_header<W: Write>(writer: &mut csv::Writer<W>, dimensions: usize) -> csv::Result<()> {
    let coordinates = (0..dimensions).map(|i| format!("x{i}"));
    writer.write_record(["key", "step"].map(str::to_owned).into_iter().chain(coordinates).chain(["value".to_owned()]))
}

/// Writes a row of `trajectory.csv`.
///
/// # Errors
/// Those of the writer.
pub fn write_position<W: Write>(
    writer: &mut csv::Writer<W>,
    key: &str,
    step: u64,
    x: &[f64],
    value: f64,
    precision: Precision,
) -> csv::Result<()> {
    writer.write_field(key)?;
    writer.write_field(step.to_string())?;
    for x in x {
        writer.write_field(precision.format(*x))?;
    }
    writer.write_record([precision.format(value)])
}

/// Reads `trajectory.csv` of a two-dimensional landscape.
///
/// # Errors
/// If the file cannot be read, or is not such a table: the error names its line and column.
pub fn read_trajectory(path: &Path) -> Result<Vec<Waypoint>, RecordError> {
    read_trajectory_of(path, |_| true)
}

/// Reads the rows of `trajectory.csv` whose keys are wanted: all of them may be more than memory holds. They are
/// read on all threads of the current pool.
///
/// # Errors
/// Those of [`read_trajectory`].
pub fn read_trajectory_of(path: &Path, is_wanted: impl Fn(&str) -> bool + Sync) -> Result<Vec<Waypoint>, RecordError> {
    let table = Table::open(path)?;
    table.expect_columns(0, &COLUMNS, &COLUMNS.join(","))?;
    table.expect_no_more(COLUMNS.len())?;
    table.rows_of(is_wanted, parse_waypoint)
}

fn parse_waypoint(mut fields: Fields<'_>) -> Result<Waypoint, RecordError> {
    Ok(Waypoint {
        key: fields.text().to_owned(),
        step: fields.count()?,
        x: [fields.number()?, fields.number()?],
        value: fields.number()?,
    })
}
