//! AdaBelief.

use pulp::Simd;
use thalweg_numerics::{Real, Vector};

use crate::moments::{corrections, epsilon};
use crate::reference::{Memory, corrected, root};
use crate::{Hyperparameter, MAX_COEFFICIENTS, MAX_STATE, Optimizer, Rule};

/// AdaBelief (Zhuang et al., arXiv:2010.07468, Algorithm 2).
///
/// ```text
/// m ← β1 m + (1 - β1) g
/// s ← β2 s + (1 - β2) (g - m)² + ε₀
/// w ← w - α m̂ / (√ŝ + ε)      m̂ = m / (1 - β1^t), ŝ = s / (1 - β2^t)
/// ```
///
/// ε₀ is `eps_root`: the paper has one ε for both. Defaults are optax's. `epsilon_placement = "inside"` divides by √(ŝ + ε), and
/// `bias_correction = "false"` takes m̂ = m and ŝ = s.
pub static ADABELIEF: Optimizer = Optimizer::new::<AdaBelief>(
    "adabelief",
    "AdaBelief",
    "Zhuang et al., 2020, arXiv:2010.07468",
    "m = β1 m + (1 - β1) g; s = β2 s + (1 - β2) (g - m)² + ε₀; w -= α m̂ / (√ŝ + ε)",
    &[
        Hyperparameter::lr(1e-3),
        Hyperparameter::decay("beta1", "β1", "decay of the mean gradient", 0.9),
        Hyperparameter::decay("beta2", "β2", "decay of the mean squared surprise", 0.999),
        Hyperparameter::epsilon(1e-16),
        Hyperparameter::non_negative("eps_root", "ε₀", "keeps the mean squared surprise above zero", 1e-16),
        Hyperparameter::epsilon_placement(),
        Hyperparameter::bias_correction(),
    ],
)
.with_notes(&[("epsilon_placement", 1.0)]);

struct AdaBelief;

impl Rule for AdaBelief {
    const STATE: usize = 2;
    const PRODUCTS: usize = 2;
    const COEFFICIENTS: usize = 9;

    fn advance(hyperparameters: &[f64], products: &mut [f64], coefficients: &mut [f64]) {
        let &[lr, beta1, beta2, eps, root, inside, uncorrected] = hyperparameters else {
            unreachable!("AdaBelief has seven hyperparameters")
        };
        let (mean, square) = corrections(products, beta1, beta2, uncorrected);
        let (under, beside) = epsilon(eps, inside);
        coefficients[..9].copy_from_slice(&[
            beta1,
            1.0 - beta1,
            beta2,
            1.0 - beta2,
            root,
            lr / mean,
            1.0 / square,
            under,
            beside,
        ]);
    }

    #[inline(always)]
    fn update<S: Simd, T: Real, const U: usize>(
        w: Vector<S, T, U>,
        g: Vector<S, T, U>,
        state: &mut [Vector<S, T, U>; MAX_STATE],
        c: &[Vector<S, T, U>; MAX_COEFFICIENTS],
    ) -> Vector<S, T, U> {
        let ([mean, square, ..], [beta1, rest1, beta2, rest2, root, step, correction, under, beside]) = (state, *c);
        *mean = beta1.mul_add(*mean, rest1 * g);
        let surprise = g - *mean;
        *square = beta2.mul_add(*square, rest2 * (surprise * surprise)) + root;
        let denominator = square.mul_add(correction, under).sqrt() + beside;
        step.neg_mul_add(*mean / denominator, w)
    }

    fn reference(h: &[f64], w: f64, g: f64, memory: &mut Memory) -> f64 {
        let (lr, beta1, beta2, eps, eps_root, inside, uncorrected) = (h[0], h[1], h[2], h[3], h[4], h[5], h[6]);
        let ([mean, square, ..], step) = (&mut memory.arrays, memory.step);
        *mean = beta1 * *mean + (1.0 - beta1) * g;
        *square = beta2 * *square + (1.0 - beta2) * (g - *mean) * (g - *mean) + eps_root;
        let denominator = root(corrected(*square, beta2, step, uncorrected), eps, inside);
        w - lr * corrected(*mean, beta1, step, uncorrected) / denominator
    }
}
