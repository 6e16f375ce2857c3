//! What the trials of a sweep allow to be said: the best settings of each method, how sure their order is, and sentences.
//!
//! Everything follows from the rows of `runs.csv`. Settings are chosen by the median over seeds of a metric, and judged on
//! trials that took no part in the choice ([`thalweg_record::stats::Assessment::CrossFit`]); where there is one trial of each,
//! on those that chose them, and the sentences say so.

mod criterion;
mod good_range;
mod overview;
mod paired;
mod ranking;
mod sentences;
#[cfg(test)]
mod tests;
mod text;
pub(crate) mod tuning;

pub use criterion::Criterion;
pub use good_range::GoodRange;
pub use overview::overview;
pub use paired::{LEVEL, Paired, fewest_pairs, sign_test};
pub use ranking::{Ranking, Standing, Verdict, rankings};
pub use sentences::{Finding, Subject, findings};
pub(crate) use text::settings_but;
pub use text::{counted, interval, number, percent, settings};
