//! The Gaussian error linear unit by tanh.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use super::{Activation, Function, Needs};
use crate::reference;

/// g(z) = ½ z (1 + tanh u) = z σ(2u) with u = √(2/π) (z + 0.044715 z³), an approximation of [`gelu`](super::gelu);
/// g'(z) = σ(2u) (1 + 2z σ(-2u) u').
///
/// An error of at most 2 |z| ε, as the angle is rounded. Backwards it takes z. g(-∞) = -0 and g'(±∞) = 1 or 0, the
/// limits.
///
/// Source: Hendrycks and Gimpel, arXiv:1606.08415; `approximate = "tanh"` of PyTorch.
pub static GELU_TANH: Activation = Activation::new::<GeluTanh>(
    "gelu-tanh",
    "½ z (1 + tanh(√(2/π) (z + 0.044715 z³)))",
    "σ(2u) (1 + 2z σ(-2u) u')",
    reference::activation::gelu_tanh,
);

struct GeluTanh;

/// The factor of z³ beside z.
const CUBIC: f64 = 0.044_715;
/// 2 √(2/π).
const SCALE: f64 = 2.0 * FRAC_2_SQRT_PI * FRAC_1_SQRT_2;
/// From here on σ(-2u) is 0 in both precisions.
const BOUND: f64 = 40.0;

/// 2u.
#[inline(always)]
fn argument<S: Simd, T: Elementary, const U: usize>(square: Vector<S, T, U>, z: Vector<S, T, U>) -> Vector<S, T, U> {
    z * square.mul_add(z.like(SCALE * CUBIC), z.like(SCALE))
}

impl Function for GeluTanh {
    const NEEDS: Needs = Needs::Argument;

    #[inline(always)]
    fn value<S: Simd, T: Elementary, const U: usize>(z: Vector<S, T, U>, _: Vector<S, T, U>) -> Vector<S, T, U> {
        // The bound stands first, so that NaN is kept; beyond it σ is 0.
        let bounded = z.like(-BOUND).greater(z);
        bounded * argument(z * z, z).sigmoid()
    }

    #[inline(always)]
    fn backward<S: Simd, T: Elementary, const U: usize>(
        z: Vector<S, T, U>,
        upstream: Vector<S, T, U>,
        _: Vector<S, T, U>,
    ) -> Vector<S, T, U> {
        let bounded = z.like(-BOUND).greater(z.like(BOUND).lesser(z));
        let square = bounded * bounded;
        let twice = argument(square, bounded);
        let slope = square.mul_add(z.like(3.0 * SCALE * CUBIC), z.like(SCALE));
        let (share, rest) = (twice.sigmoid(), (-twice).sigmoid());
        upstream * (bounded * slope * rest).mul_add(share, share)
    }
}
