//! Running a spec: from its plan to a folder of results.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use miette::Diagnostic;
use thiserror::Error;

use thalweg_kernels::{CONTRACT, Isa};

use super::folder::{Claim, Folder};
use super::training::{Training, Writer};
use super::{Plan, Quadratic, WeightFiles, with_objective};
use crate::data::Splits;
use crate::drawing::{self, DrawError};
use crate::record::{Parts, Provenance, RecordError};
use crate::spec::{InputError, Problem, Spec};

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

/// A receiver of news on how far a run is.
pub trait Progress: Sync {
    /// The training begins; `done` of the `trials` are done already.
    fn begin(&self, trials: usize, done: usize);
    /// This many more trials are done.
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
    let quadratic = Quadratic::of(spec, &plan, &data)?;
    drawing::check(spec, &plan, &data, &settings.out)?;
    let folder = Folder { path: &settings.out, spec: &spec.of_results().canonical() };
    if folder.claim(settings.fresh)? == Claim::Complete {
        return Ok(Finished::AlreadyComplete);
    }
    let parts = Parts::open(&folder.parts(), plan.trials.keys()).map_err(|source| folder.error(source))?;
    progress.begin(plan.trials.len(), parts.done());
    let started = Instant::now();
    let before = parts.done();
    let parts = Mutex::new(Writer::new(parts));
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
    let mut files = folder.assemble(spec, &plan, &data, &parts).map_err(|source| folder.error(source))?;
    files.extend(folder.write_quadratic(quadratic.as_ref()).map_err(|source| folder.error(source))?);
    // Figures of a large sweep need the memory.
    let steps_per_epoch = plan.schedule.steps_per_epoch;
    drop(plan);
    let drawn = folder.finish(spec, files, parts, &weights, steps_per_epoch, settings.png)?;
    provenance.write(folder.path).map_err(|source| folder.error(source))?;
    drawn.complete()?;
    Ok(Finished::Complete)
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
