//! Softsign.

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use super::{Activation, DerivativeError, Function, Needs};

/// g(z) = z / (1 + |z|); g'(z) = 1 / (1 + |z|)²; g''(z) = -2 sign(z) / (1 + |z|)³, where the sign of 0 is 0, halfway between
/// the limits from either side. A tanh with tails that fall as a power, so that no unit saturates for good.
///
/// An error of at most 1 ULP. The derivative is wrong by at most 3.5 ULP in f32, 3.5 ULP in f64.
///
/// Backwards it takes z: the value has lost the derivative where its size is near 1. g(±∞) = ±1 and g'(±∞) = 0, the limits.
///
/// Source: Turian, Bergstra and Bengio, Quadratic features and deep architectures for chunking, 2009; PyTorch's `Softsign`.
pub static SOFTSIGN: Activation = Activation::new::<Softsign>(
    "softsign",
    "z / (1 + |z|)",
    "1 / (1 + |z|)²",
    DerivativeError::Ulps { f32: 3.5, f64: 3.5 },
);

struct Softsign;

/// From here on 1 is nothing beside |z| in both precisions, and infinity no different.
const BOUND: f64 = 1e30;

impl Function for Softsign {
    const NEEDS: Needs = Needs::Argument;

    #[inline(always)]
    fn value<S: Simd, T: Elementary, const U: usize>(z: Vector<S, T, U>, _: Vector<S, T, U>) -> Vector<S, T, U> {
        // The bound stands first, so that NaN is kept.
        let t = z.like(BOUND).lesser(z.abs());
        (t / (t + t.like(1.0))).or(z.and(z.like(-0.0)))
    }

    #[inline(always)]
    fn backward<S: Simd, T: Elementary, const U: usize>(
        z: Vector<S, T, U>,
        upstream: Vector<S, T, U>,
        _: Vector<S, T, U>,
    ) -> Vector<S, T, U> {
        // The quotient before the square, which would overflow.
        let root = z.like(1.0) / (z.abs() + z.like(1.0));
        upstream * (root * root)
    }

    #[inline(always)]
    fn curvature<S: Simd, T: Elementary, const U: usize>(z: Vector<S, T, U>, _: Vector<S, T, U>) -> Vector<S, T, U> {
        let root = z.like(1.0) / (z.abs() + z.like(1.0));
        z.sign() * z.like(-2.0) * (root * root) * root
    }

    fn reference(z: f64, _: f64) -> (f64, f64, f64) {
        let t = 1.0 + z.abs();
        let sign = if z == 0.0 { 0.0 } else { z.signum() };
        (if z.is_infinite() { sign } else { z / t }, 1.0 / t / t, -2.0 * sign / t / t / t)
    }
}
