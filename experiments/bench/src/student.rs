//! Student's distribution of whole degrees of freedom.

use std::f64::consts::{FRAC_PI_2, PI};

/// The probability of at most `t`: the finite series of Abramowitz and Stegun, Handbook of Mathematical Functions
/// (1964), 26.7.3 and 26.7.4.
pub(crate) fn cumulative(t: f64, degrees: usize) -> f64 {
    let n = degrees as f64;
    let angle = libm::atan2(t, libm::sqrt(n));
    let (sine, cosine) = (libm::sin(angle), libm::cos(angle));
    // The share between −t and t.
    let within = if degrees == 1 {
        2.0 * angle / PI
    } else if degrees.is_multiple_of(2) {
        sine * series(degrees / 2, cosine, 1.0)
    } else {
        2.0 / PI * (angle + sine * cosine * series(degrees / 2, cosine, 2.0))
    };
    0.5 + within / 2.0
}

/// The sum of the first `terms` of 1, (a / (a + 1)) cos², … where a grows by 2.
fn series(terms: usize, cosine: f64, first: f64) -> f64 {
    let (mut term, mut sum, mut a) = (1.0, 0.0, first);
    for _ in 0..terms {
        sum += term;
        term *= a / (a + 1.0) * cosine * cosine;
        a += 2.0;
    }
    sum
}

/// The number that is exceeded with the probability 1 − `share`.
pub(crate) fn quantile(share: f64, degrees: usize) -> f64 {
    // By the angle, which is bounded where the number is not.
    let (mut low, mut high) = (-FRAC_PI_2, FRAC_PI_2);
    let number = |angle: f64| libm::tan(angle) * libm::sqrt(degrees as f64);
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if cumulative(number(middle), degrees) < share { low = middle } else { high = middle }
    }
    number(f64::midpoint(low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_tables() {
        // Abramowitz and Stegun, table 26.10.
        for (share, degrees, expected) in [
            (0.975, 1, 12.706),
            (0.975, 2, 4.303),
            (0.975, 3, 3.182),
            (0.995, 4, 4.604),
            (0.95, 5, 2.015),
            (0.975, 30, 2.042),
            (0.999, 7, 4.785),
        ] {
            let found = quantile(share, degrees);
            assert!((found - expected).abs() < 6e-4, "{share} {degrees}: {found}");
        }
        assert!((quantile(0.5, 4)).abs() < 1e-12 && (cumulative(0.0, 3) - 0.5).abs() < 1e-15);
    }
}
