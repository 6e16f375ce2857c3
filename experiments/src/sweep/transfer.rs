//! Rows of trials for another plan: what the plan says of a trial is said anew, what came of it stays.

use super::{Plan, rows};
use crate::record::{Run, Status, write_run};
use crate::spec::Spec;

/// The first column of `runs.csv` that tells of the trial alone, not of the plan's columns.
const FIRST: &[u8] = b",init_seed,";

/// The columns of a header of `runs.csv` that all plans have whose rows are alike in form.
pub(super) fn common(header: &[u8]) -> &[u8] {
    let at = header.windows(FIRST.len()).position(|window| window == FIRST);
    &header[at.unwrap_or(0)..]
}

/// What else the rows of a plan say: its own columns, and the labels in them.
pub(super) fn own(spec: &Spec, plan: &Plan) -> String {
    format!("columns = {:?}\nlabels = {:?}\n", plan.hyperparameter_names(), spec.labels())
}

/// Puts rows of other plans into the form of this one.
pub(super) struct Transfer<'a> {
    plan: &'a Plan,
    /// Cells of a row that stay.
    kept: usize,
    /// Columns that only some sweeps have, at the end.
    extra: usize,
}

impl<'a> Transfer<'a> {
    pub fn new(spec: &Spec, plan: &'a Plan) -> Self {
        let [runs, ..] = rows::headers(spec, plan);
        Self { plan, kept: commas(common(&runs)).count(), extra: plan.extra_columns(spec).len() }
    }

    /// The row of `runs.csv` of the trial of this number, of which another plan has this row.
    pub fn row(&self, number: u32, row: &[u8]) -> Vec<u8> {
        let trial = self.plan.trials.get(number as usize);
        let condition = self.plan.condition(&trial);
        // No cell that stays is quoted.
        let front = |row: &[u8]| commas(row).rev().nth(self.kept - 1).unwrap_or(0);
        let blank = Run {
            key: trial.key.to_string(),
            problem: condition.problem.clone(),
            optimizer: trial.optimizer.name.to_owned(),
            settings: self.plan.settings(&trial),
            init_seed: trial.init_seed,
            order_seed: trial.order_seed,
            status: Status::Ok,
            steps: 0,
            diverged_at: None,
            initial_train_loss: None,
            final_train_loss: None,
            best_train_loss: None,
            best_step: None,
            final_validation_loss: None,
            final_test_loss: None,
            final_train_accuracy: None,
            final_validation_accuracy: None,
            final_test_accuracy: None,
            steps_to_target: None,
            extra: vec![None; self.extra],
        };
        let mut written = rows::bytes(|writer| write_run(writer, &blank, condition.spec.train.precision));
        written.truncate(front(&written));
        written.extend_from_slice(&row[front(row)..]);
        written
    }
}

/// The places of the commas of a row.
fn commas(row: &[u8]) -> impl DoubleEndedIterator<Item = usize> {
    row.iter().enumerate().filter(|(_, byte)| **byte == b',').map(|(at, _)| at)
}
