//! Adamax.

use pulp::Simd;
use thalweg_numerics::{Real, Vector};

use crate::moments::corrections;
use crate::reference::{Memory, corrected};
use crate::{Hyperparameter, MAX_COEFFICIENTS, MAX_STATE, Optimizer, Rule};

/// Adamax, Adam with the infinity norm (Kingma and Ba, arXiv:1412.6980, Algorithm 2).
///
/// ```text
/// m ← β1 m + (1 - β1) g
/// u ← max(β2 u, |g| + ε)
/// w ← w - α m̂ / u             m̂ = m / (1 - β1^t)
/// ```
///
/// The paper has no ε, which stands as in PyTorch. `bias_correction = "false"` takes m̂ = m.
pub static ADAMAX: Optimizer = Optimizer::new::<Adamax>(
    "adamax",
    "Adamax",
    "Kingma and Ba, 2015, arXiv:1412.6980, section 7.1",
    "m = β1 m + (1 - β1) g; u = max(β2 u, |g| + ε); w -= α m̂ / u",
    &[
        Hyperparameter::lr(2e-3),
        Hyperparameter::decay("beta1", "β1", "decay of the mean gradient", 0.9),
        Hyperparameter::decay("beta2", "β2", "decay of the largest gradient", 0.999),
        Hyperparameter::epsilon(1e-8),
        Hyperparameter::bias_correction(),
    ],
);

struct Adamax;

impl Rule for Adamax {
    const STATE: usize = 2;
    const PRODUCTS: usize = 2;
    const COEFFICIENTS: usize = 5;

    fn advance(hyperparameters: &[f64], products: &mut [f64], coefficients: &mut [f64]) {
        let &[lr, beta1, beta2, eps, uncorrected] = hyperparameters else {
            unreachable!("Adamax has five hyperparameters")
        };
        let (mean, _) = corrections(products, beta1, beta2, uncorrected);
        coefficients[..5].copy_from_slice(&[beta1, 1.0 - beta1, beta2, eps, lr / mean]);
    }

    #[inline(always)]
    fn update<S: Simd, T: Real, const U: usize>(
        w: Vector<S, T, U>,
        g: Vector<S, T, U>,
        state: &mut [Vector<S, T, U>; MAX_STATE],
        c: &[Vector<S, T, U>; MAX_COEFFICIENTS],
    ) -> Vector<S, T, U> {
        let ([mean, largest, ..], [beta1, rest1, beta2, eps, step, ..]) = (state, *c);
        *mean = beta1.mul_add(*mean, rest1 * g);
        *largest = (beta2 * *largest).max(g.abs() + eps);
        step.neg_mul_add(*mean / *largest, w)
    }

    fn reference(h: &[f64], w: f64, g: f64, memory: &mut Memory) -> f64 {
        let ([mean, largest, ..], [lr, beta1, beta2, eps, uncorrected]) =
            (&mut memory.arrays, [0, 1, 2, 3, 4].map(|i| h[i]));
        *mean = beta1 * *mean + (1.0 - beta1) * g;
        *largest = f64::max(beta2 * *largest, g.abs() + eps);
        w - lr * corrected(*mean, beta1, memory.step, uncorrected) / *largest
    }
}
