//! Blocks on threads.

use std::ops::Range;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use thalweg_kernels::Isa;
use thalweg_kernels::math::Elementary;
use thalweg_kernels::optimizer::Optimizer;

use super::block::Setting;
use super::{Lane, Layout, Objective, Outcome, Team, Threads, Timetable, TrainingPath, Watch};

/// How blocks are trained. None of it changes a bit of a result.
#[derive(Clone, Copy, Debug)]
pub struct Engine {
    /// The instruction set.
    pub isa: Isa,
    /// Worker threads.
    pub threads: usize,
    /// How blocks are computed.
    pub path: TrainingPath,
    /// Lanes per block on the population path; none for one register.
    pub lanes: Option<usize>,
}

impl Engine {
    /// Lanes per block in the precision `T`, where so many trials are trained.
    pub fn block_lanes<T: Elementary>(&self, trials: usize) -> usize {
        let layout = self.layout::<T>(trials);
        layout.groups * layout.lanes::<T>()
    }

    /// The layout of a block in the precision `T`: as many registers as the requested lanes fill, or fewer, so that there
    /// are blocks for all threads.
    fn layout<T: Elementary>(&self, trials: usize) -> Layout {
        let registers = |lanes: usize| lanes.div_ceil(self.isa.lanes::<T>()).max(1);
        let groups = match (self.path, self.lanes) {
            (TrainingPath::Population, Some(lanes)) => {
                registers(lanes).min(registers(trials.div_ceil(self.threads.max(1))))
            }
            _ => 1,
        };
        Layout { isa: self.isa, path: self.path, groups }
    }

    /// The threads that train `blocks` blocks, and how many of them start with one: on the dense path, the others help.
    fn threads(&self, blocks: usize) -> [usize; 2] {
        let busy = self.threads.clamp(1, blocks.max(1));
        [if self.path == TrainingPath::Dense { self.threads.max(1) } else { busy }, busy]
    }
}

/// What is to be trained: lists of trials with one optimizer each. Neighbours with equal `order_seed` share their
/// batches, which is faster.
///
/// Lanes are asked for block by block: those of a whole sweep may be more than memory holds.
pub trait Jobs: Sync {
    /// How many lists there are.
    fn count(&self) -> usize;

    /// The optimizer of a list.
    fn optimizer(&self, job: usize) -> &'static Optimizer;

    /// How many trials a list has.
    fn trials(&self, job: usize) -> usize;

    /// Does `work` with some of a list's trials.
    fn with_lanes<R>(&self, job: usize, trials: Range<usize>, work: impl FnOnce(&[Lane<'_>]) -> R) -> R;

    /// The time on the caller's clock, by which training is measured; who has none learns of no time spent.
    fn now(&self) -> Duration {
        Duration::ZERO
    }
}

/// A list of trials in memory.
#[derive(Clone, Debug)]
pub struct Job<'a> {
    /// The optimizer.
    pub optimizer: &'static Optimizer,
    /// The trials.
    pub lanes: Vec<Lane<'a>>,
}

impl<'a, A: AsRef<[Job<'a>]> + Sync + ?Sized> Jobs for A {
    fn count(&self) -> usize {
        self.as_ref().len()
    }

    fn optimizer(&self, job: usize) -> &'static Optimizer {
        self.as_ref()[job].optimizer
    }

    fn trials(&self, job: usize) -> usize {
        self.as_ref()[job].lanes.len()
    }

    fn with_lanes<R>(&self, job: usize, trials: Range<usize>, work: impl FnOnce(&[Lane<'_>]) -> R) -> R {
        work(&self.as_ref()[job].lanes[trials])
    }
}

/// Trains all trials of all jobs; hands each finished block to `done`, with the job's index and the index of its first
/// trial there, in no particular order and from any thread. Gives up the blocks in progress once `stop` is set. Returns
/// the time spent on training by the clock of the jobs, summed over the threads: that of threads which help counts in full,
/// with or without a part.
///
/// # Errors
///
/// If the system refuses to start the threads.
pub fn train<T: Elementary, O: Objective<T>>(
    objective: &O,
    jobs: &(impl Jobs + ?Sized),
    schedule: &Timetable,
    watches: &[Watch<'_>],
    engine: Engine,
    stop: &AtomicBool,
    done: impl Fn(usize, usize, &[Outcome]) + Sync,
) -> Result<Duration, rayon::ThreadPoolBuildError> {
    let trials = (0..jobs.count()).map(|job| jobs.trials(job)).sum();
    let layout = engine.layout::<T>(trials);
    let lanes = engine.block_lanes::<T>(trials);
    // The number of the first block after each job.
    let ends: Vec<usize> = (0..jobs.count())
        .scan(0, |end, job| {
            *end += jobs.trials(job).div_ceil(lanes);
            Some(*end)
        })
        .collect();
    let blocks = ends.last().copied().unwrap_or(0);
    let optimizers: Vec<&'static Optimizer> = (0..jobs.count()).map(|job| jobs.optimizer(job)).collect();
    let [threads, busy] = engine.threads(blocks);
    let team = Team::new(threads, busy);
    let setting = Setting { schedule, watches, layout, team: &team, optimizers: &optimizers, stop };
    let (next, spent, present) = (AtomicUsize::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let pool = Threads::start(threads)?;
    let since = |then: Duration| jobs.now().saturating_sub(then).as_nanos() as u64;
    let (start, began) = (Barrier::new(busy), jobs.now());
    pool.broadcast(&|thread| {
        // Threads that return from here wait for parts of what the others do.
        if thread >= busy {
            return;
        }
        // Nobody has parts before everybody is here: else a thread might come here while another waits for a part that it
        // took, and keep it waiting for a whole block.
        start.wait();
        let came = jobs.now();
        let mut trainer = objective.trainer(setting);
        while !stop.load(Ordering::Relaxed) {
            let block = next.fetch_add(1, Ordering::Relaxed);
            if block >= blocks {
                break;
            }
            let job = ends.partition_point(|end| *end <= block);
            let first = (block - job.checked_sub(1).map_or(0, |before| ends[before])) * lanes;
            let trials = first..jobs.trials(job).min(first + lanes);
            let outcomes = jobs.with_lanes(job, trials, |trials| {
                let begin = jobs.now();
                let outcomes = trainer.train(jobs.optimizer(job), trials);
                spent.fetch_add(since(begin), Ordering::Relaxed);
                outcomes
            });
            if let Some(outcomes) = outcomes {
                done(job, first, outcomes);
            }
        }
        team.leave();
        present.fetch_add(since(came), Ordering::Relaxed);
    });
    let all = since(began) * threads as u64;
    let helping = if engine.path == TrainingPath::Dense { all.saturating_sub(present.into_inner()) } else { 0 };
    Ok(Duration::from_nanos(spent.into_inner() + helping))
}
