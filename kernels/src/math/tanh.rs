use pulp::Simd;

use super::format::{Format, polynomial};
use crate::Vector;

pub trait Constants: Format {
    const ONE_FROM: f64;
    const COEFFICIENTS: &'static [f64];
}

impl Constants for f32 {
    const ONE_FROM: f64 = 9.03125;
    const COEFFICIENTS: &'static [f64] = &[0.3333331048488617, -0.022159015759825706];
}

impl Constants for f64 {
    const ONE_FROM: f64 = 19.0625;
    const COEFFICIENTS: &'static [f64] = &[
        0.3333333333333332,
        -0.022222222222166725,
        0.002116402065218841,
        -0.00021163604155418695,
        2.121671049606955e-05,
    ];
}

#[inline(always)]
pub fn tanh<S: Simd, T: Constants, const U: usize>(x: Vector<S, T, U>) -> Vector<S, T, U> {
    let sign = x.and(x.like(-0.0));
    let limit = x.like(T::ONE_FROM);
    let ax = x.xor(sign);
    let ax = Vector::select(limit.less(ax), limit, ax);
    let (n, t) = T::nearest(ax, 2.0 * std::f64::consts::LOG2_E);
    let d = n.neg_mul_add(x.like(std::f64::consts::LN_2 / 2.0), ax);
    let u = d * d;
    let z = u * polynomial(u, T::COEFFICIENTS);
    let s = t.shift_left_halves(T::EXPONENT).add_bits(x.like_pattern(T::ONE));
    let (minus, plus) = (s - x.like(1.0), s + x.like(1.0));
    let num = minus.mul_add(z, plus.mul_add(d, minus));
    let den = plus.mul_add(z, minus.mul_add(d, plus));
    (num / den).or(sign)
}
