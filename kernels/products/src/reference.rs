//! The products of a dense layer for one trial, and the contract's order of operations as five lines of scalar code.

use thalweg_numerics::Real;

use crate::{PIECE, Shape};

/// Σₖ a(k) · b(k) in the order of the numerics contract: pieces of [`PIECE`] terms, each one chain of fused
/// multiply-adds from zero, added in order.
pub fn contraction<T: Real>(depth: usize, a: impl Fn(usize) -> T, b: impl Fn(usize) -> T) -> T {
    let chain = |terms: std::ops::Range<usize>| terms.fold(T::default(), |sum, k| a(k).fused_mul_add(b(k), sum));
    let mut sum = chain(0..depth.min(PIECE));
    for begin in (PIECE..depth).step_by(PIECE) {
        sum += chain(begin..depth.min(begin + PIECE));
    }
    sum
}

/// Z = W X + b for one trial: `[example][output]`.
pub fn forward(shape: Shape, weights: &[f64], bias: Option<&[f64]>, inputs: &[f64]) -> Vec<f64> {
    let mut outputs = Vec::with_capacity(shape.examples * shape.outputs);
    for x in inputs.chunks_exact(shape.inputs) {
        for (i, row) in weights.chunks_exact(shape.inputs).enumerate() {
            let product: f64 = row.iter().zip(x).map(|(w, x)| w * x).sum();
            outputs.push(product + bias.map_or(0.0, |bias| bias[i]));
        }
    }
    outputs
}
