//! Landscapes as the literature has them: f(x) and its gradient.

use std::f64::consts::{E, PI};

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

/// Σ xᵢ².
pub fn sphere(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
    (x.iter().map(|x| x * x).sum(), x.iter().map(|x| 2.0 * x).collect())
}

/// x₀² - x₁².
pub fn saddle(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
    (x[0] * x[0] - x[1] * x[1], vec![2.0 * x[0], -2.0 * x[1]])
}

/// (x₀ + 2x₁ - 7)² + (2x₀ + x₁ - 5)².
pub fn booth(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
    let (a, b) = (x[0] + 2.0 * x[1] - 7.0, 2.0 * x[0] + x[1] - 5.0);
    (a * a + b * b, vec![2.0 * a + 4.0 * b, 4.0 * a + 2.0 * b])
}

/// 0.26 (x₀² + x₁²) - 0.48 x₀x₁.
pub fn matyas(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
    let value = 0.26 * (x[0] * x[0] + x[1] * x[1]) - 0.48 * x[0] * x[1];
    (value, vec![0.52 * x[0] - 0.48 * x[1], 0.52 * x[1] - 0.48 * x[0]])
}

/// (x₀² + x₁ - 11)² + (x₀ + x₁² - 7)².
pub fn himmelblau(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
    let (a, b) = (x[0] * x[0] + x[1] - 11.0, x[0] + x[1] * x[1] - 7.0);
    (a * a + b * b, vec![4.0 * x[0] * a + 2.0 * b, 2.0 * a + 4.0 * x[1] * b])
}

/// 2x₀² - 1.05x₀⁴ + x₀⁶/6 + x₀x₁ + x₁².
pub fn three_hump_camel(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
    let (x, y) = (x[0], x[1]);
    let value = 2.0 * x.powi(2) - 1.05 * x.powi(4) + x.powi(6) / 6.0 + x * y + y * y;
    (value, vec![4.0 * x - 4.2 * x.powi(3) + x.powi(5) + y, x + 2.0 * y])
}

/// (4 - 2.1x₀² + x₀⁴/3) x₀² + x₀x₁ + (4x₁² - 4) x₁².
pub fn six_hump_camel(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
    let (x, y) = (x[0], x[1]);
    let value = (4.0 - 2.1 * x.powi(2) + x.powi(4) / 3.0) * x.powi(2) + x * y + (4.0 * y.powi(2) - 4.0) * y.powi(2);
    (value, vec![8.0 * x - 8.4 * x.powi(3) + 2.0 * x.powi(5) + y, x - 8.0 * y + 16.0 * y.powi(3)])
}

/// ½ Σ xᵢ⁴ - 16xᵢ² + 5xᵢ.
pub fn styblinski_tang(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
    let value: f64 = x.iter().map(|x| x.powi(4) - 16.0 * x.powi(2) + 5.0 * x).sum();
    (0.5 * value, x.iter().map(|x| 2.0 * x.powi(3) - 16.0 * x + 2.5).collect())
}

/// 20 + e - 20 exp(-0.2 √(Σ xᵢ²/n)) - exp(Σ cos(2πxᵢ)/n); at the origin the gradient is given as 0.
pub fn ackley(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
    let n = x.len() as f64;
    let r = (x.iter().map(|x| x * x).sum::<f64>() / n).sqrt();
    // cos 2a - 1 = -2 sin² a: near the origin the difference would have no digits left.
    let less = x.iter().map(|x| -2.0 * libm::sin(PI * x).powi(2)).sum::<f64>() / n;
    let value = -20.0 * libm::expm1(-0.2 * r) - E * libm::expm1(less);
    let funnel = if r == 0.0 { 0.0 } else { 4.0 * libm::exp(-0.2 * r) / (n * r) };
    let wave = 2.0 * PI * libm::exp(less + 1.0) / n;
    (value, x.iter().map(|x| funnel * x + wave * libm::sin(2.0 * PI * x)).collect())
}

/// 1 + Σ xᵢ²/4000 - Π cos(xᵢ/√(i+1)).
pub fn griewank(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
    let root = |i: usize| ((i + 1) as f64).sqrt();
    let product = |without: Option<usize>| -> f64 {
        (0..x.len()).filter(|i| Some(*i) != without).map(|i| libm::cos(x[i] / root(i))).product()
    };
    let partial = |i: usize| x[i] / 2000.0 + product(Some(i)) * libm::sin(x[i] / root(i)) / root(i);
    let squares: f64 = x.iter().map(|x| x * x).sum();
    (1.0 + squares / 4000.0 - product(None), (0..x.len()).map(partial).collect())
}

/// sin²(πw₀) + Σ (wᵢ-1)² (1 + 10 sin²(πwᵢ+1)) + (wₙ-1)² (1 + sin²(2πwₙ)) with wᵢ = 1 + (xᵢ-1)/4, the sum over all but
/// the last coordinate.
pub fn levy(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
    let w: Vec<f64> = x.iter().map(|x| 1.0 + (x - 1.0) / 4.0).collect();
    let last = x.len() - 1;
    // sin(πw) without the rounding of w near 1.
    let first = -libm::sin(PI * (w[0] - 1.0));
    let mut value = first * first;
    let mut gradient = vec![0.0; x.len()];
    gradient[0] = 2.0 * PI * first * -libm::cos(PI * (w[0] - 1.0)) / 4.0;
    for i in 0..=last {
        let (angle, turn, factor) =
            if i == last { (2.0 * PI * w[i], 2.0 * PI, 1.0) } else { (PI * w[i] + 1.0, PI, 10.0) };
        let (v, s, c) = (w[i] - 1.0, libm::sin(angle), libm::cos(angle));
        value += v * v * (1.0 + factor * s * s);
        gradient[i] += (2.0 * v * (1.0 + factor * s * s) + v * v * factor * 2.0 * s * c * turn) / 4.0;
    }
    (value, gradient)
}

/// sin(10πx)/(2x) + (x - 1)⁴.
pub fn gramacy_lee(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
    let (x, angle) = (x[0], 10.0 * PI * x[0]);
    let value = libm::sin(angle) / (2.0 * x) + (x - 1.0).powi(4);
    let wave = 5.0 * PI * libm::cos(angle) / x - libm::sin(angle) / (2.0 * x * x);
    (value, vec![wave + 4.0 * (x - 1.0).powi(3)])
}

/// -Σ k sin((k+1)x + k) over k from 1 to 5.
pub fn shubert(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
    let sum = |term: fn(f64, f64) -> f64| (1..=5).map(|k| term(x[0], f64::from(k))).sum::<f64>();
    let value = sum(|x, k| -k * libm::sin((k + 1.0) * x + k));
    (value, vec![sum(|x, k| -k * (k + 1.0) * libm::cos((k + 1.0) * x + k))])
}
