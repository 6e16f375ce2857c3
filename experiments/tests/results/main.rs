//! What a run leaves, from the rows of its trials to files of weights, and the command that makes it.
//!
//! `cargo test -p thalweg --test results weights::` runs one module. The tests that are ignored write reference files.

mod bench;
mod claims;
mod command;
mod conditions;
mod content;
mod conventions;
mod discovery;
mod draws;
mod examples;
mod extensions;
mod figures;
mod files;
mod folders;
mod gradients;
mod guide;
mod marks;
mod memory;
mod observers;
mod parts;
mod plot;
mod prose;
mod quadratics;
mod records;
mod redrawn;
mod reports;
mod shards;
mod status;
mod streams;
mod tables;
mod weights;

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use thalweg::drawing::drawer;
use thalweg::memory::Memory;
use thalweg::spec::{InputError, Spec};
use thalweg::sweep::Plan;
use thalweg::sweep::run::{Finished, Progress, Reuse, RunError, Settings, run};
use thalweg_kernels::Isa;

/// A receiver of news that stops the run once this many trials are done.
struct StopAfter {
    trials: usize,
    done: AtomicUsize,
    stop: AtomicBool,
    notices: Mutex<Vec<String>>,
}

impl Progress for StopAfter {
    fn begin(&self, _: usize, _: usize) {}
    fn advance(&self, trials: usize) {
        if self.done.fetch_add(trials, Ordering::Relaxed) + trials >= self.trials {
            self.stop.store(true, Ordering::Relaxed);
        }
    }
    fn notice(&self, text: &str) {
        self.notices.lock().unwrap().push(text.to_owned());
    }
    fn end(&self) {}
}

/// Runs a spec until at least this many more trials are done; also what the user was told.
fn run_until(spec: &Spec, settings: &Settings, trials: usize) -> (Result<Finished, RunError>, Vec<String>) {
    let (done, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let progress = StopAfter { trials, done, stop, notices: Mutex::new(Vec::new()) };
    let finished = run(spec, settings, &progress, &progress.stop);
    (finished, progress.notices.into_inner().unwrap())
}

fn settings(out: &Path, threads: usize, reuse: Reuse) -> Settings {
    Settings {
        out: out.to_owned(),
        threads,
        isa: Isa::best(),
        reuse,
        figures: Some(drawer(false)),
        memory: Memory::of_machine(),
    }
}

fn run_into(spec: &Spec, out: &Path, threads: usize, reuse: Reuse) -> Result<Finished, RunError> {
    run_until(spec, &settings(out, threads, reuse), usize::MAX).0
}

fn plan(spec: &Spec) -> Result<Plan, InputError> {
    Plan::read(spec, Memory::of_machine()).map(|(_, _, plan)| plan)
}
