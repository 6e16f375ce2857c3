//! The dense form of the products: one trial's matrices as they are, vectorised along their rows.
//!
//! Matrices are views of [faer](https://codeberg.org/sarah-quinones/faer), so that whoever holds faer's matrices, of
//! whatever layout, can call these kernels. Every element of a product is the chain of fused multiply-adds of the
//! numerics contract, and has the same bits as in the population form, on every instruction set.
//!
//! ```
//! use faer::{Mat, mat};
//! use thalweg_dense::matrices;
//! use thalweg_numerics::Isa;
//! use thalweg_products::Finish;
//!
//! // Two outputs, three inputs; two examples, one per column.
//! let weights = mat![[1.0, 2.0, 3.0], [-1.0, 0.5, 0.0]];
//! let inputs = mat![[1.0, 0.0], [1.0, -1.0], [1.0, 2.0]];
//! let mut outputs = Mat::zeros(2, 2);
//! let finish = Finish { bias: Some(&[0.5, 0.25]), relu: true };
//! matrices(Isa::best()).forward(weights.as_ref(), finish, inputs.as_ref(), outputs.as_mut());
//! assert_eq!(outputs, mat![[6.5, 4.5], [0.0, 0.0]]);
//! ```
//!
//! Part of `thalweg-kernels`, which has the contract.

#![deny(unsafe_code)]

#[expect(unsafe_code, reason = "tiles run over raw pointers; every unsafe function states its bounds")]
mod contraction;
#[expect(unsafe_code, reason = "whole registers are copied where a slice has as many numbers")]
mod pack;
#[expect(unsafe_code, reason = "tiles run over raw pointers; every unsafe function states its bounds")]
mod panel;
mod products;
mod sums;
mod tiling;
#[expect(unsafe_code, reason = "tiles run over raw pointers; every unsafe function states its bounds")]
mod turn;
mod view;

use faer::{MatMut, MatRef};
use thalweg_numerics::table::{Family, Table};
use thalweg_numerics::{Isa, Real};
use thalweg_products::{Constructor, Finish, Products, Start};

/// The three products of a dense layer of one trial, on matrices of any layout: W of shape (outputs, inputs), and one
/// column per example in X (inputs, examples) and Z (outputs, examples).
///
/// Fastest where W is row-major and X and Z are column-major, as [`Products`] has them. An operand neither whose rows nor
/// whose columns are contiguous is copied, and so is a result that is not laid out like this.
pub trait MatrixProducts<T: Real> {
    /// Z = W X + b, or max(0, Z).
    ///
    /// # Panics
    ///
    /// If the shapes do not fit each other.
    fn forward(&mut self, weights: MatRef<'_, T>, finish: Finish<'_, T>, inputs: MatRef<'_, T>, outputs: MatMut<'_, T>);

    /// dW = dZ Xᵀ and db = dZ 1: from zero, or as the continuation of the chains whose state `weights` and `bias` hold. A
    /// chain takes at most [`PIECE`](thalweg_products::PIECE) examples; starting the next one, and adding up their sums,
    /// is the caller's.
    ///
    /// # Panics
    ///
    /// If the shapes do not fit each other, or there are more examples.
    fn weight_gradient(
        &mut self,
        output_gradient: MatRef<'_, T>,
        inputs: MatRef<'_, T>,
        weights: MatMut<'_, T>,
        bias: Option<&mut [T]>,
        start: Start,
    );

    /// dX = Wᵀ dZ; or, where X is the `rectified` outputs of the layer before, the gradient of what they were before that,
    /// which is 0 where X is.
    ///
    /// # Panics
    ///
    /// If the shapes do not fit each other.
    fn input_gradient(
        &mut self,
        weights: MatRef<'_, T>,
        output_gradient: MatRef<'_, T>,
        rectified: Option<MatRef<'_, T>>,
        input_gradient: MatMut<'_, T>,
    );
}

/// Products of one trial at a time, for networks whose blocks of interleaved trials would not fit the caches: arrays have
/// one lane, so that inputs which trials share and inputs of their own are the same thing.
#[doc = include_str!("loops.md")]
pub fn dense<T: Real>(isa: Isa) -> Box<dyn Products<T> + Send> {
    DENSE.get::<T>()(isa)
}

/// The same products on matrices.
pub fn matrices<T: Real>(isa: Isa) -> Box<dyn MatrixProducts<T> + Send> {
    MATRICES.get::<T>()(isa)
}

/// Behind pointers, so that these kernels are compiled once and not again in every crate that is generic over the
/// precision.
static DENSE: Table<Constructor> = Table { f32: products::boxed, f64: products::boxed };
static MATRICES: Table<MatricesConstructor> = Table { f32: products::boxed_matrices, f64: products::boxed_matrices };

#[derive(Clone, Copy)]
struct MatricesConstructor;
impl Family for MatricesConstructor {
    type Member<T: Real> = fn(Isa) -> Box<dyn MatrixProducts<T> + Send>;
}
