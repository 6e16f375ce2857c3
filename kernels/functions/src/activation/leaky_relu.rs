//! The leaky rectified linear unit.

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;
use thalweg_numerics::parameter::Hyperparameter;

use super::{Activation, DerivativeError, Function};

/// g(z) = z for z > 0, else s z; g'(z) = 1 for z > 0, else s, at 0 as well (as in PyTorch); g''(z) = 0 everywhere, which is
/// the derivative of g' but for the step at 0. The slope s is 0.01 by default, and above 0, so that the sign of the value
/// tells that of z.
///
/// g(NaN) = NaN, and the gradient passes a NaN unit. Error: that of rounding s and the product, below 1 ULP.
/// The derivative is wrong by at most 0.25 ULP in f32, 0 ULP in f64.
///
/// Source: Maas, Hannun and Ng, Rectifier nonlinearities improve neural network acoustic models, 2013.
pub static LEAKY_RELU: Activation = Activation::new::<LeakyRelu>(
    "leaky-relu",
    "z if z > 0, else s z",
    "1 if z > 0, else s",
    DerivativeError::Ulps { f32: 0.25, f64: 0.0 },
)
.with_parameter(&SLOPE);

/// The slope on the left.
const SLOPE: Hyperparameter =
    Hyperparameter::positive("negative_slope", "s", "slope on the left", 0.01).omit_at_default();

struct LeakyRelu;

impl Function for LeakyRelu {
    const CURVES: bool = false;

    #[inline(always)]
    fn value<S: Simd, T: Elementary, const U: usize>(z: Vector<S, T, U>, p: Vector<S, T, U>) -> Vector<S, T, U> {
        Vector::select(z.less_equal(z.like(0.0)), z * p, z)
    }

    #[inline(always)]
    fn backward<S: Simd, T: Elementary, const U: usize>(
        a: Vector<S, T, U>,
        upstream: Vector<S, T, U>,
        p: Vector<S, T, U>,
    ) -> Vector<S, T, U> {
        Vector::select(a.less_equal(a.like(0.0)), upstream * p, upstream)
    }

    #[inline(always)]
    fn curvature<S: Simd, T: Elementary, const U: usize>(x: Vector<S, T, U>, _: Vector<S, T, U>) -> Vector<S, T, U> {
        x.like(0.0)
    }

    fn reference(z: f64, slope: f64) -> (f64, f64, f64) {
        if z > 0.0 || z.is_nan() { (z, 1.0, 0.0) } else { (slope * z, slope, 0.0) }
    }
}
