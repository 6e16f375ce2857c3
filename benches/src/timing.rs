//! How workloads are timed.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput};
use thalweg_kernels::{Isa, arch};

use crate::workload::Workload;

/// Checks and times what `benches` adds, on the instruction set that `THALWEG_ISA` names (else the fastest), with the
/// flags of criterion that the command line gives.
///
/// # Panics
///
/// If `THALWEG_ISA` names an instruction set that cannot run here, or a workload's answer is wrong.
pub fn bench(benches: impl FnOnce(&mut Comparison)) {
    let isa = Isa::from_environment().unwrap_or_else(|error| panic!("{}: {error}", arch::VARIABLE));
    eprintln!("instruction set: {}", isa.name());
    let criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(700))
        // Where gnuplot is installed, criterion would draw with it after every bench: slower than the bench itself.
        .without_plots()
        .configure_from_args();
    let mut comparison = Comparison { criterion, isa };
    benches(&mut comparison);
    comparison.criterion.final_summary();
}

/// Runs workloads with everything that can compute them, side by side.
pub struct Comparison {
    criterion: Criterion,
    isa: Isa,
}

impl Comparison {
    /// The instruction set of Thalweg's kernels.
    pub fn isa(&self) -> Isa {
        self.isa
    }

    /// Checks a workload, then times each of its runners: `<group>/<runner>/<workload>`.
    pub fn add(&mut self, group: &str, mut workload: Box<dyn Workload>) {
        workload.check();
        let mut group = self.criterion.benchmark_group(group);
        group.throughput(Throughput::Elements(workload.work()));
        for runner in workload.runners() {
            let id = criterion::BenchmarkId::new(runner.name(), workload.name());
            group.bench_function(id, |bencher| bencher.iter(|| black_box(&mut workload).run(runner)));
        }
        group.finish();
    }
}
