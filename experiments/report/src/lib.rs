//! What becomes of a sweep: its records as CSV ([`record`]), summarised over seeds ([`stats`]) and drawn ([`figure`]).
//!
//! Statistics and figures read records only, and nothing here knows the kernels: who works on a figure compiles neither
//! them nor the training.
#![forbid(unsafe_code)]

pub mod figure;
mod nearest;
pub mod record;
pub mod stats;

pub use nearest::nearest;
