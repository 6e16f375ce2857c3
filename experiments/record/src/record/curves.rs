//! `curves.csv`: one row per logged step of a trial.

use std::io::Write;
use std::path::Path;

use super::batches::Cut;
use super::error::RecordError;
use super::key::Key;
use super::number::Precision;
use super::schema::Curve;
use super::table::{Fields, Rows, Table};
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
    open(path)?.rows(parse_curve)
}

/// A value of a trial at a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurvePoint {
    /// The trial's key.
    pub key: Key,
    /// Updates done before.
    pub step: u64,
    /// The value.
    pub value: f64,
}

/// Reads a column of `curves.csv`, of the trials that are `wanted` only, on the threads of the current pool; rows
/// without a value are left out.
///
/// # Errors
/// If the file cannot be read, or is not such a table, or has no such column.
pub fn read_curve_points(
    path: &Path,
    column: &str,
    wanted: impl Fn(Key) -> bool + Sync,
) -> Result<Vec<CurvePoint>, RecordError> {
    let table = open(path)?;
    let place = COLUMNS.iter().position(|known| *known == column).ok_or_else(|| RecordError::NoColumn {
        path: path.to_owned(),
        name: column.to_owned(),
        columns: COLUMNS.join(", "),
    })?;
    let parse = |rows: Rows<'_>| {
        let mut points = Vec::new();
        rows.visit(|mut fields| {
            let key = fields.key()?;
            if wanted(key) {
                let step = fields.count()?;
                fields.seek(place);
                points.extend(fields.optional_number()?.map(|value| CurvePoint { key, step, value }));
            }
            Ok(())
        })?;
        Ok(points)
    };
    let mut all = Vec::new();
    table.in_batches(Cut::Anywhere, parse, |points| {
        all.extend(points);
        Ok::<(), RecordError>(())
    })?;
    Ok(all)
}

fn open(path: &Path) -> Result<Table<'_>, RecordError> {
    let table = Table::open(path)?;
    table.expect_columns(0, &COLUMNS, &COLUMNS.join(","))?;
    table.expect_no_more(COLUMNS.len())?;
    Ok(table)
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
