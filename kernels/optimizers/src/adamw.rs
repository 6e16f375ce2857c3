//! AdamW.

use pulp::Simd;
use thalweg_numerics::{Real, Vector};

use crate::moments::adam;
use crate::reference::{self, Memory};
use crate::{Hyperparameter, MAX_COEFFICIENTS, MAX_STATE, Optimizer, Rule};

/// AdamW, Adam with decoupled weight decay (Loshchilov and Hutter, arXiv:1711.05101, Algorithm 2), as in PyTorch.
///
/// ```text
/// m ← β1 m + (1 - β1) g
/// c ← β2 c + (1 - β2) g²
/// w ← (1 - α λ) w - α m̂ / (√ĉ + ε)      m̂ = m / (1 - β1^t), ĉ = c / (1 - β2^t)
/// ```
///
/// Variants as for [Adam](super::adam::ADAM).
pub static ADAMW: Optimizer = Optimizer::new::<AdamW>(
    "adamw",
    "AdamW",
    "Loshchilov and Hutter, 2019, arXiv:1711.05101",
    "m = β1 m + (1 - β1) g; c = β2 c + (1 - β2) g²; w = (1 - α λ) w - α m̂ / (√ĉ + ε)",
    &[
        Hyperparameter::lr(1e-3),
        Hyperparameter::decay("beta1", "β1", "decay of the mean gradient", 0.9),
        Hyperparameter::decay("beta2", "β2", "decay of the mean squared gradient", 0.999),
        Hyperparameter::epsilon(1e-8),
        Hyperparameter::non_negative("weight_decay", "λ", "decay of the weights, decoupled from g", 1e-2),
        Hyperparameter::epsilon_placement(),
        Hyperparameter::bias_correction(),
    ],
)
.with_notes(&[("epsilon_placement", 1.0)]);

struct AdamW;

impl Rule for AdamW {
    const STATE: usize = 2;
    const PRODUCTS: usize = 2;
    const COEFFICIENTS: usize = 9;

    fn advance(hyperparameters: &[f64], products: &mut [f64], coefficients: &mut [f64]) {
        let &[lr, beta1, beta2, eps, decay, inside, uncorrected] = hyperparameters else {
            unreachable!("AdamW has seven hyperparameters")
        };
        coefficients[..8].copy_from_slice(&adam([lr, beta1, beta2, eps], inside, uncorrected, products));
        coefficients[8] = 1.0 - lr * decay;
    }

    #[inline(always)]
    fn update<S: Simd, T: Real, const U: usize>(
        w: Vector<S, T, U>,
        g: Vector<S, T, U>,
        state: &mut [Vector<S, T, U>; MAX_STATE],
        c: &[Vector<S, T, U>; MAX_COEFFICIENTS],
    ) -> Vector<S, T, U> {
        let ([mean, square, ..], [beta1, rest1, beta2, rest2, step, correction, under, beside, keep]) = (state, *c);
        *mean = beta1.mul_add(*mean, rest1 * g);
        *square = beta2.mul_add(*square, rest2 * (g * g));
        let denominator = square.mul_add(correction, under).sqrt() + beside;
        step.neg_mul_add(*mean / denominator, keep * w)
    }

    fn reference(h: &[f64], w: f64, g: f64, memory: &mut Memory) -> f64 {
        w - h[0] * h[4] * w - reference::adam([h[0], h[1], h[2], h[3], h[5], h[6]], 1.0, false, g, memory)
    }
}
