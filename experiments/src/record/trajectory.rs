//! `trajectory.csv`: the points that trials pass on a landscape, a row a logged step of a trial.

use std::io::Write;

use super::number::Precision;

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
