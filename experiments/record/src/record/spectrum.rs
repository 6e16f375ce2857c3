//! `spectrum.csv`: the eigenvalues of a Hessian, outside the numerics contract.

use std::io;
use std::path::Path;

use super::error::RecordError;
use super::table::Table;
use super::{Precision, atomic};

/// The name of the file.
pub const SPECTRUM: &str = "spectrum.csv";

const COLUMNS: [&str; 2] = ["index", "eigenvalue_approx"];

/// Writes `spectrum.csv`, one row per eigenvalue, whole or not at all.
///
/// # Errors
/// If the file cannot be written.
pub fn write_spectrum(path: &Path, eigenvalues: &[f64]) -> io::Result<()> {
    atomic::write(path, |file| {
        let mut writer = csv::Writer::from_writer(file);
        writer.write_record(COLUMNS)?;
        for (index, eigenvalue) in eigenvalues.iter().enumerate() {
            writer.write_record([index.to_string(), Precision::F64.format(*eigenvalue)])?;
        }
        writer.flush()
    })
}

/// Reads the eigenvalues of `spectrum.csv`.
///
/// # Errors
/// If the file cannot be read, or is not such a table: the error names the line and column.
pub fn read_spectrum(path: &Path) -> Result<Vec<f64>, RecordError> {
    let table = Table::open(path)?;
    table.expect_columns(0, &COLUMNS, &COLUMNS.join(","))?;
    table.expect_no_more(COLUMNS.len())?;
    table.rows(|mut fields| {
        fields.count()?;
        fields.number()
    })
}
