//! Lion.

use pulp::Simd;
use thalweg_numerics::{Real, Vector};

use crate::reference::{Memory, sign};
use crate::{Hyperparameter, MAX_COEFFICIENTS, MAX_STATE, Optimizer, Rule};

/// Lion (Chen et al., arXiv:2302.06675, Algorithm 2), with decoupled weight decay.
///
/// ```text
/// w ← (1 - α λ) w - α sign(β1 m + (1 - β1) g)
/// m ← β2 m + (1 - β2) g
/// ```
///
/// Every step has the size α, but for a sign of 0. A gradient that is not finite makes the weight NaN: its sign would hide
/// it. Defaults are optax's, and α the 1e-4 of the authors' code.
pub static LION: Optimizer = Optimizer::new::<Lion>(
    "lion",
    "Lion",
    "Chen et al., 2023, arXiv:2302.06675",
    "w = (1 - α λ) w - α sign(β1 m + (1 - β1) g); m = β2 m + (1 - β2) g",
    &[
        Hyperparameter::lr(1e-4),
        Hyperparameter::decay("beta1", "β1", "share of the mean gradient in a step", 0.9),
        Hyperparameter::decay("beta2", "β2", "decay of the mean gradient", 0.99),
        Hyperparameter::non_negative("weight_decay", "λ", "decay of the weights, decoupled from g", 1e-3),
    ],
);

struct Lion;

impl Rule for Lion {
    const STATE: usize = 1;
    const PRODUCTS: usize = 0;
    const COEFFICIENTS: usize = 6;

    fn advance(hyperparameters: &[f64], _: &mut [f64], coefficients: &mut [f64]) {
        let &[lr, beta1, beta2, decay] = hyperparameters else { unreachable!("Lion has four hyperparameters") };
        coefficients[..6].copy_from_slice(&[beta1, 1.0 - beta1, beta2, 1.0 - beta2, lr, 1.0 - lr * decay]);
    }

    #[inline(always)]
    fn update<S: Simd, T: Real, const U: usize>(
        w: Vector<S, T, U>,
        g: Vector<S, T, U>,
        state: &mut [Vector<S, T, U>; MAX_STATE],
        c: &[Vector<S, T, U>; MAX_COEFFICIENTS],
    ) -> Vector<S, T, U> {
        let ([mean, ..], [beta1, rest1, beta2, rest2, lr, keep, ..]) = (state, *c);
        let direction = beta1.mul_add(*mean, rest1 * g);
        *mean = beta2.mul_add(*mean, rest2 * g);
        // 0 times anything that is not finite is NaN.
        let sign = direction.mul_add(w.like(0.0), direction.sign());
        lr.neg_mul_add(sign, keep * w)
    }

    fn reference(h: &[f64], w: f64, g: f64, memory: &mut Memory) -> f64 {
        let ([mean, ..], lr, beta1, beta2, decay) = (&mut memory.arrays, h[0], h[1], h[2], h[3]);
        let direction = beta1 * *mean + (1.0 - beta1) * g;
        *mean = beta2 * *mean + (1.0 - beta2) * g;
        w - lr * (sign(direction) + decay * w)
    }
}
