//! What the trials of a sweep allow to be said: the best settings of each method, how sure their order is, and sentences.
//!
//! Everything follows from the rows of `runs.csv`. Settings are chosen by the median over seeds of one metric, and judged by
//! another one, which is the same where there is no validation split: such numbers are optimistic, and the sentences say so.

mod criterion;
mod edge;
mod good_range;
mod overview;
mod paired;
mod ranking;
mod sentences;
#[cfg(test)]
mod tests;
mod text;

pub use criterion::Criterion;
pub use edge::Edge;
pub use good_range::{FACTOR, GoodRange};
pub use overview::overview;
pub use paired::{LEVEL, Paired, fewest_pairs, holm, sign_test};
pub use ranking::{Ranking, Standing, Verdict, rankings};
pub use sentences::{Finding, Subject, findings};
pub use text::{interval, number, percent, settings};
