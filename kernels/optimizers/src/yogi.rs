//! Yogi.

use pulp::Simd;
use thalweg_numerics::{Real, Vector};

use crate::moments::{corrections, epsilon};
use crate::reference::{Memory, corrected, root, sign};
use crate::{Hyperparameter, MAX_COEFFICIENTS, MAX_STATE, Optimizer, Rule};

/// Yogi (Zaheer et al., Adaptive Methods for Nonconvex Optimization, NeurIPS 2018, Algorithm 2), with Adam's bias correction
/// as in optax.
///
/// ```text
/// m ← β1 m + (1 - β1) g
/// c ← c - (1 - β2) sign(c - g²) g²
/// w ← w - α m̂ / (√ĉ + ε)      m̂ = m / (1 - β1^t), ĉ = c / (1 - β2^t)
/// ```
///
/// m and c start at `initial_accumulator_value`. The paper has no bias correction: `bias_correction = "false"` takes m̂ = m and
/// ĉ = c. `epsilon_placement = "inside"` divides by √(ĉ + ε). Defaults are optax's, and α the paper's 0.01.
pub static YOGI: Optimizer = Optimizer::new::<Yogi>(
    "yogi",
    "Yogi",
    "Zaheer et al., 2018, Adaptive Methods for Nonconvex Optimization",
    "m = β1 m + (1 - β1) g; c = c - (1 - β2) sign(c - g²) g²; w -= α m̂ / (√ĉ + ε)",
    &[
        Hyperparameter::lr(1e-2),
        Hyperparameter::decay("beta1", "β1", "decay of the mean gradient", 0.9),
        Hyperparameter::decay("beta2", "β2", "1 - β2 bounds the change of c by the squared gradient", 0.999),
        Hyperparameter::epsilon(1e-3),
        Hyperparameter::non_negative("initial_accumulator_value", "m₀", "m and c at the start", 1e-6),
        Hyperparameter::epsilon_placement(),
        Hyperparameter::bias_correction(),
    ],
)
.with_notes(&[("epsilon_placement", 1.0)]);

struct Yogi;

impl Rule for Yogi {
    const STATE: usize = 2;
    const PRODUCTS: usize = 3;
    const COEFFICIENTS: usize = 8;

    fn advance(hyperparameters: &[f64], products: &mut [f64], coefficients: &mut [f64]) {
        let &[lr, beta1, beta2, eps, initial, inside, uncorrected] = hyperparameters else {
            unreachable!("Yogi has seven hyperparameters")
        };
        let (mean, square) = corrections(products, beta1, beta2, uncorrected);
        let (under, beside) = epsilon(eps, inside);
        // State starts at zero, so that the start of the means is added in the first step; 1 marks it.
        let start = initial * std::mem::take(&mut products[2]);
        coefficients[..8].copy_from_slice(&[
            beta1,
            1.0 - beta1,
            1.0 - beta2,
            start,
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
        let ([mean, square, ..], [beta1, rest1, rest2, start, step, correction, under, beside, _]) = (state, *c);
        *mean = beta1.mul_add(*mean + start, rest1 * g);
        let (before, squared) = (*square + start, g * g);
        *square = ((before - squared).sign() * squared).neg_mul_add(rest2, before);
        let denominator = square.mul_add(correction, under).sqrt() + beside;
        step.neg_mul_add(*mean / denominator, w)
    }

    fn reference(h: &[f64], w: f64, g: f64, memory: &mut Memory) -> f64 {
        let (lr, beta1, beta2, eps, initial, inside, uncorrected) = (h[0], h[1], h[2], h[3], h[4], h[5], h[6]);
        let ([mean, square, ..], step) = (&mut memory.arrays, memory.step);
        if step == 1 {
            (*mean, *square) = (initial, initial);
        }
        *mean = beta1 * *mean + (1.0 - beta1) * g;
        *square -= (1.0 - beta2) * sign(*square - g * g) * g * g;
        let denominator = root(corrected(*square, beta2, step, uncorrected), eps, inside);
        w - lr * corrected(*mean, beta1, step, uncorrected) / denominator
    }
}
