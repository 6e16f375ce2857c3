//! A row of a record: one benchmark in one run of its bench.

use serde::{Deserialize, Serialize};

use crate::{Benchmark, Notes, Times};

/// A row of `results/bench/<machine>/<date>-<revision>.csv`. Its fields are the columns, in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Criterion's name: `<group>/<runner>/<workload>`.
    pub benchmark: String,
    /// The bench that it belongs to.
    pub bench: String,
    /// When the run began, as RFC 3339 in UTC. Rows of one benchmark with different times are rounds.
    pub started: String,
    /// The median of the samples' times of an iteration.
    pub time_ns: f64,
    /// The lower end of its 95 % interval within the run.
    pub low_ns: f64,
    /// The upper end.
    pub high_ns: f64,
    /// The time below which a twentieth of the samples were, which a neighbour disturbs less: what is compared.
    pub fast_ns: f64,
    /// Samples.
    pub samples: u64,
    /// Iterations of all samples.
    pub iterations: u64,
    /// What an iteration gets done.
    pub work: u64,
    /// What that is counted in.
    pub unit: String,
    /// Units of work per nanosecond: GFLOP/s, or 10⁹ elements a second.
    pub work_per_ns: f64,
    /// Bytes that an iteration reads and writes at least.
    pub bytes: Option<u64>,
    /// What bounds it.
    pub bound: Option<String>,
    /// The least time that this bound allows, as a share of the time.
    pub share: Option<f64>,
    /// A hash of the answer's bits.
    pub checksum: Option<String>,
    /// The type of the numbers.
    pub precision: String,
    /// The instruction set.
    pub isa: String,
    /// The f32 peak of the core in the same run.
    pub peak_gflops_f32: Option<f64>,
    /// The f64 peak.
    pub peak_gflops_f64: Option<f64>,
    /// Bytes per nanosecond that could be read from the first-level cache in the same run.
    pub peak_gbs_l1: Option<f64>,
    /// From the second-level cache.
    pub peak_gbs_l2: Option<f64>,
    /// From the third-level cache.
    pub peak_gbs_l3: Option<f64>,
    /// From memory.
    pub peak_gbs_memory: Option<f64>,
    /// The clock that was seen.
    pub clock_ghz: Option<f64>,
    /// The processor.
    pub cpu: String,
    /// The compiler.
    pub rustc: String,
    /// Crates that count, with their versions: `faer 0.24.4; pulp 0.22.3`.
    pub crates: String,
    /// The revision; empty outside git.
    pub revision: String,
    /// Of a tree that was not clean, a hash of its changes.
    pub changes: Option<String>,
}

impl Row {
    pub(crate) fn new(notes: &Notes, benchmark: &Benchmark, times: &Times) -> Self {
        let time = times.median_ns;
        let crates: Vec<String> =
            notes.source.crates.iter().map(|(name, version)| format!("{name} {version}")).collect();
        let peak = |of: fn(&crate::Peaks) -> f64| notes.peaks.as_ref().map(|peaks| digits(of(peaks)));
        Self {
            benchmark: benchmark.id.clone(),
            bench: notes.bench.clone(),
            started: notes.started.clone(),
            time_ns: digits(time),
            low_ns: digits(times.low_ns),
            high_ns: digits(times.high_ns),
            fast_ns: digits(times.fast_ns),
            samples: times.samples,
            iterations: times.iterations,
            work: benchmark.work,
            unit: benchmark.unit.clone(),
            work_per_ns: digits(benchmark.work as f64 / time),
            bytes: benchmark.bytes,
            bound: benchmark.bound.as_ref().map(|bound| bound.by.clone()),
            share: benchmark.bound.as_ref().map(|bound| digits(bound.time_ns / time)),
            checksum: benchmark.checksum.clone(),
            precision: benchmark.precision.clone(),
            isa: notes.isa.clone(),
            peak_gflops_f32: peak(|peaks| peaks.gflops_f32),
            peak_gflops_f64: peak(|peaks| peaks.gflops_f64),
            peak_gbs_l1: peak(|peaks| peaks.loads_gbs[0]),
            peak_gbs_l2: peak(|peaks| peaks.loads_gbs[1]),
            peak_gbs_l3: peak(|peaks| peaks.loads_gbs[2]),
            peak_gbs_memory: peak(|peaks| peaks.loads_gbs[3]),
            clock_ghz: peak(|peaks| peaks.clock_ghz),
            cpu: notes.machine.cpu.clone(),
            rustc: notes.source.rustc.clone().unwrap_or_default(),
            crates: crates.join("; "),
            revision: notes.source.revision.clone().unwrap_or_default(),
            changes: notes.source.changes.clone(),
        }
    }

    /// The fast time in cycles of the clock that was seen: a core that ran slower for a while made no kernel worse. In
    /// nanoseconds where no clock was.
    pub fn cycles(&self) -> f64 {
        self.fast_ns * self.clock_ghz.unwrap_or(1.0)
    }
}

/// A number to six digits: more are noise.
fn digits(number: f64) -> f64 {
    format!("{number:.5e}").parse().unwrap_or(number)
}
