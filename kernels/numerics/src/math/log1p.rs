//! The natural logarithm of 1 + x.

use pulp::Simd;

use super::{Elementary, Function, Together, in_place, ln};
use crate::{Isa, Vector};

/// ln(1 + x), in place, without the rounding of 1 + x that would spoil it near 0.
///
/// # Method
///
/// 1 + x = u + c with u the rounded sum and c what that lost. u = 2^n (1 + f) as in [`ln`](super::ln()), whose formula
/// then takes f + c / 2^n: where n = 0 that is x itself, elsewhere what the sum rounds away is kept.
///
/// # Error
///
/// At most 1.0 ULP in f32 (over all inputs); 0.96 ULP in f64 (over 10⁸ points).
///
/// # Special values
///
/// ±0 gives ±0, -1 gives -∞, ∞ gives ∞; a smaller x than -1 gives NaN, and so does NaN. A subnormal x is returned as it
/// is.
pub fn log1p<T: Elementary>(isa: Isa, xs: &mut [T]) {
    in_place::<T, Log1p>(isa, xs);
}

struct Log1p;

impl Function for Log1p {
    const TOGETHER: Together = Together { of_32: (2, 2), of_16: (2, 2) };

    #[inline(always)]
    fn eval<S: Simd, T: Elementary, const U: usize>(x: Vector<S, T, U>) -> Vector<S, T, U> {
        lanes(x)
    }
}

#[inline(always)]
pub fn lanes<S: Simd, T: ln::Constants, const U: usize>(x: Vector<S, T, U>) -> Vector<S, T, U> {
    let one = x.like(1.0);
    let u = x + one;
    let other = u - one;
    let lost = (one - (u - other)) + (x - other);
    let shifted = u.add_bits(x.like_pattern(T::ONE - T::SQRT_HALF));
    let mantissa = shifted.and(x.like_pattern(T::MANTISSA));
    let power = shifted.sub_bits(mantissa);
    let n = power.shift_right_halves(T::EXPONENT).or(x.like_pattern(T::INTEGER)) - x.like(T::INTEGER_VALUE + T::BIAS);
    let f = mantissa.add_bits(x.like_pattern(T::SQRT_HALF)) - one;
    // 2 / 2^n, for which there is a pattern up to the last binade; the one there is 0, where what was lost is nothing.
    let twice_inverse = x.like_pattern(2 * T::ONE + (1 << T::MANTISSA.count_ones())).sub_bits(power);
    let carried = lost * x.like(0.5) * twice_inverse;
    let whole = f + carried;
    let rest = (f - whole) + carried;
    let ln::Correction { s, rest: part } = ln::correction(whole);
    let high = n.mul_add(x.like(T::LN2_HIGH), whole);
    let rounded = n.mul_add(x.like(T::LN2_HIGH), -high) + whole;
    let y = high + s.neg_mul_add(part, n.mul_add(x.like(T::LN2_LOW), rounded + rest));
    // Infinity, NaN, and what is so small that halving it above would round it.
    let itself = x.abs().less(x.like(T::SMALLEST_NORMAL * 4.0));
    let y = Vector::select(itself, x, y);
    let y = Vector::select(x.less(x.like(f64::INFINITY)), y, x);
    let outside = Vector::select(x.equal(x.like(-1.0)), x.like(f64::NEG_INFINITY), x.like(f64::NAN));
    Vector::select(x.like(-1.0).less(x), y, outside)
}
