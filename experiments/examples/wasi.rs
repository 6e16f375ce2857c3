//! Trains the trials of a spec in memory and writes their rows as CSV, on targets without threads, signals or terminals
//! too:
//!
//! ```text
//! cargo build -p thalweg --no-default-features --example wasi --target wasm32-wasip1
//! wasi SPEC [--set KEY=VALUE]… [--out FILE]
//! ```
//!
//! SPEC is the name of a shipped study or a TOML file; the rows go to standard output without `--out`. They are those of
//! `runs.csv` as `thalweg run` writes it.

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use thalweg::memory::Memory;
use thalweg::registry::Registry;
use thalweg::spec::Study;
use thalweg::study;
use thalweg::sweep::compute;
use thalweg_kernels::Isa;

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut text = format!("wasi: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                text += &format!(": {error}");
                cause = error.source();
            }
            let _ = writeln!(io::stderr(), "{text}");
            ExitCode::FAILURE
        }
    }
}

/// Does what the arguments say.
pub fn run(mut arguments: impl Iterator<Item = String>) -> Result<(), Box<dyn Error>> {
    let (mut spec, mut set, mut out) = (None, Vec::new(), None);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--set" => set.push(value()?),
            "--out" => out = Some(value()?),
            option if option.starts_with("--") => return Err(format!("there is no option {option}").into()),
            _ if spec.is_none() => spec = Some(argument),
            _ => return Err(format!("`{argument}` is one spec too many").into()),
        }
    }
    let spec = spec.ok_or("usage: wasi SPEC [--set KEY=VALUE]… [--out FILE]")?;
    let Study::Sweep(spec) = study::read(&Arc::new(Registry::builtin()), &spec, &set)? else {
        return Err(format!("`{spec}` has no trials: it draws what other studies left behind").into());
    };
    let computed = compute(&spec, Isa::best(), 1, Memory::of_machine(), &AtomicBool::new(false))?;
    let runs = &computed.tables[0].bytes;
    match out {
        Some(path) => fs::write(&path, runs).map_err(|error| format!("cannot write {path}: {error}"))?,
        None => io::stdout().write_all(runs).map_err(|error| format!("cannot write to standard output: {error}"))?,
    }
    Ok(())
}
