//! Networks in and out as safetensors files.

mod bad;
mod python;
mod results;
mod torch;

use std::path::Path;
use std::sync::atomic::AtomicBool;

use thalweg::spec::Spec;
use thalweg::sweep::run::{Finished, Progress, RunError, Settings, run};
use thalweg_kernels::Isa;

struct Quiet;

impl Progress for Quiet {
    fn begin(&self, _: usize, _: usize) {}
    fn advance(&self, _: usize) {}
    fn end(&self) {}
}

fn parse(text: &str, folder: &Path, overrides: &[&str]) -> Spec {
    let overrides: Vec<String> = overrides.iter().map(|text| (*text).to_owned()).collect();
    Spec::parse("small.toml", text, folder, &overrides).unwrap()
}

fn run_into(spec: &Spec, out: &Path, threads: usize, fresh: bool) -> Result<Finished, RunError> {
    let settings = Settings { out: out.to_owned(), threads, isa: Isa::best(), fresh, png: false };
    run(spec, &settings, &Quiet, &AtomicBool::new(false))
}

/// The folder of the reference files.
fn reference() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference")
}
