//! The rows that a sweep leaves behind: their schema, and reading and writing them as CSV.

mod schema;

pub use schema::{Curve, Run, Runs, Setting, Status};
