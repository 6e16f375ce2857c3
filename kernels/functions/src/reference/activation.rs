//! g(z) and g'(z).

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

/// z and 1.
pub fn identity(z: f64) -> (f64, f64) {
    (z, 1.0)
}

/// max(0, z) and its derivative, 0 at 0.
pub fn relu(z: f64) -> (f64, f64) {
    if z > 0.0 || z.is_nan() { (z, 1.0) } else { (0.0, 0.0) }
}

/// 1 / (1 + e⁻ᶻ) and σ(z) σ(-z).
pub fn sigmoid(z: f64) -> (f64, f64) {
    let sigma = |z: f64| 1.0 / (1.0 + libm::exp(-z));
    (sigma(z), sigma(z) * sigma(-z))
}

/// tanh z and 1 / cosh² z.
pub fn tanh(z: f64) -> (f64, f64) {
    let cosh = libm::cosh(z);
    (libm::tanh(z), 1.0 / (cosh * cosh))
}

/// z for z > 0, else `slope` · z; the derivative is `slope` at 0.
pub fn leaky_relu(z: f64, slope: f64) -> (f64, f64) {
    if z > 0.0 || z.is_nan() { (z, 1.0) } else { (slope * z, slope) }
}

/// z for z > 0, else α (eᶻ - 1).
pub fn elu(z: f64, alpha: f64) -> (f64, f64) {
    if z > 0.0 { (z, 1.0) } else { (alpha * libm::expm1(z), alpha * libm::exp(z)) }
}

/// ln(1 + eᶻ) and σ(z).
pub fn softplus(z: f64) -> (f64, f64) {
    (if z > 0.0 { z } else { 0.0 } + libm::log1p(libm::exp(-z.abs())), sigmoid(z).0)
}

/// z σ(z) and σ(z) (1 + z σ(-z)).
pub fn silu(z: f64) -> (f64, f64) {
    let (right, left) = (sigmoid(z).0, sigmoid(-z).0);
    (times(z, right), right + times(z, right * left))
}

/// z Φ(z) and Φ(z) + z φ(z).
pub fn gelu(z: f64) -> (f64, f64) {
    let share = 0.5 * libm::erfc(-z * FRAC_1_SQRT_2);
    let density = libm::exp(-0.5 * z * z) * 0.5 * FRAC_1_SQRT_2 * FRAC_2_SQRT_PI;
    (times(z, share), share + times(z, density))
}

/// ½ z (1 + tanh u) with u = √(2/π) (z + 0.044715 z³), and its derivative.
pub fn gelu_tanh(z: f64) -> (f64, f64) {
    let root = FRAC_2_SQRT_PI * FRAC_1_SQRT_2;
    let twice = 2.0 * root * (z + 0.044_715 * z * z * z);
    let (right, left) = (sigmoid(twice).0, sigmoid(-twice).0);
    let slope = times(2.0 * root * (1.0 + 3.0 * 0.044_715 * z * z), right * left);
    (times(z, right), right + times(z, slope))
}

/// z y, and its limit where y is 0: it goes to zero faster than z grows.
fn times(z: f64, y: f64) -> f64 {
    if y == 0.0 { 0.0_f64.copysign(z) } else { z * y }
}
