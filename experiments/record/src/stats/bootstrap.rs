//! How sure a median over a few seeds is.

use std::collections::HashMap;

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

/// The percentile bootstrap interval of the median of `sorted`, in closed form: the limit of ever more resamples.
///
/// A resample draws as many values as there are, with replacement. Its k-th smallest is at most the j-th smallest of
/// the n values if at least k of its draws are among those j: with probability P(B ≥ k), where B is binomial with n
/// draws of probability j/n (Efron, The Annals of Statistics 7, 1979, §3; Maritz and Jarrett 1978). The interval goes
/// from the 2.5 % quantile to the 97.5 % quantile of that distribution; where n is even, the first is of the lower and
/// the second of the upper of the resample's two middle values.
///
/// One value says nothing of the spread, so there is no interval; with fewer than about ten, the interval is rough and
/// rather too narrow.
///
/// # Panics
/// In debug builds, if `sorted` does not ascend or holds NaN.
pub fn median_interval(sorted: &[f64]) -> Option<Interval> {
    MedianIntervals::default().of(sorted)
}

/// [`median_interval`] of many samples: where in a sample its interval lies depends on its size alone, and is found
/// once for each.
#[derive(Clone, Debug, Default)]
pub(super) struct MedianIntervals {
    ranks: HashMap<usize, [usize; 2]>,
}

impl MedianIntervals {
    pub fn of(&mut self, sorted: &[f64]) -> Option<Interval> {
        debug_assert!(sorted.is_sorted());
        if sorted.len() < 2 {
            return None;
        }
        let [low, high] = *self.ranks.entry(sorted.len()).or_insert_with_key(|count| {
            let n = *count as u64;
            let tail = (1.0 - CONFIDENCE) / 2.0;
            let (lower, upper) = (n.div_ceil(2), n / 2 + 1);
            [rank(n, lower, tail), rank(n, upper, 1.0 - tail)].map(|rank| rank as usize - 1)
        });
        Some(Interval { low: sorted[low], high: sorted[high] })
    }
}

/// The smallest j, from 1 to n, for which the k-th smallest of n draws is among the j smallest of n values with a
/// probability of at least `share`.
fn rank(n: u64, k: u64, share: f64) -> u64 {
    let (mut low, mut high) = (1, n);
    while low < high {
        let j = low.midpoint(high);
        if at_least(n, j as f64 / n as f64, k) >= share { high = j } else { low = j + 1 }
    }
    low
}

/// P(B ≥ k) for a binomial B of n draws with probability p, for 1 ≤ k ≤ n.
///
/// The tail beyond k on the side away from the mean is added from its largest term on, until terms no longer count.
pub(super) fn at_least(n: u64, p: f64, k: u64) -> f64 {
    if p >= 1.0 {
        return 1.0;
    }
    let [count, odds] = [n as f64, p / (1.0 - p)];
    let mass = |i: u64| {
        let i = i as f64;
        let ways = libm::lgamma(count + 1.0) - libm::lgamma(i + 1.0) - libm::lgamma(count - i + 1.0);
        libm::exp(ways + i * libm::log(p) + (count - i) * libm::log1p(-p))
    };
    let sum = |mut term: f64, ratios: &mut dyn Iterator<Item = f64>| {
        let mut sum = term;
        for ratio in ratios {
            term *= ratio;
            if term <= sum * f64::EPSILON {
                break;
            }
            sum += term;
        }
        sum
    };
    if k as f64 > count * p {
        sum(mass(k), &mut (k..n).map(|i| (n - i) as f64 / (i + 1) as f64 * odds))
    } else {
        1.0 - sum(mass(k - 1), &mut (1..k).rev().map(|i| i as f64 / (n - i + 1) as f64 / odds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_of_a_binomial() {
        // scipy.stats.binom.sf(k - 1, n, p), SciPy 1.17.1.
        for (n, p, k, expected) in [
            (5, 0.2, 3, 0.05792),
            (5, 0.8, 3, 0.94208),
            (256, 0.45, 128, 0.06140854888418),
            (1_000_000, 0.5, 500_001, 0.49960105782),
            (1_000_000, 0.499, 500_001, 0.02269606022),
        ] {
            let found = at_least(n, p, k);
            assert!((found - expected).abs() < 1e-7, "{n} {p} {k}: {found}");
        }
        assert_eq!(at_least(7, 1.0, 7), 1.0);
    }

    #[test]
    fn an_interval_holds_the_median_and_lies_within_the_values() {
        let values: Vec<f64> = (0..101).map(f64::from).collect();
        let interval = median_interval(&values).unwrap();
        // The normal approximation has ranks 50 ± 1.96·√101/2.
        assert!((interval.low - 40.2).abs() < 1.5 && (interval.high - 59.8).abs() < 1.5, "{interval:?}");
    }

    #[test]
    fn divergence_reaches_the_interval() {
        let inf = f64::INFINITY;
        let interval = median_interval(&[1.0, 1.0, 2.0, inf, inf]).unwrap();
        assert_eq!(interval, Interval { low: 1.0, high: inf });
        assert_eq!(median_interval(&[inf, inf]), Some(Interval { low: inf, high: inf }));
    }

    #[test]
    fn one_trial_has_no_interval() {
        assert_eq!(median_interval(&[1.0]), None);
        assert_eq!(median_interval(&[]), None);
    }
}
