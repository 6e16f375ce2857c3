//! g(z) and g'(z).

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
