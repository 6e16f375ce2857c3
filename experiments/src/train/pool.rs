//! Blocks on threads.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use thalweg_kernels::Isa;
use thalweg_kernels::math::Elementary;
use thalweg_kernels::optimizer::Method;

use super::block::{Setting, Worker};
use super::{Lane, Layout, Objective, Observer, Outcome, Path, Schedule};

/// How blocks are trained. None of it changes a bit of a result.
#[derive(Clone, Copy, Debug)]
pub struct Engine {
    /// The instruction set.
    pub isa: Isa,
    /// Worker threads.
    pub threads: usize,
    /// How blocks are computed.
    pub path: Path,
    /// Lanes per block on the population path; none for one register.
    pub lanes: Option<usize>,
}

impl Engine {
    /// Lanes per block in the precision `T`.
    pub fn block_lanes<T: Elementary>(&self) -> usize {
        let layout = self.layout::<T>();
        layout.groups * layout.lanes::<T>()
    }

    /// The layout of a block in the precision `T`: as many registers as the lanes that were asked for fill.
    fn layout<T: Elementary>(&self) -> Layout {
        let groups = match (self.path, self.lanes) {
            (Path::Population, Some(lanes)) => lanes.div_ceil(self.isa.lanes::<T>()).max(1),
            _ => 1,
        };
        Layout { isa: self.isa, path: self.path, groups }
    }
}

/// Trials of one optimizer. Neighbours with equal `order_seed` share their batches, which is faster.
#[derive(Clone, Debug)]
pub struct Job<'a> {
    /// The optimizer.
    pub method: &'static Method,
    /// The trials.
    pub lanes: Vec<Lane<'a>>,
}

/// Trains all trials of all jobs; hands each finished block to `done`, with the job's index and the index of its first
/// trial there, in no particular order and from any thread. Stops between blocks once `stop` is set. Returns the time that
/// the threads spent on training, all of theirs together.
///
/// # Errors
///
/// If the system refuses to start the threads.
pub fn train<T: Elementary, O: Objective<T>>(
    objective: &O,
    jobs: &[Job<'_>],
    schedule: &Schedule,
    observers: &[&dyn Observer<T>],
    engine: Engine,
    stop: &AtomicBool,
    done: impl Fn(usize, usize, &[Outcome]) + Sync,
) -> Result<Duration, rayon::ThreadPoolBuildError> {
    let layout = engine.layout::<T>();
    let lanes = engine.block_lanes::<T>();
    let blocks: Vec<(usize, usize)> = jobs
        .iter()
        .enumerate()
        .flat_map(|(job, trials)| (0..trials.lanes.len()).step_by(lanes).map(move |first| (job, first)))
        .collect();
    let methods: Vec<&Method> = jobs.iter().map(|job| job.method).collect();
    let setting = Setting { objective, schedule, observers };
    let (next, spent) = (AtomicUsize::new(0), AtomicU64::new(0));
    let threads = engine.threads.clamp(1, blocks.len().max(1));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    pool.broadcast(|_| {
        let mut worker = Worker::<T, O>::new(objective, layout, &methods);
        while !stop.load(Ordering::Relaxed) {
            let Some(&(job, first)) = blocks.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
            let trials = &jobs[job].lanes[first..jobs[job].lanes.len().min(first + lanes)];
            let begin = Instant::now();
            let outcomes = worker.train(&setting, jobs[job].method, trials);
            spent.fetch_add(begin.elapsed().as_nanos() as u64, Ordering::Relaxed);
            done(job, first, outcomes);
        }
    });
    Ok(Duration::from_nanos(spent.into_inner()))
}
