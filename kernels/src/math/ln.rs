use pulp::Simd;

use super::format::{Format, polynomial};
use crate::Vector;

pub trait Constants: Format {
    /// 2/3, 2/5, …
    const COEFFICIENTS: &'static [f64];
    const SMALLEST_NORMAL: f64;
    const SCALE: f64;
    const SCALE_EXPONENT: f64;
    const SQRT_HALF: u64;
    const MANTISSA: u64;
    const INTEGER: u64;
    const INTEGER_VALUE: f64;
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
        0.40000000000005936,
        0.2857142856632043,
        0.22222223091117687,
        0.18181734061391025,
        0.15388954605664704,
        0.13208239308149107,
        0.13618914277407325,
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
pub fn ln<S: Simd, T: Constants, const U: usize>(x: Vector<S, T, U>) -> Vector<S, T, U> {
    let small = x.less(x.like(T::SMALLEST_NORMAL));
    let normal = Vector::select(small, x * x.like(T::SCALE), x);
    let bias = Vector::select(
        small,
        x.like(T::INTEGER_VALUE + T::BIAS + T::SCALE_EXPONENT),
        x.like(T::INTEGER_VALUE + T::BIAS),
    );
    let shifted = normal.add_bits(x.like_pattern(T::ONE - T::SQRT_HALF));
    let mantissa = shifted.and(x.like_pattern(T::MANTISSA));
    let n = shifted.sub_bits(mantissa).shift_right_halves(T::EXPONENT).or(x.like_pattern(T::INTEGER)) - bias;
    let f = mantissa.add_bits(x.like_pattern(T::SQRT_HALF)) - x.like(1.0);
    let w = one_plus_correction(f);
    let high = n.mul_add(x.like(T::LN2_HIGH), f);
    let lost = n.mul_add(x.like(T::LN2_HIGH), -high) + f;
    let y = high + (n.mul_add(x.like(T::LN2_LOW), lost) - w);
    let zero = x.like(0.0);
    let y = Vector::select(x.less(x.like(f64::INFINITY)), y, x);
    let outside = Vector::select(x.equal(zero), x.like(f64::NEG_INFINITY), x.like(f64::NAN));
    Vector::select(zero.less(x), y, outside)
}

/// f - ln(1 + f)
#[inline(always)]
pub fn one_plus_correction<S: Simd, T: Constants, const U: usize>(f: Vector<S, T, U>) -> Vector<S, T, U> {
    let s = f / (f + f.like(2.0));
    let u = s * s;
    s * u.neg_mul_add(polynomial(u, T::COEFFICIENTS), f)
}
