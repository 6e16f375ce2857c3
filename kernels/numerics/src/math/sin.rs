//! The sine, and what it shares with the cosine.

use std::f64::consts::FRAC_2_PI;

use pulp::Simd;

use super::format::{Format, polynomial};
use super::{Elementary, Function, in_place, large_angle};
use crate::{Isa, Vector};

/// Up to here, three numbers are enough for π/2.
const MODERATE: f64 = 100_000.0;

/// The sine of an angle in radians, in place.
///
/// # Method
///
/// |x| = n π/2 + r with |r| ≤ π/4, in the manner of Cody and Waite: π/2 is the sum of three numbers, the first so short
/// that |x| less n times it is exact, and r is kept as a sum of two. Then sin x is ± sin r or ± cos r, as n mod 4 has
/// it: minimax polynomials of r². Beyond |x| = 100,000 three numbers are not enough; there r comes from integers with as
/// many bits of 2/π as x asks for (Payne and Hanek), lane by lane, which takes longer.
///
/// # Error
///
/// At most 1.01 ULP in f32 (over all inputs; 0.99 up to 100,000); 0.95 ULP in f64 (over 10⁸ points up to 100,000; beyond,
/// mpmath was asked at hundreds of angles, among them the one nearest to a multiple of π/2).
///
/// # Special values
///
/// sin(±0) = ±0. NaN gives NaN, and so do ±∞.
pub fn sin<T: Elementary>(isa: Isa, xs: &mut [T]) {
    in_place::<T, Sin>(isa, xs);
}

struct Sin;

impl Function for Sin {
    #[inline(always)]
    fn eval<S: Simd, T: Elementary, const U: usize>(x: Vector<S, T, U>) -> Vector<S, T, U> {
        lanes(x)
    }
}

pub trait Constants: Format {
    /// π/2 as the sum of three numbers of this format.
    const HALF_PI: [f64; 3];
    /// Of (sin √u / √u - 1) / u for √u ≤ π/4, lowest power first, by sollya's `fpminimax`.
    const SIN: &'static [f64];
    /// Of (cos √u - 1 + u/2) / u².
    const COS: &'static [f64];
    /// How far up the bottom of the half of the exponent is.
    const HALF_SHIFT: u32;
    /// Below it, sin r = r and cos r = 1 to far more digits than there are; the fourth power of what is not below it is
    /// still a normal number.
    const TINY: f64;
}

impl Constants for f32 {
    const HALF_SHIFT: u32 = 0;
    const TINY: f64 = 1.0 / (1_u64 << 28) as f64;
    const HALF_PI: [f64; 3] = [1.570_796_370_506_286_6, -4.371_138_828_673_793e-8, -1.715_124_510_005_881_9e-15];
    const SIN: &'static [f64] = &[-0.166_666_641_831_398, 8.332_709_781_825_542e-3, -1.958_194_334_292_783_3e-4];
    const COS: &'static [f64] = &[4.166_666_418_313_98e-2, -1.388_826_523_907_482_6e-3, 2.454_211_062_286_049e-5];
}

impl Constants for f64 {
    const HALF_SHIFT: u32 = 32;
    const TINY: f64 = 1e-75;
    const HALF_PI: [f64; 3] = [std::f64::consts::FRAC_PI_2, 6.123_233_995_736_766e-17, -1.497_384_904_859_169_8e-33];
    const SIN: &'static [f64] = &[
        -0.166_666_666_666_666_66,
        8.333_333_333_331_227e-3,
        -1.984_126_983_693_620_7e-4,
        2.755_731_614_063_271_5e-6,
        -2.505_113_355_929_786_3e-8,
        1.591_796_983_163_472_4e-10,
    ];
    const COS: &'static [f64] = &[
        4.166_666_666_666_666_4e-2,
        -1.388_888_888_888_701_6e-3,
        2.480_158_729_837_769e-5,
        -2.755_731_711_250_774e-7,
        2.087_611_796_760_682e-9,
        -1.138_081_851_206_381_5e-11,
    ];
}

#[inline(always)]
pub fn lanes<S: Simd, T: Constants, const U: usize>(x: Vector<S, T, U>) -> Vector<S, T, U> {
    let sign = x.and(x.like(-0.0));
    let Turned { sin, cos, quarters } = turned(x.xor(sign));
    let odd = quarters.shift_left_halves(31).or(x.like(1.0)).less(x.like(0.0));
    // The sign bit of the third and fourth quarter.
    let negative = quarters.shift_left_halves(30).and(x.like(-0.0));
    Vector::select(odd, cos, sin).xor(negative).xor(sign)
}

/// Sine and cosine of an angle less n quarter turns; n stands at the bottom of the half of `quarters`.
pub struct Turned<S: Simd, T: Constants, const U: usize> {
    pub sin: Vector<S, T, U>,
    pub cos: Vector<S, T, U>,
    pub quarters: Vector<S, T, U>,
}

/// Turns an angle ≥ 0 back by as many quarters as leave at most half of one on either side.
#[inline(always)]
pub fn turned<S: Simd, T: Constants, const U: usize>(angle: Vector<S, T, U>) -> Turned<S, T, U> {
    let rest = moderate(angle);
    // The bound less the angle, as integers, has a sign where the angle is too large, infinite or NaN.
    let any_large = angle.like(MODERATE).sub_bits(angle).any_sign();
    let Rest { r, low, quarters } = if any_large { with_large(angle, rest) } else { rest };
    // Zero where powers of r would be subnormal, with which processors are slow: a point that nears an optimum comes by there.
    let u = r * r;
    let u = Vector::select(r.abs().less(r.like(T::TINY)), r.like(0.0), u);
    // sin(r + low) = sin r + low cos r and cos(r + low) = cos r - low sin r: one term of each factor is plenty.
    let sin = r + (r * u).mul_add(polynomial(u, T::SIN), low);
    // 1 - u/2 is rounded; what that lost is added to the rest.
    let half = u * u.like(0.5);
    let head = u.like(1.0) - half;
    let lost = (u.like(1.0) - head) - half;
    let cos = head + (u * u).mul_add(polynomial(u, T::COS), r.neg_mul_add(low, lost));
    Turned { sin, cos, quarters }
}

/// An angle less n quarter turns, as the sum of two numbers.
struct Rest<S: Simd, T: Constants, const U: usize> {
    r: Vector<S, T, U>,
    low: Vector<S, T, U>,
    quarters: Vector<S, T, U>,
}

/// Turns back angles up to [`MODERATE`].
#[inline(always)]
fn moderate<S: Simd, T: Constants, const U: usize>(angle: Vector<S, T, U>) -> Rest<S, T, U> {
    let (n, quarters) = T::nearest(angle, FRAC_2_PI);
    let [first, second, third] = T::HALF_PI;
    let rest = n.neg_mul_add(angle.like(first), angle);
    // rest - n · second, exactly as r + low: neither of the two is always the larger one.
    let product = n * angle.like(second);
    let r = rest - product;
    let other = r - rest;
    let low = (rest - (r - other)) - (product + other);
    let low = low - n.mul_add(angle.like(second), -product);
    let low = n.neg_mul_add(angle.like(third), low);
    Rest { r, low, quarters }
}

/// The same with the lanes of larger angles put right.
#[inline(always)]
fn with_large<S: Simd, T: Constants, const U: usize>(angle: Vector<S, T, U>, rest: Rest<S, T, U>) -> Rest<S, T, U> {
    let (angles, mut r) = (angle.registers(), rest.r.registers());
    let (mut low, mut quarters) = (rest.low.registers(), rest.quarters.registers());
    turn_back_large::<T>(
        bytemuck::cast_slice(&angles),
        bytemuck::cast_slice_mut(&mut r),
        bytemuck::cast_slice_mut(&mut low),
        bytemuck::cast_slice_mut(&mut quarters),
    );
    let [r, low, quarters] = [r, low, quarters].map(|registers| Vector::from_registers(angle.simd(), registers));
    Rest { r, low, quarters }
}

/// Lane by lane, in scalar code that every instruction set shares.
#[cold]
#[inline(never)]
fn turn_back_large<T: Constants>(angles: &[T], r: &mut [T], low: &mut [T], quarters: &mut [T]) {
    for (lane, angle) in angles.iter().map(|angle| angle.to_f64()).enumerate() {
        if angle <= MODERATE {
            continue;
        }
        let turned = large_angle::turn_back(angle);
        let [head, tail] = turned.rest;
        r[lane] = T::from_f64(head);
        low[lane] = T::from_f64((head - r[lane].to_f64()) + tail);
        quarters[lane] = T::from_pattern(u64::from(turned.quarters) << T::HALF_SHIFT);
    }
}
