//! Bit-identical SIMD kernels for training populations of small neural networks.
//!
//! A register holds *the same weight of several training runs*; every operation is lane-wise, so a run's bits cannot
//! depend on its neighbours, on the width of the register or on the thread that computes it.
//!
//! # The numerics contract
//!
//! Version [`CONTRACT`]. Results that were made under the same version are equal to the bit on every machine.
//!
//! 1. Kernels use IEEE 754 exact operations only: add, subtract, multiply, divide, square root, fused multiply-add,
//!    comparisons, integer and bit operations. Where a formula fuses a multiplication with an addition, it does so on
//!    every instruction set (in software where the hardware cannot); where it does not, it does so on none.
//! 2. Elementary functions are the ones of [`math`], never the platform's. Each states its largest error.
//! 3. A matrix product adds its terms in index order as one chain of fused multiply-adds per output element, in pieces
//!    of [`product::PIECE`] terms along the reduction axis: each piece is a chain of its own that starts from zero, and
//!    the pieces' sums are added in order. The bias is added after the last piece. The gradient of a bias is the weight
//!    gradient of an input of 1, in the same order. The 1/m of a mean enters with the gradient of the loss with respect
//!    to the outputs, before the products.
//! 4. Other reductions (mean losses, norms) add in f64, in index order.
//! 5. NaN and infinity propagate: no activation and no maximum swallows a NaN. The payload of a NaN is not part of the
//!    contract.
//! 6. β^t is a running f64 product.
//!
//! # Instruction sets
//!
//! [`Isa`] is chosen once. The environment variable `THALWEG_ISA` forces one.

pub mod activation;
pub mod arch;
mod buffer;
#[cfg(feature = "counting")]
pub mod count;
pub mod landscape;
mod lookup;
pub mod loss;
pub mod math;
pub mod optimizer;
pub mod orthogonal;
pub mod product;
mod real;
pub mod reference;
pub mod table;
mod vector;

pub use arch::Isa;
pub use buffer::Buffer;
pub use real::Real;
pub use vector::{Mask, Vector};

/// The version of the numerics contract. It enters every trial's key, and is raised whenever a bit of any result
/// changes on purpose.
pub const CONTRACT: u32 = 4;
