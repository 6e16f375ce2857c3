//! Plain f64 twins of the kernels: no SIMD, no cleverness, the formula as a textbook has it. Tests and benches compare
//! with them. In a result's path only a teacher network (a data source) calls them, where speed is no matter: they use
//! `libm`, which is the same on every machine.

pub mod activation;
pub mod landscape;
pub mod loss;
pub mod optimizer;
pub mod product;
