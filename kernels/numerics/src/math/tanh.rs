//! The hyperbolic tangent.

use std::f64::consts::{LN_2, LOG2_E};

use pulp::Simd;

use super::format::{Format, horner};
use super::{Elementary, Function, Together, in_place};
use crate::{Isa, Vector};

/// The hyperbolic tangent, in place.
///
/// # Method
///
/// The addition theorem: |x| = a + d, and with b = d coth d, which is even and so a short polynomial in d²,
///
/// tanh(a + d) = t + (1 - t²) d / (b + t d) with t = tanh a.
///
/// The quotient is small beside t, and its error is. In f32, a is the nearest of eight multiples of 1.24, and t comes
/// from a table that a register holds; that spacing makes all eight entries almost exact. Near 0, t is 0 and the formula
/// is d - d (b - 1) / b, which rounds once.
///
/// In f64, a = n ln(2) / 2, so that tanh a = m / p with m = 2^n - 1 and p = 2^n + 1, and any number serves as t: the
/// quotient becomes ((m - t p) b + (p - t m) d) / (p b + m d). With t = min(n · 25/64, 1), which is near enough, m / p
/// takes no division of its own and is rounded nowhere. The seams lie at three quarters, so that the two terms hardly
/// cancel. Near 0, t is 0 and the formula is d / b.
///
/// # Error
///
/// At most 1.29 ULP in f32 (over all inputs); 1.55 ULP in f64 (over 10⁸ points).
///
/// # Special values
///
/// tanh(±0) = ±0, tanh(±∞) = ±1, NaN gives NaN. A subnormal x is returned as it is.
#[doc = include_str!("loops/tanh.md")]
pub fn tanh<T: Elementary>(isa: Isa, xs: &mut [T]) {
    in_place::<T, Tanh>(isa, xs);
}

struct Tanh;

impl Function for Tanh {
    const TOGETHER: Together = Together { of_32: (4, 4), of_16: (4, 3) };

    #[inline(always)]
    fn eval<S: Simd, T: Elementary, const U: usize>(x: Vector<S, T, U>) -> Vector<S, T, U> {
        lanes(x)
    }
}

pub trait Constants: Format {
    /// From here on the result is 1.
    const ONE_FROM: f64;

    /// d, and a pattern that tells a and has no sign, for 0 ≤ x ≤ [`ONE_FROM`](Self::ONE_FROM) and for NaN.
    fn reduce<S: Simd, const U: usize>(x: Vector<S, Self, U>) -> [Vector<S, Self, U>; 2];

    /// tanh x of what [`reduce`](Self::reduce) makes of x; a sign of the pattern changes nothing.
    fn of_reduced<S: Simd, const U: usize>(parts: [Vector<S, Self, U>; 2]) -> Vector<S, Self, U>;
}

/// The distance of the arguments in [`TABLE`].
const STEP: f64 = 1.236_658_692_359_924_3;

/// tanh(k · [`STEP`]), rounded to f32: at most 0.14 of half a last place is lost.
const TABLE: [f64; 8] = [
    0.0,
    0.844_499_945_640_564,
    0.985_885_739_326_477,
    0.998_802_363_872_528_1,
    0.999_898_970_127_105_7,
    0.999_991_476_535_797_1,
    0.999_999_284_744_262_7,
    0.999_999_940_395_355_2,
];

impl Constants for f32 {
    /// Less than 7½ steps.
    const ONE_FROM: f64 = 9.03125;

    #[inline(always)]
    fn reduce<S: Simd, const U: usize>(x: Vector<S, f32, U>) -> [Vector<S, f32, U>; 2] {
        let (n, index) = f32::nearest(x, 1.0 / STEP);
        [n.neg_mul_add(x.like(STEP), x), index]
    }

    #[inline(always)]
    fn of_reduced<S: Simd, const U: usize>([d, index]: [Vector<S, f32, U>; 2]) -> Vector<S, f32, U> {
        let t = index.lookup(&TABLE);
        let slope = t.neg_mul_add(t, d.like(1.0));
        let u = d * d;
        // (d coth d - 1) / d² for |d| ≤ STEP / 2, by sollya's `fpminimax`.
        let c2 = u.mul_add(d.like(0.001_968_157_943_338_155_7), d.like(-0.022_189_866_751_432_42));
        let b = u * u.mul_add(c2, d.like(0.333_331_316_709_518_43));
        // b less 1, and with t d.
        let y = t.mul_add(d, b);
        let g = y / (y + d.like(1.0));
        slope.mul_add(d.neg_mul_add(g, d), t)
    }
}

/// (d coth d - 1) / d² for -0.09 < d < 0.26 in powers of d².
const COTANGENT: [f64; 6] = [
    0.33333333333333315,
    -0.02222222222216911,
    0.002116402111373027,
    -0.00021163999351823604,
    2.1373022079092203e-05,
    -2.112879265144882e-06,
];

/// t is this many times n, and at most 1: near enough to tanh a, and a short number.
const SLOPE: f64 = 0.390_625;

impl Constants for f64 {
    const ONE_FROM: f64 = 19.0625;

    #[inline(always)]
    fn reduce<S: Simd, const U: usize>(x: Vector<S, f64, U>) -> [Vector<S, f64, U>; 2] {
        let shifted = x.mul_add(x.like(2.0 * LOG2_E), x.like(f64::SPLIT + 0.25)).and(x.like_pattern(f64::WHOLE));
        [(shifted - x.like(f64::SPLIT)).neg_mul_add(x.like(LN_2 / 2.0), x), shifted]
    }

    #[inline(always)]
    fn of_reduced<S: Simd, const U: usize>([d, shifted]: [Vector<S, f64, U>; 2]) -> Vector<S, f64, U> {
        let u = d * d;
        let b = u.mul_add(horner(u, &COTANGENT), d.like(1.0));
        let power = shifted.shift_left_halves(f64::EXPONENT).add_bits(d.like_pattern(f64::ONE));
        let (minus, plus) = (power - d.like(1.0), power + d.like(1.0));
        let n = shifted.abs() - d.like(f64::SPLIT);
        let t = (n * d.like(SLOPE)).lesser(d.like(1.0));
        let (of_b, of_d) = (t.neg_mul_add(plus, minus), t.neg_mul_add(minus, plus));
        t + of_b.mul_add(b, of_d * d) / plus.mul_add(b, minus * d)
    }
}

#[inline(always)]
pub fn lanes<S: Simd, T: Constants, const U: usize>(x: Vector<S, T, U>) -> Vector<S, T, U> {
    let (size, sign) = limited(x);
    T::of_reduced(T::reduce(size)).or(sign)
}

/// The first half of tanh x.
#[inline(always)]
pub fn halved<S: Simd, T: Constants, const U: usize>(x: Vector<S, T, U>) -> [Vector<S, T, U>; 2] {
    let (size, sign) = limited(x);
    let [d, pattern] = T::reduce(size);
    [d, pattern.or(sign)]
}

/// tanh x from its first half.
#[inline(always)]
pub fn of_half<S: Simd, T: Constants, const U: usize>(half: [Vector<S, T, U>; 2]) -> Vector<S, T, U> {
    T::of_reduced(half).or(half[1].and(half[1].like(-0.0)))
}

/// |x|, if it is not larger than [`Constants::ONE_FROM`], and the sign of x.
#[inline(always)]
fn limited<S: Simd, T: Constants, const U: usize>(x: Vector<S, T, U>) -> (Vector<S, T, U>, Vector<S, T, U>) {
    let sign = x.and(x.like(-0.0));
    // The limit stands first, so that NaN is kept.
    (x.like(T::ONE_FROM).lesser(x.xor(sign)), sign)
}
