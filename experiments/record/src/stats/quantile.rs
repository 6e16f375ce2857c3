//! Quantiles of a few values, some of which may be infinite.

/// The quantile of `sorted` at `share` (0 to 1): linear between order statistics, type 7 of Hyndman and Fan (1996),
/// NumPy's default.
///
/// With h = (n − 1)·`share`, it lies between the values of rank ⌊h⌋ and ⌊h⌋ + 1, by the fraction of h, in the
/// operations of `numpy.quantile` and so with its rounding. Infinite values are ordinary largest and smallest values:
/// where one of the two neighbours is infinite and takes part, so is the quantile. No values have no quantile.
///
/// ```
/// use thalweg_record::stats::quantile;
///
/// assert_eq!(quantile(&[1.0, 2.0, 4.0, 8.0], 0.25), Some(1.75));
/// assert_eq!(quantile(&[1.0, 2.0, f64::INFINITY], 0.5), Some(2.0));
/// assert_eq!(quantile(&[1.0, f64::INFINITY], 0.5), Some(f64::INFINITY));
/// assert_eq!(quantile(&[], 0.5), None);
/// ```
///
/// # Panics
/// If `share` is not in 0 to 1. `sorted` must ascend and hold no NaN, which is checked in debug builds only.
pub fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    assert!((0.0..=1.0).contains(&share), "a quantile is asked for at a share of 0 to 1, not {share}");
    debug_assert!(sorted.is_sorted() && !sorted.iter().any(|value| value.is_nan()));
    let last = sorted.len().checked_sub(1)?;
    let position = last as f64 * share;
    let below = position as usize;
    let fraction = position - below as f64;
    let low = sorted[below];
    let high = sorted[(below + 1).min(last)];
    Some(between(low, high, fraction))
}

/// The values in ascending order.
pub fn ascending(values: &[f64]) -> Vec<f64> {
    let mut values = values.to_vec();
    ascend(&mut values);
    values
}

/// Sorts values.
#[inline(never)] // Sorting is long, and there is much of it.
pub(super) fn ascend(values: &mut [f64]) {
    values.sort_by(f64::total_cmp);
}

/// The median of values in any order.
///
/// # Panics
/// If there are none.
pub(super) fn middle(mut values: Vec<f64>) -> f64 {
    ascend(&mut values);
    median(&values).expect("there is a value")
}

/// The places of values in ascending order; equal ones stay in order.
#[inline(never)]
pub fn ascending_order(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    order
}

/// The median of `sorted`: [`quantile`] at one half.
pub fn median(sorted: &[f64]) -> Option<f64> {
    quantile(sorted, 0.5)
}

/// The point at `fraction` of the way from `low` to `high`; taken from the nearer end, so that rounding never leaves
/// the interval.
fn between(low: f64, high: f64, fraction: f64) -> f64 {
    if fraction == 0.0 || low == high {
        return low; // ∞ − ∞ and 0·∞ would be NaN
    }
    if low.is_infinite() || high.is_infinite() {
        return if high.is_infinite() { high } else { low };
    }
    let span = high - low;
    if span.is_infinite() {
        return low * (1.0 - fraction) + high * fraction;
    }
    if fraction < 0.5 { low + span * fraction } else { high - span * (1.0 - fraction) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_numpy() {
        // numpy.quantile(values, [0, .025, .25, .5, .75, .975, 1])
        let values = [-3.25, 0.1, 0.2, 0.30000000000000004, 1.0, 7.7, 1e6];
        let expected = [-3.25, -2.7475, 0.15000000000000002, 0.30000000000000004, 4.35, 850001.1549999997, 1000000.0];
        for (share, expected) in [0.0, 0.025, 0.25, 0.5, 0.75, 0.975, 1.0].into_iter().zip(expected) {
            assert_eq!(quantile(&values, share), Some(expected), "at {share}");
        }
        let expected_even = [0.10750000000000001, 0.17500000000000002, 0.44999999999999996, 0.85, 1.255];
        let even = [0.1, 0.2, 0.7, 1.3];
        for (share, expected) in [0.025, 0.25, 0.5, 0.75, 0.975].into_iter().zip(expected_even) {
            assert_eq!(quantile(&even, share), Some(expected), "at {share}");
        }
    }

    #[test]
    fn infinity_is_the_largest_value() {
        let inf = f64::INFINITY;
        let values = [1.0, 2.0, 3.0, inf, inf];
        assert_eq!(quantile(&values, 0.5), Some(3.0));
        assert_eq!(quantile(&values, 0.75), Some(inf));
        assert_eq!(quantile(&values, 0.6), Some(inf));
        assert_eq!(quantile(&[inf, inf], 0.25), Some(inf));
        assert_eq!(quantile(&[-inf, 1.0], 0.25), Some(-inf));
        assert_eq!(quantile(&[-inf, inf], 1.0), Some(inf));
        assert_eq!(quantile(&[-1e308, 1e308], 0.5), Some(0.0));
    }

    #[test]
    fn one_value_is_all_its_quantiles() {
        for share in [0.0, 0.3, 0.5, 1.0] {
            assert_eq!(quantile(&[7.0], share), Some(7.0));
        }
    }
}
