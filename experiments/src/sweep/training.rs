//! Training the trials of a plan that are not done, and keeping their rows.

use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use thalweg_kernels::Isa;
use thalweg_kernels::math::Elementary;
use thalweg_kernels::optimizer::Optimizer;

use super::identity::{chunk, together};
use super::run::{Progress, RunError, Settings};
use super::{Choice, Condition, Plan, Population, Trial, Watch, WeightFiles, WithObjective, rows, with_objective};
use crate::data::{DataFiles, Splits};
use crate::record::Store;
use crate::spec::Spec;
use crate::train::{self, Jobs, Lane, Objective, Outcome};

/// How long finished rows may wait before they are written: this share of the time since the start, within bounds, so that
/// a sweep of a day has a thousand journals rather than tens of thousands.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(60));
const PATIENCE_SHARE: f64 = 0.01;
/// How many bytes of finished rows may wait.
const BACKLOG: usize = 16 << 20;

/// Training the trials of a plan that are not done.
pub(super) struct Training<'a> {
    spec: &'a Spec,
    plan: &'a Plan,
    settings: &'a Settings,
    progress: &'a dyn Progress,
    stop: &'a AtomicBool,
    store: &'a Store,
    weights: &'a WeightFiles,
    started: Instant,
    flushed: Mutex<Instant>,
    failure: Mutex<Option<io::Error>>,
}

impl<'a> Training<'a> {
    pub fn new(
        (spec, plan): (&'a Spec, &'a Plan),
        settings: &'a Settings,
        (progress, stop): (&'a dyn Progress, &'a AtomicBool),
        (store, weights): (&'a Store, &'a WeightFiles),
    ) -> Self {
        let (started, failure) = (Instant::now(), Mutex::new(None));
        let flushed = Mutex::new(started);
        Self { spec, plan, settings, progress, stop, store, weights, started, flushed, failure }
    }

    /// Trains some pieces after the other, and seals them on another thread while the next are trained, but no further; whatever
    /// is done is on disk in the end. Returns the time spent on training, summed over the threads.
    ///
    /// # Errors
    ///
    /// If data cannot be made, threads not be started, or rows not be written.
    pub fn run(&self, data: &Splits, files: &[DataFiles]) -> Result<Duration, RunError> {
        let keep = |trials: &[u32], outcomes: &[Outcome]| self.keep(trials, outcomes);
        let clock = || self.started.elapsed();
        let Self { plan, stop, .. } = *self;
        let Settings { isa, threads, .. } = *self.settings;
        let workers = Workers { plan, isa, threads, stop, keep: &keep, clock: &clock };
        let trained = std::thread::scope(|scope| {
            let (ready, pieces) = sync_channel(0);
            let sealing = scope.spawn(move || self.seal(&pieces));
            let mut spent = Duration::ZERO;
            let mut train = || {
                let together = together(plan, threads) / chunk(plan);
                for first in (0..self.store.pieces()).step_by(together) {
                    let pieces = first..self.store.pieces().min(first + together);
                    let missing: Vec<u32> = pieces.clone().flat_map(|piece| self.store.missing(piece)).collect();
                    if !missing.is_empty() {
                        spent += workers.train(&missing, data, files)?;
                    }
                    if self.stop.load(Ordering::Relaxed) {
                        break;
                    }
                    // Who seals is gone after a failure, which is told below.
                    for piece in pieces {
                        let _ = ready.send(piece);
                    }
                }
                Ok::<(), RunError>(())
            };
            let trained = train();
            drop(ready);
            sealing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            trained.map(|()| spent)
        });
        let flushed = self.store.flush();
        let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner).take();
        match failure.map_or(flushed, Err) {
            Ok(()) => trained,
            Err(source) => Err(RunError::Files { path: self.settings.out.clone(), source }),
        }
    }

    fn seal(&self, pieces: &Receiver<usize>) {
        for piece in pieces {
            if let Err(error) = self.store.seal(piece) {
                return self.fail(error);
            }
        }
    }

    /// Ends the training, after a failure.
    fn fail(&self, error: io::Error) {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Keeps the rows of finished trials.
    fn keep(&self, trials: &[u32], outcomes: &[Outcome]) {
        if let Err(error) = self.try_keep(trials, outcomes) {
            return self.fail(error);
        }
        self.progress.advance(trials.len());
    }

    fn try_keep(&self, trials: &[u32], outcomes: &[Outcome]) -> io::Result<()> {
        let mut renderer = rows::Renderer::new(self.spec, self.plan);
        for (&index, outcome) in trials.iter().zip(outcomes) {
            let trial = self.plan.trials.get(index as usize);
            // Weights before rows: a trial that has its row is done.
            let key = renderer.key(&trial);
            let weights = self.weights.keep(index as usize, (key, trial.condition), outcome)?;
            renderer.push((index, key), &trial, outcome, &weights);
        }
        self.store.add(renderer.finish());
        // Rows come faster than they are written: who makes them waits.
        if self.store.pending() > 2 * BACKLOG {
            return self.store.drain();
        }
        let patience = self.started.elapsed().mul_f64(PATIENCE_SHARE).clamp(PATIENCE.0, PATIENCE.1);
        let is_due = match self.flushed.try_lock() {
            Ok(mut flushed) if flushed.elapsed() > patience || self.store.pending() > BACKLOG => {
                *flushed = Instant::now();
                true
            }
            _ => false,
        };
        if is_due { self.store.flush() } else { Ok(()) }
    }
}

/// Threads that train trials of a plan.
pub(super) struct Workers<'a> {
    pub plan: &'a Plan,
    pub isa: Isa,
    pub threads: usize,
    /// Whether to give up the blocks in progress.
    pub stop: &'a AtomicBool,
    /// What becomes of trials that are finished.
    pub keep: &'a (dyn Fn(&[u32], &[Outcome]) + Sync),
    /// The time, if anybody wants to know how much is spent.
    pub clock: &'a (dyn Fn() -> Duration + Sync),
}

impl Workers<'_> {
    /// Trains trials, condition by condition and instance by instance; `data` are the examples of the first, and those of
    /// others are made from `files`. Returns the time spent on it, summed over the threads.
    ///
    /// # Errors
    ///
    /// If data cannot be made, or threads not be started.
    pub fn train(&self, trials: &[u32], data: &Splits, files: &[DataFiles]) -> Result<Duration, RunError> {
        let place = |population: &Population| (population.condition, population.instance);
        let mut spent = Duration::ZERO;
        // The examples that were made last, which the next condition may have as well.
        let mut made: Option<((usize, u64), Splits)> = None;
        for lists in self.plan.lists(trials).chunk_by(|one, other| place(&one.0) == place(&other.0)) {
            if self.stop.load(Ordering::Relaxed) {
                break;
            }
            let (number, instance) = place(&lists[0].0);
            let condition = &self.plan.conditions[number];
            let examples = (condition.examples, instance);
            if examples != (0, 0) && made.as_ref().is_none_or(|(known, _)| *known != examples) {
                // What was made before shall not be in memory beside it.
                drop(made.take());
                let (files, problem) = (&files[condition.files], condition.instance(instance));
                made = Some((examples, Splits::of_instance(&condition.spec, files, &problem)?));
            }
            let data = made.as_ref().filter(|(known, _)| *known == examples).map_or(data, |(_, own)| own);
            spent += with_objective(condition, data, Instance { workers: self, condition, lists })?;
        }
        Ok(spent)
    }
}

/// Training trials of an instance, in lists by population.
struct Instance<'a> {
    workers: &'a Workers<'a>,
    condition: &'a Condition,
    lists: &'a [(Population, Vec<u32>)],
}

impl WithObjective for Instance<'_> {
    type Output = Result<Duration, RunError>;

    fn call<T: Elementary, O: Objective<T>>(self, objective: &O) -> Result<Duration, RunError> {
        let Workers { plan, isa, threads, stop, keep, clock } = *self.workers;
        let schedule = super::train_schedule(self.condition);
        let watches = self.condition.watches();
        let watches: Vec<train::Watch<'_>> = watches.iter().map(Watch::of_loop).collect();
        let choice = |list: &(Population, Vec<u32>)| Choice::new(self.condition, &list.0, isa, threads);
        let choices: Vec<Choice> = self.lists.iter().map(choice).collect();
        // Populations that are trained in the same way share the threads.
        let mut ways = Vec::new();
        for choice in &choices {
            if !ways.contains(&(choice.path, choice.lanes)) {
                ways.push((choice.path, choice.lanes));
            }
        }
        let mut spent = Duration::ZERO;
        for (path, lanes) in ways {
            let takes = |(_, choice): &(_, &Choice)| (choice.path, choice.lanes) == (path, lanes);
            let lists = self.lists.iter().zip(&choices).filter(takes).map(|((population, trials), _)| {
                let trials: &[u32] = trials;
                (population.optimizer, trials)
            });
            let jobs = Missing { plan, lists: lists.collect(), clock };
            let engine = train::Engine { isa, threads, path, lanes };
            let done = |job: usize, first: usize, outcomes: &[Outcome]| {
                keep(&jobs.lists[job].1[first..first + outcomes.len()], outcomes);
            };
            spent += train::train(objective, &jobs, &schedule, &watches, engine, stop, done)?;
        }
        Ok(spent)
    }
}

/// The trials that are still to be trained, by optimizer.
struct Missing<'a> {
    plan: &'a Plan,
    lists: Vec<(&'static Optimizer, &'a [u32])>,
    clock: &'a (dyn Fn() -> Duration + Sync),
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
        let lane = |(&index, trial)| super::lane(self.plan, index as usize, trial);
        let lanes: Vec<Lane<'_>> = indices.iter().zip(&trials).map(lane).collect();
        work(&lanes)
    }

    fn now(&self) -> Duration {
        (self.clock)()
    }
}
