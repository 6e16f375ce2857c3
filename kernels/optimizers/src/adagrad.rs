//! Adagrad.

use pulp::Simd;
use thalweg_numerics::{Real, Vector};

use crate::moments::epsilon;
use crate::reference::{Memory, root};
use crate::{Hyperparameter, MAX_COEFFICIENTS, MAX_STATE, Optimizer, Rule};

/// Adagrad (Duchi, Hazan and Singer, JMLR 12, 2011; the diagonal form).
///
/// ```text
/// c ← c + g²
/// w ← w - α g / (√(c + c₀) + ε)
/// ```
///
/// c₀ is `initial_accumulator_value`. `epsilon_placement = "inside"` divides by √(c + c₀ + ε).
pub static ADAGRAD: Optimizer = Optimizer::new::<Adagrad>(
    "adagrad",
    "Adagrad",
    "Duchi, Hazan and Singer, 2011, jmlr.org/papers/v12/duchi11a.html",
    "c = c + g²; w -= α g / (√(c + c₀) + ε)",
    &[
        Hyperparameter::lr(1e-2),
        Hyperparameter::epsilon(1e-10),
        Hyperparameter::epsilon_placement(),
        Hyperparameter::non_negative("initial_accumulator_value", "c₀", "the sum of squares at the start", 0.0)
            .omit_at_default(),
    ],
)
.with_notes(&[("epsilon_placement", 1.0)]);

struct Adagrad;

impl Rule for Adagrad {
    const STATE: usize = 1;
    const PRODUCTS: usize = 0;
    const COEFFICIENTS: usize = 3;

    fn advance(hyperparameters: &[f64], _: &mut [f64], coefficients: &mut [f64]) {
        let &[lr, eps, inside, initial] = hyperparameters else { unreachable!("Adagrad has four hyperparameters") };
        let (under, beside) = epsilon(eps, inside);
        coefficients[..3].copy_from_slice(&[lr, initial + under, beside]);
    }

    #[inline(always)]
    fn update<S: Simd, T: Real, const U: usize>(
        w: Vector<S, T, U>,
        g: Vector<S, T, U>,
        state: &mut [Vector<S, T, U>; MAX_STATE],
        c: &[Vector<S, T, U>; MAX_COEFFICIENTS],
    ) -> Vector<S, T, U> {
        let ([sum, ..], [lr, under, beside, ..]) = (state, *c);
        *sum = g.mul_add(g, *sum);
        lr.neg_mul_add(g / ((*sum + under).sqrt() + beside), w)
    }

    fn reference(h: &[f64], w: f64, g: f64, memory: &mut Memory) -> f64 {
        let [sum, ..] = &mut memory.arrays;
        *sum += g * g;
        w - h[0] * g / root(*sum + h[3], h[1], h[2])
    }
}
