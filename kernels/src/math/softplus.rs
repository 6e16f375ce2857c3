use pulp::Simd;

use super::{exp, ln};
use crate::Vector;

#[inline(always)]
pub fn softplus<S: Simd, T: exp::Constants + ln::Constants, const U: usize>(x: Vector<S, T, U>) -> Vector<S, T, U> {
    let zero = x.like(0.0);
    let e = exp::exp_between(x.or(x.like(-0.0)).max_unless_nan(x.like(<T as exp::Constants>::LOWEST)));
    let large = x.like(0.5).less(e);
    let f = Vector::select(large, e.mul_add(x.like(0.5), x.like(-0.5)), e);
    let ln2 = Vector::select(large, x.like(std::f64::consts::LN_2), zero);
    let positive = Vector::select(x.less(zero), zero, x);
    positive + (ln2 + (f - ln::one_plus_correction(f)))
}
