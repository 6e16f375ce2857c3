//! The sigmoid-weighted linear unit, or swish.

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use super::{Activation, Function, Needs};
use crate::reference;

/// g(z) = z σ(z); g'(z) = σ(z) (1 + z σ(-z)). Its error is that of [`thalweg_numerics::math::sigmoid`] and a rounding;
/// where σ(z) is subnormal, which it is below -87 in f32, |z| times that of the smallest number.
///
/// Backwards it takes z. g(-∞) = -0 and g'(±∞) = 1 or 0, the limits.
///
/// Source: Elfwing, Uchibe and Doya, arXiv:1702.03118; Ramachandran, Zoph and Le, arXiv:1710.05941.
pub static SILU: Activation =
    Activation::new::<Silu>("silu", "z / (1 + exp(-z))", "σ(z) (1 + z σ(-z))", reference::activation::silu);

struct Silu;

/// From here on σ(-z) is 0 in both precisions.
const BOUND: f64 = 1000.0;

impl Function for Silu {
    const NEEDS: Needs = Needs::Argument;

    #[inline(always)]
    fn value<S: Simd, T: Elementary, const U: usize>(z: Vector<S, T, U>, _: Vector<S, T, U>) -> Vector<S, T, U> {
        // The bound stands first, so that NaN is kept; beyond it σ is 0.
        z.like(-BOUND).greater(z) * z.sigmoid()
    }

    #[inline(always)]
    fn backward<S: Simd, T: Elementary, const U: usize>(
        z: Vector<S, T, U>,
        upstream: Vector<S, T, U>,
        _: Vector<S, T, U>,
    ) -> Vector<S, T, U> {
        let bounded = z.like(-BOUND).greater(z.like(BOUND).lesser(z));
        let inner = (bounded * (-z).sigmoid()).mul_add(z.sigmoid(), z.sigmoid());
        upstream * inner
    }
}
