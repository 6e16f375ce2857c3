//! A sweep in memory: without files, without a clock, and without threads but those that are asked for.

use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use thalweg_kernels::Isa;

use super::rows::{self, Renderer};
use super::run::RunError;
use super::training::Workers;
use super::trial_range::check_run;
use super::{Plan, collision};
use crate::memory::Memory;
use crate::record::{Batch, Key, Precision, Run, Runs};
use crate::spec::Spec;
use crate::train::{Outcome, Threads};

/// What a sweep computed.
#[derive(Clone, Debug, PartialEq)]
pub struct Computed {
    /// The trials that are done, in plan order, as who reads `runs.csv` sees them: statistics are made of these.
    pub runs: Runs,
    /// `runs.csv`, and the other tables that the spec has of its trials.
    pub tables: Vec<Table>,
}

/// A table of CSV.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The name of its file.
    pub name: String,
    /// The bytes of its file.
    pub bytes: Vec<u8>,
}

/// The trials that are done, each with its place in the plan, and their rows.
#[derive(Default)]
struct Done {
    runs: Vec<(u32, Run)>,
    batches: Vec<Batch>,
}

/// Trains all trials of a spec on so many threads, until `stop` is set, and keeps their rows in memory, to the byte as
/// [`super::run::run`] writes them. It writes no file, keeps no weights, and reads no file but those that the spec names;
/// one thread is the caller's own on targets that have no others.
///
/// # Errors
///
/// If the spec does not fit its data or the memory, or threads cannot be started.
pub fn compute(spec: &Spec, isa: Isa, threads: usize, memory: Memory, stop: &AtomicBool) -> Result<Computed, RunError> {
    let pool = Threads::start(threads)?;
    let (files, data, plan) = pool.install(|| Plan::read(spec, memory))?;
    check_run(spec, &plan.trials)?;
    plan.check_memory(isa, threads, memory)?;
    let done = Mutex::new(Done::default());
    let keep = |trials: &[u32], outcomes: &[Outcome]| {
        let (mut runs, mut renderer) = (Vec::with_capacity(trials.len()), Renderer::new(spec, &plan));
        for (&index, outcome) in trials.iter().zip(outcomes) {
            let trial = plan.trials.get(index as usize);
            let precision = plan.condition(&trial).spec.train.precision;
            let key = renderer.key(&trial);
            runs.push((index, rows::run(&plan, key, &trial, outcome).as_read(precision)));
            renderer.push((index, key), &trial, outcome, &[]);
        }
        let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
        done.runs.append(&mut runs);
        done.batches.push(renderer.finish());
    };
    let workers = Workers { plan: &plan, isa, threads, stop, keep: &keep, clock: &|| Duration::ZERO };
    let trials: Vec<u32> = (0..plan.trials.len()).map(|trial| trial as u32).collect();
    workers.train(&trials, &data, &files)?;
    let Done { mut runs, batches } = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    runs.sort_unstable_by_key(|(trial, _)| *trial);
    let keys: Vec<Key> = runs.iter().filter_map(|(_, run)| Key::parse(run.key.as_bytes())).collect();
    if let Some(places) = collision::twice(keys.clone()).and_then(|twice| collision::places(&keys, twice)) {
        return Err(plan.collision(places.map(|place| runs[place].0 as usize)));
    }
    let runs = Runs {
        hyperparameters: plan.hyperparameter_names(),
        extra: plan.extra_columns(spec),
        rows: runs.into_iter().map(|(_, run)| run).collect(),
        precision: Precision::F64,
    };
    Ok(Computed { runs, tables: tables(spec, &plan, &batches) })
}

/// The tables that a sweep has, of the rows of these batches.
fn tables(spec: &Spec, plan: &Plan, batches: &[Batch]) -> Vec<Table> {
    let names = rows::tables(spec);
    let rows = Batch::merged(names.len(), batches);
    let tables = names.into_iter().zip(rows::headers(spec, plan)).enumerate();
    // A table that the sweep does not have has no header.
    let tables = tables.filter(|(_, (_, header))| !header.is_empty());
    let table = |(index, (name, header)): (usize, (String, Vec<u8>))| Table {
        name: format!("{name}.csv"),
        bytes: [header.as_slice(), rows.table(index)].concat(),
    };
    tables.map(table).collect()
}
