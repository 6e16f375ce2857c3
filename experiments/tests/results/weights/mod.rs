//! Networks in and out as safetensors files.

mod bad;
mod files;
mod python;
mod steps;
mod torch;

use std::path::{Path, PathBuf};

use thalweg::spec::Spec;

fn parse(text: &str, folder: &Path, overrides: &[&str]) -> Spec {
    let overrides: Vec<String> = overrides.iter().map(|text| (*text).to_owned()).collect();
    Spec::parse("small.toml", text, folder, &overrides).unwrap()
}

/// The folder of the reference files.
fn reference() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference")
}
