//! The rows of a trial, from what the training loop says of it.

use std::cell::LazyCell;

use super::trials::Namer;
use super::{Condition, Model, Plan, Trial};
use crate::observe::{NORMS, Observer, Row};
use crate::record::{self, Batch, Curve, Key, Leading, Precision, Run};
use crate::spec::{self, Spec};
use crate::train::{Options, Outcome, Point, Split};

/// The tables whose rows belong to trials: a sweep has those that have a [header](headers). Those of observers are in the
/// order of the spec.
pub(super) fn tables(spec: &Spec) -> Vec<String> {
    let observed = spec.record.observe.iter().filter_map(|own| own.observer.table());
    let first = [record::RUNS, "curves", "trajectory"];
    first.into_iter().chain(observed).chain([record::WEIGHTS]).map(str::to_owned).collect()
}

/// The columns of observers in `curves.csv`: those that it always has, of [`NORMS`], and then those of others. Each is given by
/// the place of its observer in the spec, if it is there, and its own among the observer's.
struct CurveColumns {
    norms: Option<usize>,
    others: Vec<(usize, usize)>,
}

impl CurveColumns {
    fn of(spec: &Spec) -> Self {
        let observers = || spec.record.observe.iter().map(|own| own.observer).enumerate();
        let norms = observers().find(|(_, observer)| *observer == &NORMS).map(|(at, _)| at);
        let others = observers().filter(|(_, observer)| observer.table().is_none() && *observer != &NORMS);
        let columns =
            |(at, observer): (usize, &'static Observer)| (0..observer.columns.len()).map(move |own| (at, own));
        Self { norms, others: others.flat_map(columns).collect() }
    }

    /// The names of those that not every table has.
    fn names(&self, spec: &Spec) -> Vec<&'static str> {
        let name = |&(at, own): &(usize, usize)| spec.record.observe[at].observer.columns[own].name;
        self.others.iter().map(name).collect()
    }
}

/// Renders the rows of trials into a batch.
pub(super) struct Renderer<'a> {
    spec: &'a Spec,
    plan: &'a Plan,
    namer: Namer<'a>,
    curve_columns: CurveColumns,
    /// One per table of [`tables`].
    writers: Vec<CsvBytes>,
    trials: Vec<u32>,
    /// Where their rows end, `[trial][table]`.
    ends: Vec<u64>,
}

impl<'a> Renderer<'a> {
    pub fn new(spec: &'a Spec, plan: &'a Plan) -> Self {
        let writers = tables(spec).iter().map(|_| csv::Writer::from_writer(Vec::new())).collect();
        let (namer, curve_columns) = (plan.trials.namer(), CurveColumns::of(spec));
        Self { spec, plan, namer, curve_columns, writers, trials: Vec::new(), ends: Vec::new() }
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
        self.trials.push(index);
        self.ends.extend(self.writers.iter_mut().map(|writer| {
            writer.flush().expect("memory takes every row");
            writer.get_ref().len() as u64
        }));
    }

    fn write(
        &mut self,
        key: Key,
        trial: &Trial,
        outcome: &Outcome,
        files: &[(String, blake3::Hash)],
    ) -> csv::Result<()> {
        let Self { spec, plan, curve_columns, writers, .. } = self;
        let [runs, curves, trajectory, observed @ .., weights] = &mut writers[..] else {
            unreachable!("every sweep has these tables")
        };
        let condition = plan.condition(trial);
        let (precision, schedule) = (condition.spec.train.precision, &condition.schedule);
        let run = run(plan, key, trial, outcome);
        record::write_run(runs, &run, precision)?;
        let key = &run.key;
        let leading = LazyCell::new(|| Leading::new(key, &run.problem, &run.optimizer, &run.settings));
        let recorded = |point: &&Point| schedule.recorded.binary_search(&point.step).is_ok();
        if !schedule.recorded.is_empty() {
            for point in outcome.points.iter().filter(recorded) {
                let seen = |at: usize| outcome.observed.get(at)?.at(point.step);
                let others = curve_columns.others.iter();
                let others: Vec<Option<f64>> = others.map(|(at, own)| seen(*at)?.cell(*own)).collect();
                let curve = curve(key, point, curve_columns.norms.and_then(seen));
                record::write_curve(curves, &leading, &curve, &others, precision)?;
            }
        }
        if spec.record.trajectory {
            // Positions are kept at the steps that are logged.
            for ((step, parameters), point) in outcome.positions.iter().zip(&outcome.points) {
                let value = point.loss[Split::Train as usize].unwrap_or(f64::NAN);
                record::write_position(trajectory, &leading, step, parameters, value, precision)?;
            }
        }
        let with_tables = spec.record.observe.iter().zip(&outcome.observed);
        let with_tables = with_tables.filter(|(own, _)| own.observer.table().is_some());
        for (writer, (own, seen)) in observed.iter_mut().zip(with_tables) {
            for row in seen.rows() {
                write_observed(writer, &leading, own.observer, row, precision)?;
            }
        }
        files.iter().try_for_each(|(name, hash)| weights.write_record([key, name, hash.to_hex().as_str()]))
    }

    /// The rows of all trials.
    pub fn finish(self) -> Batch {
        let bytes = self.writers.into_iter().map(|writer| writer.into_inner().expect("memory takes every row"));
        Batch::new(self.trials, self.ends, bytes.collect())
    }
}

fn write_observed(
    writer: &mut CsvBytes,
    leading: &Leading,
    observer: &Observer,
    row: Row<'_>,
    precision: Precision,
) -> csv::Result<()> {
    let index = observer.index().map(|_| row.index);
    record::write_observed(writer, leading, (row.step, index), row.cells(), precision)
}

/// The first lines of those of [`tables`] that the sweep has; that of `curves.csv` is there even if no curves are kept.
pub(super) fn headers(spec: &Spec, plan: &Plan) -> Vec<Vec<u8>> {
    let names = plan.hyperparameter_names();
    let mut headers = vec![
        bytes(|writer| record::write_run_header(writer, &names, &plan.extra_columns(spec))),
        bytes(|writer| record::write_curve_header(writer, &names, &CurveColumns::of(spec).names(spec))),
        bytes_if(spec.record.trajectory, |writer| {
            record::write_trajectory_header(writer, &names, plan.conditions[0].model.parameters() as usize)
        }),
    ];
    let observers = spec.record.observe.iter().map(|own| own.observer).filter(|observer| observer.table().is_some());
    headers.extend(observers.map(|observer| {
        let (index, columns) = (observer.index().map(|index| index.name), observer.columns.iter().map(|own| own.name));
        bytes(|writer| record::write_observed_header(writer, &names, index, columns))
    }));
    headers.push(Vec::new());
    headers
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
        gradients: outcome.steps * gradients_of_step(trial),
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

/// Gradients of batches that a step of the trial is made of.
fn gradients_of_step(trial: &Trial) -> u64 {
    trial.optimizer.gradients as u64 + Options::new(&trial.options).further_gradients()
}

fn curve(key: &str, point: &Point, norms: Option<Row<'_>>) -> Curve {
    Curve {
        key: key.to_owned(),
        step: point.step,
        train_loss: point.loss[Split::Train as usize],
        validation_loss: point.loss[Split::Validation as usize],
        test_loss: point.loss[Split::Test as usize],
        train_accuracy: point.accuracy[Split::Train as usize],
        validation_accuracy: point.accuracy[Split::Validation as usize],
        test_accuracy: point.accuracy[Split::Test as usize],
        grad_norm: norms.and_then(|norms| norms.cell(0)),
        update_norm: norms.and_then(|norms| norms.cell(1)),
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
