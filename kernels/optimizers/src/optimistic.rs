//! Optimistic gradient descent.

use pulp::Simd;
use thalweg_numerics::{Real, Vector};

use crate::reference::Memory;
use crate::{Hyperparameter, MAX_COEFFICIENTS, MAX_STATE, Optimizer, Rule};

/// w ← w - α ((1 + κ) g - κ g₋), with the gradient g₋ of the step before: a step by the gradient that is expected next if it
/// changes as it did.
///
/// In the first step, g₋ is g. κ = 1 is the method of the papers, κ = 0 gradient descent; it is optax's
/// `optimistic_gradient_descent` with beta = κ.
/// Sources: Popov, A modification of the Arrow-Hurwicz method for search of saddle points, 1980; Daskalakis et al., Training GANs
/// with optimism, arXiv:1711.00141.
pub static OPTIMISTIC: Optimizer = Optimizer::new::<Optimistic>(
    "optimistic",
    "Optimistic",
    "Popov, 1980; Daskalakis et al., 2018, arXiv:1711.00141",
    "w -= α ((1 + κ) g - κ g₋)",
    &[
        Hyperparameter::lr(1e-2),
        Hyperparameter::non_negative(
            "optimism",
            "κ",
            "share of the last change of the gradient that is expected again",
            1.0,
        ),
    ],
);

struct Optimistic;

impl Rule for Optimistic {
    const STATE: usize = 1;
    const PRODUCTS: usize = 1;
    const COEFFICIENTS: usize = 2;

    fn advance(hyperparameters: &[f64], products: &mut [f64], coefficients: &mut [f64]) {
        let &[lr, optimism] = hyperparameters else { unreachable!("optimistic descent has two hyperparameters") };
        // 1 marks the first step, before which there is no gradient: what is kept is 0, and is not subtracted.
        let first = std::mem::take(&mut products[0]);
        coefficients[..2].copy_from_slice(&[lr * (1.0 + optimism * (1.0 - first)), lr * optimism]);
    }

    #[inline(always)]
    fn update<S: Simd, T: Real, const U: usize>(
        w: Vector<S, T, U>,
        g: Vector<S, T, U>,
        [last, ..]: &mut [Vector<S, T, U>; MAX_STATE],
        &[ahead, back, ..]: &[Vector<S, T, U>; MAX_COEFFICIENTS],
    ) -> Vector<S, T, U> {
        let before = std::mem::replace(last, g);
        ahead.neg_mul_add(g, back.mul_add(before, w))
    }

    fn reference(h: &[f64], w: f64, g: f64, memory: &mut Memory) -> f64 {
        let before = if memory.step == 1 { g } else { memory.arrays[0] };
        memory.arrays[0] = g;
        w - h[0] * (g + h[1] * (g - before))
    }
}
