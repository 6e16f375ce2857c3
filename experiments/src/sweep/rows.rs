//! The rows of a trial, from what the training loop says of it.

use std::cell::LazyCell;

use super::trials::Namer;
use super::{Condition, Model, Plan, Trial};
use crate::record::{self, Batch, Curve, Key, Leading, Run};
use crate::spec::{self, Spec};
use crate::train::{Outcome, Point, RATE_QUANTILES, Split};

/// Renders the rows of trials into a batch.
pub(super) struct Renderer<'a> {
    spec: &'a Spec,
    plan: &'a Plan,
    namer: Namer<'a>,
    /// One per table of [`record::TABLES`].
    writers: [CsvBytes; record::TABLES.len()],
    /// The trials, and where their rows end.
    trials: Vec<(u32, [u64; record::TABLES.len()])>,
}

impl<'a> Renderer<'a> {
    pub fn new(spec: &'a Spec, plan: &'a Plan) -> Self {
        let writers = std::array::from_fn(|_| csv::Writer::from_writer(Vec::new()));
        Self { spec, plan, namer: plan.trials.namer(), writers, trials: Vec::new() }
    }

    /// The key of a trial.
    pub fn key(&mut self, trial: &Trial) -> Key {
        self.namer.key(trial)
    }

    /// Appends the rows of a trial in each table: of this index and key. Its files of weights are given by name, with their hashes.
    pub fn push(
        &mut self,
        (index, key): (u32, Key),
        trial: &Trial,
        outcome: &Outcome,
        weights: &[(String, blake3::Hash)],
    ) {
        self.write(key, trial, outcome, weights)
            .expect("memory takes every row, and rows have the cells of their header");
        let ends = self.writers.each_mut().map(|writer| {
            writer.flush().expect("memory takes every row");
            writer.get_ref().len() as u64
        });
        self.trials.push((index, ends));
    }

    fn write(
        &mut self,
        key: Key,
        trial: &Trial,
        outcome: &Outcome,
        files: &[(String, blake3::Hash)],
    ) -> csv::Result<()> {
        let Self { spec, plan, writers: [runs, curves, trajectory, rates, weights], .. } = self;
        let condition = plan.condition(trial);
        let (precision, schedule) = (condition.spec.train.precision, &condition.schedule);
        let run = run(plan, key, trial, outcome);
        record::write_run(runs, &run, precision)?;
        let key = &run.key;
        let leading = LazyCell::new(|| Leading::new(key, &run.problem, &run.optimizer, &run.settings));
        let recorded = |point: &&Point| schedule.recorded.binary_search(&point.step).is_ok();
        if !schedule.recorded.is_empty() {
            for point in outcome.points.iter().filter(recorded) {
                record::write_curve(curves, &leading, &curve(key, point), precision)?;
            }
        }
        if spec.record.trajectory {
            // Positions are kept at the steps that are logged.
            for ((step, parameters), point) in outcome.positions.iter().zip(&outcome.points) {
                let value = point.loss[Split::Train as usize].unwrap_or(f64::NAN);
                record::write_position(trajectory, &leading, step, parameters, value, precision)?;
            }
        }
        if spec.record.effective_lr {
            for point in outcome.points.iter().filter(recorded) {
                if let Some(quantiles) = &point.effective_lr {
                    record::write_rates(rates, &leading, point.step, quantiles, precision)?;
                }
            }
        }
        files.iter().try_for_each(|(name, hash)| weights.write_record([key, name, hash.to_hex().as_str()]))
    }

    /// The rows of all trials.
    pub fn finish(self) -> Batch {
        let bytes = self.writers.map(|writer| writer.into_inner().expect("memory takes every row"));
        Batch::new(self.trials, bytes)
    }
}

/// The first lines of those of [`record::TABLES`] that the sweep has; that of `curves.csv` is there even if no curves are
/// kept.
pub(super) fn headers(spec: &Spec, plan: &Plan) -> [Vec<u8>; record::TABLES.len()] {
    let names = plan.hyperparameter_names();
    [
        bytes(|writer| record::write_run_header(writer, &names, &plan.extra_columns(spec))),
        bytes(|writer| record::write_curve_header(writer, &names)),
        bytes_if(spec.record.trajectory, |writer| {
            record::write_trajectory_header(writer, &names, plan.conditions[0].model.parameters() as usize)
        }),
        bytes_if(spec.record.effective_lr, |writer| record::write_rates_header(writer, &names, &RATE_QUANTILES)),
        Vec::new(),
    ]
}

fn extra(plan: &Plan, condition: &Condition, outcome: &Outcome) -> Vec<Option<f64>> {
    let value = outcome.last().and_then(|point| point.loss[Split::Train as usize]);
    let mut values = match condition.model {
        Model::Landscape(_) => plan.places([outcome.start(), outcome.end()], value),
        Model::Network(_) => plan.places([None, None], None),
    };
    let columns = condition.spec.record.columns.iter();
    values.extend(columns.map(|column| (column.value)(outcome, condition.schedule.steps)));
    values
}

/// A CSV in memory.
type CsvBytes = csv::Writer<Vec<u8>>;

/// [`bytes`], or nothing.
fn bytes_if(wanted: bool, write: impl FnOnce(&mut CsvBytes) -> csv::Result<()>) -> Vec<u8> {
    if wanted { bytes(write) } else { Vec::new() }
}

/// What is written to a CSV in memory, which cannot fail.
pub(super) fn bytes(write: impl FnOnce(&mut CsvBytes) -> csv::Result<()>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    write(&mut writer).expect("memory takes every row, and rows have the cells of their header");
    writer.into_inner().expect("memory takes every row")
}

/// The row of a trial in `runs.csv`.
pub(super) fn run(plan: &Plan, key: Key, trial: &Trial, outcome: &Outcome) -> Run {
    let (initial, last, best) = (outcome.initial(), outcome.last(), outcome.best());
    let loss = |point: Option<&Point>, split: Split| point.and_then(|point| point.loss[split as usize]);
    let accuracy = |split: Split| last.and_then(|point| point.accuracy[split as usize]);
    Run {
        key: key.to_string(),
        problem: plan.condition(trial).problem.clone(),
        optimizer: trial.optimizer.name.to_owned(),
        settings: plan.settings(trial),
        init_seed: trial.init_seed,
        order_seed: trial.order_seed,
        status: outcome.status,
        steps: outcome.steps,
        diverged_at: outcome.diverged_at,
        initial_train_loss: loss(initial, Split::Train),
        final_train_loss: loss(last, Split::Train),
        best_train_loss: loss(best, Split::Train),
        best_step: best.map(|point| point.step),
        final_validation_loss: loss(last, Split::Validation),
        final_test_loss: loss(last, Split::Test),
        final_train_accuracy: accuracy(Split::Train),
        final_validation_accuracy: accuracy(Split::Validation),
        final_test_accuracy: accuracy(Split::Test),
        steps_to_target: outcome.steps_to_target,
        extra: extra(plan, plan.condition(trial), outcome),
    }
}

fn curve(key: &str, point: &Point) -> Curve {
    Curve {
        key: key.to_owned(),
        step: point.step,
        train_loss: point.loss[Split::Train as usize],
        validation_loss: point.loss[Split::Validation as usize],
        test_loss: point.loss[Split::Test as usize],
        train_accuracy: point.accuracy[Split::Train as usize],
        validation_accuracy: point.accuracy[Split::Validation as usize],
        test_accuracy: point.accuracy[Split::Test as usize],
        grad_norm: point.grad_norm,
        update_norm: point.update_norm,
    }
}

impl Plan {
    /// The first cells of all rows of the trial of this index.
    pub(super) fn leading(&self, index: usize) -> Leading {
        let trial = self.trials.get(index);
        let problem = &self.condition(&trial).problem;
        Leading::new(&self.trials.key(&trial).to_string(), problem, trial.optimizer.name, &self.settings(&trial))
    }

    /// The columns of `runs.csv` that only some sweeps have: places on landscapes, as many as the one with the most
    /// coordinates has, and what `record.columns` asks for.
    pub fn extra_columns(&self, spec: &Spec) -> Vec<String> {
        let mut columns = self.widest().map_or(Vec::new(), spec::Landscape::columns);
        columns.extend(spec.record.columns.iter().map(|column| column.name.to_owned()));
        columns
    }

    /// A trial's values in the columns of places: where it started and ended, and how low.
    pub fn places(&self, ends: [Option<&[f64]>; 2], value: Option<f64>) -> Vec<Option<f64>> {
        let Some(landscape) = self.widest() else { return Vec::new() };
        let mut values = Vec::new();
        for x in ends {
            let count = values.len() + landscape.starts.dimensions();
            values.extend(x.unwrap_or_default().iter().copied().map(Some));
            values.resize(count, None);
        }
        values.push(value);
        values
    }

    /// The landscape with the most coordinates.
    fn widest(&self) -> Option<&spec::Landscape> {
        let landscape = |condition: &'_ Condition| condition.spec.problem.landscape().map(|of| of.starts.dimensions());
        let widest = self.conditions.iter().max_by_key(|condition| landscape(condition))?;
        widest.spec.problem.landscape()
    }
}
