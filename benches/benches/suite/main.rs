//! The suite: everything that is timed, by families, beside its peers and plain references.
//!
//! `cargo bench -- [--quick] [FILTER]`, where `FILTER` is a part of the names that are wanted, such as `product/forward`:
//! see `experiments/guide/kernels.md`.

mod activation;
mod data;
mod dense;
mod hessian;
mod labels;
mod landscape;
mod loss;
mod math;
mod matrices;
mod observer;
mod optimizer;
mod pass;
mod product;
mod step;
mod study;
mod sweep;
mod table;

use std::process::ExitCode;

use thalweg_benches::timing;

fn main() -> ExitCode {
    timing::bench(|suite| {
        math::list(suite);
        activation::list(suite);
        loss::list(suite);
        labels::list(suite);
        product::list(suite);
        dense::list(suite);
        matrices::list(suite);
        pass::list(suite);
        hessian::list(suite);
        step::list(suite);
        optimizer::list(suite);
        landscape::list(suite);
        sweep::list(suite);
        study::list(suite);
        observer::list(suite);
        data::list(suite);
        table::list(suite);
    })
}
