//! Adam.

use pulp::Simd;

use super::{Hyperparameter, MAX_COEFFICIENTS, MAX_STATE, Method, Rule};
use crate::{Real, Vector};

/// Adam (Kingma and Ba, arXiv:1412.6980, Algorithm 1).
///
/// ```text
/// m ← β1 m + (1 - β1) g
/// c ← β2 c + (1 - β2) g²
/// w ← w - α m̂ / (√ĉ + ε)      m̂ = m / (1 - β1^t), ĉ = c / (1 - β2^t)
/// ```
///
/// `epsilon_placement = "inside"` divides by √(ĉ + ε) in place of √ĉ + ε, and `bias_correction = "false"` takes
/// m̂ = m and ĉ = c: both are in use elsewhere.
pub static ADAM: Method = Method::new::<Adam>(
    "adam",
    "Adam",
    "Kingma and Ba, 2015, arXiv:1412.6980",
    "m = β1 m + (1 - β1) g; c = β2 c + (1 - β2) g²; w -= α m̂ / (√ĉ + ε)",
    &[
        Hyperparameter::lr(),
        Hyperparameter::decay("beta1", "β1", "decay of the mean gradient", 0.9),
        Hyperparameter::decay("beta2", "β2", "decay of the mean squared gradient", 0.999),
        Hyperparameter::epsilon(1e-8),
        Hyperparameter::choice("epsilon_placement", "ε beside or under the square root", &["outside", "inside"]),
        Hyperparameter::choice(
            "bias_correction",
            "whether the means are corrected for their start",
            &["true", "false"],
        ),
    ],
);

struct Adam;

impl Rule for Adam {
    const STATE: usize = 2;
    const PRODUCTS: usize = 2;
    const COEFFICIENTS: usize = 8;

    fn advance(hyperparameters: &[f64], products: &mut [f64], coefficients: &mut [f64]) {
        let &[lr, beta1, beta2, eps, inside, uncorrected] = hyperparameters else {
            unreachable!("Adam has six hyperparameters")
        };
        products[0] *= beta1;
        products[1] *= beta2;
        let (mean, square) = if uncorrected == 0.0 { (1.0 - products[0], 1.0 - products[1]) } else { (1.0, 1.0) };
        let (under, beside) = if inside == 0.0 { (0.0, eps) } else { (eps, 0.0) };
        coefficients[..8].copy_from_slice(&[
            beta1,
            1.0 - beta1,
            beta2,
            1.0 - beta2,
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
        let ([mean, square], [beta1, rest1, beta2, rest2, step, correction, under, beside]) = (state, *c);
        *mean = beta1.mul_add(*mean, rest1 * g);
        *square = beta2.mul_add(*square, rest2 * (g * g));
        let denominator = square.mul_add(correction, under).sqrt() + beside;
        step.neg_mul_add(*mean / denominator, w)
    }
}
