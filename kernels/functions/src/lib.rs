//! Activation and loss functions: value, derivative, and the fused forms that save a pass over memory.
//!
//! Part of `thalweg-kernels`, which has the numerics contract.

#![forbid(unsafe_code)]

pub mod activation;
pub mod loss;
