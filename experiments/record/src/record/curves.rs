//! `curves.csv`: one row per logged step of a trial.

use std::io::Write;
use std::path::Path;

use super::error::RecordError;
use super::leading::{self, Leading};
use super::number::Precision;
use super::optional_cell;
use super::schema::Curve;
use super::table::{Fields, Table};

/// The columns of every `curves.csv` after those of all tables of trials. Those of observers may follow.
pub const CURVE_COLUMNS: [&str; 9] = [
    "step",
    "train_loss",
    "validation_loss",
    "test_loss",
    "train_accuracy",
    "validation_accuracy",
    "test_accuracy",
    "grad_norm",
    "update_norm",
];

/// Writes the header of `curves.csv`, for settings of these names, with these columns of observers.
///
/// # Errors
/// Those of the writer.
pub fn write_curve_header<W: Write>(
    writer: &mut csv::Writer<W>,
    settings: &[String],
    observed: &[&str],
) -> csv::Result<()> {
    leading::write_names(writer, settings)?;
    writer.write_record(CURVE_COLUMNS.iter().chain(observed))
}

/// Writes a row of `curves.csv`, of the trial with these leading cells, and what observers have in it.
///
/// # Errors
/// Those of the writer.
pub fn write_curve<W: Write>(
    writer: &mut csv::Writer<W>,
    leading: &Leading,
    curve: &Curve,
    observed: &[Option<f64>],
    precision: Precision,
) -> csv::Result<()> {
    let number = |value| optional_cell(precision, value);
    leading.write(writer)?;
    writer.write_field(curve.step.to_string())?;
    let losses = [curve.train_loss, curve.validation_loss, curve.test_loss];
    let accuracies = [curve.train_accuracy, curve.validation_accuracy, curve.test_accuracy];
    let norms = [curve.grad_norm, curve.update_norm];
    let cells = losses.into_iter().chain(accuracies).chain(norms).chain(observed.iter().copied());
    writer.write_record(cells.map(number))
}

/// Reads `curves.csv`; its values are those of the decimals ([`Precision::decimal`]).
///
/// # Errors
/// If the file cannot be read, or is not such a table: the error names its line and column.
pub fn read_curves(path: &Path) -> Result<Vec<Curve>, RecordError> {
    read_curves_of(path, |_| true)
}

/// Reads the rows of `curves.csv` whose keys are wanted: all of them may be more than memory holds. They are
/// read on all threads of the current pool.
///
/// # Errors
/// Those of [`read_curves`].
pub fn read_curves_of(path: &Path, is_wanted: impl Fn(&str) -> bool + Sync) -> Result<Vec<Curve>, RecordError> {
    let table = Table::open(path)?;
    let start = leading::place_of_first(&table, &CURVE_COLUMNS)?;
    table.rows_of(is_wanted, |fields| parse_curve(fields, start))
}

fn parse_curve(mut fields: Fields<'_>, start: usize) -> Result<Curve, RecordError> {
    let key = fields.text().to_owned();
    fields.seek(start);
    Ok(Curve {
        key,
        step: fields.count()?,
        train_loss: fields.optional_number()?,
        validation_loss: fields.optional_number()?,
        test_loss: fields.optional_number()?,
        train_accuracy: fields.optional_number()?,
        validation_accuracy: fields.optional_number()?,
        test_accuracy: fields.optional_number()?,
        grad_norm: fields.optional_number()?,
        update_norm: fields.optional_number()?,
    })
}
