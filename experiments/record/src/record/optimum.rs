//! `optimum.csv`: the losses at the least-squares optimum, outside the numerics contract.

use std::io;
use std::path::Path;

use super::error::RecordError;
use super::table::Table;
use super::{Precision, atomic};

/// The name of the file.
pub const OPTIMUM: &str = "optimum.csv";

const COLUMNS: [&str; 2] = ["split", "loss_approx"];

/// Writes `optimum.csv`, one row per split, whole or not at all.
///
/// # Errors
/// If the file cannot be written.
pub fn write_optimum(path: &Path, losses: &[(&str, f64)]) -> io::Result<()> {
    atomic::write(path, |file| {
        let mut writer = csv::Writer::from_writer(file);
        writer.write_record(COLUMNS)?;
        for (split, loss) in losses {
            writer.write_record([*split, &Precision::F64.format(*loss)])?;
        }
        writer.flush()
    })
}

/// Reads the splits of `optimum.csv` and their losses.
///
/// # Errors
/// If the file cannot be read, or is not such a table: the error names the line and column.
pub fn read_optimum(path: &Path) -> Result<Vec<(String, f64)>, RecordError> {
    let table = Table::open(path)?;
    table.expect_columns(0, &COLUMNS, &COLUMNS.join(","))?;
    table.expect_no_more(COLUMNS.len())?;
    table.rows(|mut fields| Ok((fields.text().to_owned(), fields.number()?)))
}
