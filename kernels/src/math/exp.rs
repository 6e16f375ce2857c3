use pulp::Simd;

use super::format::{Format, polynomial};
use crate::Vector;

pub trait Constants: Format {
    const OFFSET: f64;
    const LOWEST: f64;
    const HIGHEST: f64;
    const COEFFICIENTS: &'static [f64];
}

impl Constants for f32 {
    const OFFSET: f64 = 0.375;
    const LOWEST: f64 = -104.5;
    const HIGHEST: f64 = 89.0;
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
pub fn exp<S: Simd, T: Constants, const U: usize>(x: Vector<S, T, U>) -> Vector<S, T, U> {
    let y = exp_between(x.min_unless_nan(x.like(T::HIGHEST)).max_unless_nan(x.like(T::LOWEST)));
    Vector::select(x.equal(x), y, x)
}

/// e^x for LOWEST ≤ x ≤ HIGHEST.
#[inline(always)]
pub fn exp_between<S: Simd, T: Constants, const U: usize>(x: Vector<S, T, U>) -> Vector<S, T, U> {
    let t = x.mul_add(x.like(std::f64::consts::LOG2_E), x.like(T::SPLIT + T::OFFSET)).and(x.like_pattern(T::WHOLE));
    let n = t - x.like(T::SPLIT);
    let r = n.neg_mul_add(x.like(T::LN2_LOW), n.neg_mul_add(x.like(T::LN2_HIGH), x));
    let p = (r * r).mul_add(polynomial(r, T::COEFFICIENTS), r);
    let one = x.like_pattern(T::ONE);
    let half = t.shift_right_halves(T::FRACTION + 1).shift_left_halves(T::EXPONENT);
    let first = half.add_bits(one);
    let second = t.shift_left_halves(T::EXPONENT - T::FRACTION).sub_bits(half).add_bits(one);
    first.mul_add(p, first) * second
}
