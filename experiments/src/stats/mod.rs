//! What the trials of a sweep say together: medians over seeds, how sure they are, and the best configurations.
//!
//! Everything is computed from the rows as they are in `runs.csv`, in operations that give the same bits on every machine.

mod bootstrap;
mod configuration;
mod curve_metric;
mod metric;
mod quantile;
mod summary;

pub use bootstrap::{CONFIDENCE, Interval, median_interval};
pub use configuration::{Configuration, Spread, choose_best, configurations};
pub use curve_metric::CurveMetric;
pub use metric::Metric;
pub use quantile::{median, quantile};
pub use summary::write_summary;
