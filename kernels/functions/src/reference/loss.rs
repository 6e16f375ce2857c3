//! L and dL/dz of one example.

/// The mean of the squared residuals.
pub fn mse(z: &[f64], y: &[f64]) -> (f64, Vec<f64>) {
    let n = z.len() as f64;
    let residuals: Vec<f64> = z.iter().zip(y).map(|(z, y)| z - y).collect();
    (residuals.iter().map(|r| r * r).sum::<f64>() / n, residuals.iter().map(|r| 2.0 * r / n).collect())
}

/// Binary cross-entropy of a logit.
pub fn bce(z: &[f64], y: &[f64]) -> (f64, Vec<f64>) {
    let (z, y) = (z[0], y[0]);
    let loss = z.max(0.0) - z * y + libm::log1p(libm::exp(-z.abs()));
    (loss, vec![1.0 / (1.0 + libm::exp(-z)) - y])
}

/// Cross-entropy of the softmax of logits; `y` holds the index of the true class.
pub fn softmax_cross_entropy(z: &[f64], y: &[f64]) -> (f64, Vec<f64>) {
    let label = y[0] as usize;
    let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let exponentials: Vec<f64> = z.iter().map(|z| libm::exp(z - largest)).collect();
    let sum: f64 = exponentials.iter().sum();
    let gradient = exponentials.iter().enumerate().map(|(i, e)| e / sum - if i == label { 1.0 } else { 0.0 });
    (libm::log(sum) + largest - z[label], gradient.collect())
}

/// The mean of the absolute residuals.
pub fn mae(z: &[f64], y: &[f64]) -> (f64, Vec<f64>) {
    let n = z.len() as f64;
    let residuals = || z.iter().zip(y).map(|(z, y)| z - y);
    let sign = |r: f64| if r == 0.0 { 0.0 } else { r.signum() };
    (residuals().map(f64::abs).sum::<f64>() / n, residuals().map(|r| sign(r) / n).collect())
}

/// The mean of ½ r² for |r| ≤ δ, else δ (|r| - ½ δ).
pub fn huber(z: &[f64], y: &[f64], delta: f64) -> (f64, Vec<f64>) {
    let n = z.len() as f64;
    let residuals = || z.iter().zip(y).map(|(z, y)| z - y);
    let height = |r: f64| if r.abs() <= delta { 0.5 * r * r } else { delta * (r.abs() - 0.5 * delta) };
    (residuals().map(height).sum::<f64>() / n, residuals().map(|r| r.clamp(-delta, delta) / n).collect())
}

/// Cross-entropy of the softmax of logits; `y` holds the shares of the classes.
pub fn softmax_cross_entropy_dense(z: &[f64], y: &[f64]) -> (f64, Vec<f64>) {
    let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let exponentials: Vec<f64> = z.iter().map(|z| libm::exp(z - largest)).collect();
    let (sum, total) = (exponentials.iter().sum::<f64>(), y.iter().sum::<f64>());
    let loss = z.iter().zip(y).map(|(z, y)| y * (libm::log(sum) + (largest - z))).sum();
    (loss, exponentials.iter().zip(y).map(|(e, y)| e / sum * total - y).collect())
}
