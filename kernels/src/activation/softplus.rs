//! Softplus.

use pulp::Simd;

use super::{Activation, Function};
use crate::math::Elementary;
use crate::{Vector, reference};

/// g(z) = ln(1 + e^z); g'(z) = σ(z) = 1 - e^-a. Its error is the one of [`crate::math::softplus`], that of the derivative the
/// one of [`crate::math::expm1`] and a rounding or two.
///
/// Source: Dugas, Bengio, Bélisle, Nadeau and Garcia, Incorporating second-order functional knowledge for better option
/// pricing, 2000.
pub static SOFTPLUS: Activation =
    Activation::new::<Softplus>("softplus", "ln(1 + exp(z))", "1 - exp(-a)", reference::activation::softplus);

struct Softplus;

impl Function for Softplus {
    #[inline(always)]
    fn value<S: Simd, T: Elementary, const U: usize>(z: Vector<S, T, U>, _: Vector<S, T, U>) -> Vector<S, T, U> {
        z.softplus()
    }

    #[inline(always)]
    fn backward<S: Simd, T: Elementary, const U: usize>(
        a: Vector<S, T, U>,
        upstream: Vector<S, T, U>,
        _: Vector<S, T, U>,
    ) -> Vector<S, T, U> {
        upstream * -(-a).expm1()
    }
}
