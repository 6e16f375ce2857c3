//! The Gaussian error linear unit by tanh.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use super::reference::{sigmoid, times};
use super::{Activation, BESIDE_ROOT, DerivativeError, Function, Needs, less_root, parts, small_expm1};

/// g(z) = ½ z (1 + tanh u) = z σ(2u) with u = √(2/π) (z + 0.044715 z³), an approximation of [`gelu`](super::gelu);
/// g'(z) = σ(2u) (1 + 2z σ(-2u) u'). With w = 2u, g''(z) = σ(w) σ(-w) (2w' + z (w'' + (σ(-w) - σ(w)) w'²)).
///
/// An error of at most 2 |z| ε, as the angle is rounded. The derivative is wrong by at most 9.97 ULP in f32, 8.84 ULP in f64.
///
/// Backwards it takes z. g(-∞) = -0 and g'(±∞) = 1 or 0, the limits.
///
/// Source: Hendrycks and Gimpel, arXiv:1606.08415; `approximate = "tanh"` of PyTorch.
pub static GELU_TANH: Activation = Activation::new::<GeluTanh>(
    "gelu-tanh",
    "½ z (1 + tanh(√(2/π) (z + 0.044715 z³)))",
    "σ(2u) (1 + 2z σ(-2u) u')",
    DerivativeError::Ulps { f32: 9.97, f64: 8.84 },
);

struct GeluTanh;

/// The factor of z³ beside z.
const CUBIC: f64 = 0.044_715;
/// 2 √(2/π), and what is left of it beyond f64.
const SCALE: [f64; 2] = [2.0 * FRAC_2_SQRT_PI * FRAC_1_SQRT_2, -9.969_308_809_110_92e-17];
/// The factor of z³ in 2u, and what is left of it beyond f64.
const SCALED_CUBIC: [f64; 2] = [0.071_354_816_272_600_25, -6.175_149_918_155_315e-19];
/// From here on σ(-2u) is 0 in both precisions, and so is its square root beside z³.
const BOUND: f64 = 40.0;
/// The root of g', but for its sign, and what is left of it beyond f64.
const ROOT: [f64; 2] = [0.752_461_422_071_016_3, -3.635_560_509_207_687e-17];
/// e^-2u there.
const POWER_AT_ROOT: f64 = 0.291_955_211_914_767_14;

/// 2u.
#[inline(always)]
fn argument<S: Simd, T: Elementary, const U: usize>(square: Vector<S, T, U>, z: Vector<S, T, U>) -> Vector<S, T, U> {
    z * square.mul_add(z.like(SCALE[0] * CUBIC), z.like(SCALE[0]))
}

/// √e^-2u for u ≥ 0. An exponential turns what its argument is rounded by into a relative error, which is many units of
/// the last place where the argument is large: 2u is therefore a sum of two numbers.
#[inline(always)]
fn root_of_power<S: Simd, T: Elementary, const U: usize>(t: Vector<S, T, U>) -> Vector<S, T, U> {
    let square = t * t;
    let square_rest = t.mul_add(t, -square);
    let ([scale, scale_rest], [cubic, cubic_rest]) = (parts::<T>(SCALE), parts::<T>(SCALED_CUBIC));
    let product = square * t.like(cubic);
    let product_rest = square.mul_add(t.like(cubic), -product);
    let product_rest = square_rest.mul_add(t.like(cubic), square.mul_add(t.like(cubic_rest), product_rest));
    // Neither of the two is always the larger one.
    let slope = product + t.like(scale);
    let other = slope - product;
    let slope_rest = (product - (slope - other)) + (t.like(scale) - other);
    let slope_rest = slope_rest + (product_rest + t.like(scale_rest));
    let twice = t * slope;
    let twice_rest = t.mul_add(slope_rest, t.mul_add(slope, -twice));
    let root = (twice * t.like(-0.5)).exp();
    root.neg_mul_add(twice_rest * t.like(0.5), root)
}

impl Function for GeluTanh {
    const NEEDS: Needs = Needs::Argument;

    #[inline(always)]
    fn value<S: Simd, T: Elementary, const U: usize>(z: Vector<S, T, U>, _: Vector<S, T, U>) -> Vector<S, T, U> {
        // The bound stands first, so that NaN is kept; beyond it σ is 0.
        let bounded = z.like(-BOUND).greater(z);
        bounded * argument(z * z, z).sigmoid()
    }

    // g' adds to 1 at z and -z. On the left, with t = |z| and e = e^-w of w = 2u(t), it is e (1 + e - t w') / (1 + e)². The
    // middle has a root t₀: with d = t - t₀ it is also e₀ (e^(w₀ - w) - 1) - (t w' - t₀ w₀'), of which the terms have the
    // same sign, and both differences are d times a sum of positive terms.
    #[inline(always)]
    fn backward<S: Simd, T: Elementary, const U: usize>(
        z: Vector<S, T, U>,
        upstream: Vector<S, T, U>,
        _: Vector<S, T, U>,
    ) -> Vector<S, T, U> {
        let one = z.like(1.0);
        let t = z.like(BOUND).lesser(z.abs());
        let root = root_of_power(t);
        let scaled = less_root(t, ROOT) * z.like(SCALE[0]);
        let squares = t.mul_add(t + z.like(ROOT[0]), z.like(ROOT[0] * ROOT[0]));
        let change = scaled * squares.mul_add(z.like(CUBIC), one);
        let slopes = scaled * squares.mul_add(z.like(3.0 * CUBIC), one);
        let beside = small_expm1(-change).mul_add(z.like(POWER_AT_ROOT), -slopes);
        let slope = t * (t * t).mul_add(z.like(3.0 * SCALED_CUBIC[0]), z.like(SCALE[0]));
        let middle = root.mul_add(root, one - slope);
        let middle = Vector::select(change.abs().less(z.like(BESIDE_ROOT)), beside, middle);
        let denominator = root.mul_add(root, one);
        let left = root * (middle / (denominator * denominator)) * root;
        upstream * Vector::select(z.less(z.like(0.0)), left, one - left)
    }

    // It is even: with t = |z| and e = e^-w, σ(w) σ(-w) is e / (1 + e)² and σ(-w) - σ(w) is (e - 1) / (1 + e).
    #[inline(always)]
    fn curvature<S: Simd, T: Elementary, const U: usize>(z: Vector<S, T, U>, _: Vector<S, T, U>) -> Vector<S, T, U> {
        let one = z.like(1.0);
        let t = z.like(BOUND).lesser(z.abs());
        let square = t * t;
        let e = (-argument(square, t)).exp();
        let share = one / (one + e);
        let slope = square.mul_add(z.like(3.0 * SCALED_CUBIC[0]), z.like(SCALE[0]));
        let bend = t.mul_add(z.like(6.0 * SCALED_CUBIC[0]), (e - one) * share * (slope * slope));
        e * (share * share) * t.mul_add(bend, slope + slope)
    }

    fn reference(z: f64, _: f64) -> (f64, f64, f64) {
        let root = FRAC_2_SQRT_PI * FRAC_1_SQRT_2;
        let twice = 2.0 * root * (z + 0.044_715 * z * z * z);
        let (right, left) = (sigmoid(twice), sigmoid(-twice));
        let (shares, rate) = (right * left, 2.0 * root * (1.0 + 3.0 * 0.044_715 * z * z));
        let slope = times(rate, shares);
        // σ(w)'' is σ(w) σ(-w) (w'' + (σ(-w) - σ(w)) w'²).
        let bend = times(12.0 * root * 0.044_715 * z, shares) + times(rate, times(rate, shares)) * (left - right);
        (times(z, right), right + times(z, slope), 2.0 * slope + times(z, bend))
    }
}
