//! Gradient descent.

use pulp::Simd;
use thalweg_numerics::{Real, Vector};

use crate::reference::Memory;
use crate::{Hyperparameter, MAX_COEFFICIENTS, MAX_STATE, Optimizer, Rule};

/// w ← w - α g.
///
/// With the gradient of all examples it is gradient descent (Cauchy, 1847), with that of a batch it is stochastic
/// gradient descent (Robbins and Monro, A Stochastic Approximation Method, 1951).
pub static SGD: Optimizer = Optimizer::new::<Sgd>(
    "sgd",
    "SGD",
    "Robbins and Monro, 1951, doi:10.1214/aoms/1177729586",
    "w -= α g",
    &[Hyperparameter::lr(1e-3)],
);

/// The rule, for kernels that contain it.
pub struct Sgd;

impl Rule for Sgd {
    const STATE: usize = 0;
    const PRODUCTS: usize = 0;
    const COEFFICIENTS: usize = 1;

    fn advance(hyperparameters: &[f64], _: &mut [f64], coefficients: &mut [f64]) {
        coefficients[0] = hyperparameters[0];
    }

    #[inline(always)]
    fn update<S: Simd, T: Real, const U: usize>(
        w: Vector<S, T, U>,
        g: Vector<S, T, U>,
        _: &mut [Vector<S, T, U>; MAX_STATE],
        c: &[Vector<S, T, U>; MAX_COEFFICIENTS],
    ) -> Vector<S, T, U> {
        let lr = c[0];
        lr.neg_mul_add(g, w)
    }

    fn reference(h: &[f64], w: f64, g: f64, _: &mut Memory) -> f64 {
        w - h[0] * g
    }
}
