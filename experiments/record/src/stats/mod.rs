//! What the trials of a sweep say together: medians over seeds, how sure they are, and the best configurations.
//!
//! Everything is computed from the rows as they are in `runs.csv`, in operations that give the same bits on every
//! machine.

mod bootstrap;
mod boxes;
mod budget;
mod budget_table;
mod candidates;
mod comparison;
mod comparison_table;
mod configuration;
mod criterion;
mod curve_metric;
mod distribution;
mod draws;
mod edge;
mod friedman;
mod good_range;
mod interquartile;
mod metric;
mod pairwise;
mod profile;
mod proportion;
mod quantile;
mod rank;
mod ranks_table;
mod regimes;
mod resampled_ranks;
mod score;
mod signs;
mod statistic;
mod summary;
mod survival;
mod wilcoxon;

pub use bootstrap::{CONFIDENCE, Interval, median_interval};
pub use boxes::{Count, Dimension, Mask};
pub use budget::{BestOf, Budgets, best_of_shares};
pub use budget_table::{write_budgets, write_regimes};
pub use candidates::{Candidate, Candidates, MOST_FOLDS};
pub use comparison::{Best, Comparison, Pair};
pub use comparison_table::write_comparison;
pub use configuration::{Configuration, Spread, choose_best, choose_best_of, configurations};
pub use criterion::Assessment;
pub use curve_metric::CurveMetric;
pub use draws::Draws;
pub use edge::{AtEnd, at_ends};
pub use friedman::Probability;
pub use good_range::{GOOD_FACTOR, good_decades};
pub use interquartile::{interquartile_interval, interquartile_mean};
pub use metric::Metric;
pub use pairwise::{Pairwise, improvement};
pub use profile::{MOST_RATIO, profile_score, ratios_to_best};
pub use proportion::wilson_interval;
pub use quantile::{ascending, ascending_order, median, quantile};
pub use rank::{FEWEST_PROBLEMS, MOST_METHODS, RankTest, ranks};
pub use ranks_table::{write_pairs, write_ranks};
pub use regimes::{Entrant, Regime, Regimes};
pub use resampled_ranks::{RESAMPLES, ResampledRanks, Verdict, average_ranks};
pub use score::Score;
pub use signs::{p_above, p_below, sign_interval};
pub use statistic::{Band, Statistic};
pub use summary::{write_summary, write_summary_by};
pub use survival::{Reached, kaplan_meier};
pub use wilcoxon::{SignedRank, holm, signed_rank};
