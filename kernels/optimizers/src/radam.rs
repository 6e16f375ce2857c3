//! RAdam.

use pulp::Simd;
use thalweg_numerics::{Real, Vector};

use crate::moments::{corrections, epsilon};
use crate::reference::{Memory, corrected, root};
use crate::{Hyperparameter, MAX_COEFFICIENTS, MAX_STATE, Optimizer, Rule};

/// RAdam, Adam with a rectified variance (Liu et al., arXiv:1908.03265, Algorithm 2), with ε as in PyTorch.
///
/// ```text
/// m ← β1 m + (1 - β1) g
/// c ← β2 c + (1 - β2) g²
/// ρ∞ = 2 / (1 - β2) - 1,  ρ = ρ∞ - 2 t β2^t / (1 - β2^t)
/// w ← w - α m̂ r √(1 - β2^t) / (√c + ε)  where ρ > 5,   r² = (ρ - 4)(ρ - 2) ρ∞ / ((ρ∞ - 4)(ρ∞ - 2) ρ)
/// w ← w - α m̂                           elsewhere,     m̂ = m / (1 - β1^t)
/// ```
///
/// The paper has no ε, and ρ > 4. `epsilon_placement = "inside"` divides by √(c + ε). `bias_correction = "false"` takes m̂ = m and
/// 1 in place of √(1 - β2^t).
pub static RADAM: Optimizer = Optimizer::new::<RAdam>(
    "radam",
    "RAdam",
    "Liu et al., 2020, arXiv:1908.03265",
    "m = β1 m + (1 - β1) g; c = β2 c + (1 - β2) g²; w -= α m̂ r √(1 - β2^t) / (√c + ε) where ρ > 5, else α m̂",
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

struct RAdam;

/// What is kept beside β1^t and β2^t: t of the next step.
const STEP: usize = 2;

impl Rule for RAdam {
    const STATE: usize = 2;
    const PRODUCTS: usize = 3;
    const COEFFICIENTS: usize = 8;

    fn advance(hyperparameters: &[f64], products: &mut [f64], coefficients: &mut [f64]) {
        let &[lr, beta1, beta2, eps, inside, uncorrected] = hyperparameters else {
            unreachable!("RAdam has six hyperparameters")
        };
        let (mean, square) = corrections(products, beta1, beta2, uncorrected);
        let longest = 2.0 / (1.0 - beta2) - 1.0;
        let length = longest - 2.0 * products[STEP] * products[1] / (1.0 - products[1]);
        products[STEP] += 1.0;
        let (rectified, (under, beside), step) = if length > 5.0 {
            let ratio = (length - 4.0) * (length - 2.0) * longest / ((longest - 4.0) * (longest - 2.0) * length);
            (1.0, epsilon(eps, inside), lr / mean * ratio.sqrt() * square.sqrt())
        } else {
            // The denominator becomes 0 √c + 1.
            (0.0, (0.0, 1.0), lr / mean)
        };
        coefficients[..8].copy_from_slice(&[beta1, 1.0 - beta1, beta2, 1.0 - beta2, rectified, under, beside, step]);
    }

    #[inline(always)]
    fn update<S: Simd, T: Real, const U: usize>(
        w: Vector<S, T, U>,
        g: Vector<S, T, U>,
        state: &mut [Vector<S, T, U>; MAX_STATE],
        c: &[Vector<S, T, U>; MAX_COEFFICIENTS],
    ) -> Vector<S, T, U> {
        let ([mean, square, ..], [beta1, rest1, beta2, rest2, rectified, under, beside, step, _]) = (state, *c);
        *mean = beta1.mul_add(*mean, rest1 * g);
        *square = beta2.mul_add(*square, rest2 * (g * g));
        let denominator = rectified.mul_add((*square + under).sqrt(), beside);
        step.neg_mul_add(*mean / denominator, w)
    }

    fn reference(h: &[f64], w: f64, g: f64, memory: &mut Memory) -> f64 {
        let (lr, beta1, beta2, eps, inside, uncorrected) = (h[0], h[1], h[2], h[3], h[4], h[5]);
        let ([mean, square, ..], step) = (&mut memory.arrays, memory.step);
        *mean = beta1 * *mean + (1.0 - beta1) * g;
        *square = beta2 * *square + (1.0 - beta2) * g * g;
        let longest = 2.0 / (1.0 - beta2) - 1.0;
        let product = beta2.powi(step);
        let length = longest - 2.0 * f64::from(step) * product / (1.0 - product);
        let direction = lr * corrected(*mean, beta1, step, uncorrected);
        if length <= 5.0 {
            return w - direction;
        }
        let rectified =
            ((length - 4.0) * (length - 2.0) * longest / ((longest - 4.0) * (longest - 2.0) * length)).sqrt();
        let correction = if uncorrected == 0.0 { (1.0 - product).sqrt() } else { 1.0 };
        w - direction * rectified * correction / root(*square, eps, inside)
    }
}
