//! Nesterov's accelerated gradient.

use pulp::Simd;
use thalweg_numerics::{Real, Vector};

use crate::momentum::{FORM, coefficients};
use crate::reference::{Memory, velocity};
use crate::{Hyperparameter, MAX_COEFFICIENTS, MAX_STATE, Optimizer, Rule};

/// v ← μ v + g; w ← w - α (g + μ v): Nesterov's momentum in PyTorch's form, where w is the point at which the gradient is
/// taken.
///
/// `form = "keras"` is v ← μ v - α g; w ← w + μ v - α g: the same steps while α is constant.
/// Sources: Nesterov, A method for solving the convex programming problem with convergence rate O(1/k²), 1983; in this form
/// Sutskever, Martens, Dahl and Hinton, On the importance of initialization and momentum in deep learning, 2013.
pub static NESTEROV: Optimizer = Optimizer::new::<Nesterov>(
    "nesterov",
    "Nesterov",
    "Nesterov, 1983; Sutskever et al., 2013, proceedings.mlr.press/v28/sutskever13.html",
    "v = μ v + g; w -= α (g + μ v)",
    &[
        Hyperparameter::lr(1e-3),
        Hyperparameter::decay("momentum", "μ", "share of the velocity that is kept", 0.9),
        FORM,
    ],
);

/// The rule, for kernels that contain it.
pub struct Nesterov;

impl Rule for Nesterov {
    const STATE: usize = 1;
    const PRODUCTS: usize = 0;
    const COEFFICIENTS: usize = 3;

    fn advance(hyperparameters: &[f64], _: &mut [f64], coefficients: &mut [f64]) {
        coefficients[..3].copy_from_slice(&self::coefficients(hyperparameters));
    }

    #[inline(always)]
    fn update<S: Simd, T: Real, const U: usize>(
        w: Vector<S, T, U>,
        g: Vector<S, T, U>,
        state: &mut [Vector<S, T, U>; MAX_STATE],
        c: &[Vector<S, T, U>; MAX_COEFFICIENTS],
    ) -> Vector<S, T, U> {
        let ([velocity, ..], [momentum, enters, leaves, ..]) = (state, *c);
        let g = enters * g;
        *velocity = momentum.mul_add(*velocity, g);
        leaves.neg_mul_add(momentum.mul_add(*velocity, g), w)
    }

    fn reference(h: &[f64], w: f64, g: f64, memory: &mut Memory) -> f64 {
        let velocity = velocity(h, g, memory);
        if h[2] == 1.0 { w + h[1] * velocity - h[0] * g } else { w - h[0] * (g + h[1] * velocity) }
    }
}
