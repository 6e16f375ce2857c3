//! Huber's loss.

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;
use thalweg_numerics::parameter::Hyperparameter;

use super::{Function, Loss, Target, Task, Units, UnitsMut};

/// L = (1/n) Σᵢ h(zᵢ - yᵢ) with h(r) = ½ r² for |r| ≤ δ, else δ (|r| - ½ δ), the mean over the n outputs as in
/// PyTorch's `HuberLoss`; dL/dzᵢ = r / n, cut to ±δ / n; d²L/dzᵢ² = 1 / n for |r| ≤ δ, else 0. By default, δ is 1.
///
/// Computed as h(r) = c (|r| - ½ c) with c = min(|r|, δ). The terms are added in the order of the outputs, as one chain
/// of fused multiply-adds, and divided by n at the end.
///
/// Source: Huber, Robust estimation of a location parameter, The Annals of Mathematical Statistics 35, 1964.
pub static HUBER: Loss = Loss::new::<Huber>(
    "huber",
    "Huber loss",
    "(1/n) Σ ½ r² if |r| ≤ δ, else δ (|r| - ½ δ), r = z - y",
    "min(max(r, -δ), δ) / n",
    Task::Regression,
)
.with_parameter(&DELTA);

/// The size from which on residuals count as outliers.
const DELTA: Hyperparameter =
    Hyperparameter::positive("delta", "δ", "residual from which on the loss is linear", 1.0).omit_at_default();

struct Huber;

/// |r|, and the smaller one of |r| and δ; NaN where r is.
#[inline(always)]
fn size_and_cut<S: Simd, T: Elementary>(residual: Vector<S, T>, delta: Vector<S, T>) -> [Vector<S, T>; 2] {
    let size = residual.abs();
    [size, delta.lesser(size)]
}

/// c (|r| - ½ c) + sum.
#[inline(always)]
fn add<S: Simd, T: Elementary>([size, cut]: [Vector<S, T>; 2], sum: Vector<S, T>) -> Vector<S, T> {
    cut.mul_add(cut.neg_mul_add(cut.like(0.5), size), sum)
}

impl Function for Huber {
    #[inline(always)]
    fn gradient<S: Simd, T: Elementary>(
        mut z: UnitsMut<'_, S, T>,
        target: Target<'_, S, T>,
        scale: Vector<S, T>,
        delta: Vector<S, T>,
    ) -> Vector<S, T> {
        let n = z.read().count();
        let scale = scale * scale.like(1.0 / n as f64);
        let mut sum = scale.like(0.0);
        for i in 0..n {
            let residual = z.read().get(i) - target.get(i);
            let parts = size_and_cut(residual, delta);
            sum = add(parts, sum);
            let sign = residual.and(residual.like(-0.0));
            z.set(i, parts[1].or(sign) * scale);
        }
        sum
    }

    #[inline(always)]
    fn curvature<S: Simd, T: Elementary>(
        z: Units<'_, S, T>,
        mut tangent: UnitsMut<'_, S, T>,
        target: Target<'_, S, T>,
        scale: Vector<S, T>,
        delta: Vector<S, T>,
    ) {
        let n = z.count();
        let scale = scale * scale.like(1.0 / n as f64);
        for i in 0..n {
            let size = (z.get(i) - target.get(i)).abs();
            // NaN is no outlier.
            tangent.set(i, Vector::select(delta.less(size), scale.like(0.0), tangent.read().get(i) * scale));
        }
    }

    #[inline(always)]
    fn value<S: Simd, T: Elementary>(
        z: Units<'_, S, T>,
        target: Target<'_, S, T>,
        delta: Vector<S, T>,
    ) -> (Vector<S, T>, Vector<S, T>) {
        let n = z.count();
        let mut sum = z.constant(0.0);
        for i in 0..n {
            sum = add(size_and_cut(z.get(i) - target.get(i), delta), sum);
        }
        (sum / z.constant(n as f64), z.constant(0.0))
    }

    fn reference(z: &[f64], y: &[f64], delta: f64) -> (f64, Vec<f64>) {
        let n = z.len() as f64;
        let residuals = || z.iter().zip(y).map(|(z, y)| z - y);
        let height = |r: f64| if r.abs() <= delta { 0.5 * r * r } else { delta * (r.abs() - 0.5 * delta) };
        (residuals().map(height).sum::<f64>() / n, residuals().map(|r| r.clamp(-delta, delta) / n).collect())
    }
}
