//! Specs, the plans that follow from them and the problems that they name, as a user of the library sees them.
//!
//! `cargo test -p thalweg --test specs problems::` runs one module.

mod bad;
mod bad_observers;
mod bad_options;
mod combinations;
mod draws;
mod factors;
mod figures;
mod house;
mod idx;
mod keys;
mod labels;
mod landscapes;
mod many;
mod observers;
mod only;
mod overrides;
mod plans;
mod problems;
mod registry;
mod shipped;
mod style;
mod ties;
mod trials;

use std::path::Path;

use thalweg::memory::Memory;
use thalweg::spec::{InputError, Spec};
use thalweg::sweep::Plan;

/// A spec that uses little of what there is.
const SMALL: &str = r#"name = "small"

[problem]
kind = "moons"
samples = 100
noise = 0.2

[network]
hidden = [4]

[train]
batch = 16
steps = 10
seeds = 2

[[optimizer]]
kind = "sgd"
lr = [0.1, 0.01]
"#;

fn parse_with(text: &str, overrides: &[&str]) -> Result<Spec, InputError> {
    let overrides: Vec<String> = overrides.iter().map(|text| (*text).to_owned()).collect();
    Spec::parse("small.toml", text, Path::new("."), &overrides)
}

fn parse(text: &str) -> Result<Spec, InputError> {
    parse_with(text, &[])
}

fn plan(spec: &Spec) -> Result<Plan, InputError> {
    Plan::read(spec, Memory::of_machine()).map(|(_, _, plan)| plan)
}

/// [`SMALL`] with one text in place of another.
fn edited(old: &str, new: &str) -> String {
    assert!(SMALL.contains(old), "{old:?}");
    SMALL.replacen(old, new, 1)
}
