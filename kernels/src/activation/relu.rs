//! The rectified linear unit.

use pulp::Simd;

use super::{Activation, Function};
use crate::math::Elementary;
use crate::{Real, Vector, reference};

/// g(z) = max(0, z); g'(z) = 1 for z > 0, else 0, at 0 as well (as PyTorch and JAX have it).
///
/// g(NaN) = NaN, and the gradient passes a NaN unit.
pub static RELU: Activation =
    Activation::new::<Relu>("relu", "max(0, z)", "1 if z > 0, else 0", reference::activation::relu);

struct Relu;

impl Function for Relu {
    #[inline(always)]
    fn value<S: Simd, T: Elementary, const U: usize>(z: Vector<S, T, U>, _: Vector<S, T, U>) -> Vector<S, T, U> {
        value(z)
    }

    #[inline(always)]
    fn backward<S: Simd, T: Elementary, const U: usize>(
        a: Vector<S, T, U>,
        upstream: Vector<S, T, U>,
        _: Vector<S, T, U>,
    ) -> Vector<S, T, U> {
        backward(a, upstream)
    }
}

/// max(0, z)
#[inline(always)]
pub(crate) fn value<S: Simd, T: Real, const U: usize>(z: Vector<S, T, U>) -> Vector<S, T, U> {
    let zero = z.like(0.0);
    // The sum makes +0 of -0 and changes nothing else.
    zero.greater(z) + zero
}

/// `upstream` for a > 0 and for NaN, else 0.
#[inline(always)]
pub(crate) fn backward<S: Simd, T: Real, const U: usize>(
    a: Vector<S, T, U>,
    upstream: Vector<S, T, U>,
) -> Vector<S, T, U> {
    let zero = a.like(0.0);
    // Without the sum the compiler takes the selection for a masked store on AVX2, and that is ten times slower.
    Vector::select(a.less_equal(zero), zero, upstream) + zero
}
