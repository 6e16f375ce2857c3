//! The rectified linear unit.

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use super::{Activation, DerivativeError, Function};

/// g(z) = max(0, z); g'(z) = 1 for z > 0, else 0, at 0 as well (as in PyTorch and JAX); g''(z) = 0
/// everywhere, which is the derivative of g' but for the step at 0.
///
/// g(NaN) = NaN, and the gradient passes a NaN unit. The derivative is exact.
pub static RELU: Activation =
    Activation::new::<Relu>("relu", "max(0, z)", "1 if z > 0, else 0", DerivativeError::Ulps { f32: 0.0, f64: 0.0 })
        .with_fused::<Relu>();

struct Relu;

impl Function for Relu {
    const CURVES: bool = false;

    #[inline(always)]
    fn value<S: Simd, T: Elementary, const U: usize>(z: Vector<S, T, U>, _: Vector<S, T, U>) -> Vector<S, T, U> {
        z.rectified()
    }

    #[inline(always)]
    fn backward<S: Simd, T: Elementary, const U: usize>(
        a: Vector<S, T, U>,
        upstream: Vector<S, T, U>,
        _: Vector<S, T, U>,
    ) -> Vector<S, T, U> {
        upstream.where_positive(a)
    }

    #[inline(always)]
    fn curvature<S: Simd, T: Elementary, const U: usize>(x: Vector<S, T, U>, _: Vector<S, T, U>) -> Vector<S, T, U> {
        x.like(0.0)
    }

    fn reference(z: f64, _: f64) -> (f64, f64, f64) {
        if z > 0.0 || z.is_nan() { (z, 1.0, 0.0) } else { (0.0, 0.0, 0.0) }
    }
}
