//! The exponential function.

use std::f64::consts::LOG2_E;

use pulp::Simd;

use super::format::{Format, polynomial};
use super::{Elementary, Function, in_place};
use crate::{Isa, Vector};

/// e^x, in place.
///
/// # Method
///
/// x = n ln 2 + r with -0.406 < r / ln 2 < 0.594, in the manner of Cody and Waite: ln 2 is the sum of two numbers, the
/// first so short that n times it is exact. Then e^x = 2^n (1 + p) with p = r + r² q(r), a minimax polynomial, and 2^n in
/// two factors, so that subnormal results and the last binade need no case of their own. The interval of r lies off the
/// middle because p counts double below 1, where the last place is half as large: that halves its share of the error.
///
/// # Error
///
/// At most 1.05 ULP in f32 (over all inputs); 1.02 ULP in f64 (over 10⁸ points). Results below the normal range are
/// rounded twice.
///
/// # Special values
///
/// e^±0 = 1, e^∞ = ∞, e^-∞ = 0, NaN gives NaN. Beyond the range of the type: ∞, and 0.
pub fn exp<T: Elementary>(isa: Isa, xs: &mut [T]) {
    in_place::<T, Exp, 4>(isa, xs);
}

struct Exp;

impl Function for Exp {
    #[inline(always)]
    fn eval<S: Simd, T: Elementary, const U: usize>(x: Vector<S, T, U>) -> Vector<S, T, U> {
        // The bound less the size of x has a sign where x is too large, infinite or NaN.
        if x.like(<T as Constants>::MODERATE).sub_bits(x.abs()).any_sign() {
            return lanes(x);
        }
        moderate(x)
    }
}

pub trait Constants: Format {
    /// n is the integer part of x / ln 2 + `OFFSET`; in f32 the sum is rounded to 1/256 first, which adds 1/512.
    const OFFSET: f64;
    /// From here down e^x rounds to 0.
    const LOWEST: f64;
    /// From here up e^x rounds to infinity.
    const HIGHEST: f64;
    /// Up to this size of x, e^x is a normal number.
    const MODERATE: f64;
    /// Of q(r) = (e^r - 1 - r) / r², lowest power first, by sollya's `fpminimax` in the precision of the type.
    const COEFFICIENTS: &'static [f64];
}

impl Constants for f32 {
    const OFFSET: f64 = 0.404_296_875;
    const LOWEST: f64 = -104.5;
    const HIGHEST: f64 = 89.0;
    const MODERATE: f64 = 87.0;
    const COEFFICIENTS: &'static [f64] = &[
        0.500_000_238_418_579_1,
        0.166_665_896_773_338_32,
        0.041_656_788_438_558_58,
        0.008_357_542_566_955_09,
        0.001_476_503_210_142_254_8,
    ];
}

impl Constants for f64 {
    const OFFSET: f64 = 0.406_25;
    const LOWEST: f64 = -746.0;
    const HIGHEST: f64 = 710.0;
    const MODERATE: f64 = 708.0;
    const COEFFICIENTS: &'static [f64] = &[
        0.5,
        0.16666666666666666,
        0.04166666666666716,
        0.00833333333333553,
        0.001388888888837961,
        0.00019841269832679843,
        2.4801589019307353e-05,
        2.755732342644497e-06,
        2.755494664154515e-07,
        2.5069052623994992e-08,
        2.2048437528490792e-09,
    ];
}

#[inline(always)]
pub fn lanes<S: Simd, T: Constants, const U: usize>(x: Vector<S, T, U>) -> Vector<S, T, U> {
    // The bounds stand first, so that NaN is kept.
    exp_between(x.like(T::LOWEST).greater(x.like(T::HIGHEST).lesser(x)))
}

/// e^x for LOWEST ≤ x ≤ HIGHEST and for NaN.
#[inline(always)]
pub fn exp_between<S: Simd, T: Constants, const U: usize>(x: Vector<S, T, U>) -> Vector<S, T, U> {
    let Parts { first, second, p } = parts(x);
    // Not by adding to the exponent of 1 + p, which would turn NaN into numbers.
    first.mul_add(p, first) * second
}

/// e^x = first · second · (1 + p), 2^n being first · second.
pub struct Parts<S: Simd, T: Constants, const U: usize> {
    pub first: Vector<S, T, U>,
    pub second: Vector<S, T, U>,
    pub p: Vector<S, T, U>,
}

/// x = n ln 2 + r.
struct Reduced<S: Simd, T: Constants, const U: usize> {
    /// A pattern with n in the half of the exponent, [`Format::FRACTION`] bits above its bottom.
    n: Vector<S, T, U>,
    /// e^r - 1.
    p: Vector<S, T, U>,
}

#[inline(always)]
fn reduce<S: Simd, T: Constants, const U: usize>(x: Vector<S, T, U>) -> Reduced<S, T, U> {
    let t = x.mul_add(x.like(LOG2_E), x.like(T::SPLIT + T::OFFSET)).and(x.like_pattern(T::WHOLE));
    let n = t - x.like(T::SPLIT);
    let r = n.neg_mul_add(x.like(T::LN2_LOW), n.neg_mul_add(x.like(T::LN2_HIGH), x));
    Reduced { n: t, p: (r * r).mul_add(polynomial(r, T::COEFFICIENTS), r) }
}

/// e^x for |x| ≤ MODERATE, by the same operations: where 2^n is a normal number, its two factors make no difference.
#[inline(always)]
fn moderate<S: Simd, T: Constants, const U: usize>(x: Vector<S, T, U>) -> Vector<S, T, U> {
    let Reduced { n, p } = reduce(x);
    let power = n.shift_left_halves(T::EXPONENT - T::FRACTION).add_bits(x.like_pattern(T::ONE));
    power.mul_add(p, power)
}

/// The parts of e^x for LOWEST ≤ x ≤ HIGHEST and for NaN.
#[inline(always)]
pub fn parts<S: Simd, T: Constants, const U: usize>(x: Vector<S, T, U>) -> Parts<S, T, U> {
    let Reduced { n, p } = reduce(x);
    // 2^n in two factors of about its square root, each a normal number also where 2^n is none.
    let one = x.like_pattern(T::ONE);
    let half = n.shift_right_halves(T::FRACTION + 1).shift_left_halves(T::EXPONENT);
    let first = half.add_bits(one);
    let second = n.shift_left_halves(T::EXPONENT - T::FRACTION).sub_bits(half).add_bits(one);
    Parts { first, second, p }
}
