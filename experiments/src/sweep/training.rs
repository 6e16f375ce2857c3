//! Training the trials of a plan that are not done, and keeping their rows.

use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use thalweg_kernels::math::Elementary;
use thalweg_kernels::optimizer::Optimizer;

use super::run::{Progress, RunError, Settings};
use super::{Choice, Plan, Population, Trial, WeightFiles, WithObjective, rows};
use crate::record::Parts;
use crate::spec::{Curves, Spec};
use crate::train::{self, EffectiveRates, Jobs, Lane, Norms, Objective, Observer, Outcome};

/// Rows on their way to the disk.
pub(super) struct Writer {
    pub parts: Parts,
    started: Instant,
    flushed: Instant,
    pub failure: Option<io::Error>,
}

impl Writer {
    /// Writes to these parts; the sweep begins now.
    pub fn new(parts: Parts) -> Self {
        let now = Instant::now();
        Self { parts, started: now, flushed: now, failure: None }
    }
}

/// How long finished rows may wait before they are written: this long, or this share of the time since the start, so
/// that a sweep of a day has hundreds of parts rather than tens of thousands.
const PATIENCE: Duration = Duration::from_secs(2);
const PATIENCE_SHARE: f64 = 0.01;
/// How many bytes of finished rows may wait.
const BACKLOG: usize = 16 << 20;

/// Training the trials of an instance that are not done.
pub(super) struct Training<'a> {
    pub spec: &'a Spec,
    pub plan: &'a Plan,
    pub instance: usize,
    pub settings: &'a Settings,
    pub progress: &'a dyn Progress,
    pub stop: &'a AtomicBool,
    pub writer: &'a Mutex<Writer>,
    pub weights: &'a WeightFiles,
}

impl WithObjective for Training<'_> {
    type Output = Result<Duration, RunError>;

    fn call<T: Elementary, O: Objective<T>>(self, objective: &O) -> Result<Duration, RunError> {
        let Self { spec, plan, settings, .. } = self;
        let own: Vec<&Population> =
            plan.populations.iter().filter(|population| population.instance == self.instance).collect();
        let missing: Vec<Vec<u32>> = {
            let parts = &self.locked().parts;
            let is_missing = |trial: &u32| !parts.has(*trial as usize);
            own.iter().map(|population| population.trials.iter().copied().filter(is_missing).collect()).collect()
        };
        let schedule = super::train_schedule(spec, plan);
        let observers: &[&dyn Observer<T>] = match (spec.record.curves, spec.record.effective_lr) {
            (Curves::None, _) => &[],
            (_, false) => &[&Norms],
            (_, true) => &[&Norms, &EffectiveRates],
        };
        let choices: Vec<Choice> =
            own.iter().map(|population| Choice::new(spec, plan, population, settings.isa)).collect();
        // Populations that are trained in the same way share the threads.
        let mut ways = Vec::new();
        for choice in &choices {
            if !ways.contains(&(choice.path, choice.lanes)) {
                ways.push((choice.path, choice.lanes));
            }
        }
        let mut spent = Duration::ZERO;
        for (path, lanes) in ways {
            let takes = |&at: &usize| (choices[at].path, choices[at].lanes) == (path, lanes);
            let populations: Vec<usize> = (0..missing.len()).filter(takes).collect();
            let list = |&population: &usize| (own[population].optimizer, missing[population].as_slice());
            let jobs = Missing { spec, plan, lists: populations.iter().map(list).collect() };
            let engine = train::Engine { isa: settings.isa, threads: settings.threads, path, lanes };
            let done = |job: usize, first: usize, outcomes: &[Outcome]| {
                self.keep(&jobs.lists[job].1[first..first + outcomes.len()], outcomes);
            };
            spent += train::train(objective, &jobs, &schedule, observers, engine, self.stop, done)?;
        }
        Ok(spent)
    }
}

/// The trials that are still to be trained, by optimizer.
struct Missing<'a> {
    spec: &'a Spec,
    plan: &'a Plan,
    lists: Vec<(&'static Optimizer, &'a [u32])>,
}

impl Jobs for Missing<'_> {
    fn count(&self) -> usize {
        self.lists.len()
    }

    fn optimizer(&self, job: usize) -> &'static Optimizer {
        self.lists[job].0
    }

    fn trials(&self, job: usize) -> usize {
        self.lists[job].1.len()
    }

    fn with_lanes<R>(&self, job: usize, trials: Range<usize>, work: impl FnOnce(&[Lane<'_>]) -> R) -> R {
        let indices = &self.lists[job].1[trials];
        let trials: Vec<Trial> = indices.iter().map(|&index| self.plan.trials.get(index as usize)).collect();
        let lane = |(&index, trial)| super::lane(self.spec, self.plan, index as usize, trial);
        let lanes: Vec<Lane<'_>> = indices.iter().zip(&trials).map(lane).collect();
        work(&lanes)
    }
}

impl Training<'_> {
    fn locked(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the rows of finished trials.
    fn keep(&self, trials: &[u32], outcomes: &[Outcome]) {
        // Weights before rows: a trial that has its row is done.
        let render = |(&index, outcome): (&u32, &Outcome)| {
            let trial = self.plan.trials.get(index as usize);
            self.weights.keep(index as usize, trial.key, outcome)?;
            Ok(rows::render(self.spec, self.plan, &trial, outcome))
        };
        let rows: io::Result<Vec<_>> = trials.iter().zip(outcomes).map(render).collect();
        let mut writer = self.locked();
        match rows {
            Ok(rows) => trials.iter().zip(&rows).for_each(|(&trial, rows)| writer.parts.add(trial as usize, rows)),
            Err(error) => {
                writer.failure = Some(error);
                return self.stop.store(true, Ordering::Relaxed);
            }
        }
        let patience = PATIENCE.max(writer.started.elapsed().mul_f64(PATIENCE_SHARE));
        if writer.flushed.elapsed() > patience || writer.parts.pending() > BACKLOG {
            writer.flushed = Instant::now();
            if let Err(error) = writer.parts.flush() {
                writer.failure = Some(error);
                self.stop.store(true, Ordering::Relaxed);
            }
        }
        drop(writer);
        self.progress.advance(trials.len());
    }
}
