//! Sparse categorical cross-entropy, from the logits.

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use super::{Function, Loss, Target, Task, Units, UnitsMut};

/// L = ln Σⱼ e^zⱼ - z_y for the integer label y; dL/dzᵢ = softmax(z)ᵢ - \[i = y\]; with p = softmax(z), (d²L/dz²) v
/// = p ∘ v - p (pᵀv).
///
/// Stable: the largest logit is subtracted first, L = ln Σⱼ e^(zⱼ - max) + (max - z_y). The exponentials are added in
/// the order of the classes. The second derivative is blind to what is added to all of v: it is taken of v less the number
/// that v has at the largest logit, so that nothing is lost where one p is near 1. An example counts as correct if z_y is
/// the largest logit, the first of equals.
#[doc = include_str!("loops/softmax_cross_entropy.md")]
pub static SOFTMAX_CROSS_ENTROPY: Loss = Loss::new::<SoftmaxCrossEntropy>(
    "softmax-cross-entropy",
    "categorical cross-entropy",
    "ln Σⱼ exp(zⱼ) - z_y",
    "softmax(z) - onehot(y)",
    Task::Multiclass,
);

struct SoftmaxCrossEntropy;

/// The largest logit; NaN if any is.
#[inline(always)]
pub(super) fn largest<S: Simd, T: Elementary>(z: Units<'_, S, T>) -> Vector<S, T> {
    let mut largest = z.get(0);
    for i in 1..z.count() {
        largest = largest.max(z.get(i));
    }
    largest
}

/// Turns v into scale · (p ∘ v - p (pᵀv)) with p = softmax(z): pᵀv is the sum of e^(zⱼ - max) vⱼ over the classes, one chain of
/// fused multiply-adds, over that of the exponentials.
#[inline(always)]
pub(super) fn curvature<S: Simd, T: Elementary>(
    z: Units<'_, S, T>,
    mut tangent: UnitsMut<'_, S, T>,
    scale: Vector<S, T>,
) {
    let (largest, zero) = (largest(z), scale.like(0.0));
    let (mut base, mut sum, mut mean) = (zero, zero, zero);
    for i in 0..z.count() {
        base = Vector::select(z.get(i).equal(largest), tangent.read().get(i), base);
    }
    for i in 0..z.count() {
        let exponential = (z.get(i) - largest).exp();
        sum = sum + exponential;
        mean = exponential.mul_add(tangent.read().get(i) - base, mean);
    }
    let share = scale.like(1.0) / sum;
    let mean = mean * share;
    for i in 0..z.count() {
        let p = (z.get(i) - largest).exp() * share;
        tangent.set(i, p * ((tangent.read().get(i) - base) - mean) * scale);
    }
}

impl Function for SoftmaxCrossEntropy {
    #[inline(always)]
    fn gradient<S: Simd, T: Elementary>(
        mut z: UnitsMut<'_, S, T>,
        target: Target<'_, S, T>,
        scale: Vector<S, T>,
        _: Vector<S, T>,
    ) -> Vector<S, T> {
        let (largest, label) = (largest(z.read()), target.get(0));
        let (mut sum, mut finite, mut chosen) = (scale.like(0.0), scale.like(0.0), scale.like(0.0));
        for i in 0..z.read().count() {
            let logit = z.read().get(i);
            let exponential = (logit - largest).exp();
            sum = sum + exponential;
            finite = logit.mul_add(logit.like(0.0), finite);
            chosen = Vector::select(label.equal(label.like(i as f64)), logit, chosen);
            z.set(i, exponential);
        }
        let share = scale.like(1.0) / sum;
        for i in 0..z.read().count() {
            let hit = label.equal(label.like(i as f64));
            let expected = Vector::select(hit, label.like(1.0), label.like(0.0));
            z.set(i, z.read().get(i).mul_add(share, -expected) * scale);
        }
        // Finite logits can be so far apart that the loss overflows.
        finite + (largest - chosen)
    }

    #[inline(always)]
    fn curvature<S: Simd, T: Elementary>(
        z: Units<'_, S, T>,
        tangent: UnitsMut<'_, S, T>,
        _: Target<'_, S, T>,
        scale: Vector<S, T>,
        _: Vector<S, T>,
    ) {
        curvature(z, tangent, scale);
    }

    #[inline(always)]
    fn value<S: Simd, T: Elementary>(
        z: Units<'_, S, T>,
        target: Target<'_, S, T>,
        _: Vector<S, T>,
    ) -> (Vector<S, T>, Vector<S, T>) {
        let (largest, label) = (largest(z), target.get(0));
        let (zero, one) = (z.constant(0.0), z.constant(1.0));
        let (mut sum, mut chosen) = (zero, zero);
        for i in 0..z.count() {
            sum = sum + (z.get(i) - largest).exp();
            chosen = Vector::select(label.equal(z.constant(i as f64)), z.get(i), chosen);
        }
        let mut right = one;
        for i in 0..z.count() {
            // A class before the label must be smaller, one after it may be equal.
            let index = z.constant(i as f64);
            let beaten = Vector::select(z.get(i).less(chosen), one, zero);
            let tied = Vector::select(z.get(i).less_equal(chosen), one, zero);
            right = right * Vector::select(index.less(label), beaten, tied);
        }
        (sum.ln() + (largest - chosen), right)
    }

    fn reference(z: &[f64], y: &[f64], _: f64) -> (f64, Vec<f64>) {
        let label = y[0] as usize;
        let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let exponentials: Vec<f64> = z.iter().map(|z| libm::exp(z - largest)).collect();
        let sum: f64 = exponentials.iter().sum();
        let gradient = exponentials.iter().enumerate().map(|(i, e)| e / sum - if i == label { 1.0 } else { 0.0 });
        (libm::log(sum) + largest - z[label], gradient.collect())
    }
}
