//! Gradient descent with momentum.

use pulp::Simd;

use super::{Hyperparameter, MAX_COEFFICIENTS, MAX_STATE, Method, Rule};
use crate::{Real, Vector};

/// v ← μ v + g; w ← w - α v: Polyak's heavy ball in PyTorch's form.
///
/// While α is constant, it takes the same steps as Keras's form, v ← μ v - α g; w ← w + v.
/// Source: Polyak, Some methods of speeding up the convergence of iteration methods, 1964.
pub static MOMENTUM: Method = Method::new::<Momentum>(
    "momentum",
    "Momentum",
    "Polyak, 1964, doi:10.1016/0041-5553(64)90137-5",
    "v = μ v + g; w -= α v",
    &[Hyperparameter::lr(), Hyperparameter::decay("momentum", "μ", "share of the velocity that is kept", 0.9)],
);

struct Momentum;

impl Rule for Momentum {
    const STATE: usize = 1;
    const PRODUCTS: usize = 0;
    const COEFFICIENTS: usize = 2;

    fn advance(hyperparameters: &[f64], _: &mut [f64], coefficients: &mut [f64]) {
        coefficients[..2].copy_from_slice(&hyperparameters[..2]);
    }

    #[inline(always)]
    fn update<S: Simd, T: Real, const U: usize>(
        w: Vector<S, T, U>,
        g: Vector<S, T, U>,
        state: &mut [Vector<S, T, U>; MAX_STATE],
        c: &[Vector<S, T, U>; MAX_COEFFICIENTS],
    ) -> Vector<S, T, U> {
        let ([velocity, _], [lr, momentum, ..]) = (state, *c);
        *velocity = momentum.mul_add(*velocity, g);
        lr.neg_mul_add(*velocity, w)
    }
}
