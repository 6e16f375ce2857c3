//! What the trials of a sweep say together: medians over seeds, how sure they are, and the best configurations.
//!
//! Everything is computed from the rows as they are in `runs.csv`, in operations that give the same bits on every
//! machine.

mod bootstrap;
mod boxes;
mod comparison;
mod configuration;
mod curve_metric;
mod distribution;
mod metric;
mod proportion;
mod quantile;
mod rank;
mod score;
mod summary;

pub use bootstrap::{CONFIDENCE, Interval, median_interval};
pub use boxes::{Count, Dimension, Mask};
pub use comparison::{Best, Comparison, Pair, write_comparison};
pub use configuration::{Configuration, Spread, choose_best, choose_best_of, configurations};
pub use curve_metric::CurveMetric;
pub use metric::Metric;
pub use proportion::wilson_interval;
pub use quantile::{median, quantile};
pub use rank::{MOST_METHODS, RankTest, ranks};
pub use score::Score;
pub use summary::{write_summary, write_summary_by};
