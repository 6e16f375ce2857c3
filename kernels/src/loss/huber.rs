//! Huber's loss.

use pulp::Simd;

use super::{Function, Loss, Target, Task, Units, UnitsMut};
use crate::math::Elementary;
use crate::{Vector, reference};

/// L = (1/n) Σᵢ h(zᵢ - yᵢ) with h(r) = ½ r² for |r| ≤ 1, else |r| - ½, the mean over the n outputs as in PyTorch's `HuberLoss`
/// with a delta of 1; dL/dzᵢ = r / n, cut to ±1 / n.
///
/// Computed as h(r) = c (|r| - ½ c) with c = min(|r|, 1). The terms are added in the order of the outputs, as one chain of
/// fused multiply-adds, and divided by n at the end.
///
/// Source: Huber, Robust estimation of a location parameter, The Annals of Mathematical Statistics 35, 1964.
pub static HUBER: Loss = Loss::new::<Huber>(
    "huber",
    "Huber loss",
    "(1/n) Σ ½ r² if |r| ≤ 1, else |r| - ½, r = z - y",
    "min(max(r, -1), 1) / n",
    Task::Regression,
    reference::loss::huber,
);

struct Huber;

/// |r| and the smaller one of it and 1; NaN where r is.
#[inline(always)]
fn size_and_cut<S: Simd, T: Elementary>(residual: Vector<S, T>) -> [Vector<S, T>; 2] {
    let size = residual.abs();
    [size, residual.like(1.0).lesser(size)]
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
    ) -> Vector<S, T> {
        let n = z.read().count();
        let scale = scale * scale.like(1.0 / n as f64);
        let mut sum = scale.like(0.0);
        for i in 0..n {
            let residual = z.read().get(i) - target.get(i);
            let parts = size_and_cut(residual);
            sum = add(parts, sum);
            let sign = residual.and(residual.like(-0.0));
            z.set(i, parts[1].or(sign) * scale);
        }
        sum
    }

    #[inline(always)]
    fn value<S: Simd, T: Elementary>(z: Units<'_, S, T>, target: Target<'_, S, T>) -> (Vector<S, T>, Vector<S, T>) {
        let n = z.count();
        let mut sum = z.constant(0.0);
        for i in 0..n {
            sum = add(size_and_cut(z.get(i) - target.get(i)), sum);
        }
        (sum / z.constant(n as f64), z.constant(0.0))
    }
}
