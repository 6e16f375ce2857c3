//! Networks of dense layers: their shape, their initial weights, their files, and their gradient on data.

mod architecture;
mod examples;
mod initial;
mod initializer;
mod objective;
mod parameterisation;
mod perturbed;
mod propagation;
mod scratch;
mod shared;
mod shuffled;
pub mod tensors;

pub use architecture::{Architecture, Layer};
pub use examples::{Batches, CACHED as CACHED_ORDERS, Examples, Orders};
pub use initial::CACHED as CACHED_WEIGHTS;
pub use initializer::{ALL as INITIALIZERS, Fan, Initializer};
pub use objective::Network;
pub use parameterisation::{ALL as PARAMETERISATIONS, Parameterisation};
pub use perturbed::Perturbation;
pub use scratch::bytes as scratch_bytes;
