//! The exponential function.

use std::f64::consts::LOG2_E;

use pulp::Simd;

use super::format::{Format, polynomial};
use super::{Elementary, Function, Together, in_place};
use crate::{Isa, Vector};

/// e^x, in place.
///
/// # Method
///
/// x = (n / m) ln 2 + c + r in the manner of Cody and Waite: ln 2 is the sum of two numbers, the first so short that n
/// times it is exact. Then e^x = 2^(n/m) e^c (1 + p) with p = r + r² q(r), a minimax polynomial, and the power in two
/// factors, so that subnormal results and the last binade need no case of their own.
///
/// In f32, m is 8 (P. T. P. Tang, "Table-driven implementation of the exponential function in IEEE floating-point
/// arithmetic", ACM TOMS 15(2), 1989): the eight powers e^c 2^(j/8) are a table that a register holds, |r| is below
/// 0.05 and q has three coefficients. In f64, m is 4, as many as a register of AVX2 holds, |r| is below 0.09 and q has
/// seven. c was searched so that all powers are almost numbers of the type (S. Gal and B. Bachelis, "An accurate
/// elementary mathematical library for the IEEE floating point standard", ACM TOMS 17(1), 1991).
///
/// # Error
///
/// At most 0.79 ULP in f32 (over all inputs; 0.59 where the result is normal); 0.79 ULP in f64 (over 10⁸ points).
/// Results below the normal range are rounded twice.
///
/// # Special values
///
/// e^±0 = 1, e^∞ = ∞, e^-∞ = 0, NaN gives NaN. Beyond the range of the type: ∞, and 0.
#[doc = include_str!("loops/exp.md")]
pub fn exp<T: Elementary>(isa: Isa, xs: &mut [T]) {
    in_place::<T, Exp>(isa, xs);
}

struct Exp;

impl Function for Exp {
    const TOGETHER: Together = Together { of_32: (4, 3), of_16: (4, 6) };

    #[inline(always)]
    fn eval<S: Simd, T: Elementary, const U: usize>(x: Vector<S, T, U>) -> Vector<S, T, U> {
        let few = x.or(x.like(-0.0)).any_below(-<T as Constants>::MODERATE);
        if few { lanes(x) } else { moderate(x) }
    }
}

pub trait Constants: Format {
    /// From here down e^x rounds to 0.
    const LOWEST: f64;
    /// From here up e^x rounds to infinity.
    const HIGHEST: f64;
    /// Up to this size of x, e^x is a normal number.
    const MODERATE: f64;
    /// The bits of `n` below the exponent.
    const POINT: u32;

    /// Reduces the argument, if it is not beyond [`LOWEST`](Self::LOWEST) and [`HIGHEST`](Self::HIGHEST).
    fn reduce<S: Simd, const U: usize>(x: Vector<S, Self, U>) -> Reduced<S, Self, U>;
}

/// e^x = `power` · (1 + `p`).
pub struct Reduced<S: Simd, T: Constants, const U: usize> {
    /// A pattern with the exponent of `power` in the half of the exponent, [`POINT`](Constants::POINT) bits above its
    /// bottom.
    n: Vector<S, T, U>,
    /// The pattern of `power`, of which the exponent has wrapped where it is not one of a normal number.
    power: Vector<S, T, U>,
    p: Vector<S, T, U>,
}

/// c in f32, and -c is what is added to the rest of the reduction.
const OFFSET: f64 = -0.002_564_315_916_970_372;

/// e^c 2^(j/8), rounded to f32: at most 0.04 of a last place is lost.
const POWERS: [f64; 8] = [
    0.997_438_967_227_935_8,
    1.087_714_910_507_202_1,
    1.186_161_518_096_923_8,
    1.293_518_304_824_829,
    1.410_591_721_534_729,
    1.538_261_175_155_639_6,
    1.677_485_704_421_997,
    1.829_311_132_431_030_3,
];

/// [`POWERS`] as patterns, less what j adds to them when n = 8 k + j is shifted to where k is the exponent.
const TABLE: [f64; 8] = {
    let mut table = POWERS;
    let mut j = 0;
    while j < 8 {
        let pattern = (POWERS[j] as f32).to_bits() - ((j as u32) << (f32::EXPONENT - <f32 as Constants>::POINT));
        table[j] = f32::from_bits(pattern) as f64;
        j += 1;
    }
    table
};

impl Constants for f32 {
    const LOWEST: f64 = -104.5;
    const HIGHEST: f64 = 89.0;
    const MODERATE: f64 = 87.0;
    const POINT: u32 = 3;

    #[inline(always)]
    fn reduce<S: Simd, const U: usize>(x: Vector<S, f32, U>) -> Reduced<S, f32, U> {
        let (n, index) = f32::nearest(x, 8.0 * LOG2_E);
        let low = n.neg_mul_add(x.like(f32::LN2_LOW / 8.0), x.like(-OFFSET));
        let r = n.neg_mul_add(x.like(f32::LN2_HIGH / 8.0), x) + low;
        // (e^r - 1 - r) / r² for -0.041 < r < 0.046, by sollya's `fpminimax`.
        let q = r.mul_add(x.like(0.041_732_203_215_360_64), x.like(0.166_678_249_835_968_02));
        let q = r.mul_add(q, x.like(0.499_999_970_197_677_6));
        let power = index.shift_left_halves(f32::EXPONENT - Self::POINT).add_bits(index.lookup(&TABLE));
        Reduced { n: index, power, p: (r * r).mul_add(q, r) }
    }
}

/// c in f64.
const OFFSET_F64: f64 = -0.001_300_269_087_550_987;

/// e^c 2^(j/4): at most 0.003 of a last place is lost.
const POWERS_F64: [f64; 4] = [0.998700575896024, 1.1876618306128668, 1.4123758991819777, 1.6796074683655737];

/// [`POWERS_F64`] as [`TABLE`] has those of f32.
const TABLE_F64: [f64; 4] = {
    let mut table = POWERS_F64;
    let mut j = 0;
    while j < 4 {
        let pattern = POWERS_F64[j].to_bits() - ((j as u64) << (33 + f64::EXPONENT - <f64 as Constants>::POINT));
        table[j] = f64::from_bits(pattern);
        j += 1;
    }
    table
};

/// (e^r - 1 - r) / r² for -0.086 < r < 0.088, lowest power first, by sollya's `fpminimax`.
const COEFFICIENTS: [f64; 7] = [
    0.499_999_999_999_999_83,
    0.166_666_666_666_794_3,
    0.041_666_666_667_229_55,
    0.008_333_333_197_475_912,
    0.001_388_888_631_663_566_3,
    0.000_198_448_881_981_194_4,
    0.000_024_831_054_417_541_72,
];

impl Constants for f64 {
    const LOWEST: f64 = -746.0;
    const HIGHEST: f64 = 710.0;
    const MODERATE: f64 = 708.0;
    /// Two for the fourths, and one that is 0.
    const POINT: u32 = 3;

    #[inline(always)]
    fn reduce<S: Simd, const U: usize>(x: Vector<S, f64, U>) -> Reduced<S, f64, U> {
        // As `nearest`, but with twice the integer in the half, which is what the table asks for.
        let shifted = x.mul_add(x.like(4.0 * LOG2_E), x.like(0.5 * f64::SPLIT + 0.5));
        let index = shifted.and(x.like_pattern(f64::WHOLE << 1));
        let n = index - x.like(0.5 * f64::SPLIT);
        let low = n.neg_mul_add(x.like(f64::LN2_LOW / 4.0), x.like(-OFFSET_F64));
        let r = n.neg_mul_add(x.like(f64::LN2_HIGH / 4.0), x) + low;
        let power = index.shift_left_halves(f64::EXPONENT - Self::POINT).add_bits(index.lookup_four(&TABLE_F64));
        Reduced { n: index, power, p: (r * r).mul_add(polynomial(r, &COEFFICIENTS), r) }
    }
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

/// e^x for |x| ≤ MODERATE, by the same operations: where the power is a normal number, its two factors make no
/// difference.
#[inline(always)]
pub fn moderate<S: Simd, T: Constants, const U: usize>(x: Vector<S, T, U>) -> Vector<S, T, U> {
    let Reduced { power, p, .. } = T::reduce(x);
    power.mul_add(p, power)
}

/// e^x = first · second · (1 + p), where second is a power of two.
pub struct Parts<S: Simd, T: Constants, const U: usize> {
    pub first: Vector<S, T, U>,
    pub second: Vector<S, T, U>,
    pub p: Vector<S, T, U>,
}

/// The parts of e^x for LOWEST ≤ x ≤ HIGHEST and for NaN.
#[inline(always)]
pub fn parts<S: Simd, T: Constants, const U: usize>(x: Vector<S, T, U>) -> Parts<S, T, U> {
    let Reduced { n, power, p } = T::reduce(x);
    // Each factor takes about half of the exponent, and is a normal number also where their product is none.
    let half = n.shift_right_halves(T::POINT + 1).shift_left_halves(T::EXPONENT);
    Parts { first: power.sub_bits(half), second: half.add_bits(x.like_pattern(T::ONE)), p }
}
