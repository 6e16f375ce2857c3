//! RMSProp.

use pulp::Simd;
use thalweg_numerics::{Real, Vector};

use crate::moments::epsilon;
use crate::reference::{Memory, root};
use crate::{Hyperparameter, MAX_COEFFICIENTS, MAX_STATE, Optimizer, Rule};

/// RMSProp (Tieleman and Hinton, Neural Networks for Machine Learning, lecture 6.5, 2012).
///
/// ```text
/// c ← γ c + (1 - γ) g²
/// v ← μ v + g / (√c + ε)
/// w ← w - α v
/// ```
///
/// γ is called `alpha`, as in PyTorch, and μ, `momentum`, is 0 by default. `centered = "true"` also keeps m ← γ m + (1 - γ) g
/// and takes the variance, c - m², in place of c (Graves, arXiv:1308.0850, equations 38 to 45). A variance that rounding made
/// negative is 0. `epsilon_placement = "inside"` divides by √(c + ε).
pub static RMSPROP: Optimizer = Optimizer::new::<RmsProp>(
    "rmsprop",
    "RMSProp",
    "Tieleman and Hinton, 2012, lecture 6.5; Graves, 2013, arXiv:1308.0850",
    "c = γ c + (1 - γ) g²; v = μ v + g / (√c + ε); w -= α v",
    &[
        Hyperparameter::lr(1e-2),
        Hyperparameter::decay("alpha", "γ", "decay of the mean squared gradient", 0.99),
        Hyperparameter::epsilon(1e-8),
        Hyperparameter::epsilon_placement(),
        Hyperparameter::decay("momentum", "μ", "share of the velocity that is kept", 0.0).omit_at_default(),
        Hyperparameter::choice("centered", "whether the variance of g takes the place of c", &["false", "true"])
            .omit_at_default(),
    ],
)
.with_notes(&[("epsilon_placement", 1.0)]);

struct RmsProp;

impl Rule for RmsProp {
    const STATE: usize = 3;
    const PRODUCTS: usize = 0;
    const COEFFICIENTS: usize = 7;

    fn advance(hyperparameters: &[f64], _: &mut [f64], coefficients: &mut [f64]) {
        let &[lr, alpha, eps, inside, momentum, centered] = hyperparameters else {
            unreachable!("RMSProp has six hyperparameters")
        };
        let (under, beside) = epsilon(eps, inside);
        coefficients[..7].copy_from_slice(&[alpha, 1.0 - alpha, centered, under, beside, momentum, lr]);
    }

    #[inline(always)]
    fn update<S: Simd, T: Real, const U: usize>(
        w: Vector<S, T, U>,
        g: Vector<S, T, U>,
        state: &mut [Vector<S, T, U>; MAX_STATE],
        c: &[Vector<S, T, U>; MAX_COEFFICIENTS],
    ) -> Vector<S, T, U> {
        let ([square, mean, velocity, _], [decay, rest, centered, under, beside, momentum, lr, ..]) = (state, *c);
        *square = decay.mul_add(*square, rest * (g * g));
        *mean = decay.mul_add(*mean, rest * g);
        // Not fused: c and m² round alike, so that they cancel where they are equal.
        let variance = (*square - centered * (*mean * *mean)).max(w.like(0.0));
        *velocity = momentum.mul_add(*velocity, g / ((variance + under).sqrt() + beside));
        lr.neg_mul_add(*velocity, w)
    }

    fn reference(h: &[f64], w: f64, g: f64, memory: &mut Memory) -> f64 {
        let ([square, mean, velocity, _], decay) = (&mut memory.arrays, h[1]);
        *square = decay * *square + (1.0 - decay) * g * g;
        *mean = decay * *mean + (1.0 - decay) * g;
        let variance = if h[5] == 1.0 { (*square - *mean * *mean).max(0.0) } else { *square };
        *velocity = h[4] * *velocity + g / root(variance, h[2], h[3]);
        w - h[0] * *velocity
    }
}
