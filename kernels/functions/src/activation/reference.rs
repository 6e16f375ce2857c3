//! What activation functions in plain f64 have in common.

/// 1 / (1 + e⁻ᶻ).
pub(super) fn sigmoid(z: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-z))
}

/// z y, and its limit where y is 0: it goes to zero faster than z grows.
pub(super) fn times(z: f64, y: f64) -> f64 {
    if y == 0.0 { 0.0_f64.copysign(z) } else { z * y }
}
