//! Activation and loss functions in plain f64.

pub mod activation;
pub mod loss;
