use pulp::Simd;

use super::format::polynomial;
use super::{exp, tanh};
use crate::Vector;

#[inline(always)]
pub fn sigmoid<S: Simd, T: exp::Constants + tanh::Constants, const U: usize>(x: Vector<S, T, U>) -> Vector<S, T, U> {
    let bound = x.like(-<T as exp::Constants>::LOWEST);
    let y = x.min_unless_nan(bound).max_unless_nan(-bound);
    // y = r - n ln 2
    let (n, t) = T::nearest(y, -std::f64::consts::LOG2_E);
    let r = n.mul_add(x.like(T::LN2_LOW), n.mul_add(x.like(T::LN2_HIGH), y));
    let h = r * x.like(0.5);
    let u = h * h;
    let z = u * polynomial(u, <T as tanh::Constants>::COEFFICIENTS);
    let one = x.like(1.0);
    let (hm, hp) = ((one - h) + z, (one + h) + z);
    let half = t.shift_right_halves(1).shift_left_halves(T::EXPONENT);
    let up = half.add_bits(one);
    let down = one.add_bits(half).sub_bits(t.shift_left_halves(T::EXPONENT));
    let num = hp * down;
    let y = num / hm.mul_add(up, num);
    Vector::select(x.equal(x), y, x)
}
