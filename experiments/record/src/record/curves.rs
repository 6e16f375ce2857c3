//! `curves.csv`: one row per logged step of a trial.

use std::io::Write;
use std::path::Path;

use super::error::RecordError;
use super::number::Precision;
use super::schema::Curve;
use super::table::{Fields, Table};
use super::{atomic, optional_cell};

const COLUMNS: [&str; 10] = [
    "key",
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

/// Writes `curves.csv`, whole or not at all.
///
/// # Errors
/// [`RecordError::Write`].
pub fn write_curves(path: &Path, curves: &[Curve], precision: Precision) -> Result<(), RecordError> {
    atomic::write(path, |file| {
        let mut writer = csv::Writer::from_writer(file);
        write_curve_header(&mut writer)?;
        for curve in curves {
            write_curve(&mut writer, curve, precision)?;
        }
        writer.flush().map_err(csv::Error::from)
    })
    .map_err(|source| RecordError::Write { path: path.to_owned(), source })
}

/// Writes the header of `curves.csv`.
///
/// # Errors
/// Those of the writer.
pub fn write_curve_header<W: Write>(writer: &mut csv::Writer<W>) -> csv::Result<()> {
    writer.write_record(COLUMNS)
}

/// Writes a row of `curves.csv`.
///
/// # Errors
/// Those of the writer.
pub fn write_curve<W: Write>(writer: &mut csv::Writer<W>, curve: &Curve, precision: Precision) -> csv::Result<()> {
    let number = |value| optional_cell(precision, value);
    writer.write_field(&curve.key)?;
    writer.write_record([
        curve.step.to_string(),
        number(curve.train_loss),
        number(curve.validation_loss),
        number(curve.test_loss),
        number(curve.train_accuracy),
        number(curve.validation_accuracy),
        number(curve.test_accuracy),
        number(curve.grad_norm),
        number(curve.update_norm),
    ])
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
    table.expect_columns(0, &COLUMNS, &COLUMNS.join(","))?;
    table.expect_no_more(COLUMNS.len())?;
    table.rows_of(is_wanted, parse_curve)
}

fn parse_curve(mut fields: Fields<'_>) -> Result<Curve, RecordError> {
    Ok(Curve {
        key: fields.text().to_owned(),
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
