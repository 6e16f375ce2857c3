//! The rows that a sweep leaves behind: their schema, and reading and writing them as CSV.
//!
//! The same rows give the same bytes everywhere: numbers are the shortest decimals that read back to the same value
//! ([`Precision::format`]), a missing value is an empty cell, lines end with a line feed.
//!
//! pandas, polars, DuckDB and R read the tables as they are meant with their defaults, which guess the type of a column
//! from its cells: real numbers always have a point or an exponent, integers never, and what names a trial begins with a
//! letter.
//!
//! What comes from linear algebra is outside the numerics contract: `spectrum.csv` and `optimum.csv`. Columns of such
//! numbers have names that end in `_approx`; they are rounded to ten significant digits, and compared with a tolerance
//! ([`agree`]).

pub mod atomic;
mod batches;
pub mod chunk;
mod column;
mod curves;
mod error;
mod key;
mod leading;
mod lock;
pub mod manifest;
mod moment;
mod number;
mod numbers;
mod observed;
mod optimum;
mod provenance;
mod runs;
mod schema;
mod setting;
mod sheet;
mod spectrum;
mod store;
mod surface;
mod table;
mod tolerance;
mod trajectory;
pub mod tree;
mod trials;
mod units;

pub use column::Column;
pub use curves::{CURVE_COLUMNS, read_curves, read_curves_of, write_curve, write_curve_header};
pub use error::RecordError;
pub use key::Key;
pub use leading::{LEADING, Leading};
pub use lock::{Holder, Lock, LockError};
pub use moment::Moment;
pub use number::{Precision, parse as parse_number, short};
pub use observed::{write_observed, write_observed_header};
pub use optimum::{OPTIMUM, read_optimum, write_optimum};
pub use provenance::{PROVENANCE, Provenance};
pub(crate) use runs::RunsTable;
pub use runs::{is_run_column, read_runs, run_column, visit_runs, write_run, write_run_header, write_runs};
pub use schema::{Curve, Run, Runs, Status};
pub use setting::{Setting, alike};
pub use sheet::{Cells, Sheet};
pub use spectrum::{SPECTRUM, read_spectrum, write_spectrum};
pub use store::{Batch, ByKey, Identity, RUNS, Store, WEIGHTS};
pub use surface::{Surface, read_surface, write_surface};
pub use tolerance::{TOLERANCE, agree, is_outside_contract};
pub use trajectory::{Waypoint, read_trajectory, read_trajectory_of, write_position, write_trajectory_header};
pub use trials::{LABEL, Quantities, Quantity, Trial, Trials, read_trials};
pub(crate) use trials::{quantities_by_problem, read_in_batches};
pub use units::{Change, write_changes};

/// A missing value is an empty cell.
pub(crate) fn optional_cell(precision: Precision, value: Option<f64>) -> String {
    value.map(|value| precision.format(value)).unwrap_or_default()
}
