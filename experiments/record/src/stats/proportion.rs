//! How sure a share of few trials is.

use super::bootstrap::Interval;

/// The 0.975 quantile of the normal distribution.
const Z: f64 = 1.959963984540054;

/// Wilson's score interval of a share, at the level of 95 % (Wilson 1927; Brown, Cai and DasGupta 2001).
///
/// ```
/// use thalweg_record::stats::wilson_interval;
///
/// let interval = wilson_interval(0, 10);
/// assert_eq!(interval.low, 0.0);
/// assert!((interval.high - 0.2775327998628892).abs() < 1e-15);
/// ```
///
/// # Panics
/// If there are no trials, or more successes than trials.
pub fn wilson_interval(successes: usize, trials: usize) -> Interval {
    assert!(trials > 0 && successes <= trials, "{successes} of {trials} trials have no share");
    let n = trials as f64;
    let share = successes as f64 / n;
    let scale = 1.0 / (1.0 + Z * Z / n);
    let middle = scale * (share + Z * Z / (2.0 * n));
    let reach = scale * Z * libm::sqrt(share * (1.0 - share) / n + Z * Z / (4.0 * n * n));
    // At the ends, the interval touches 0 or 1, whatever the rounding.
    let low = if successes == 0 { 0.0 } else { middle - reach };
    let high = if successes == trials { 1.0 } else { middle + reach };
    Interval { low, high }
}
