//! Networks of dense layers: their shape, their initial weights, their files, and their gradient and curvature on
//! data.

mod architecture;
mod examples;
mod hessian;
mod initial;
mod initializer;
mod objective;
mod parameterisation;
mod perturbed;
mod propagation;
mod sample;
mod scratch;
mod shared;
mod shuffled;
mod tangents;
pub mod tensors;

pub use architecture::{Architecture, Layer};
pub use examples::{Batches, CACHED as CACHED_ORDERS, Examples, Orders};
pub use initial::CACHED as CACHED_WEIGHTS;
pub use initializer::{ALL as INITIALIZERS, Fan, Initializer};
pub use objective::Network;
pub use parameterisation::{ALL as PARAMETERISATIONS, Parameterisation};
pub use perturbed::Perturbation;
pub use scratch::bytes as scratch_bytes;
pub use tangents::bytes as tangent_bytes;
