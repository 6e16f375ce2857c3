//! By how much pairs differ whose differences are wild at times: signs alone are counted.

use super::bootstrap::{Interval, at_least};
use super::quantile::ascending;

/// The probability that so many differences are above a value, if each is above or below it as likely: the sign test
/// (Arbuthnot 1710; Dixon and Mood, Journal of the American Statistical Association 41, 1946). Small if they are larger. Those
/// equal to the value count as below it.
///
/// However wild some differences are, each is one sign; ranks of differences give the wildest of them the most weight.
///
/// ```
/// use thalweg_record::stats::p_above;
///
/// assert_eq!(p_above(&[1.0, 2.0, 3.0, 40.0, 5.0], 0.5), 1.0 / 32.0);
/// ```
pub fn p_above(differences: &[f64], value: f64) -> f64 {
    as_many(differences.iter().filter(|difference| **difference > value).count(), differences.len())
}

/// The same of differences below a value.
pub fn p_below(differences: &[f64], value: f64) -> f64 {
    as_many(differences.iter().filter(|difference| **difference < value).count(), differences.len())
}

/// The values that neither test rejects, which are those from one difference to another (Thompson, The Annals of Mathematical
/// Statistics 7, 1936). None where there are too few for this confidence.
///
/// ```
/// use thalweg_record::stats::{Interval, sign_interval};
///
/// let differences = [5.0, 1.0, 4.0, 2.0, 3.0, 60.0];
/// assert_eq!(sign_interval(&differences, 0.95), Some(Interval { low: 1.0, high: 60.0 }));
/// assert_eq!(sign_interval(&differences, 0.99), None);
/// ```
pub fn sign_interval(differences: &[f64], confidence: f64) -> Option<Interval> {
    let (count, tail) = (differences.len(), (1.0 - confidence) / 2.0);
    // So many may be on either side.
    let outside = (0..count).take_while(|outside| as_many(count - outside, count) <= tail).count().checked_sub(1)?;
    let sorted = ascending(differences);
    Some(Interval { low: sorted[outside], high: sorted[count - 1 - outside] })
}

/// The probability of so many heads at least.
fn as_many(heads: usize, of: usize) -> f64 {
    if heads == 0 { 1.0 } else { at_least(of as u64, 0.5, heads as u64) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_what_the_tests_do_not_reject() {
        let differences = [0.3, -1.25, 2.5, 0.75, 4.0, 1.0, 0.5, -0.25, 3.125];
        let Interval { low, high } = sign_interval(&differences, 0.95).unwrap();
        assert!(p_above(&differences, low) > 0.025 && p_above(&differences, low - 1e-9) <= 0.025);
        assert!(p_below(&differences, high) > 0.025 && p_below(&differences, high + 1e-9) <= 0.025);
    }
}
