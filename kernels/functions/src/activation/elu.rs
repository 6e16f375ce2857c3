//! The exponential linear unit.

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;
use thalweg_numerics::parameter::Hyperparameter;

use super::{Activation, DerivativeError, Function, Needs};

/// g(z) = z for z > 0, else α (e^z - 1); g'(z) = 1 for z > 0, else α e^z; g''(z) = 0 for z > 0, else α e^z, at 0 as well,
/// where it is the derivative from the left. By default, α is 1.
///
/// Its error is that of [`thalweg_numerics::math::expm1`], and half a ULP more where α is not 1. The derivative is wrong by
/// at most 0.79 ULP in f32, 0.77 ULP in f64, and half a ULP more where α is not 1.
///
/// Backwards it takes z. The derivative is a + α too, but of that nothing is left in f32 from z = -17 on, where the unit
/// would stay for ever, though Adam, say, divides by the size of a gradient and moves it as fast as any other.
///
/// Source: Clevert, Unterthiner and Hochreiter, arXiv:1511.07289.
pub static ELU: Activation = Activation::new::<Elu>(
    "elu",
    "z if z > 0, else α (exp(z) - 1)",
    "1 if z > 0, else α exp(z)",
    DerivativeError::Ulps { f32: 0.79, f64: 0.77 },
)
.with_parameter(&ALPHA);

/// The size of the values on the left.
const ALPHA: Hyperparameter =
    Hyperparameter::positive("alpha", "α", "size of the values on the left", 1.0).omit_at_default();

struct Elu;

impl Function for Elu {
    // The value has lost α e^z where that is small beside α.
    const NEEDS: Needs = Needs::Argument;

    #[inline(always)]
    fn value<S: Simd, T: Elementary, const U: usize>(z: Vector<S, T, U>, p: Vector<S, T, U>) -> Vector<S, T, U> {
        Vector::select(z.like(0.0).less(z), z, p * z.expm1())
    }

    #[inline(always)]
    fn backward<S: Simd, T: Elementary, const U: usize>(
        z: Vector<S, T, U>,
        upstream: Vector<S, T, U>,
        p: Vector<S, T, U>,
    ) -> Vector<S, T, U> {
        // A NaN unit is not above zero, and its power is NaN.
        Vector::select(z.like(0.0).less(z), upstream, upstream * (p * z.exp()))
    }

    #[inline(always)]
    fn curvature<S: Simd, T: Elementary, const U: usize>(z: Vector<S, T, U>, p: Vector<S, T, U>) -> Vector<S, T, U> {
        Vector::select(z.like(0.0).less(z), z.like(0.0), p * z.exp())
    }

    fn reference(z: f64, alpha: f64) -> (f64, f64, f64) {
        let power = alpha * libm::exp(z);
        if z > 0.0 { (z, 1.0, 0.0) } else { (alpha * libm::expm1(z), power, power) }
    }
}
