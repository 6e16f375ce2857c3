//! `trajectory.csv`: the points that trials pass on a landscape, one row per logged step of a trial.

use std::io::Write;
use std::path::Path;

use super::error::RecordError;
use super::leading::{self, Leading};
use super::number::Precision;
use super::table::{Fields, Table};

/// The columns on a landscape of two dimensions, after those of every table of trials; more cannot be drawn.
const COLUMNS: [&str; 4] = ["step", "x0", "x1", "value"];

/// The columns where there is one coordinate.
const CURVE: [&str; 3] = ["step", "x0", "value"];

/// A row of `trajectory.csv` of a landscape of one or two dimensions: where one trial is at one step.
#[derive(Clone, Debug, PartialEq)]
pub struct Waypoint {
    /// The trial's key.
    pub key: String,
    /// Updates done before.
    pub step: u64,
    /// The place; not finite once the trial diverged. On a landscape of one dimension, the second coordinate is 0.
    pub x: [f64; 2],
    /// The landscape's value there.
    pub value: f64,
}

/// Writes the header of `trajectory.csv`: the columns of every table of trials, then `step,x0,x1,…,value`.
///
/// # Errors
/// Those of the writer.
pub fn write_trajectory_header<W: Write>(
    writer: &mut csv::Writer<W>,
    settings: &[String],
    dimensions: usize,
) -> csv::Result<()> {
    leading::write_names(writer, settings)?;
    let coordinates = (0..dimensions).map(|i| format!("x{i}"));
    writer.write_record(["step".to_owned()].into_iter().chain(coordinates).chain(["value".to_owned()]))
}

/// Writes a row of `trajectory.csv`, of the trial with these leading cells.
///
/// # Errors
/// Those of the writer.
pub fn write_position<W: Write>(
    writer: &mut csv::Writer<W>,
    leading: &Leading,
    step: u64,
    x: &[f64],
    value: f64,
    precision: Precision,
) -> csv::Result<()> {
    leading.write(writer)?;
    writer.write_field(step.to_string())?;
    for x in x {
        writer.write_field(precision.format(*x))?;
    }
    writer.write_record([precision.format(value)])
}

/// Reads `trajectory.csv` of a landscape of one or two dimensions.
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
    let is_curve = table.header().iter().collect::<Vec<_>>().ends_with(&CURVE);
    let start = leading::place_of(&table, if is_curve { &CURVE } else { &COLUMNS })?;
    table.rows_of(is_wanted, |fields| parse_waypoint(fields, (start, is_curve)))
}

fn parse_waypoint(mut fields: Fields<'_>, (start, is_curve): (usize, bool)) -> Result<Waypoint, RecordError> {
    let key = fields.text().to_owned();
    fields.seek(start);
    let (step, first) = (fields.count()?, fields.number()?);
    let second = if is_curve { 0.0 } else { fields.number()? };
    Ok(Waypoint { key, step, x: [first, second], value: fields.number()? })
}
