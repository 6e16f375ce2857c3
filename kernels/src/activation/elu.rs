//! The exponential linear unit.

use pulp::Simd;

use super::{Activation, Function};
use crate::math::Elementary;
use crate::{Vector, reference};

/// g(z) = z for z > 0, else e^z - 1; g'(z) = 1 for z > 0, else e^z = a + 1.
///
/// Its error is the one of [`crate::math::expm1`], that of the derivative an epsilon.
///
/// Source: Clevert, Unterthiner and Hochreiter, arXiv:1511.07289, with α = 1.
pub static ELU: Activation =
    Activation::new::<Elu>("elu", "z if z > 0, else exp(z) - 1", "1 if z > 0, else a + 1", reference::activation::elu);

struct Elu;

impl Function for Elu {
    #[inline(always)]
    fn value<S: Simd, T: Elementary, const U: usize>(z: Vector<S, T, U>) -> Vector<S, T, U> {
        Vector::select(z.like(0.0).less(z), z, z.expm1())
    }

    #[inline(always)]
    fn backward<S: Simd, T: Elementary, const U: usize>(
        a: Vector<S, T, U>,
        upstream: Vector<S, T, U>,
    ) -> Vector<S, T, U> {
        let zero = a.like(0.0);
        // A NaN unit is not above zero, and makes the sum NaN.
        Vector::select(zero.less(a), upstream, upstream * (a + a.like(1.0)))
    }
}
