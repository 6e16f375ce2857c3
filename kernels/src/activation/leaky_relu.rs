//! The leaky rectified linear unit.

use pulp::Simd;

use super::{Activation, Function};
use crate::math::Elementary;
use crate::{Vector, reference};

/// g(z) = z for z > 0, else 0.01 z; g'(z) = 1 for z > 0, else 0.01, at 0 as well (as PyTorch has it).
///
/// g(NaN) = NaN, and the gradient passes a NaN unit. Error: that of rounding 0.01 and the product, below 1 ULP.
///
/// Source: Maas, Hannun and Ng, Rectifier nonlinearities improve neural network acoustic models, 2013.
pub static LEAKY_RELU: Activation = Activation::new::<LeakyRelu>(
    "leaky-relu",
    "z if z > 0, else 0.01 z",
    "1 if z > 0, else 0.01",
    reference::activation::leaky_relu,
);

struct LeakyRelu;

/// The slope on the left.
const SLOPE: f64 = 0.01;

impl Function for LeakyRelu {
    #[inline(always)]
    fn value<S: Simd, T: Elementary, const U: usize>(z: Vector<S, T, U>) -> Vector<S, T, U> {
        Vector::select(z.less_equal(z.like(0.0)), z * z.like(SLOPE), z)
    }

    #[inline(always)]
    fn backward<S: Simd, T: Elementary, const U: usize>(
        a: Vector<S, T, U>,
        upstream: Vector<S, T, U>,
    ) -> Vector<S, T, U> {
        Vector::select(a.less_equal(a.like(0.0)), upstream * a.like(SLOPE), upstream)
    }
}
