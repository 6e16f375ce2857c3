//! How close kernels come to what bounds them: the multiply-add units, the divider, loads and stores, or a cache's
//! bandwidth, each measured on the same core in the same run ([`Core`](crate::processor::Core)).
//!
//! The operations of a kernel are counted as its source has them. Where it computes the same thing twice and the
//! compiler does so once, the share may be above 1.

mod report;

use thalweg_kernels::Isa;
use thalweg_kernels::count::{Operations, operations};

use crate::processor::seconds;
use crate::workload::{Demands, Make, Runner};

pub use report::{print, write};

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
pub fn measure(family: &str, make: &Make<'_>, isa: Isa) -> Option<Measurement> {
    let mut workload = make(isa);
    let demands = workload.demands()?;
    workload.check();
    let seconds = seconds(|| std::hint::black_box(&mut *workload).run(Runner::Thalweg));
    let kernel = format!("{family}/{}", workload.name());
    let operations = counted(make, workload.work());
    if let Some(multiplications) = demands.multiplications {
        assert_eq!(operations.multiplications, multiplications, "multiply-adds of {kernel}");
    }
    Some(Measurement { kernel, work: workload.work(), seconds, demands, operations })
}

/// The operations of a run, counted on the scalar instruction set and scaled to the same work.
fn counted(make: &Make<'_>, work: u64) -> Operations {
    let scalar = *Isa::available().first().expect("the scalar instruction set is always there");
    let mut workload = make(scalar);
    let count = operations(|| workload.run(Runner::Thalweg));
    let scale = |count: u64| (count as f64 * work as f64 / workload.work() as f64).round() as u64;
    Operations {
        multiplications: scale(count.multiplications),
        divisions: scale(count.divisions),
        roots: scale(count.roots),
        others: scale(count.others),
    }
}
