//! The Gaussian error linear unit.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use super::reference::times;
use super::{Activation, DerivativeError, Function, Needs};

/// g(z) = z Φ(z) with Φ(z) = ½ (1 + erf(z/√2)); g'(z) = Φ(z) + z φ(z) with φ(z) = e^(-z²/2) / √(2π); g''(z) =
/// (2 - z²) φ(z).
///
/// An error of at most 2 |z| ε: on the left, where 1 + erf cancels, that is not small beside the value (as in PyTorch).
/// The derivative is wrong by at most 5.1 ULP in f32, 4.6 ULP in f64; see [`thalweg_numerics::math::gelu_derivative`].
///
/// Backwards it takes z. g(-∞) = -0 and g'(±∞) = 1 or 0, the limits.
///
/// Source: Hendrycks and Gimpel, arXiv:1606.08415.
pub static GELU: Activation = Activation::new::<Gelu>(
    "gelu",
    "z Φ(z) = ½ z (1 + erf(z/√2))",
    "Φ(z) + z exp(-z²/2) / √(2π)",
    DerivativeError::Ulps { f32: 5.1, f64: 4.6 },
);

struct Gelu;

/// From here down Φ(z) is 0 in both precisions, and so is φ(z) on either side.
const BOUND: f64 = 40.0;

/// 1/√(2π).
const DENSITY_AT_ZERO: f64 = 0.5 * FRAC_1_SQRT_2 * FRAC_2_SQRT_PI;

/// Φ(z).
#[inline(always)]
fn share<S: Simd, T: Elementary, const U: usize>(z: Vector<S, T, U>) -> Vector<S, T, U> {
    let half = z.like(0.5);
    (z * z.like(FRAC_1_SQRT_2)).erf().mul_add(half, half)
}

impl Function for Gelu {
    const NEEDS: Needs = Needs::Argument;

    #[inline(always)]
    fn value<S: Simd, T: Elementary, const U: usize>(z: Vector<S, T, U>, _: Vector<S, T, U>) -> Vector<S, T, U> {
        // The bound stands first, so that NaN is kept; beyond it Φ is 0.
        z.like(-BOUND).greater(z) * share(z)
    }

    #[inline(always)]
    fn backward<S: Simd, T: Elementary, const U: usize>(
        z: Vector<S, T, U>,
        upstream: Vector<S, T, U>,
        _: Vector<S, T, U>,
    ) -> Vector<S, T, U> {
        upstream * z.gelu_derivative()
    }

    #[inline(always)]
    fn curvature<S: Simd, T: Elementary, const U: usize>(z: Vector<S, T, U>, _: Vector<S, T, U>) -> Vector<S, T, U> {
        let t = z.like(BOUND).lesser(z.abs());
        let square = t * t;
        (square * z.like(-0.5)).exp() * z.like(DENSITY_AT_ZERO) * (z.like(2.0) - square)
    }

    fn reference(z: f64, _: f64) -> (f64, f64, f64) {
        let share = 0.5 * libm::erfc(-z * FRAC_1_SQRT_2);
        let density = libm::exp(-0.5 * z * z) * DENSITY_AT_ZERO;
        (times(z, share), share + times(z, density), 2.0 * density - times(z, times(z, density)))
    }
}
