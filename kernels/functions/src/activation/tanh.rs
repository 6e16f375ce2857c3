//! The hyperbolic tangent.

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use super::{Activation, DerivativeError, Function};

/// g(z) = tanh(z); g'(z) = 1 - a²; g''(z) = -2 a (1 - a²). Its error is that of [`thalweg_numerics::math::tanh`].
///
/// The value has lost the derivative where its size is near 1 (as in PyTorch and JAX, which take it from there too): the
/// derivative is wrong by more than 0.1 % of itself from |z| = 5.5 on and 0 from 9 on in f32, from 15.6 and 18.5 on in f64.
pub static TANH: Activation = Activation::new::<Tanh>(
    "tanh",
    "tanh(z)",
    "1 - a²",
    DerivativeError::Saturating { of: "|z|", thousandth: [5.5, 15.6], whole: [9.0, 18.5] },
)
.with_fused::<Tanh>();

struct Tanh;

impl Function for Tanh {
    const HAS_HALVES: bool = true;

    #[inline(always)]
    fn value<S: Simd, T: Elementary, const U: usize>(z: Vector<S, T, U>, _: Vector<S, T, U>) -> Vector<S, T, U> {
        z.tanh()
    }

    #[inline(always)]
    fn backward<S: Simd, T: Elementary, const U: usize>(
        a: Vector<S, T, U>,
        upstream: Vector<S, T, U>,
        _: Vector<S, T, U>,
    ) -> Vector<S, T, U> {
        upstream * a.neg_mul_add(a, a.like(1.0))
    }

    #[inline(always)]
    fn curvature<S: Simd, T: Elementary, const U: usize>(a: Vector<S, T, U>, _: Vector<S, T, U>) -> Vector<S, T, U> {
        a * a.like(-2.0) * a.neg_mul_add(a, a.like(1.0))
    }

    #[inline(always)]
    fn half<S: Simd, T: Elementary, const U: usize>(z: Vector<S, T, U>) -> [Vector<S, T, U>; 2] {
        T::tanh_half(z)
    }

    #[inline(always)]
    fn of_half<S: Simd, T: Elementary, const U: usize>(half: [Vector<S, T, U>; 2]) -> Vector<S, T, U> {
        T::tanh_of_half(half)
    }

    fn reference(z: f64, _: f64) -> (f64, f64, f64) {
        let (value, cosh) = (libm::tanh(z), libm::cosh(z));
        let slope = 1.0 / (cosh * cosh);
        (value, slope, -2.0 * value * slope)
    }
}
