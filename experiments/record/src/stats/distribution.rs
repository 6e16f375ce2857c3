//! Tails of distributions, by `libm` and so the same on every machine.

/// The most terms of a continued fraction; it has converged long before.
const TERMS: usize = 300;

/// The probability that χ² of `degrees` degrees of freedom is at least `x`.
///
/// For whole degrees it is a finite sum (Abramowitz and Stegun 26.4.4 and 26.4.5).
pub(super) fn chi_squared_tail(x: f64, degrees: usize) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    let half = x / 2.0;
    let (mut sum, mut term, first) = if degrees.is_multiple_of(2) {
        (0.0, libm::exp(-half), 2)
    } else {
        let root = libm::sqrt(half);
        // 2/√π is the derivative of erf at 0.
        (libm::erfc(root), std::f64::consts::FRAC_2_SQRT_PI * root * libm::exp(-half), 3)
    };
    for i in (first..=degrees).step_by(2) {
        sum += term;
        term *= x / i as f64;
    }
    sum.min(1.0)
}

/// The probability that F of these degrees of freedom is at least `x`.
pub(super) fn f_tail(x: f64, numerator: f64, denominator: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    if x == f64::INFINITY {
        return 0.0;
    }
    incomplete_beta(denominator / (denominator + numerator * x), denominator / 2.0, numerator / 2.0)
}

/// The regularised incomplete beta function I(x; a, b), by its continued fraction (Abramowitz and Stegun 26.5.8) in the
/// form of Lentz (1976), from the side on which it converges fast.
fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - incomplete_beta(1.0 - x, b, a);
    }
    let log_beta = libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b);
    let front = libm::exp(a * libm::log(x) + b * libm::log1p(-x) - log_beta) / a;
    let away = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let (mut c, mut d) = (1.0, 1.0 / away(1.0 - (a + b) * x / (a + 1.0)));
    let mut fraction = d;
    for m in 1..TERMS {
        let m = m as f64;
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let before = fraction;
        for step in [even, odd] {
            d = 1.0 / away(1.0 + step * d);
            c = away(1.0 + step / c);
            fraction *= c * d;
        }
        if (fraction - before).abs() <= 1e-15 * fraction.abs() {
            break;
        }
    }
    front * fraction
}
