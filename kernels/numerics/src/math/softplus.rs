//! Softplus, the smooth maximum of x and 0.

use pulp::Simd;

use super::{Elementary, Function, Together, exp, in_place, ln};
use crate::{Isa, Vector};

/// ln(1 + e^x), in place: this is -ln σ(-x), and so the cross-entropy of a logistic output, without overflow or
/// cancellation.
///
/// # Method
///
/// ln(1 + e^x) = max(x, 0) + ln(1 + e) with e = e^-|x| ≤ 1, by the formula of [`exp`](super::exp()). The logarithm is
/// that of [`ln`](super::ln()) with f = e, or for e > ½ with f = (e - 1) / 2, from the parts of e before they are
/// rounded to one number, and ln 2 added.
///
/// # Error
///
/// At most 1.72 ULP in f32 (over all inputs); 1.69 ULP in f64 (over 10⁸ points).
///
/// # Special values
///
/// ∞ gives ∞, -∞ gives 0, NaN gives NaN. For large x the result is x, for small ones e^x, down to the subnormal.
pub fn softplus<T: Elementary>(isa: Isa, xs: &mut [T]) {
    in_place::<T, Softplus>(isa, xs);
}

struct Softplus;

impl Function for Softplus {
    const TOGETHER: Together = Together { of_32: (4, 3), of_16: (3, 6) };

    #[inline(always)]
    fn eval<S: Simd, T: Elementary, const U: usize>(x: Vector<S, T, U>) -> Vector<S, T, U> {
        lanes(x)
    }
}

#[inline(always)]
pub fn lanes<S: Simd, T: exp::Constants + ln::Constants, const U: usize>(x: Vector<S, T, U>) -> Vector<S, T, U> {
    let zero = x.like(0.0);
    let exp::Parts { first, second, p } = exp::parts(x.like(<T as exp::Constants>::LOWEST).greater(x.or(x.like(-0.0))));
    let e = first.mul_add(p, first) * second;
    let large = x.like(0.5).less(e);
    let half = first * second * x.like(0.5);
    let f = Vector::select(large, half.mul_add(p, half - x.like(0.5)), e);
    let ln::Correction { s, rest } = ln::correction(f);
    let ln2 = Vector::select(large, x.like(T::LN2_HIGH), zero);
    let low = Vector::select(large, x.like(T::LN2_LOW), zero);
    let high = ln2 + f;
    let lost = (ln2 - high) + f;
    let logarithm = high + s.neg_mul_add(rest, lost + low);
    // Where x is NaN, so is this, whatever the maximum above made of it.
    let positive = Vector::select(x.less(zero), zero, x);
    positive + logarithm
}
