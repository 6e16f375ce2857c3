//! How a sweep's rows are kept while it is in progress.

use std::fmt::Write;

use super::{Model, Plan, rows};
use crate::spec::Spec;

/// Trials of a piece, at least and at most.
const PIECE: (usize, usize) = (64, 1 << 16);

/// Bytes of the rows of a piece, about.
const PIECE_BYTES: u64 = 16 << 20;

/// Trials of a piece that share a seed, at least: they are trained together on the same batches.
const SHARED: usize = 64;

/// What the form of rows depends on, besides the trials.
pub(super) fn form(spec: &Spec, plan: &Plan) -> String {
    let record = &spec.record;
    let mut text = format!("trajectory = {}\neffective_lr = {}\n", record.trajectory, record.effective_lr);
    writeln!(text, "curves = {:?}", plan.schedule.recorded).expect("a String takes all text");
    for header in rows::headers(spec, plan) {
        text.push_str(&String::from_utf8_lossy(&header));
    }
    text
}

/// Bytes of the rows of a trial, about.
fn row_bytes(spec: &Spec, plan: &Plan) -> u64 {
    let curves = 100 * plan.schedule.recorded.len() as u64;
    let rates = if spec.record.effective_lr { curves } else { 0 };
    let trajectory = match &plan.model {
        Model::Landscape(landscape) if spec.record.trajectory => {
            plan.schedule.logged.len() as u64 * (30 + 12 * landscape.starts.dimensions() as u64)
        }
        _ => 0,
    };
    200 + curves + rates + trajectory
}

impl Plan {
    /// Bytes on disk that the sweep needs at most, about: while its tables are written, its rows are there twice.
    pub fn disk(&self, spec: &Spec) -> u64 {
        let rows = row_bytes(spec, self).saturating_mul(self.trials.len() as u64);
        rows.saturating_mul(2).saturating_add(self.weight_files(spec).1)
    }
}

/// Trials of a piece: a power of two that depends on the spec alone.
pub(super) fn piece(spec: &Spec, plan: &Plan) -> usize {
    let by_size = (PIECE_BYTES / row_bytes(spec, plan)).max(1).ilog2();
    let by_seeds = SHARED.saturating_mul(spec.train.seeds.count() as usize).next_power_of_two();
    (1 << by_size.min(usize::BITS - 1)).max(by_seeds).clamp(PIECE.0, PIECE.1)
}
