//! How a sweep's rows are kept while it is in progress.

use std::fmt::Write;

use super::{Condition, Model, Plan, rows, transfer};
use crate::spec::Spec;

/// Trials of a chunk, at least and at most.
const CHUNK: (usize, usize) = (64, 1 << 16);

/// Chunks of a sweep, at least, where they are not the smallest: so many can share it.
const CHUNKS: u64 = 64;

/// Bytes of the rows of a chunk, about.
const CHUNK_BYTES: u64 = 16 << 20;

/// Operations of a chunk, about: half a minute of one core.
const CHUNK_WORK: u128 = 3_000_000_000_000;

/// What the form of rows depends on, besides the trials and what a plan says of them ([`transfer`]).
pub(super) fn form(spec: &Spec, plan: &Plan) -> String {
    let record = &spec.record;
    let mut text = format!("trajectory = {}\n", record.trajectory);
    for observation in &record.observe {
        // Another version of an observer may see something else.
        let origin = observation.observer.origin.map(|origin| format!(", {origin}")).unwrap_or_default();
        writeln!(text, "observe = {}{origin}", observation.text()).expect("a String takes all text");
    }
    for condition in plan.conditions.iter() {
        writeln!(text, "curves = {:?}", condition.schedule.recorded).expect("a String takes all text");
    }
    for header in transfer::trailing(plan, rows::headers(spec, plan)) {
        text.push_str(&String::from_utf8_lossy(&header));
    }
    text
}

/// Bytes of the rows of a trial, about: of the condition with the longest.
fn row_bytes(plan: &Plan) -> u64 {
    plan.conditions.iter().map(row_bytes_under).max().unwrap_or(0)
}

fn row_bytes_under(condition: &Condition) -> u64 {
    let Condition { spec, model, schedule, .. } = condition;
    let curves = 140 * schedule.recorded.len() as u64;
    let observed: u64 = condition.watches().iter().map(|watch| watch.text_bytes(70)).sum();
    let trajectory = match model {
        Model::Landscape(landscape) if spec.record.trajectory => {
            schedule.logged.len() as u64 * (70 + 12 * landscape.starts.dimensions() as u64)
        }
        _ => 0,
    };
    200 + curves + observed + trajectory
}

impl Plan {
    /// Bytes on disk that the sweep needs at most, about: while its tables are written, its rows are there twice.
    pub fn disk(&self, spec: &Spec) -> u64 {
        let rows = row_bytes(self).saturating_mul(self.trials.len() as u64);
        rows.saturating_mul(2).saturating_add(self.weight_files(spec).1)
    }
}

/// Trials of a chunk, in which rows are kept: a power of two that depends on the spec alone, so that a chunk is neither long
/// to compute nor large.
pub(super) fn chunk(plan: &Plan) -> usize {
    let work = plan.conditions.iter().map(work).max().unwrap_or(0).max(1);
    let by_work = u64::try_from(CHUNK_WORK / work).unwrap_or(u64::MAX);
    let most = by_work.min(CHUNK_BYTES / row_bytes(plan)).min(plan.trials.all() / CHUNKS);
    let most = most.clamp(CHUNK.0 as u64, CHUNK.1 as u64);
    1 << most.ilog2()
}

/// Operations of a trial, about. Those on a landscape are taken to be a few for each coordinate.
fn work(condition: &Condition) -> u128 {
    match &condition.model {
        Model::Network(_) => condition.flops_per_trial(),
        Model::Landscape(_) => 50 * u128::from(condition.schedule.steps) * u128::from(condition.model.parameters()),
    }
}

/// Trials that are trained at a time, a number of chunks: enough that all threads have work, and that lanes of a block share
/// their batches, and few enough that their rows fit into memory.
pub(super) fn together(plan: &Plan, threads: usize) -> usize {
    /// Trials of a thread: a few blocks.
    const OF_THREAD: usize = 256;
    /// Trials that share a seed.
    const OF_SEED: u64 = 64;
    /// Of their rows; those that are written while others are trained are there as well.
    const BYTES: u64 = 128 << 20;
    let seeds = plan.conditions.iter().map(|condition| condition.spec.train.seeds.count()).max().unwrap_or(1);
    let of_seeds = OF_SEED.saturating_mul(seeds).min(CHUNK.1 as u64) as usize;
    let most = usize::try_from(BYTES / row_bytes(plan)).unwrap_or(usize::MAX);
    let chunk = chunk(plan);
    chunk * of_seeds.max(OF_THREAD * threads).min(most).div_ceil(chunk).max(1)
}
