//! By how much pairs differ, robustly.

use super::bootstrap::Interval;
use super::quantile::{ascend, median};
use super::wilcoxon::sums_of_ranks;

/// The estimate of Hodges and Lehmann (1963) of the middle of differences: the median of their pairwise means, each
/// difference paired with itself as well. None of no differences.
///
/// ```
/// use thalweg_record::stats::shift;
///
/// assert_eq!(shift(&[1.0, 2.0, 30.0]), Some(8.75));
/// ```
///
/// # Panics
/// If a difference is NaN, in debug builds.
pub fn shift(differences: &[f64]) -> Option<f64> {
    median(&pairwise_means(differences))
}

/// The interval of that middle: the values at which the test of signed ranks, [`signed_rank`](super::signed_rank), does
/// not reject (Tukey 1949). None where there are too few differences for this confidence.
///
/// ```
/// use thalweg_record::stats::{Interval, shift_interval};
///
/// let differences = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
/// assert_eq!(shift_interval(&differences, 0.95), Some(Interval { low: 1.0, high: 6.0 }));
/// assert_eq!(shift_interval(&differences, 0.99), None);
/// ```
///
/// # Panics
/// If a difference is NaN, in debug builds.
pub fn shift_interval(differences: &[f64], confidence: f64) -> Option<Interval> {
    let outside = rejected(differences.len(), (1.0 - confidence) / 2.0)?;
    let means = pairwise_means(differences);
    Some(Interval { low: means[outside], high: means[means.len() - 1 - outside] })
}

fn pairwise_means(differences: &[f64]) -> Vec<f64> {
    let mut means = Vec::new();
    for (place, a) in differences.iter().enumerate() {
        means.extend(differences[place..].iter().map(|b| f64::midpoint(*a, *b)));
    }
    ascend(&mut means);
    means
}

/// The largest sum of positive ranks of n differences that is as rare as `tail` at most.
fn rejected(n: usize, tail: f64) -> Option<usize> {
    let of_sum = sums_of_ranks(1..=n);
    let mut share = 0.0;
    let rare = |probability: &&f64| {
        share += **probability;
        share <= tail
    };
    of_sum.iter().take_while(rare).count().checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::super::signed_rank;
    use super::*;

    #[test]
    fn the_interval_is_what_the_test_does_not_reject() {
        let differences = [0.3, -1.25, 2.5, 0.75, 4.0, 1.0, 0.5, -0.25, 3.125];
        let Interval { low, high } = shift_interval(&differences, 0.95).unwrap();
        let p = |at: f64| signed_rank(&differences.map(|difference| difference - at)).unwrap().p;
        for (inside, outside) in [(low + 1e-9, low - 1e-9), (high - 1e-9, high + 1e-9)] {
            assert!(p(inside) > 0.05 && p(outside) <= 0.05, "{low} {high}: {} {}", p(inside), p(outside));
        }
        let middle = shift(&differences).unwrap();
        assert!(low < middle && middle < high);
    }

    #[test]
    fn critical_values_are_those_of_tables() {
        // Two-sided 5 % and 1 %: McCornack, Journal of the American Statistical Association 60 (1965).
        for (n, five, one) in [(6, 0, None), (8, 3, Some(0)), (10, 8, Some(3)), (16, 29, Some(19)), (25, 89, Some(68))]
        {
            assert_eq!((rejected(n, 0.025), rejected(n, 0.005)), (Some(five), one), "{n}");
        }
        assert_eq!(rejected(5, 0.025), None);
    }
}
