//! How a sweep's rows are kept while it is in progress.

use std::fmt::Write;

use super::{Condition, Model, Plan, rows, transfer};
use crate::spec::Spec;

/// Trials of a piece, at least and at most.
const PIECE: (usize, usize) = (64, 1 << 16);

/// Bytes of the rows of a piece, about.
const PIECE_BYTES: u64 = 16 << 20;

/// Trials of a piece that share a seed, at least: they are trained together on the same batches.
const SHARED: usize = 64;

/// What the form of rows depends on, besides the trials and what a plan says of them ([`transfer`]).
pub(super) fn form(spec: &Spec, plan: &Plan) -> String {
    let record = &spec.record;
    let mut text = format!("trajectory = {}\n", record.trajectory);
    for observation in &record.observe {
        // Another version of an observer may see something else.
        let origin = observation.observer.origin.map(|origin| format!(", {origin}")).unwrap_or_default();
        writeln!(text, "observe = {}{origin}", observation.text()).expect("a String takes all text");
    }
    for condition in &plan.conditions {
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

/// Trials of a piece: a power of two that depends on the spec alone.
pub(super) fn piece(plan: &Plan) -> usize {
    let by_size = (PIECE_BYTES / row_bytes(plan)).max(1).ilog2();
    let seeds = plan.conditions.iter().map(|condition| condition.spec.train.seeds.count()).max().unwrap_or(1);
    let by_seeds = SHARED.saturating_mul(seeds.min(PIECE.1 as u64) as usize).next_power_of_two();
    (1 << by_size.min(usize::BITS - 1)).max(by_seeds).clamp(PIECE.0, PIECE.1)
}
