//! The sigmoid-weighted linear unit, or swish.

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use super::reference::{sigmoid, times};
use super::{Activation, BESIDE_ROOT, DerivativeError, Function, Needs, less_root, small_expm1};

/// g(z) = z σ(z); g'(z) = σ(z) (1 + z σ(-z)); g''(z) = σ(z) σ(-z) (2 + z (σ(-z) - σ(z))).
///
/// Its error is that of [`thalweg_numerics::math::sigmoid`] and a rounding; where σ(z) is subnormal, which it is below -87
/// in f32, |z| times that of the smallest number. The derivative is wrong by at most 6.09 ULP in f32, 6.33 ULP in f64.
///
/// Backwards it takes z. g(-∞) = -0 and g'(±∞) = 1 or 0, the limits.
///
/// Source: Elfwing, Uchibe and Doya, arXiv:1702.03118; Ramachandran, Zoph and Le, arXiv:1710.05941.
pub static SILU: Activation = Activation::new::<Silu>(
    "silu",
    "z / (1 + exp(-z))",
    "σ(z) (1 + z σ(-z))",
    DerivativeError::Ulps { f32: 6.09, f64: 6.33 },
);

struct Silu;

/// Below the negative of this, σ(z) is 0 in both precisions, and so is its square root beside z.
const BOUND: f64 = 1000.0;
/// The root of g', but for its sign, and what is left of it beyond f64.
const ROOT: [f64; 2] = [1.278_464_542_761_073_7, 1.094_699_418_309_343_7e-16];

impl Function for Silu {
    const NEEDS: Needs = Needs::Argument;

    #[inline(always)]
    fn value<S: Simd, T: Elementary, const U: usize>(z: Vector<S, T, U>, _: Vector<S, T, U>) -> Vector<S, T, U> {
        // The bound stands first, so that NaN is kept; beyond it σ is 0.
        z.like(-BOUND).greater(z) * z.sigmoid()
    }

    // g' adds to 1 at z and -z. On the left, with t = |z| and e = e^-t, it is e (1 + e - t) / (1 + e)². The middle has a
    // root t₀, where e is t₀ - 1: with d = t - t₀ it is also (t₀ - 1) (e^-d - 1) - d, of which the terms have the same sign.
    #[inline(always)]
    fn backward<S: Simd, T: Elementary, const U: usize>(
        z: Vector<S, T, U>,
        upstream: Vector<S, T, U>,
        _: Vector<S, T, U>,
    ) -> Vector<S, T, U> {
        let one = z.like(1.0);
        let t = z.like(BOUND).lesser(z.abs());
        // The root of e is a normal number wherever g' is one.
        let root = (t * z.like(-0.5)).exp();
        let d = less_root(t, ROOT);
        let beside = small_expm1(-d).mul_add(z.like(ROOT[0] - 1.0), -d);
        let middle = Vector::select(d.abs().less(z.like(BESIDE_ROOT)), beside, root.mul_add(root, one - t));
        let denominator = root.mul_add(root, one);
        let left = root * (middle / (denominator * denominator)) * root;
        upstream * Vector::select(z.less(z.like(0.0)), left, one - left)
    }

    // It is even: with t = |z| and e = e^-t, σ(z) σ(-z) is e / (1 + e)² and z (σ(-z) - σ(z)) is t (e - 1) / (1 + e).
    #[inline(always)]
    fn curvature<S: Simd, T: Elementary, const U: usize>(z: Vector<S, T, U>, _: Vector<S, T, U>) -> Vector<S, T, U> {
        let one = z.like(1.0);
        let t = z.like(BOUND).lesser(z.abs());
        let e = (-t).exp();
        let share = one / (one + e);
        e * (share * share) * t.mul_add((e - one) * share, z.like(2.0))
    }

    fn reference(z: f64, _: f64) -> (f64, f64, f64) {
        let (right, left) = (sigmoid(z), sigmoid(-z));
        let slope = right * left;
        (times(z, right), right + times(z, slope), 2.0 * slope + times(z, slope * (left - right)))
    }
}
