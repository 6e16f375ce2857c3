//! The rows that a sweep leaves behind: their schema, and reading and writing them as CSV.
//!
//! The same rows give the same bytes everywhere: numbers are the shortest decimals that read back to the same value
//! ([`Precision::format`]), a missing value is an empty cell, lines end with a line feed.

pub mod atomic;
mod column;
mod curves;
mod effective_lr;
mod error;
mod key;
pub mod manifest;
mod merge;
mod number;
mod parts;
mod provenance;
mod runs;
mod schema;
mod sheet;
mod surface;
mod table;
mod trajectory;
mod units;

pub use column::Column;
pub use curves::{read_curves, write_curve, write_curve_header, write_curves};
pub use effective_lr::{write_rates, write_rates_header};
pub use error::RecordError;
pub use key::Key;
pub use number::{Precision, parse as parse_number};
pub use parts::{Parts, Rows, TABLES};
pub use provenance::Provenance;
pub use runs::{read_runs, visit_runs, write_run, write_run_header, write_runs};
pub use schema::{Curve, Run, Runs, Setting, Status};
pub use sheet::{Cells, Sheet};
pub use surface::{Surface, read_surface, write_surface};
pub use trajectory::{Waypoint, read_trajectory, write_position, write_trajectory_header};
pub use units::{Change, write_changes};

/// A missing value is an empty cell.
pub(crate) fn optional_cell(precision: Precision, value: Option<f64>) -> String {
    value.map(|value| precision.format(value)).unwrap_or_default()
}
