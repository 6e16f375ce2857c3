//! How close kernels come to what bounds them: the multiply-add units, the divider, loads and stores, or a cache's
//! bandwidth, each measured on the same core in the same run ([`Machine`]).

mod machine;
mod report;

use std::time::{Duration, Instant};

use thalweg_kernels::Isa;
use thalweg_kernels::count::{Operations, operations};

use crate::workload::{Runner, Workload};

pub use machine::{Level, Machine};
pub use report::{print, write};

/// What one run of a workload must at least load and store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demands {
    /// The size of a number in bytes.
    pub number: usize,
    /// Numbers that are read.
    pub loaded: u64,
    /// Numbers that are written.
    pub stored: u64,
    /// Multiply-adds, if the formula says how many; else they are counted.
    pub multiplications: Option<u64>,
}

/// A kernel's time beside what bounds it.
#[derive(Clone, Debug)]
pub struct Measurement {
    /// The family and the workload.
    pub kernel: String,
    /// What a run gets done: elements, or floating-point operations of products.
    pub work: u64,
    /// Seconds of a run, the best of several.
    pub seconds: f64,
    /// What a run demands.
    pub demands: Demands,
    /// Operations of a run.
    pub operations: Operations,
}

/// Checks and times a workload. None if it does not say what it demands.
///
/// # Panics
///
/// If its answer is wrong.
pub fn measure(family: &str, make: &dyn Fn(Isa) -> Box<dyn Workload>, isa: Isa) -> Option<Measurement> {
    let mut workload = make(isa);
    let demands = workload.demands()?;
    workload.check();
    let seconds = seconds(|| std::hint::black_box(&mut *workload).run(Runner::Thalweg));
    let operations = demanded(&demands, make, workload.work());
    let kernel = format!("{family}/{}", workload.name());
    Some(Measurement { kernel, work: workload.work(), seconds, demands, operations })
}

/// The operations of a run: those that the formula says, else counted on as much work.
fn demanded(demands: &Demands, make: &dyn Fn(Isa) -> Box<dyn Workload>, work: u64) -> Operations {
    if let Some(multiplications) = demands.multiplications {
        return Operations { multiplications, ..Operations::default() };
    }
    let mut counted = make(Isa::counted());
    let count = operations(|| counted.run(Runner::Thalweg));
    let scale = |count: u64| (count as f64 * work as f64 / counted.work() as f64).round() as u64;
    Operations {
        multiplications: scale(count.multiplications),
        divisions: scale(count.divisions),
        roots: scale(count.roots),
        others: scale(count.others),
    }
}

/// Seconds of a call: the best of several batches of calls.
pub(crate) fn seconds(mut call: impl FnMut()) -> f64 {
    const BATCHES: usize = 9;
    const BATCH: Duration = Duration::from_millis(3);
    let mut batch = |calls: u32| {
        let start = Instant::now();
        (0..calls).for_each(|_| call());
        start.elapsed()
    };
    let mut calls = 1;
    while batch(calls) < BATCH {
        calls *= 2;
    }
    (0..BATCHES).map(|_| batch(calls).as_secs_f64() / f64::from(calls)).fold(f64::INFINITY, f64::min)
}
