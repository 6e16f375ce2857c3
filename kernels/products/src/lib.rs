//! The matrix products of a dense layer.
//!
//! With weights W of shape (outputs, inputs), a chunk of inputs X and the gradient dZ of the loss with respect to
//! Z = W X + b, training needs three of them:
//!
//! | product | formula | reduction |
//! |---|---|---|
//! | forward | Z = W X + b | over inputs |
//! | weight gradient | dW = dZ Xᵀ, db = dZ 1 | over examples |
//! | input gradient | dX = Wᵀ dZ | over outputs |
//!
//! [`Products`] names them; whatever implements it keeps the order of operations that the numerics contract fixes, so
//! that all implementations give the same bits.

#![deny(unsafe_code)]

pub mod chain;
pub mod finish;
#[expect(unsafe_code, reason = "register tiles run over raw pointers; every unsafe function states its bounds")]
mod population;
pub mod reference;
mod sums;

pub use finish::Finish;
pub use sums::add;

use thalweg_numerics::table::{Family, Table};
use thalweg_numerics::{Isa, Real};

/// How many terms of a reduction one chain of fused multiply-adds takes before the next chain starts from zero.
///
/// The gemm of faer cuts the depth at the same number, which is what makes its products comparable to the bit.
pub const PIECE: usize = 512;

/// The size of a dense layer and of the chunk of examples that goes through it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Units of the layer.
    pub outputs: usize,
    /// Units of the layer before.
    pub inputs: usize,
    /// Examples of the chunk.
    pub examples: usize,
}

/// Numbers that the trials of a block share, or that each has of its own.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a, T> {
    /// `[example][unit]`: one value for all lanes.
    Shared(&'a [T]),
    /// `[example][unit][lane]`
    PerLane(&'a [T]),
}

impl<'a, T> Input<'a, T> {
    /// The numbers where there is one lane, `[example][unit]`: shared ones and those of a lane are the same then.
    pub fn of_one_lane(self) -> &'a [T] {
        let (Self::Shared(numbers) | Self::PerLane(numbers)) = self;
        numbers
    }
}

/// The three products of a dense layer on one block of trials.
///
/// Weights are `[output][input][lane]`, biases `[output][lane]`, activations and their gradients
/// `[example][unit][lane]`.
pub trait Products<T: Real> {
    /// Z = W X + b, or max(0, Z).
    ///
    /// # Panics
    ///
    /// If a slice does not fit the shape.
    fn forward(&mut self, shape: Shape, weights: &[T], finish: Finish<'_, T>, inputs: Input<'_, T>, outputs: &mut [T]);

    /// dW = dZ Xᵀ and db = dZ 1: from zero, or as the continuation of the chains whose state `weights` and `bias` hold.
    /// A chain takes at most [`PIECE`] examples; starting the next one, and adding up their sums, is the caller's.
    ///
    /// # Panics
    ///
    /// If a slice does not fit the shape.
    fn weight_gradient(
        &mut self,
        shape: Shape,
        output_gradient: &[T],
        inputs: Input<'_, T>,
        weights: &mut [T],
        bias: Option<&mut [T]>,
        start: Start,
    );

    /// dX = Wᵀ dZ; or, where X is the `rectified` outputs of the layer before, the gradient of what they were before that,
    /// which is 0 where X is.
    ///
    /// # Panics
    ///
    /// If a slice does not fit the shape.
    fn input_gradient(
        &mut self,
        shape: Shape,
        weights: &[T],
        output_gradient: &[T],
        rectified: Option<&[T]>,
        input_gradient: &mut [T],
    );
}

/// Products of a block of interleaved trials, as many as a register has lanes.
#[doc = include_str!("loops.md")]
pub fn population<T: Real>(isa: Isa) -> Box<dyn Products<T> + Send> {
    POPULATION.get::<T>()(isa)
}

/// Behind pointers, so that these kernels are compiled once and not again in every crate that is generic over the
/// precision.
static POPULATION: Table<Constructor> = Table { f32: population::boxed, f64: population::boxed };

/// What makes the products of an instruction set.
#[derive(Clone, Copy)]
pub struct Constructor;
impl Family for Constructor {
    type Member<T: Real> = fn(Isa) -> Box<dyn Products<T> + Send>;
}

/// What a chain of fused multiply-adds starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// From zero: what the output held is overwritten.
    Zero,
    /// From what the output holds.
    Continue,
}
