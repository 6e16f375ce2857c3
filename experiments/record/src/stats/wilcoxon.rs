//! Pairs of methods over problems: the signed-rank test, and what remains of many tests at once.

use super::quantile::ascending_order;
use super::rank::ranks;

/// The result of a signed-rank test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SignedRank {
    /// The sum of the ranks of positive differences.
    pub statistic: f64,
    /// The number of differences that are not zero.
    pub differences: usize,
    /// The probability of a sum at least as far from its mean on either side, if all signs were equally likely.
    pub p: f64,
}

/// The test of Wilcoxon (1945) whether differences lie around zero. None if all are zero.
///
/// Differences are ranked by their size, equal ones share the mean of their ranks, and zeros are left out. The probability is
/// counted, not approximated: of the 2ⁿ ways to choose signs, twice the share of those with a sum of positive ranks that is as
/// low, or as high, whichever is less. With n < 6 differences it is never below 5 %.
///
/// ```
/// use thalweg_record::stats::signed_rank;
///
/// let test = signed_rank(&[1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
/// assert_eq!((test.statistic, test.p), (15.0, 0.0625));
/// ```
///
/// # Panics
/// If a difference is NaN.
pub fn signed_rank(differences: &[f64]) -> Option<SignedRank> {
    let differences: Vec<f64> = differences.iter().copied().filter(|difference| *difference != 0.0).collect();
    if differences.is_empty() {
        return None;
    }
    let sizes: Vec<f64> = differences.iter().map(|difference| difference.abs()).collect();
    // Twice the rank is whole where ranks are shared.
    let doubled: Vec<usize> = ranks(&sizes).into_iter().map(|rank| (2.0 * rank) as usize).collect();
    let positive: usize = doubled.iter().zip(&differences).filter(|(_, d)| **d > 0.0).map(|(rank, _)| rank).sum();
    let of_sum = sums_of_ranks(&doubled);
    let (low, high): (f64, f64) = (of_sum[..=positive].iter().sum(), of_sum[positive..].iter().sum());
    let p = (2.0 * low.min(high)).min(1.0);
    Some(SignedRank { statistic: positive as f64 / 2.0, differences: differences.len(), p })
}

/// The probability of each sum of ranks, each of which is among them or not, as likely.
fn sums_of_ranks(ranks: &[usize]) -> Vec<f64> {
    let mut of_sum = vec![0.0; ranks.iter().sum::<usize>() + 1];
    of_sum[0] = 1.0;
    let mut largest = 0;
    // One rank after the other.
    for &rank in ranks {
        largest += rank;
        for sum in (rank..=largest).rev() {
            of_sum[sum] = (of_sum[sum] + of_sum[sum - rank]) / 2.0;
        }
        of_sum[..rank].iter_mut().for_each(|probability| *probability /= 2.0);
    }
    of_sum
}

/// The probabilities of several tests, adjusted so that all those at most α reject at the level α together (Holm 1979).
///
/// The i-th smallest of m, counted from 0, is multiplied by m − i; none becomes less than a smaller one, or more than 1.
///
/// ```
/// use thalweg_record::stats::holm;
///
/// assert_eq!(holm(&[0.0625, 0.0078125, 0.5]), [0.125, 0.0234375, 0.5]);
/// ```
pub fn holm(probabilities: &[f64]) -> Vec<f64> {
    let mut adjusted = vec![0.0; probabilities.len()];
    let mut largest = 0.0_f64;
    for (place, &test) in ascending_order(probabilities).iter().enumerate() {
        largest = largest.max(probabilities[test] * (probabilities.len() - place) as f64).min(1.0);
        adjusted[test] = largest;
    }
    adjusted
}
