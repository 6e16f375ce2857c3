//! Instruction sets, registers and elementary functions: what kernels are written in.
//!
//! Part of `thalweg-kernels`, which has the numerics contract.

pub mod arch;
mod buffer;
#[cfg(feature = "counting")]
pub mod count;
mod lookup;
pub mod math;
pub mod orthogonal;
pub mod parameter;
mod real;
pub mod table;
mod vector;

pub use arch::Isa;
pub use buffer::Buffer;
pub use real::{Real, has_masked_moves};
pub use vector::{Mask, Vector};
