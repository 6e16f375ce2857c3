//! Landscapes as the literature has them: f(x) and its gradient.

use std::f64::consts::PI;

/// Σ 100 (xᵢ₊₁ - xᵢ²)² + (1 - xᵢ)².
pub fn rosenbrock(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
    let (mut value, mut gradient) = (0.0, vec![0.0; x.len()]);
    for i in 0..x.len() - 1 {
        let (d, rest) = (x[i + 1] - x[i] * x[i], 1.0 - x[i]);
        value += 100.0 * d * d + rest * rest;
        gradient[i] += -400.0 * x[i] * d - 2.0 * rest;
        gradient[i + 1] += 200.0 * d;
    }
    (value, gradient)
}

/// Σ over k from 1 to 3 of (cₖ - x₀ + x₀ x₁ᵏ)², c = 1.5, 2.25, 2.625.
pub fn beale(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
    let (mut value, mut gradient) = (0.0, vec![0.0; 2]);
    for (k, c) in [(1, 1.5), (2, 2.25), (3, 2.625)] {
        let power = x[1].powi(k);
        let t = c - x[0] + x[0] * power;
        value += t * t;
        gradient[0] += 2.0 * t * (power - 1.0);
        gradient[1] += 2.0 * t * x[0] * f64::from(k) * x[1].powi(k - 1);
    }
    (value, gradient)
}

/// 10 n + Σ xᵢ² - 10 cos 2πxᵢ.
pub fn rastrigin(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
    let value = 10.0 * x.len() as f64 + x.iter().map(|x| x * x - 10.0 * libm::cos(2.0 * PI * x)).sum::<f64>();
    (value, x.iter().map(|x| 2.0 * x + 20.0 * PI * libm::sin(2.0 * PI * x)).collect())
}

/// ½ Σ λᵢ xᵢ².
pub fn quadratic(x: &[f64], spectrum: &[f64]) -> (f64, Vec<f64>) {
    let value = x.iter().zip(spectrum).map(|(x, eigenvalue)| 0.5 * eigenvalue * x * x).sum();
    (value, x.iter().zip(spectrum).map(|(x, eigenvalue)| eigenvalue * x).collect())
}
