//! Plain f64 twins of the kernels: no SIMD, no cleverness, the formula as a textbook has it. Tests and benches compare
//! with them; nothing in a result's path calls them.

pub mod activation;
pub mod landscape;
pub mod loss;
pub mod optimizer;
pub mod product;
