//! How sure a median over a few seeds is.

use super::quantile::{median, quantile};
use crate::random::Stream;

/// Resamples that an interval is made of.
pub const RESAMPLES: usize = 2000;

/// The share of intervals that should hold the true median.
pub const CONFIDENCE: f64 = 0.95;

/// An interval of values, both ends included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The smallest value.
    pub low: f64,
    /// The largest value.
    pub high: f64,
}

/// The percentile bootstrap interval of the median of `sorted` (Efron and Tibshirani 1993, §13.3).
///
/// [`RESAMPLES`] times, as many values are drawn with replacement and their median taken; the interval goes from the 2.5 % to the
/// 97.5 % quantile of these medians. The draws are a function of `text` and of the number of values alone. One value says nothing of
/// the spread, so there is no interval; with fewer than about ten, the interval is rough and rather too narrow.
///
/// # Panics
/// In debug builds, if `sorted` does not ascend or holds NaN.
pub fn median_interval(sorted: &[f64], text: &str) -> Option<Interval> {
    if sorted.len() < 2 {
        return None;
    }
    let mut stream = stream(text);
    let mut ranks = vec![0; sorted.len()];
    let mut medians: Vec<f64> = (0..RESAMPLES).map(|_| resampled_median(&mut stream, sorted, &mut ranks)).collect();
    medians.sort_by(f64::total_cmp);
    let tail = (1.0 - CONFIDENCE) / 2.0;
    Some(Interval { low: quantile(&medians, tail)?, high: quantile(&medians, 1.0 - tail)? })
}

/// The random numbers that belong to a text.
fn stream(text: &str) -> Stream {
    let hash = blake3::hash(text.as_bytes());
    let (seed, _) = hash.as_bytes().split_first_chunk().expect("a hash has 32 bytes");
    Stream::new("bootstrap", u64::from_le_bytes(*seed))
}

/// The median of as many values as there are, drawn from `sorted`: ranks are drawn, and only their middle is sorted out.
fn resampled_median(stream: &mut Stream, sorted: &[f64], ranks: &mut [usize]) -> f64 {
    ranks.fill_with(|| stream.below(sorted.len() as u64) as usize);
    let (half, odd) = (ranks.len() / 2, ranks.len() % 2 == 1);
    let (below, &mut middle, _) = ranks.select_nth_unstable(half);
    let before = if odd { middle } else { below.iter().copied().max().unwrap_or(middle) };
    median(&[sorted[before], sorted[middle]]).expect("two values have a median")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_a_function_of_values_and_text() {
        let values = [0.1, 0.2, 0.25, 0.3, 0.9];
        let interval = median_interval(&values, "moons sgd lr=0.1").unwrap();
        assert_eq!(median_interval(&values, "moons sgd lr=0.1"), Some(interval));
        assert_eq!(interval, Interval { low: 0.1, high: 0.9 });
    }

    #[test]
    fn an_interval_holds_the_median_and_lies_within_the_values() {
        let values: Vec<f64> = (0..101).map(f64::from).collect();
        let interval = median_interval(&values, "a").unwrap();
        // The normal approximation has ranks 50 ± 1.96·√101/2.
        assert!((interval.low - 40.2).abs() < 2.5 && (interval.high - 59.8).abs() < 2.5, "{interval:?}");
    }

    #[test]
    fn the_draws_are_fixed() {
        let mut stream = stream("moons sgd lr=0.1");
        let draws: Vec<u64> = (0..8).map(|_| stream.below(10)).collect();
        assert_eq!(draws, [8, 7, 9, 7, 3, 8, 7, 6]);
    }

    #[test]
    fn divergence_reaches_the_interval() {
        let inf = f64::INFINITY;
        let interval = median_interval(&[1.0, 1.0, 2.0, inf, inf], "a").unwrap();
        assert_eq!(interval, Interval { low: 1.0, high: inf });
        assert_eq!(median_interval(&[inf, inf], "a"), Some(Interval { low: inf, high: inf }));
    }

    #[test]
    fn one_trial_has_no_interval() {
        assert_eq!(median_interval(&[1.0], "a"), None);
        assert_eq!(median_interval(&[], "a"), None);
    }
}
