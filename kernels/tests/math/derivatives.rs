//! Derivatives of activation functions in double-double arithmetic.

use super::double_double::{Double, Exact, INVERSE_ODDS, ONE, double, exp_minus_one, reduce, two_product, two_sum};

/// 1/√2π
const INVERSE_ROOT_TWO_PI: Double = double(0.398_942_280_401_432_7, -2.492_327_202_277_73e-17);

/// e^t²/2 (Φ(-t) - t φ(t)) for t ≥ 0.
fn gelu_slope_factor(t: f64) -> Double {
    let square = two_product(t, t);
    if t < 4.0 {
        // ∫ φ from 0 to t is φ(t) (t + t³/3 + t⁵/15 + …).
        let (mut term, mut sum) = (double(t, 0.0), double(2.0 * t, 0.0));
        for inverse in &INVERSE_ODDS[1..] {
            term = term * square * *inverse;
            sum = sum + term;
            if term.high < sum.high * 2f64.powi(-112) {
                break;
            }
        }
        let (r, n) = reduce(0.5 * square.high);
        let growth = (ONE + exp_minus_one(r + double(0.5 * square.low, 0.0))).times(2f64.powi(n));
        return growth.times(0.5) - INVERSE_ROOT_TWO_PI * sum;
    }
    // Laplace's continued fraction for Φ(-t) / φ(t), 1 / (t + 1 / (t + 2 / (t + …))), by its convergents.
    let (mut above, mut below) = ([double(0.0, 0.0), ONE], [ONE, double(t, 0.0)]);
    for k in 1..90 {
        let next = |[older, newer]: [Double; 2]| [newer, double(t, 0.0) * newer + double(f64::from(k), 0.0) * older];
        (above, below) = (next(above), next(below));
        // The next one would overflow, and is not needed.
        if below[1].high > 1e270 {
            break;
        }
    }
    INVERSE_ROOT_TWO_PI * (above[1].over(below[1]) - double(t, 0.0))
}

/// Φ(x) + x φ(x)
pub fn gelu_derivative(x: f64) -> Exact {
    let t = x.abs().min(60.0);
    let square = two_product(t, t);
    let (r, exponent) = reduce(-0.5 * square.high);
    let left = gelu_slope_factor(t) * (ONE + exp_minus_one(r - double(0.5 * square.low, 0.0)));
    if x < 0.0 {
        return Exact { value: left, exponent };
    }
    // 1 - left, of which nothing matters below 2^-200.
    Exact { value: ONE - left.times(2f64.powi(exponent.max(-400))), exponent: 0 }
}

/// The derivative of z σ(w(z)) at z = -t or t by w and t w' at t, in which it is e (1 + e - t w') / (1 + e)² with e = e^-w,
/// or that less than 1.
fn gated(w: Double, slope: Double, left: bool) -> Exact {
    let (r, exponent) = reduce(-w.high.min(2000.0));
    let fraction = ONE + exp_minus_one(r - double(w.low, 0.0));
    let e = fraction.times(2f64.powi(exponent.max(-400)));
    let whole = ONE + e;
    let factor = (whole - slope).over(whole * whole);
    if left {
        return Exact { value: fraction * factor, exponent };
    }
    Exact { value: ONE - e * factor, exponent: 0 }
}

/// σ(z) (1 + z σ(-z))
pub fn silu_derivative(z: f64) -> Exact {
    let t = double(z.abs().min(2000.0), 0.0);
    gated(t, t, z < 0.0)
}

/// The same of z σ(2√(2/π) (z + 0.044715 z³)).
pub fn gelu_tanh_derivative(z: f64) -> Exact {
    const SCALE: Double = double(1.595_769_121_605_730_8, -9.969_308_809_110_92e-17);
    const CUBIC: Double = double(0.044_715, 2.196_021_142_708_559_5e-18);
    let t = z.abs().min(60.0);
    let cubic = CUBIC * two_product(t, t);
    let scaled = SCALE * double(t, 0.0);
    gated(scaled * (ONE + cubic), scaled * (ONE + cubic * double(3.0, 0.0)), z < 0.0)
}

/// 1 / (1 + |x|)²
pub fn softsign_derivative(x: f64) -> Exact {
    let root = ONE.over(two_sum(1.0, x.abs()));
    // Between 1 and 2, so that its square is a normal number.
    let (_, exponent) = libm::frexp(root.high);
    let scaled = root.times(libm::ldexp(1.0, 1 - exponent));
    Exact { value: scaled * scaled, exponent: 2 * (exponent - 1) }
}
