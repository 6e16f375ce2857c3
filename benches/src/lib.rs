//! What the benches share: the [`workload`]s, each of which checks its answer against a reference, and how they are
//! timed ([`timing`]), with notes of what a time is of.
//!
//! What is timed is listed in `benches/suite/`, one file per family; `src/bin/inline_guard.rs` is a quick check of
//! the same workloads that fails where a kernel has lost its speed.
#![deny(unsafe_code)]

pub mod agreement;
pub mod answer;
pub mod inputs;
pub mod peer;
pub mod plain;
pub mod processor;
#[cfg(feature = "counting")]
pub mod roofline;
pub mod timing;
pub mod workload;
