//! What may be said of a change.

use serde::Serialize;
use thalweg_record::stats::holm;

use crate::Estimate;

/// The probability of any wrong `improved` or `regressed` among all benchmarks of a comparison, at most.
pub const LEVEL: f64 = 0.05;

/// What may be said of a change of a benchmark's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It is faster by more than the threshold.
    Improved,
    /// It is slower by more than the threshold.
    Regressed,
    /// It is neither: the whole interval lies within the threshold.
    Unchanged,
    /// The interval leaves both possible.
    Inconclusive,
}

impl Verdict {
    /// All of them, what matters most first.
    pub const ALL: [Self; 4] = [Self::Regressed, Self::Improved, Self::Inconclusive, Self::Unchanged];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Improved => "improved",
            Self::Regressed => "regressed",
            Self::Unchanged => "unchanged",
            Self::Inconclusive => "inconclusive",
        }
    }
}

/// The verdicts on changes, each beyond the threshold or not, the probabilities of all corrected for being many by Holm's
/// method (1979): it holds whatever the benchmarks have in common.
///
/// `threshold` is a logarithm: changes from −threshold to threshold are none.
pub fn judge(estimates: &[Estimate], threshold: f64) -> Vec<Verdict> {
    let two_sided = |estimate: &Estimate| (2.0 * estimate.p_slower.min(estimate.p_faster)).min(1.0);
    let adjusted = holm(&estimates.iter().map(two_sided).collect::<Vec<_>>());
    let verdict = |(estimate, p): (&Estimate, f64)| {
        if p <= LEVEL {
            return if estimate.p_slower < estimate.p_faster { Verdict::Regressed } else { Verdict::Improved };
        }
        match estimate.interval {
            Some(interval) if interval.low >= -threshold && interval.high <= threshold => Verdict::Unchanged,
            _ => Verdict::Inconclusive,
        }
    };
    estimates.iter().zip(adjusted).map(verdict).collect()
}
