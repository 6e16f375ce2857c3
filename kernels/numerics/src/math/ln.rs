//! The natural logarithm.

use pulp::Simd;

use super::format::{Format, polynomial};
use super::{Elementary, Function, Together, in_place};
use crate::{Isa, Vector};

/// The natural logarithm, in place.
///
/// # Method
///
/// x = 2^n (1 + f) with √½ ≤ 1 + f < √2, both exact; a subnormal x is scaled up first. With s = f / (2 + f),
/// ln(1 + f) = 2 artanh s = f - s (f - R(s²)), where R is a minimax polynomial for 2 artanh(s) / s - 2 (the identity of
/// fdlibm's `log`: its terms other than f are small, and so are their errors). n ln 2 is added in two parts, with what
/// the sum of its large part and f rounds away.
///
/// # Error
///
/// At most 0.9 ULP in f32 (over all inputs); 0.92 ULP in f64 (over 10⁸ points).
///
/// # Special values
///
/// ln(±0) = -∞, ln(1) = +0, ln(∞) = ∞; a negative x, -∞ too, gives NaN, and so does NaN.
#[doc = include_str!("loops/ln.md")]
pub fn ln<T: Elementary>(isa: Isa, xs: &mut [T]) {
    in_place::<T, Ln>(isa, xs);
}

struct Ln;

impl Function for Ln {
    const TOGETHER: Together = Together { of_32: (2, 2), of_16: (4, 4) };

    #[inline(always)]
    fn eval<S: Simd, T: Elementary, const U: usize>(x: Vector<S, T, U>) -> Vector<S, T, U> {
        if x.any_not_normal_and_positive(T::SMALLEST_NORMAL) {
            return lanes(x);
        }
        // The rest of it costs half as much again.
        of_normal(x, x.like(T::INTEGER_VALUE + T::BIAS))
    }
}

pub trait Constants: Format {
    /// Of R(u)/u = (2 artanh(√u) / √u - 2) / u = 2/3 + 2/5 u + …, for u ≤ 0.04, by sollya's `fpminimax`.
    const COEFFICIENTS: &'static [f64];
    /// The smallest normal number.
    const SMALLEST_NORMAL: f64;
    /// What makes a subnormal number normal: 2^[`SCALE_EXPONENT`](Self::SCALE_EXPONENT).
    const SCALE: f64;
    /// See [`SCALE`](Self::SCALE).
    const SCALE_EXPONENT: f64;
    /// The pattern of √½, in f64 of its high half.
    const SQRT_HALF: u64;
    /// The bits of the mantissa.
    const MANTISSA: u64;
    /// The pattern of [`INTEGER_VALUE`](Self::INTEGER_VALUE): with an integer in the free bits of the exponent's half
    /// it is the sum of the two.
    const INTEGER: u64;
    /// 2^23 and 2^20: the half's lowest bit counts 1.
    const INTEGER_VALUE: f64;
    /// The bias of the exponent.
    const BIAS: f64;
}

impl Constants for f32 {
    const COEFFICIENTS: &'static [f64] =
        &[0.6666666865348816, 0.39999839663505554, 0.2855614721775055, 0.2341541051864624];
    const SMALLEST_NORMAL: f64 = f32::MIN_POSITIVE as f64;
    const SCALE: f64 = 16_777_216.0;
    const SCALE_EXPONENT: f64 = 24.0;
    const SQRT_HALF: u64 = 0x3f35_04f3;
    const MANTISSA: u64 = 0x007f_ffff;
    const INTEGER: u64 = 0x4b00_0000;
    const INTEGER_VALUE: f64 = 8_388_608.0;
    const BIAS: f64 = 127.0;
}

impl Constants for f64 {
    const COEFFICIENTS: &'static [f64] = &[
        0.6666666666666666,
        0.4000000000000914,
        0.28571428566938484,
        0.22222223089826973,
        0.18181735027891213,
        0.15388954543253358,
        0.1320823930789291,
        0.13618952280055366,
    ];
    const SMALLEST_NORMAL: f64 = f64::MIN_POSITIVE;
    const SCALE: f64 = 18_014_398_509_481_984.0;
    const SCALE_EXPONENT: f64 = 54.0;
    const SQRT_HALF: u64 = 0x3fe6_a09e_0000_0000;
    const MANTISSA: u64 = 0x000f_ffff_ffff_ffff;
    const INTEGER: u64 = 0x4130_0000_0000_0000;
    const INTEGER_VALUE: f64 = 1_048_576.0;
    const BIAS: f64 = 1023.0;
}

#[inline(always)]
pub fn lanes<S: Simd, T: Constants, const U: usize>(x: Vector<S, T, U>) -> Vector<S, T, U> {
    let small = x.less(x.like(T::SMALLEST_NORMAL));
    let normal = Vector::select(small, x * x.like(T::SCALE), x);
    let bias = Vector::select(
        small,
        x.like(T::INTEGER_VALUE + T::BIAS + T::SCALE_EXPONENT),
        x.like(T::INTEGER_VALUE + T::BIAS),
    );
    let y = of_normal(normal, bias);
    let zero = x.like(0.0);
    let y = Vector::select(x.less(x.like(f64::INFINITY)), y, x);
    let outside = Vector::select(x.equal(zero), x.like(f64::NEG_INFINITY), x.like(f64::NAN));
    Vector::select(zero.less(x), y, outside)
}

/// ln x for a normal x > 0; the exponent of x is biased by `bias` less [`Constants::INTEGER_VALUE`].
#[inline(always)]
fn of_normal<S: Simd, T: Constants, const U: usize>(x: Vector<S, T, U>, bias: Vector<S, T, U>) -> Vector<S, T, U> {
    let shifted = x.add_bits(x.like_pattern(T::ONE - T::SQRT_HALF));
    let mantissa = shifted.and(x.like_pattern(T::MANTISSA));
    let n = shifted.sub_bits(mantissa).shift_right_halves(T::EXPONENT).or(x.like_pattern(T::INTEGER)) - bias;
    let f = mantissa.add_bits(x.like_pattern(T::SQRT_HALF)) - x.like(1.0);
    let Correction { s, rest } = correction(f);
    let high = n.mul_add(x.like(T::LN2_HIGH), f);
    let lost = n.mul_add(x.like(T::LN2_HIGH), -high) + f;
    high + s.neg_mul_add(rest, n.mul_add(x.like(T::LN2_LOW), lost))
}

/// f - ln(1 + f) = s · rest, left as a product for the caller to fuse.
pub struct Correction<S: Simd, T: Constants, const U: usize> {
    pub s: Vector<S, T, U>,
    pub rest: Vector<S, T, U>,
}

/// How far ln(1 + f) is from f.
#[inline(always)]
pub fn correction<S: Simd, T: Constants, const U: usize>(f: Vector<S, T, U>) -> Correction<S, T, U> {
    let s = f / (f + f.like(2.0));
    let u = s * s;
    Correction { s, rest: u.neg_mul_add(polynomial(u, T::COEFFICIENTS), f) }
}
