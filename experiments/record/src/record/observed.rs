//! Tables of observers: what each saw of trials, by step.

use std::io::Write;

use super::leading::{self, Leading};
use super::number::Precision;
use super::optional_cell;

/// Writes the header of an observer's table: the columns of every table of trials, `step`, the name of what tells rows of a
/// step apart if there are several, and these columns.
///
/// # Errors
/// Those of the writer.
pub fn write_observed_header<'a, W: Write>(
    writer: &mut csv::Writer<W>,
    settings: &[String],
    index: Option<&'a str>,
    columns: impl Iterator<Item = &'a str>,
) -> csv::Result<()> {
    leading::write_names(writer, settings)?;
    writer.write_record(["step"].into_iter().chain(index).chain(columns))
}

/// Writes a row of an observer's table, at a step of the trial with these leading cells.
///
/// # Errors
/// Those of the writer.
pub fn write_observed<W: Write>(
    writer: &mut csv::Writer<W>,
    leading: &Leading,
    (step, index): (u64, Option<u64>),
    cells: impl Iterator<Item = Option<f64>>,
    precision: Precision,
) -> csv::Result<()> {
    leading.write(writer)?;
    let places = [Some(step), index].into_iter().flatten().map(|place| place.to_string());
    writer.write_record(places.chain(cells.map(|cell| optional_cell(precision, cell))))
}
