//! The logistic function.

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use super::reference::sigmoid;
use super::{Activation, DerivativeError, Function};

/// g(z) = σ(z) = 1 / (1 + e⁻ᶻ); g'(z) = a (1 - a); g''(z) = a (1 - a) (1 - 2a). Its error is that of [`thalweg_numerics::math::sigmoid`].
///
/// The value has lost the derivative where it is near 1 (as in PyTorch and JAX, which take it from there too): the derivative
/// is wrong by more than 0.1 % of itself from z = 10.4 on and 0 from 17.3 on in f32, from 30.5 and 37.4 on in f64. On the
/// left it is right to a few ULP.
pub static SIGMOID: Activation = Activation::new::<Sigmoid>(
    "sigmoid",
    "1 / (1 + exp(-z))",
    "a (1 - a)",
    DerivativeError::Saturating { of: "z", thousandth: [10.4, 30.5], whole: [17.3, 37.4] },
)
.with_fused::<Sigmoid>();

struct Sigmoid;

impl Function for Sigmoid {
    #[inline(always)]
    fn value<S: Simd, T: Elementary, const U: usize>(z: Vector<S, T, U>, _: Vector<S, T, U>) -> Vector<S, T, U> {
        z.sigmoid()
    }

    #[inline(always)]
    fn backward<S: Simd, T: Elementary, const U: usize>(
        a: Vector<S, T, U>,
        upstream: Vector<S, T, U>,
        _: Vector<S, T, U>,
    ) -> Vector<S, T, U> {
        upstream * (a * (a.like(1.0) - a))
    }

    #[inline(always)]
    fn curvature<S: Simd, T: Elementary, const U: usize>(a: Vector<S, T, U>, _: Vector<S, T, U>) -> Vector<S, T, U> {
        let one = a.like(1.0);
        a * (one - a) * a.neg_mul_add(a.like(2.0), one)
    }

    fn reference(z: f64, _: f64) -> (f64, f64, f64) {
        let slope = sigmoid(z) * sigmoid(-z);
        (sigmoid(z), slope, slope * (sigmoid(-z) - sigmoid(z)))
    }
}
