//! The mean squared error.

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use super::{Function, Loss, Target, Task, Units, UnitsMut};

/// L = (1/n) Σᵢ (zᵢ - yᵢ)², the mean over the n outputs as in PyTorch's `MSELoss`; dL/dzᵢ = 2 (zᵢ - yᵢ) / n;
/// d²L/dzᵢ² = 2 / n.
///
/// The squares are added in the order of the outputs, as one chain of fused multiply-adds, and divided by n at the end.
pub static MSE: Loss =
    Loss::new::<Mse>("mse", "mean squared error", "(1/n) Σ (z - y)²", "2 (z - y) / n", Task::Regression);

struct Mse;

impl Function for Mse {
    #[inline(always)]
    fn gradient<S: Simd, T: Elementary>(
        mut z: UnitsMut<'_, S, T>,
        target: Target<'_, S, T>,
        scale: Vector<S, T>,
        _: Vector<S, T>,
    ) -> Vector<S, T> {
        let n = z.read().count();
        let scale = scale * scale.like(2.0 / n as f64);
        let mut sum = scale.like(0.0);
        for i in 0..n {
            let residual = z.read().get(i) - target.get(i);
            sum = residual.mul_add(residual, sum);
            z.set(i, residual * scale);
        }
        sum
    }

    #[inline(always)]
    fn curvature<S: Simd, T: Elementary>(
        z: Units<'_, S, T>,
        mut tangent: UnitsMut<'_, S, T>,
        _: Target<'_, S, T>,
        scale: Vector<S, T>,
        _: Vector<S, T>,
    ) {
        let n = z.count();
        let scale = scale * scale.like(2.0 / n as f64);
        for i in 0..n {
            tangent.set(i, tangent.read().get(i) * scale);
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
            let residual = z.get(i) - target.get(i);
            sum = residual.mul_add(residual, sum);
        }
        (sum / z.constant(n as f64), z.constant(0.0))
    }

    fn reference(z: &[f64], y: &[f64], _: f64) -> (f64, Vec<f64>) {
        let n = z.len() as f64;
        let residuals: Vec<f64> = z.iter().zip(y).map(|(z, y)| z - y).collect();
        (residuals.iter().map(|r| r * r).sum::<f64>() / n, residuals.iter().map(|r| 2.0 * r / n).collect())
    }
}
