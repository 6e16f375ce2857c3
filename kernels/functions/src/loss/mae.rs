//! The mean absolute error.

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use super::{Function, Loss, Target, Task, Units, UnitsMut};

/// L = (1/n) Σᵢ |zᵢ - yᵢ|, the mean over the n outputs as in PyTorch's `L1Loss`; dL/dzᵢ = sign(zᵢ - yᵢ) / n, where the
/// sign of 0 is 0: one of the subgradients. d²L/dz² = 0, but for the step at 0.
///
/// The terms are added in the order of the outputs and divided by n at the end.
pub static MAE: Loss =
    Loss::new::<Mae>("mae", "mean absolute error", "(1/n) Σ |z - y|", "sign(z - y) / n", Task::Regression);

struct Mae;

impl Function for Mae {
    #[inline(always)]
    fn gradient<S: Simd, T: Elementary>(
        mut z: UnitsMut<'_, S, T>,
        target: Target<'_, S, T>,
        scale: Vector<S, T>,
        _: Vector<S, T>,
    ) -> Vector<S, T> {
        let n = z.read().count();
        let scale = scale * scale.like(1.0 / n as f64);
        let (zero, one) = (scale.like(0.0), scale.like(1.0));
        let mut sum = zero;
        for i in 0..n {
            let residual = z.read().get(i) - target.get(i);
            sum = sum + residual.abs();
            // A residual neither above nor below zero is zero, or NaN.
            let sign = Vector::select(residual.less(zero), -one, residual);
            z.set(i, Vector::select(zero.less(residual), one, sign) * scale);
        }
        sum
    }

    #[inline(always)]
    fn curvature<S: Simd, T: Elementary>(
        z: Units<'_, S, T>,
        mut tangent: UnitsMut<'_, S, T>,
        target: Target<'_, S, T>,
        scale: Vector<S, T>,
        _: Vector<S, T>,
    ) {
        let zero = scale.like(0.0);
        for i in 0..z.count() {
            // Zero even if the tangent is infinite, and NaN if there is one.
            let (residual, change) = (z.get(i) - target.get(i), tangent.read().get(i));
            let flat = Vector::select(change.equal(change), zero, change);
            tangent.set(i, Vector::select(residual.equal(residual), flat, residual));
        }
    }

    #[inline(always)]
    fn value<S: Simd, T: Elementary>(
        z: Units<'_, S, T>,
        target: Target<'_, S, T>,
        _: Vector<S, T>,
    ) -> (Vector<S, T>, Vector<S, T>) {
        let n = z.count();
        let mut sum = z.constant(0.0);
        for i in 0..n {
            sum = sum + (z.get(i) - target.get(i)).abs();
        }
        (sum / z.constant(n as f64), z.constant(0.0))
    }

    fn reference(z: &[f64], y: &[f64], _: f64) -> (f64, Vec<f64>) {
        let n = z.len() as f64;
        let residuals = || z.iter().zip(y).map(|(z, y)| z - y);
        let sign = |r: f64| if r == 0.0 { 0.0 } else { r.signum() };
        (residuals().map(f64::abs).sum::<f64>() / n, residuals().map(|r| sign(r) / n).collect())
    }
}
