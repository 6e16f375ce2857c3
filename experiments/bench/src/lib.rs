//! The speed of kernels as a record that can be trusted.
//!
//! [`Notes`] are what a bench writes beside criterion's output, and [`Row`]s what is kept of both, in one folder per
//! [`Machine`]. [`compare`] judges what two builds left there, [`ab`] measures two revisions in turns; both say what they
//! find by a [`Verdict`].
#![forbid(unsafe_code)]

pub mod ab;
pub mod charts;
pub mod compare;
mod criterion;
mod error;
mod estimate;
mod git;
mod machine;
mod notes;
mod report;
mod row;
mod source;
mod store;
mod student;
mod together;
mod verdict;

pub use criterion::criterion_folder;
pub use error::BenchError;
pub use estimate::Estimate;
pub use machine::Machine;
pub use notes::{Benchmark, Bound, NOTES, Notes, Peaks, Times};
pub use report::{Comparison, Finding, Format, Side};
pub use row::Row;
pub use source::Source;
pub use store::{Build, Recorded, Store, record};
pub use verdict::{LEVEL, Verdict, judge};
