//! What a run leaves, from the rows of its trials to files of weights, and the command that makes it.
//!
//! `cargo test -p thalweg --test results weights::` runs one module. The tests that are ignored write reference files.

mod command;
mod figures;
mod quadratics;
mod records;
mod tables;
mod weights;

use std::path::Path;
use std::sync::atomic::AtomicBool;

use thalweg::spec::Spec;
use thalweg::sweep::run::{Finished, Progress, RunError, Settings, run};
use thalweg_kernels::Isa;

struct Silent;

impl Progress for Silent {
    fn begin(&self, _: usize, _: usize) {}
    fn advance(&self, _: usize) {}
    fn end(&self) {}
}

fn run_into(spec: &Spec, out: &Path, threads: usize, fresh: bool) -> Result<Finished, RunError> {
    let settings = Settings { out: out.to_owned(), threads, isa: Isa::best(), fresh, png: false };
    run(spec, &settings, &Silent, &AtomicBool::new(false))
}
