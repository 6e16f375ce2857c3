//! How workloads are timed, and what is noted beside criterion's output.
//!
//! Five variables are for `thalweg bench ab`: `THALWEG_BENCH_ROUND=standard 1 of 1` measures everything once in this process;
//! `THALWEG_BENCH_PEAKS=off` leaves out what the core can do, and `THALWEG_BENCH_CHECKS=off` the checks of answers, which take
//! longer than a short run; `THALWEG_BENCH_ID` and `THALWEG_BENCH_TIMES` have one benchmark run so many times, for a counter of
//! instructions, and nothing else.

mod arguments;
mod pace;
mod progress;
mod round;

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime};

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, Throughput};
use thalweg_benchmarks::{Benchmark, Bound, Machine, Notes, Peaks, Source, criterion_folder};
use thalweg_kernels::{Isa, arch};

use crate::answer::Answer;
use crate::processor::Core;
use crate::workload::{Demands, Runner, Workload};

use arguments::{Arguments, is_in};
use pace::{Effort, Pace};
use progress::Progress;
use round::Round;

/// Checks and times what `list` adds, on the instruction set that `THALWEG_ISA` names (else the fastest), with the flags
/// of criterion that the command line gives.
///
/// # Panics
///
/// If a workload's answer is wrong.
pub fn bench(list: impl FnOnce(&mut Suite)) -> ExitCode {
    let arguments = match Arguments::read(env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(error) => return fail(&error),
    };
    let (counted, round) = (counted(), Round::from_environment());
    if arguments.measures() && round.is_none() && counted.is_none() {
        return round::all(&arguments, &Source::of(root()));
    }
    let isa = match Isa::from_environment() {
        Ok(isa) => isa,
        Err(error) => return fail(&format!("{}: {error}", arch::VARIABLE)),
    };
    let round = round.unwrap_or(Round::only(Pace::of(&arguments)));
    let mut suite = Suite { isa, arguments, counted, round, entries: vec![], groups: BTreeSet::new() };
    list(&mut suite);
    if let Some((id, times)) = &suite.counted {
        return suite.entries.iter_mut().find_map(|entry| entry.count(id, *times)).unwrap_or(ExitCode::FAILURE);
    }
    if suite.entries.is_empty() {
        let groups: Vec<&str> = suite.groups.iter().map(String::as_str).collect();
        return fail(&format!("no name of a benchmark matches the filter; the groups are {}", groups.join(", ")));
    }
    Timing::of(suite).run()
}

fn fail(error: &str) -> ExitCode {
    eprintln!("{error}");
    ExitCode::FAILURE
}

/// What there is to be timed, and what of it is wanted.
pub struct Suite {
    isa: Isa,
    arguments: Arguments,
    /// The one benchmark whose instructions are counted, and how often it runs.
    counted: Option<(String, u64)>,
    round: Round,
    entries: Vec<Entry>,
    /// All groups.
    groups: BTreeSet<String>,
}

/// A workload, and who is timed computing it.
struct Entry {
    group: String,
    workload: Box<dyn Workload>,
    runners: Vec<Runner>,
}

impl Suite {
    /// Adds a workload with each of its runners: `<group>/<runner>/<workload>`.
    pub fn add(&mut self, group: &str, make: impl FnOnce(Isa) -> Box<dyn Workload>) {
        self.add_all(group, |isa| vec![make(isa)]);
    }

    /// Adds workloads that are made together.
    pub fn add_all(&mut self, group: &str, make: impl FnOnce(Isa) -> Vec<Box<dyn Workload>>) {
        self.groups.insert(group.to_owned());
        let is_counted = |(id, _): &(String, u64)| is_in(id, group);
        if !self.arguments.may_want(group) || !self.counted.as_ref().is_none_or(is_counted) {
            return;
        }
        for workload in make(self.isa) {
            let wanted = |runner: &Runner| self.arguments.wants(&id(group, *runner, &*workload));
            let runners: Vec<Runner> = workload.runners().into_iter().filter(wanted).collect();
            if !runners.is_empty() {
                self.entries.push(Entry { group: group.to_owned(), workload, runners });
            }
        }
    }

    /// Leaves what others compute to the first round of the standard pace, unless it is all that is wanted.
    fn chosen(&mut self) -> [usize; 2] {
        let count = |entries: &[Entry], of: fn(&Runner) -> bool| {
            entries.iter().flat_map(|entry| &entry.runners).filter(|runner| of(runner)).count()
        };
        let (ours, all) = (count(&self.entries, Runner::is_ours), count(&self.entries, |_| true));
        let Round { pace, number, of } = self.round;
        if !self.arguments.measures() || ours == 0 || of == 1 {
            return [(number - 1) * all, of * all];
        }
        let in_first = if pace == Pace::Quick { ours } else { all };
        if number > 1 || pace == Pace::Quick {
            self.entries.iter_mut().for_each(|entry| entry.runners.retain(Runner::is_ours));
            self.entries.retain(|entry| !entry.runners.is_empty());
        }
        let before = if number == 1 { 0 } else { in_first + (number - 2) * ours };
        [before, in_first + (of - 1) * ours]
    }
}

fn id(group: &str, runner: Runner, workload: &dyn Workload) -> String {
    format!("{group}/{}/{}", runner.name(), workload.name())
}

impl Entry {
    fn ids(&self) -> impl Iterator<Item = (Runner, String)> {
        self.runners.iter().map(|runner| (*runner, id(&self.group, *runner, &*self.workload)))
    }

    /// Runs the benchmark `wanted`, if it is here, and does nothing else.
    fn count(&mut self, wanted: &str, times: u64) -> Option<ExitCode> {
        let runner = self.ids().find(|(_, id)| id == wanted)?.0;
        (0..times).for_each(|_| black_box(&mut self.workload).run(runner));
        Some(ExitCode::SUCCESS)
    }
}

/// The timing of a suite.
struct Timing {
    suite: Suite,
    criterion: Criterion,
    folder: PathBuf,
    started: SystemTime,
    progress: Progress,
    /// How long a run took when it was last measured.
    known: BTreeMap<String, Duration>,
    /// The core before the first time.
    core: Option<Core>,
    timed: Vec<Timed>,
}

/// What was timed.
struct Timed {
    benchmark: Benchmark,
    demands: Option<Demands>,
}

impl Timing {
    fn of(mut suite: Suite) -> Self {
        let counts = suite.chosen();
        let Round { pace, number, of } = suite.round;
        let folder = criterion_folder(root());
        let measures = suite.arguments.measures();
        if measures {
            eprintln!("instruction set: {}; round {number} of {of}", suite.isa.name());
        }
        let notes = Notes::read_all(&folder).unwrap_or_default();
        let benchmarks = notes.into_iter().flat_map(|notes| notes.benchmarks);
        let time =
            |benchmark: Benchmark| Some((benchmark.id, Duration::from_secs_f64(1e-9 * benchmark.times?.median_ns)));
        let known: BTreeMap<String, Duration> = benchmarks.filter_map(time).collect();
        let all = suite.entries.iter().flat_map(Entry::ids);
        let plans = all.map(|(runner, id)| (runner, planned(pace, runner, known.get(&id))));
        let left =
            plans.map(|(runner, time)| if runner.is_ours() { time * (of - number + 1) as u32 } else { time }).sum();
        let progress = Progress::new(counts, left);
        let criterion = pace.criterion().output_directory(&folder).configure_from_args();
        let core = (measures && is_on("THALWEG_BENCH_PEAKS")).then(|| Core::measure(suite.isa));
        Self { suite, criterion, folder, started: SystemTime::now(), progress, known, core, timed: vec![] }
    }

    fn run(mut self) -> ExitCode {
        let measures = self.suite.arguments.measures();
        for entry in std::mem::take(&mut self.suite.entries) {
            self.time(entry);
        }
        self.criterion.final_summary();
        if measures {
            let folder = self.folder.clone();
            let notes = self.notes();
            if let Err(error) = notes.write(&folder) {
                return fail(&format!("the notes of {}: {error}", notes.bench));
            }
        }
        ExitCode::SUCCESS
    }

    /// Checks a workload, then times each of its runners that is wanted.
    fn time(&mut self, mut entry: Entry) {
        let Round { pace, number, .. } = self.suite.round;
        let arguments = &self.suite.arguments;
        let measures = arguments.measures();
        // All rounds are of the same program.
        let checks = number == 1 && is_on("THALWEG_BENCH_CHECKS");
        if checks && !arguments.has("--list") {
            entry.workload.check();
        }
        let answer = measures.then(|| entry.answer());
        let mut timings = self.criterion.benchmark_group(&entry.group);
        timings.throughput(Throughput::Elements(entry.workload.work()));
        let ids: Vec<(Runner, String)> = entry.ids().collect();
        for (runner, id) in ids {
            if let Some((_, run)) = answer.as_ref().filter(|_| measures) {
                let effort = if runner.is_ours() { pace.ours().fitting(*run) } else { pace.of_others() };
                adapt(&mut timings, effort, arguments);
                self.progress.begin(&id);
            }
            let name = BenchmarkId::new(runner.name(), entry.workload.name());
            timings.bench_function(name, |bencher| {
                if measures {
                    self.progress.rewrite(&id);
                }
                bencher.iter(|| black_box(&mut entry.workload).run(runner));
            });
            if let Some((answer, _)) = &answer {
                self.progress.end(planned(pace, runner, self.known.get(&id)));
                // What works in place has another answer where it was not checked before.
                let checksum = (checks && runner.is_ours()).then(|| answer.checksum());
                self.timed.push(Timed::new(id, runner, &*entry.workload, answer.precision(), checksum));
            }
        }
        timings.finish();
    }

    fn notes(self) -> Notes {
        let isa = self.suite.isa;
        let core = self.core.map(|before| before.best(&Core::measure(isa)));
        let peaks = core.as_ref().map(|core| Peaks {
            gflops_f32: 2e-9 * core.singles.multiplications,
            gflops_f64: 2e-9 * core.doubles.multiplications,
            loads_gbs: core.levels.map(|level| 1e-9 * level.load),
            clock_ghz: 1e-9 * core.clock,
        });
        let benchmarks = self.timed.into_iter().map(|timed| timed.bounded(core.as_ref())).collect();
        Notes {
            bench: bench_name(),
            started: humantime::format_rfc3339_millis(self.started).to_string(),
            source: round::source().unwrap_or_else(|| Source::of(root())),
            machine: Machine::here(Isa::best().name()),
            isa: isa.name().to_owned(),
            peaks,
            benchmarks,
        }
    }
}

impl Entry {
    /// The answer of Thalweg, and how long it took.
    fn answer(&mut self) -> (Answer, Duration) {
        let mut answer = Answer::default();
        let begun = Instant::now();
        black_box(&mut self.workload).run(Runner::Thalweg);
        let time = begun.elapsed();
        self.workload.answer(&mut answer);
        (answer, time)
    }
}

/// What a benchmark should take, given how long a run took before, if it is known.
fn planned(pace: Pace, runner: Runner, run: Option<&Duration>) -> Duration {
    let effort = if runner.is_ours() { pace.ours() } else { pace.of_others() };
    let run = run.copied().unwrap_or_default();
    effort.fitting(run).time(run)
}

/// Sets what the command line leaves open.
fn adapt(timings: &mut BenchmarkGroup<'_, WallTime>, effort: Effort, arguments: &Arguments) {
    // Samples as short as can be, of which a neighbour leaves some alone.
    timings.sampling_mode(SamplingMode::Flat);
    if !arguments.has("--sample-size") {
        timings.sample_size(effort.samples);
    }
    if !arguments.has("--warm-up-time") {
        timings.warm_up_time(effort.warming);
    }
    if !arguments.has("--measurement-time") {
        timings.measurement_time(effort.measuring);
    }
}

impl Timed {
    fn new(id: String, runner: Runner, workload: &dyn Workload, precision: &str, checksum: Option<String>) -> Self {
        // What others compute is not ours to watch, nor is it counted what they need.
        let is_ours = runner.is_ours();
        let demands = workload.demands().filter(|_| is_ours);
        let bytes = demands.map(|demands| demands.number as u64 * (demands.loaded + demands.stored));
        let benchmark = Benchmark {
            id,
            runner: runner.name().to_owned(),
            precision: precision.to_owned(),
            work: workload.work(),
            unit: workload.unit().to_owned(),
            bytes,
            bound: None,
            checksum,
            times: None,
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

/// The name of the bench: that of its executable, but for the hash that cargo adds.
fn bench_name() -> String {
    let path = env::current_exe().unwrap_or_default();
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    name.rsplit_once('-').map_or(name.clone(), |(name, _)| name.to_owned())
}

/// Whether a variable does not say `off`.
fn is_on(variable: &str) -> bool {
    env::var_os(variable).is_none_or(|value| value != "off")
}

fn counted() -> Option<(String, u64)> {
    let times = env::var("THALWEG_BENCH_TIMES").ok()?.parse().ok()?;
    Some((env::var("THALWEG_BENCH_ID").ok()?, times))
}
