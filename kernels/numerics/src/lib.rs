//! Instruction sets, registers and elementary functions: what kernels are written in.
//!
//! Part of `thalweg-kernels`, which has the numerics contract.

#![deny(unsafe_code)]

mod any;
pub mod arch;
mod buffer;
#[cfg(feature = "counting")]
pub mod count;
#[expect(unsafe_code, reason = "carries the promises of unchecked kernels through a dispatch")]
pub mod kernel;
mod lookup;
pub mod math;
pub mod orthogonal;
pub mod parameter;
mod part;
#[expect(unsafe_code, reason = "loads and stores under a mask")]
mod real;
pub mod table;
mod vector;

pub use arch::Isa;
pub use buffer::Buffer;
pub use part::Origin;
pub use real::{Real, has_many_registers, has_masked_moves, is_v3, is_v4};
pub use vector::{Mask, Vector};
