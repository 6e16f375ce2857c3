//! The pass that most methods end with.

use pulp::Simd;
use thalweg_numerics::{Real, Vector};

use crate::{MAX_COEFFICIENTS, MAX_STATE, Pass};

/// x + c g, fused, with a coefficient c.
pub struct Add;

impl Pass for Add {
    const STATE: usize = 0;
    const COEFFICIENTS: usize = 1;

    #[inline(always)]
    fn apply<S: Simd, T: Real, const U: usize>(
        x: Vector<S, T, U>,
        g: Vector<S, T, U>,
        _: &mut [Vector<S, T, U>; MAX_STATE],
        &[factor, ..]: &[Vector<S, T, U>; MAX_COEFFICIENTS],
    ) -> Vector<S, T, U> {
        factor.mul_add(g, x)
    }
}
