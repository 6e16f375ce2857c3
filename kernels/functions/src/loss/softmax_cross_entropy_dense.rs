//! Categorical cross-entropy of one-hot or soft labels, from the logits.

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use super::softmax_cross_entropy::{curvature, largest};
use super::{Function, Loss, Target, Task, Units, UnitsMut};

/// L = Σᵢ yᵢ (ln Σⱼ e^zⱼ - zᵢ) for the shares y of the classes, usually one-hot; dL/dzᵢ = softmax(z)ᵢ Σⱼ yⱼ - yᵢ;
/// with p = softmax(z), (d²L/dz²) v = (p ∘ v - p (pᵀv)) Σⱼ yⱼ.
///
/// Stable: the largest logit is subtracted first, L = Σᵢ yᵢ (ln Σⱼ e^(zⱼ - max) + (max - zᵢ)), without the classes that
/// have no share. The terms are added in the order of the classes. On one-hot labels it has the bits of
/// [`softmax-cross-entropy`](super::ALL), which does the same with less memory. An example counts as correct if the
/// first of the largest logits is the first of the largest shares.
pub static SOFTMAX_CROSS_ENTROPY_DENSE: Loss = Loss::new::<SoftmaxCrossEntropyDense>(
    "softmax-cross-entropy-dense",
    "categorical cross-entropy on one-hot labels",
    "Σ y (ln Σⱼ exp(zⱼ) - z)",
    "softmax(z) Σⱼ yⱼ - y",
    Task::Distribution,
);

struct SoftmaxCrossEntropyDense;

/// y x, but 0 where y is 0, whatever x is.
#[inline(always)]
fn weighed<S: Simd, T: Elementary>(y: Vector<S, T>, x: Vector<S, T>) -> Vector<S, T> {
    Vector::select(y.equal(y.like(0.0)), y.like(0.0), y * x)
}

impl Function for SoftmaxCrossEntropyDense {
    #[inline(always)]
    fn gradient<S: Simd, T: Elementary>(
        mut z: UnitsMut<'_, S, T>,
        target: Target<'_, S, T>,
        scale: Vector<S, T>,
        _: Vector<S, T>,
    ) -> Vector<S, T> {
        let largest = largest(z.read());
        let zero = scale.like(0.0);
        let (mut sum, mut finite, mut total, mut apart) = (zero, zero, zero, zero);
        for i in 0..z.read().count() {
            let (logit, y) = (z.read().get(i), target.get(i));
            let exponential = (logit - largest).exp();
            sum = sum + exponential;
            finite = logit.mul_add(zero, finite);
            total = total + y;
            apart = apart + weighed(y, largest - logit);
            z.set(i, exponential);
        }
        let share = scale.like(1.0) / sum * total;
        for i in 0..z.read().count() {
            z.set(i, z.read().get(i).mul_add(share, -target.get(i)) * scale);
        }
        // Finite logits can be so far apart that the loss overflows.
        finite + apart
    }

    #[inline(always)]
    fn curvature<S: Simd, T: Elementary>(
        z: Units<'_, S, T>,
        tangent: UnitsMut<'_, S, T>,
        target: Target<'_, S, T>,
        scale: Vector<S, T>,
        _: Vector<S, T>,
    ) {
        let mut total = scale.like(0.0);
        for i in 0..z.count() {
            total = total + target.get(i);
        }
        curvature(z, tangent, scale * total);
    }

    #[inline(always)]
    fn value<S: Simd, T: Elementary>(
        z: Units<'_, S, T>,
        target: Target<'_, S, T>,
        _: Vector<S, T>,
    ) -> (Vector<S, T>, Vector<S, T>) {
        let largest = largest(z);
        let (zero, one) = (z.constant(0.0), z.constant(1.0));
        let mut sum = zero;
        for i in 0..z.count() {
            sum = sum + (z.get(i) - largest).exp();
        }
        let logarithm = sum.ln();
        let mut loss = zero;
        let (mut best, mut best_share, mut found, mut expected) = (z.get(0), target.get(0), zero, zero);
        for i in 0..z.count() {
            let (logit, y, index) = (z.get(i), target.get(i), z.constant(i as f64));
            loss = loss + weighed(y, logarithm + (largest - logit));
            found = Vector::select(best.less(logit), index, found);
            best = Vector::select(best.less(logit), logit, best);
            expected = Vector::select(best_share.less(y), index, expected);
            best_share = Vector::select(best_share.less(y), y, best_share);
        }
        // A logit that is NaN makes nothing correct.
        let right = Vector::select(found.equal(expected), one, zero);
        (loss, Vector::select(largest.equal(largest), right, zero))
    }

    fn reference(z: &[f64], y: &[f64], _: f64) -> (f64, Vec<f64>) {
        let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let exponentials: Vec<f64> = z.iter().map(|z| libm::exp(z - largest)).collect();
        let (sum, total) = (exponentials.iter().sum::<f64>(), y.iter().sum::<f64>());
        let loss = z.iter().zip(y).map(|(z, y)| y * (libm::log(sum) + (largest - z))).sum();
        (loss, exponentials.iter().zip(y).map(|(e, y)| e / sum * total - y).collect())
    }
}
