//! Running a spec: from its plan to a folder of results.

use std::fs;
use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use miette::Diagnostic;
use thiserror::Error;

use thalweg_kernels::math::Elementary;
use thalweg_kernels::optimizer::Method;
use thalweg_kernels::{CONTRACT, Isa};

use super::{Choice, Model, Plan, Population, Trial, WeightFiles, WithObjective, descent, rows, with_objective};
use crate::data::Splits;
use crate::drawing::{self, DrawError, SPEC};
use crate::record::manifest::Manifest;
use crate::record::{self, Parts, Provenance, RecordError, atomic};
use crate::spec::{Curves, InputError, Problem, Spec};
use crate::train::{self, EffectiveRates, Jobs, Lane, Norms, Objective, Observer, Outcome};

/// Where and how a spec is run; none of it changes a byte of the CSV.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder of the results.
    pub out: PathBuf,
    /// Worker threads.
    pub threads: usize,
    /// The instruction set.
    pub isa: Isa,
    /// Whether results that are there already are computed again.
    pub fresh: bool,
    /// Whether figures are written as PNG as well.
    pub png: bool,
}

/// Someone who wants to know how far a run is.
pub trait Progress: Sync {
    /// The training begins: so many trials, so many of which are done already.
    fn begin(&self, trials: usize, done: usize);
    /// So many more trials are done.
    fn advance(&self, trials: usize);
    /// The training is over.
    fn end(&self);
}

/// How a run ended well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finished {
    /// Everything is computed and written.
    Complete,
    /// Everything was there already.
    AlreadyComplete,
    /// It was stopped; what is done is kept.
    Stopped {
        /// Trials that are done.
        done: usize,
        /// Trials of the plan.
        trials: usize,
    },
}

/// Why a spec could not be run.
#[derive(Debug, Error, Diagnostic)]
pub enum RunError {
    /// Something in the spec or its data is wrong.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Input(#[from] InputError),
    /// The folder holds the results of another spec.
    #[error("{} holds the results of another spec", .0.display())]
    #[diagnostic(help("choose another folder with --out, or replace what is there with --fresh"))]
    Occupied(PathBuf),
    /// A file or folder could not be read or written.
    #[error("cannot write results to {}", path.display())]
    Files {
        /// The folder.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A table could not be read or written.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Record(#[from] RecordError),
    /// A figure could not be drawn.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Draw(#[from] DrawError),
    /// Threads could not be started.
    #[error("cannot start worker threads")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

/// Runs a spec, or continues a run that was interrupted, until it is complete or `stop` is set.
///
/// # Errors
///
/// If the spec does not fit its data, or files cannot be read or written. What was computed until then is kept.
pub fn run(spec: &Spec, settings: &Settings, progress: &dyn Progress, stop: &AtomicBool) -> Result<Finished, RunError> {
    // Everything that can be wrong with the spec or its data is found before the folder is touched.
    let data = Splits::load(spec)?;
    let plan = Plan::new(spec, &data)?;
    plan.check_instances(spec)?;
    let folder = Folder { path: &settings.out, spec: &spec.of_results().canonical() };
    if folder.claim(settings.fresh)? == Claim::Complete {
        return Ok(Finished::AlreadyComplete);
    }
    let parts = Parts::open(&folder.parts(), plan.trials.keys()).map_err(|source| folder.error(source))?;
    progress.begin(plan.trials.len(), parts.done());
    let started = Instant::now();
    let before = parts.done();
    let parts = Mutex::new(Writer { parts, started, flushed: started, failure: None });
    let weights = WeightFiles::new(spec, &plan, &settings.out, &folder.parts());
    let train = |spent: Duration, (instance, problem): (usize, &Problem)| {
        if stop.load(Ordering::Relaxed) {
            return Ok(spent);
        }
        let own = if instance == 0 { None } else { Some(Splits::of_instance(spec, problem)?) };
        let weights = &weights;
        let training = Training { spec, plan: &plan, instance, settings, progress, stop, writer: &parts, weights };
        Ok::<_, RunError>(spent + with_objective(spec, &plan, own.as_ref().unwrap_or(&data), training)?)
    };
    let trained = plan.instances.iter().enumerate().try_fold(Duration::ZERO, train);
    progress.end();
    let spent = trained?;
    let Writer { mut parts, failure, .. } = parts.into_inner().unwrap_or_else(PoisonError::into_inner);
    failure.map_or(Ok(()), Err).and_then(|()| parts.flush()).map_err(|source| folder.error(source))?;
    if parts.done() < plan.trials.len() {
        return Ok(Finished::Stopped { done: parts.done(), trials: plan.trials.len() });
    }
    let trials = plan.trials.len() - before;
    let provenance = provenance(settings, trials, [started.elapsed(), spent], plan.flops_per_trial());
    let files = folder.assemble(spec, &plan, &data, &parts).map_err(|source| folder.error(source))?;
    // Figures of a large sweep need the memory.
    drop(plan);
    folder.finish(spec, files, parts, &weights, settings.png)?;
    provenance.write(folder.path).map_err(|source| folder.error(source))?;
    Ok(Finished::Complete)
}

/// Rows on their way to the disk.
struct Writer {
    parts: Parts,
    started: Instant,
    flushed: Instant,
    failure: Option<io::Error>,
}

/// How long finished rows may wait before they are written: so long, or this share of the time since the start, so that a
/// sweep of a day has hundreds of parts and not tens of thousands.
const PATIENCE: Duration = Duration::from_secs(2);
const PATIENCE_SHARE: f64 = 0.01;
/// How many bytes of finished rows may wait.
const BACKLOG: usize = 16 << 20;

/// Training the trials of an instance that are not done.
struct Training<'a> {
    spec: &'a Spec,
    plan: &'a Plan,
    instance: usize,
    settings: &'a Settings,
    progress: &'a dyn Progress,
    stop: &'a AtomicBool,
    writer: &'a Mutex<Writer>,
    weights: &'a WeightFiles,
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
            let done = |job: usize, first: usize, outcomes: Vec<Outcome>| {
                self.keep(&jobs.lists[job].1[first..first + outcomes.len()], &outcomes);
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
    lists: Vec<(&'static Method, &'a [u32])>,
}

impl Jobs for Missing<'_> {
    fn count(&self) -> usize {
        self.lists.len()
    }

    fn method(&self, job: usize) -> &'static Method {
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

/// A folder of results, and the canonical spec that they are to be of.
struct Folder<'a> {
    path: &'a Path,
    spec: &'a str,
}

/// What was found in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Claim {
    /// Nothing, or a part of the results.
    Open,
    /// All results.
    Complete,
}

impl Folder<'_> {
    fn parts(&self) -> PathBuf {
        self.path.join("parts")
    }

    fn error(&self, source: io::Error) -> RunError {
        RunError::Files { path: self.path.to_owned(), source }
    }

    /// Makes sure that the folder is this spec's.
    fn claim(&self, fresh: bool) -> Result<Claim, RunError> {
        let read = |path: PathBuf| match fs::read_to_string(path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.error(error)),
        };
        // The parts of a run under another contract are of no use.
        let stamp = format!("# contract {CONTRACT}\n{}", self.spec);
        let in_progress = read(self.parts().join(SPEC))?;
        let complete = read(self.path.join(SPEC))?;
        if !fresh {
            let own = in_progress.as_ref().is_none_or(|text| *text == stamp);
            if !own || complete.as_ref().is_some_and(|text| *text != self.spec) {
                return Err(RunError::Occupied(self.path.to_owned()));
            }
            let current = Manifest::read(self.path).is_ok_and(|manifest| manifest.contract == CONTRACT);
            if complete.is_some() && current && in_progress.is_none() {
                return Ok(Claim::Complete);
            }
        }
        let prepare = || {
            if fresh && in_progress.as_ref().is_some_and(|text| *text != stamp) {
                fs::remove_dir_all(self.parts())?;
            }
            fs::create_dir_all(self.parts())?;
            atomic::write(&self.parts().join(SPEC), |file| file.write_all(stamp.as_bytes()))
        };
        prepare().map_err(|source| self.error(source))?;
        Ok(Claim::Open)
    }

    /// Adds what follows from the tables, whose names are in `files`, and removes the parts.
    fn finish(
        &self,
        spec: &Spec,
        mut files: Vec<String>,
        parts: Parts,
        weights: &WeightFiles,
        png: bool,
    ) -> Result<(), RunError> {
        let tables = files.clone();
        let runs = self.path.join("runs.csv");
        crate::stats::write_summary(&self.path.join("summary.csv"), &runs)?;
        files.push("summary.csv".to_owned());
        files.extend(weights.publish(&weights.rows(&runs)?).map_err(|source| self.error(source))?);
        files.extend(drawing::draw(spec, self.path, png)?);
        let write = || {
            atomic::write(&self.path.join(SPEC), |file| file.write_all(self.spec.as_bytes()))?;
            Manifest::of(self.path, CONTRACT, &files)?.write(self.path)?;
            if !spec.record.tables {
                let tables = tables.iter().map(String::as_str).chain(["summary.csv"]);
                tables.map(|table| self.path.join(table)).try_for_each(fs::remove_file)?;
            }
            parts.remove()
        };
        write().map_err(|source| self.error(source))
    }

    /// Writes the tables; returns their names.
    fn assemble(&self, spec: &Spec, plan: &Plan, data: &Splits, parts: &Parts) -> io::Result<Vec<String>> {
        let mut files = Vec::new();
        for (index, (table, header)) in record::TABLES.iter().zip(rows::headers(spec, plan)).enumerate() {
            let wanted = match *table {
                "trajectory" => spec.record.trajectory,
                "effective_lr" => spec.record.effective_lr,
                _ => true,
            };
            if !wanted {
                continue;
            }
            files.push(format!("{table}.csv"));
            atomic::write(&self.path.join(format!("{table}.csv")), |file| {
                file.write_all(&header)?;
                parts.assemble(index, plan.trials.keys(), file)
            })?;
        }
        if let (Some(lattice), Model::Landscape(landscape)) = (&spec.record.surface, &plan.model) {
            let points = lattice.points();
            let values = descent::<f64>(landscape).values(&points);
            record::write_surface(&self.path.join("surface.csv"), &points, &values)?;
            files.push("surface.csv".to_owned());
        }
        if let (Some(perturbation), Model::Network(shape)) = (&spec.record.perturb, &plan.model) {
            let changes = super::perturbed(spec, plan, data, shape, perturbation);
            record::write_changes(&self.path.join("units.csv"), &changes)?;
            files.push("units.csv".to_owned());
        }
        Ok(files)
    }
}

/// `elapsed` on the wall clock, and `spent` by all threads on training.
fn provenance(settings: &Settings, trials: usize, [elapsed, spent]: [Duration; 2], flops: u128) -> Provenance {
    let seconds = elapsed.as_secs_f64();
    let git = std::process::Command::new("git").args(["rev-parse", "HEAD"]).output();
    let revision = git.ok().filter(|output| output.status.success());
    Provenance {
        version: env!("CARGO_PKG_VERSION"),
        revision: revision.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()),
        contract: CONTRACT,
        date: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
        host: gethostname::gethostname().to_string_lossy().into_owned(),
        platform: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        isa: settings.isa.name(),
        threads: settings.threads,
        trials,
        seconds,
        training_seconds: spent.as_secs_f64() / settings.threads as f64,
        trials_per_second: trials as f64 / seconds,
        gflops: trials as f64 * flops as f64 / seconds / 1e9,
    }
}
