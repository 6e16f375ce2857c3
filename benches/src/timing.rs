//! How workloads are timed, and what is noted beside criterion's output.
//!
//! Three variables are for `thalweg bench ab`: `THALWEG_BENCH_PEAKS=off` leaves out what the core can do, which takes longer
//! than a short run; `THALWEG_BENCH_ID` and `THALWEG_BENCH_TIMES` have one benchmark run so many times, for a counter of
//! instructions, and nothing else.

use std::env;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use criterion::{BenchmarkId, Criterion, Throughput};
use thalweg_benchmarks::{Benchmark, Bound, Machine, Notes, Peaks, Source};
use thalweg_kernels::{Isa, arch};

use crate::answer::Answer;
use crate::processor::Core;
use crate::workload::{Demands, Runner, Workload};

/// Checks and times what `benches` adds, on the instruction set that `THALWEG_ISA` names (else the fastest), with the
/// flags of criterion that the command line gives.
///
/// # Panics
///
/// If `THALWEG_ISA` names an instruction set that cannot run here, a workload's answer is wrong, or the notes cannot be
/// written.
pub fn bench(benches: impl FnOnce(&mut Comparison)) {
    let isa = Isa::from_environment().unwrap_or_else(|error| panic!("{}: {error}", arch::VARIABLE));
    eprintln!("instruction set: {}", isa.name());
    let folder = criterion_folder();
    let criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(700))
        .output_directory(&folder)
        // Where gnuplot is installed, criterion would draw with it after every bench: slower than the bench itself.
        .without_plots()
        .configure_from_args();
    let started = SystemTime::now();
    let mut comparison = Comparison { criterion, isa, counted: counted(), core: None, timed: vec![] };
    benches(&mut comparison);
    comparison.criterion.final_summary();
    if measures() && !comparison.timed.is_empty() {
        let notes = comparison.notes(started);
        notes.write(&folder).unwrap_or_else(|error| panic!("the notes of {}: {error}", notes.bench));
    }
}

/// Runs workloads with everything that can compute them, side by side.
pub struct Comparison {
    criterion: Criterion,
    isa: Isa,
    /// The one benchmark whose instructions are counted, and how often it runs.
    counted: Option<(String, u64)>,
    /// The core before the first time.
    core: Option<Core>,
    timed: Vec<Timed>,
}

/// What was timed.
struct Timed {
    benchmark: Benchmark,
    demands: Option<Demands>,
}

impl Comparison {
    /// The instruction set of Thalweg's kernels.
    pub fn isa(&self) -> Isa {
        self.isa
    }

    /// Checks a workload, then times each of its runners: `<group>/<runner>/<workload>`.
    pub fn add(&mut self, group: &str, mut workload: Box<dyn Workload>) {
        let id = |runner: Runner, workload: &dyn Workload| format!("{group}/{}/{}", runner.name(), workload.name());
        if let Some((wanted, times)) = &self.counted {
            let runner = workload.runners().into_iter().find(|runner| id(*runner, &*workload) == *wanted);
            if let Some(runner) = runner {
                (0..*times).for_each(|_| black_box(&mut workload).run(runner));
            }
            return;
        }
        workload.check();
        let mut timings = self.criterion.benchmark_group(group);
        timings.throughput(Throughput::Elements(workload.work()));
        for runner in workload.runners() {
            let name = BenchmarkId::new(runner.name(), workload.name());
            // Criterion calls this only if the benchmark is wanted, and several times then.
            let mut answer = None;
            timings.bench_function(name, |bencher| {
                if measures_peaks() {
                    self.core.get_or_insert_with(|| Core::measure(self.isa));
                }
                answer.get_or_insert_with(|| {
                    let mut answer = Answer::default();
                    black_box(&mut workload).run(Runner::Thalweg);
                    workload.answer(&mut answer);
                    answer
                });
                bencher.iter(|| black_box(&mut workload).run(runner));
            });
            if let Some(answer) = answer {
                self.timed.push(Timed::new(id(runner, &*workload), runner, &*workload, &answer));
            }
        }
        timings.finish();
    }

    fn notes(self, started: SystemTime) -> Notes {
        let core = self.core.map(|before| before.best(&Core::measure(self.isa)));
        let peaks = core.as_ref().map(|core| Peaks {
            gflops_f32: 2e-9 * core.singles.multiplications,
            gflops_f64: 2e-9 * core.doubles.multiplications,
            loads_gbs: core.levels.map(|level| 1e-9 * level.load),
            clock_ghz: 1e-9 * core.clock,
        });
        let benchmarks = self.timed.into_iter().map(|timed| timed.bounded(core.as_ref())).collect();
        Notes {
            bench: bench_name(),
            started: humantime::format_rfc3339_seconds(started).to_string(),
            source: Source::of(root()),
            machine: Machine::here(Isa::best().name()),
            isa: self.isa.name().to_owned(),
            peaks,
            benchmarks,
        }
    }
}

impl Timed {
    fn new(id: String, runner: Runner, workload: &dyn Workload, answer: &Answer) -> Self {
        // What others compute is not ours to watch, nor is it counted what they need.
        let is_ours = runner == Runner::Thalweg;
        let demands = workload.demands().filter(|_| is_ours);
        let bytes = demands.map(|demands| demands.number as u64 * (demands.loaded + demands.stored));
        let benchmark = Benchmark {
            id,
            runner: runner.name().to_owned(),
            precision: answer.precision().to_owned(),
            work: workload.work(),
            unit: workload.unit().to_owned(),
            bytes,
            bound: None,
            checksum: is_ours.then(|| answer.checksum()),
        };
        Self { benchmark, demands }
    }

    /// With what bounds it on this core. Of what is not a product only its loads and stores are known.
    fn bounded(self, core: Option<&Core>) -> Benchmark {
        let bound = core.zip(self.demands).map(|(core, demands)| {
            let (by, seconds) = core.bound(&demands, [demands.multiplications.unwrap_or(0), 0, 0]);
            Bound { by: by.to_owned(), time_ns: 1e9 * seconds }
        });
        Benchmark { bound, ..self.benchmark }
    }
}

/// The root of the workspace. Cargo runs benches in the folder of their package.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(env!("CARGO_MANIFEST_DIR")))
}

/// Where criterion writes, by its own rules.
fn criterion_folder() -> PathBuf {
    let target = || env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |target| root().join(target));
    env::var_os("CRITERION_HOME").map_or_else(|| target().join("criterion"), PathBuf::from)
}

/// The name of the bench: that of its executable, but for the hash that cargo adds.
fn bench_name() -> String {
    let path = env::current_exe().unwrap_or_default();
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    name.rsplit_once('-').map_or(name.clone(), |(name, _)| name.to_owned())
}

/// Whether benchmarks are measured, and not only tried, listed or given to a profiler.
fn measures() -> bool {
    const OTHERWISE: [&str; 3] = ["--test", "--list", "--profile-time"];
    let is_otherwise = |argument: &String| OTHERWISE.iter().any(|other| argument.starts_with(other));
    env::args().any(|argument| argument == "--bench") && !env::args().any(|argument| is_otherwise(&argument))
}

fn measures_peaks() -> bool {
    measures() && env::var_os("THALWEG_BENCH_PEAKS").is_none_or(|value| value != "off")
}

fn counted() -> Option<(String, u64)> {
    let times = env::var("THALWEG_BENCH_TIMES").ok()?.parse().ok()?;
    Some((env::var("THALWEG_BENCH_ID").ok()?, times))
}
