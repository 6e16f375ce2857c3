//! Binary cross-entropy, from the logit.

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use super::{Function, Loss, Target, Task, Units, UnitsMut};

/// L = -y ln σ(z) - (1 - y) ln(1 - σ(z)), from the logit z; dL/dz = σ(z) - y; d²L/dz² = σ(z) σ(-z).
///
/// Computed as (max(z, 0) - z y) + ln(1 + e^-|z|), which is stable for any finite logit; the second derivative as e / (1 +
/// e)² with e = e^-|z|, which loses nothing where the logit is large. An example counts as correct
/// if z > 0 and y > ½, or z ≤ 0 and y ≤ ½.
#[doc = include_str!("loops/bce.md")]
pub static BCE: Loss =
    Loss::new::<Bce>("bce", "binary cross-entropy", "-y ln σ(z) - (1 - y) ln(1 - σ(z))", "σ(z) - y", Task::Binary);

struct Bce;

impl Function for Bce {
    const HAS_ONE_OUTPUT: bool = true;

    #[inline(always)]
    fn slope<S: Simd, T: Elementary, const U: usize>(z: Vector<S, T, U>, y: Vector<S, T, U>) -> Vector<S, T, U> {
        z.sigmoid() - y
    }

    #[inline(always)]
    fn gradient<S: Simd, T: Elementary>(
        mut z: UnitsMut<'_, S, T>,
        target: Target<'_, S, T>,
        scale: Vector<S, T>,
        _: Vector<S, T>,
    ) -> Vector<S, T> {
        let logit = z.read().get(0);
        z.set(0, Self::slope(logit, target.get(0)) * scale);
        logit
    }

    #[inline(always)]
    fn curvature<S: Simd, T: Elementary>(
        z: Units<'_, S, T>,
        mut tangent: UnitsMut<'_, S, T>,
        _: Target<'_, S, T>,
        scale: Vector<S, T>,
        _: Vector<S, T>,
    ) {
        let z = z.get(0);
        let (one, e) = (z.like(1.0), (-z.abs()).exp());
        let share = one / (one + e);
        tangent.set(0, e * (share * share) * tangent.read().get(0) * scale);
    }

    #[inline(always)]
    fn value<S: Simd, T: Elementary>(
        z: Units<'_, S, T>,
        target: Target<'_, S, T>,
        _: Vector<S, T>,
    ) -> (Vector<S, T>, Vector<S, T>) {
        let (z, y) = (z.get(0), target.get(0));
        let (zero, one, half) = (z.like(0.0), z.like(1.0), z.like(0.5));
        let positive = Vector::select(z.less_equal(zero), zero, z);
        let loss = z.neg_mul_add(y, positive) + (-z.abs()).softplus();
        let right_if_yes = Vector::select(zero.less(z), one, zero);
        let right_if_no = Vector::select(z.less_equal(zero), one, zero);
        (loss, Vector::select(half.less(y), right_if_yes, right_if_no))
    }

    fn reference(z: &[f64], y: &[f64], _: f64) -> (f64, Vec<f64>) {
        let (z, y) = (z[0], y[0]);
        let loss = z.max(0.0) - z * y + libm::log1p(libm::exp(-z.abs()));
        (loss, vec![1.0 / (1.0 + libm::exp(-z)) - y])
    }
}
