//! Adam.

use pulp::Simd;
use thalweg_numerics::{Real, Vector};

use crate::moments::adam;
use crate::reference::{self, Memory};
use crate::{Hyperparameter, MAX_COEFFICIENTS, MAX_STATE, Optimizer, Rule};

/// Adam (Kingma and Ba, arXiv:1412.6980, Algorithm 1).
///
/// ```text
/// m ← β1 m + (1 - β1) g
/// c ← β2 c + (1 - β2) g²
/// w ← w - α m̂ / (√ĉ + ε)      m̂ = m / (1 - β1^t), ĉ = c / (1 - β2^t)
/// ```
///
/// `epsilon_placement = "inside"` divides by √(ĉ + ε) in place of √ĉ + ε, and `bias_correction = "false"` takes
/// m̂ = m and ĉ = c: both are in use elsewhere. `momentum_sign = "printed"` has m ← β1 m - (1 - β1) g, a misprint that is
/// found in lecture notes: it climbs.
#[doc = include_str!("loops/adam.md")]
pub static ADAM: Optimizer = Optimizer::new::<Adam>(
    "adam",
    "Adam",
    "Kingma and Ba, 2015, arXiv:1412.6980",
    "m = β1 m + (1 - β1) g; c = β2 c + (1 - β2) g²; w -= α m̂ / (√ĉ + ε)",
    &[
        Hyperparameter::lr(1e-3),
        Hyperparameter::decay("beta1", "β1", "decay of the mean gradient", 0.9),
        Hyperparameter::decay("beta2", "β2", "decay of the mean squared gradient", 0.999),
        Hyperparameter::epsilon(1e-8),
        Hyperparameter::epsilon_placement(),
        Hyperparameter::bias_correction(),
        Hyperparameter::choice(
            "momentum_sign",
            "the sign of (1 - β1) g: the paper's, or that of a common misprint, which climbs",
            &["paper", "printed"],
        )
        .omit_at_default(),
    ],
)
.with_notes(&[("epsilon_placement", 1.0), ("bias_correction", 1.0), ("beta2", 0.99)]);

struct Adam;

impl Rule for Adam {
    const STATE: usize = 2;
    const PRODUCTS: usize = 2;
    const COEFFICIENTS: usize = 8;

    fn advance(hyperparameters: &[f64], products: &mut [f64], coefficients: &mut [f64]) {
        let &[lr, beta1, beta2, eps, inside, uncorrected, printed] = hyperparameters else {
            unreachable!("Adam has seven hyperparameters")
        };
        coefficients[..8].copy_from_slice(&adam([lr, beta1, beta2, eps], inside, uncorrected, products));
        if printed != 0.0 {
            coefficients[1] = -coefficients[1];
        }
    }

    #[inline(always)]
    fn update<S: Simd, T: Real, const U: usize>(
        w: Vector<S, T, U>,
        g: Vector<S, T, U>,
        state: &mut [Vector<S, T, U>; MAX_STATE],
        c: &[Vector<S, T, U>; MAX_COEFFICIENTS],
    ) -> Vector<S, T, U> {
        let ([mean, square, ..], [beta1, rest1, beta2, rest2, step, correction, under, beside, _]) = (state, *c);
        *mean = beta1.mul_add(*mean, rest1 * g);
        *square = beta2.mul_add(*square, rest2 * (g * g));
        let denominator = square.mul_add(correction, under).sqrt() + beside;
        step.neg_mul_add(*mean / denominator, w)
    }

    fn reference(h: &[f64], w: f64, g: f64, memory: &mut Memory) -> f64 {
        let sign = if h[6] == 1.0 { -1.0 } else { 1.0 };
        w - reference::adam([h[0], h[1], h[2], h[3], h[4], h[5]], sign, false, g, memory)
    }
}
