//! The suite: everything that is timed, by families, beside its peers and plain references.
//!
//! `cargo bench -- [--quick] [FILTER]`, where `FILTER` is a part of the names that are wanted, such as `product/forward`:
//! see `experiments/guide/kernels.md`.

mod data;
mod descent;
mod hessian;
mod labels;
mod matrices;
mod observer;
mod optimizer;
mod pass;
mod step;
mod study;
mod sweep;
mod table;

use std::process::ExitCode;

use thalweg_benches::timing;
use thalweg_benches::workload::families;

fn main() -> ExitCode {
    timing::bench(|suite| {
        families::all(|group, make| suite.add(group, make));
        labels::list(suite);
        matrices::list(suite);
        pass::list(suite);
        hessian::list(suite);
        step::list(suite);
        optimizer::list(suite);
        descent::list(suite);
        sweep::list(suite);
        study::list(suite);
        observer::list(suite);
        data::list(suite);
        table::list(suite);
    })
}
