//! Adadelta.

use pulp::Simd;
use thalweg_numerics::{Real, Vector};

use crate::reference::Memory;
use crate::{Hyperparameter, MAX_COEFFICIENTS, MAX_STATE, Optimizer, Rule};

/// Adadelta (Zeiler, arXiv:1212.5701, Algorithm 1).
///
/// ```text
/// c ← ρ c + (1 - ρ) g²
/// d ← g √(u + ε) / √(c + ε)
/// u ← ρ u + (1 - ρ) d²
/// w ← w - α d
/// ```
///
/// The paper has no α, which is 1 by default.
pub static ADADELTA: Optimizer = Optimizer::new::<Adadelta>(
    "adadelta",
    "Adadelta",
    "Zeiler, 2012, arXiv:1212.5701",
    "c = ρ c + (1 - ρ) g²; d = g √(u + ε) / √(c + ε); u = ρ u + (1 - ρ) d²; w -= α d",
    &[
        Hyperparameter::lr(1.0),
        Hyperparameter::decay("rho", "ρ", "decay of the mean squared gradient and step", 0.9),
        Hyperparameter::epsilon(1e-6),
    ],
);

struct Adadelta;

impl Rule for Adadelta {
    const STATE: usize = 2;
    const PRODUCTS: usize = 0;
    const COEFFICIENTS: usize = 4;

    fn advance(hyperparameters: &[f64], _: &mut [f64], coefficients: &mut [f64]) {
        let &[lr, rho, eps] = hyperparameters else { unreachable!("Adadelta has three hyperparameters") };
        coefficients[..4].copy_from_slice(&[rho, 1.0 - rho, eps, lr]);
    }

    #[inline(always)]
    fn update<S: Simd, T: Real, const U: usize>(
        w: Vector<S, T, U>,
        g: Vector<S, T, U>,
        state: &mut [Vector<S, T, U>; MAX_STATE],
        c: &[Vector<S, T, U>; MAX_COEFFICIENTS],
    ) -> Vector<S, T, U> {
        let ([square, steps, ..], [rho, rest, eps, lr, ..]) = (state, *c);
        *square = rho.mul_add(*square, rest * (g * g));
        let step = (*steps + eps).sqrt() / (*square + eps).sqrt() * g;
        *steps = rho.mul_add(*steps, rest * (step * step));
        lr.neg_mul_add(step, w)
    }

    fn reference(h: &[f64], w: f64, g: f64, memory: &mut Memory) -> f64 {
        let ([square, steps, ..], lr, rho, eps) = (&mut memory.arrays, h[0], h[1], h[2]);
        *square = rho * *square + (1.0 - rho) * g * g;
        let step = (*steps + eps).sqrt() / (*square + eps).sqrt() * g;
        *steps = rho * *steps + (1.0 - rho) * step * step;
        w - lr * step
    }
}
