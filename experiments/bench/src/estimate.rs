//! How much a benchmark changed, and how sure that is.
//!
//! A change is the logarithm of a ratio of times, the candidate's to the baseline's: 0 is none. What is uncertain is how
//! runs differ from each other: where a neighbour, an address or a clock makes one run slower than the next, all samples of
//! a run agree, so the spread within it says nothing.

use thalweg_record::stats::{Interval, ascending, median, p_above, p_below, sign_interval};

use crate::LEVEL;
use crate::student;

/// An estimated change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The change.
    pub change: f64,
    /// Its interval at 95 %; none where there are too few runs for one.
    pub interval: Option<Interval>,
    /// The probability of such times if the candidate were no slower than the threshold.
    pub p_slower: f64,
    /// The same if it were no faster.
    pub p_faster: f64,
    /// The smallest change that would have been called with a probability of about 80 %, given how runs differed; none where
    /// none would have been.
    pub detectable: Option<f64>,
}

/// From rounds, in each of which both ran, one after the other in random order: `changes` has one of each. `tests` is how
/// many benchmarks are judged together.
///
/// If nothing changed, either sign of a round's change is as likely as the other, whatever the noise is like: signs are
/// counted. On a shared machine, a core may be slower by half for seconds: rounds in which that hits one of the two are the
/// largest changes of all, and each is but one sign.
pub fn paired(changes: &[f64], threshold: f64, tests: usize) -> Estimate {
    let corrected = sign_interval(changes, 1.0 - LEVEL / tests.max(1) as f64);
    Estimate {
        change: middle(changes).unwrap_or(f64::NAN),
        interval: sign_interval(changes, 1.0 - LEVEL),
        p_slower: p_above(changes, threshold),
        p_faster: p_below(changes, -threshold),
        detectable: corrected.map(|interval| threshold + SEEN * (interval.high - interval.low)),
    }
}

/// What a change must be beyond the threshold to be called four times in five, as a part of the interval's width: 0.71 by
/// the normal distribution, (1.96 + 0.84) of twice 1.96 errors, and a little more in simulations.
const SEEN: f64 = 0.75;

/// The rounds without which no change of `tests` benchmarks together can be called: half of 2⁻ⁿ each.
pub fn fewest_rounds(tests: usize) -> usize {
    (1..).find(|rounds| 2.0 * libm::exp2(-f64::from(*rounds)) * tests.max(1) as f64 <= LEVEL).map_or(0, |n| n as usize)
}

/// How runs of one build differ.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spread {
    /// The variance of the logarithm of a run's time.
    pub variance: f64,
    /// The degrees of freedom of that: runs that repeat another.
    pub degrees: usize,
}

impl Spread {
    /// Of the logarithms of times, runs of each build together.
    pub fn of<'a>(builds: impl IntoIterator<Item = &'a [f64]>) -> Self {
        let (mut squares, mut degrees) = (0.0, 0);
        for runs in builds.into_iter().filter(|runs| runs.len() > 1) {
            let mean = mean(runs);
            squares += runs.iter().map(|run| (run - mean) * (run - mean)).sum::<f64>();
            degrees += runs.len() - 1;
        }
        Self { variance: if degrees == 0 { 0.0 } else { squares / degrees as f64 }, degrees }
    }
}

/// From the logarithms of times of runs at different times, given how runs differ. Student's test and interval.
pub fn unpaired(baseline: &[f64], candidate: &[f64], spread: Spread, threshold: f64, tests: usize) -> Estimate {
    let change = mean(candidate) - mean(baseline);
    let error = libm::sqrt(spread.variance * (1.0 / baseline.len() as f64 + 1.0 / candidate.len() as f64));
    let Spread { degrees, .. } = spread;
    if degrees == 0 || error == 0.0 {
        return Estimate { change, interval: None, p_slower: 1.0, p_faster: 1.0, detectable: None };
    }
    let width = student::quantile(1.0 - LEVEL / 2.0, degrees) * error;
    let beyond = |change: f64| 1.0 - student::cumulative((change - threshold) / error, degrees);
    let corrected = student::quantile(1.0 - LEVEL / (2.0 * tests.max(1) as f64), degrees);
    Estimate {
        change,
        interval: Some(Interval { low: change - width, high: change + width }),
        p_slower: beyond(change),
        p_faster: beyond(-change),
        detectable: Some(threshold + (corrected + student::quantile(0.8, degrees)) * error),
    }
}

pub(crate) fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len() as f64
}

/// The median of numbers in any order.
pub(crate) fn middle(numbers: &[f64]) -> Option<f64> {
    median(&ascending(numbers))
}

#[cfg(test)]
pub(crate) mod tests;
