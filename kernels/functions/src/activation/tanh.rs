//! The hyperbolic tangent.

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use super::{Activation, DerivativeError, Function};
use crate::reference;

/// g(z) = tanh(z); g'(z) = 1 - a². Its error is that of [`thalweg_numerics::math::tanh`].
pub static TANH: Activation = Activation::new::<Tanh>(
    "tanh",
    "tanh(z)",
    "1 - a²",
    DerivativeError::Saturating { of: "|z|", thousandth: [1.0, 2.0], whole: [3.0, 4.0] },
    reference::activation::tanh,
)
.with_fused::<Tanh>();

struct Tanh;

impl Function for Tanh {
    #[inline(always)]
    fn value<S: Simd, T: Elementary, const U: usize>(z: Vector<S, T, U>, _: Vector<S, T, U>) -> Vector<S, T, U> {
        z.tanh()
    }

    #[inline(always)]
    fn backward<S: Simd, T: Elementary, const U: usize>(
        a: Vector<S, T, U>,
        upstream: Vector<S, T, U>,
        _: Vector<S, T, U>,
    ) -> Vector<S, T, U> {
        upstream * a.neg_mul_add(a, a.like(1.0))
    }
}
