//! AMSGrad.

use pulp::Simd;
use thalweg_numerics::{Real, Vector};

use crate::moments::adam;
use crate::reference::{self, Memory};
use crate::{Hyperparameter, MAX_COEFFICIENTS, MAX_STATE, Optimizer, Rule};

/// AMSGrad (Reddi, Kale and Kumar, arXiv:1904.09237, Algorithm 2), with Adam's bias correction as in PyTorch.
///
/// ```text
/// m ← β1 m + (1 - β1) g
/// c ← β2 c + (1 - β2) g²
/// x ← max(x, c)
/// w ← w - α m̂ / (√x̂ + ε)      m̂ = m / (1 - β1^t), x̂ = x / (1 - β2^t)
/// ```
///
/// The paper has neither ε nor bias correction: `bias_correction = "false"` takes m̂ = m and x̂ = x.
/// `epsilon_placement = "inside"` divides by √(x̂ + ε).
pub static AMSGRAD: Optimizer = Optimizer::new::<AmsGrad>(
    "amsgrad",
    "AMSGrad",
    "Reddi, Kale and Kumar, 2018, arXiv:1904.09237",
    "m = β1 m + (1 - β1) g; c = β2 c + (1 - β2) g²; x = max(x, c); w -= α m̂ / (√x̂ + ε)",
    &[
        Hyperparameter::lr(1e-3),
        Hyperparameter::decay("beta1", "β1", "decay of the mean gradient", 0.9),
        Hyperparameter::decay("beta2", "β2", "decay of the mean squared gradient", 0.999),
        Hyperparameter::epsilon(1e-8),
        Hyperparameter::epsilon_placement(),
        Hyperparameter::bias_correction(),
    ],
)
.with_notes(&[("epsilon_placement", 1.0)]);

struct AmsGrad;

impl Rule for AmsGrad {
    const STATE: usize = 3;
    const PRODUCTS: usize = 2;
    const COEFFICIENTS: usize = 8;

    fn advance(hyperparameters: &[f64], products: &mut [f64], coefficients: &mut [f64]) {
        let &[lr, beta1, beta2, eps, inside, uncorrected] = hyperparameters else {
            unreachable!("AMSGrad has six hyperparameters")
        };
        coefficients[..8].copy_from_slice(&adam([lr, beta1, beta2, eps], inside, uncorrected, products));
    }

    #[inline(always)]
    fn update<S: Simd, T: Real, const U: usize>(
        w: Vector<S, T, U>,
        g: Vector<S, T, U>,
        state: &mut [Vector<S, T, U>; MAX_STATE],
        c: &[Vector<S, T, U>; MAX_COEFFICIENTS],
    ) -> Vector<S, T, U> {
        let ([mean, square, largest, _], [beta1, rest1, beta2, rest2, step, correction, under, beside, _]) =
            (state, *c);
        *mean = beta1.mul_add(*mean, rest1 * g);
        *square = beta2.mul_add(*square, rest2 * (g * g));
        *largest = largest.max(*square);
        let denominator = largest.mul_add(correction, under).sqrt() + beside;
        step.neg_mul_add(*mean / denominator, w)
    }

    fn reference(h: &[f64], w: f64, g: f64, memory: &mut Memory) -> f64 {
        w - reference::adam([h[0], h[1], h[2], h[3], h[4], h[5]], 1.0, true, g, memory)
    }
}
