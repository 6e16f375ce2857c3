//! g(z) = z.

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use super::{Activation, DerivativeError, Function};

/// g(z) = z, g'(z) = 1, g''(z) = 0: a linear layer. The derivative is exact.
pub static IDENTITY: Activation =
    Activation::new::<Identity>("identity", "z", "1", DerivativeError::Ulps { f32: 0.0, f64: 0.0 });

struct Identity;

impl Function for Identity {
    const CURVES: bool = false;

    #[inline(always)]
    fn value<S: Simd, T: Elementary, const U: usize>(z: Vector<S, T, U>, _: Vector<S, T, U>) -> Vector<S, T, U> {
        z
    }

    #[inline(always)]
    fn backward<S: Simd, T: Elementary, const U: usize>(
        _: Vector<S, T, U>,
        upstream: Vector<S, T, U>,
        _: Vector<S, T, U>,
    ) -> Vector<S, T, U> {
        upstream
    }

    #[inline(always)]
    fn curvature<S: Simd, T: Elementary, const U: usize>(x: Vector<S, T, U>, _: Vector<S, T, U>) -> Vector<S, T, U> {
        x.like(0.0)
    }

    fn reference(z: f64, _: f64) -> (f64, f64, f64) {
        (z, 1.0, 0.0)
    }
}
