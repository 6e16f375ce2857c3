//! Thalweg trains thousands of small neural networks at once on an ordinary CPU, to answer questions about optimizers.
//!
//! A sweep is written as a TOML [`spec`], worked out as a plan of trials ([`sweep`]), trained ([`train`]) as
//! populations of [`network`]s on [`data`] or sent down a landscape ([`descent`]), recorded as CSV ([`record`]),
//! summarised over seeds ([`stats`]) and drawn ([`figure`]). `cli` is the command around it.
//!
//! The modules `cli` and `drawing` are there with the features `cli` and `figures`.
#![forbid(unsafe_code)]

#[cfg(feature = "cli")]
pub mod cli;
pub mod data;
#[cfg(feature = "figures")]
pub mod drawing;
pub mod memory;
pub mod sweep;

#[cfg(feature = "cli")]
pub use cli::main_with;
pub use thalweg_engine::{descent, network, observe, parameter, random, train};
pub use thalweg_kernels as kernels;
pub use thalweg_record::{record, stats};
pub use thalweg_report::figure;
use thalweg_spec::input;
pub use thalweg_spec::registry::{self, Registry};
pub use thalweg_spec::{dataset, spec, study};
