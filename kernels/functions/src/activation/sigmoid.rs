//! The logistic function.

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use super::{Activation, DerivativeError, Function};
use crate::reference;

/// g(z) = σ(z) = 1 / (1 + e⁻ᶻ); g'(z) = a (1 - a). Its error is that of [`thalweg_numerics::math::sigmoid`].
pub static SIGMOID: Activation = Activation::new::<Sigmoid>(
    "sigmoid",
    "1 / (1 + exp(-z))",
    "a (1 - a)",
    DerivativeError::Saturating { of: "z", thousandth: [1.0, 2.0], whole: [3.0, 4.0] },
    reference::activation::sigmoid,
)
.with_fused::<Sigmoid>();

struct Sigmoid;

impl Function for Sigmoid {
    #[inline(always)]
    fn value<S: Simd, T: Elementary, const U: usize>(z: Vector<S, T, U>, _: Vector<S, T, U>) -> Vector<S, T, U> {
        z.sigmoid()
    }

    #[inline(always)]
    fn backward<S: Simd, T: Elementary, const U: usize>(
        a: Vector<S, T, U>,
        upstream: Vector<S, T, U>,
        _: Vector<S, T, U>,
    ) -> Vector<S, T, U> {
        upstream * (a * (a.like(1.0) - a))
    }
}
