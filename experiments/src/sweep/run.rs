//! Running a spec: from its plan to a folder of results.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use miette::Diagnostic;
use thiserror::Error;

use thalweg_kernels::{CONTRACT, Isa};

use super::finish::{Finish, RowsOfTables, redraw};
use super::folder::{Claim, Folder, Workshop};
use super::identity::{chunk, form};
use super::lock::host;
use super::outputs::Outputs;
use super::shards::HookError;
use super::training::Training;
use super::trial_range::check_run;
use super::{DrawError, Figures, Plan, Quadratic, TrialRange, WeightFiles, check_data, rows, transfer};
use crate::data::{DataFiles, Splits};
use crate::memory::Memory;
use crate::record::{Holder, Identity, Provenance, RecordError};
use crate::spec::{Difference, InputError, Spec};
use crate::train::Threads;

/// Where and how a spec is run; none of it changes a byte of the CSV.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder of the results.
    pub out: PathBuf,
    /// Worker threads.
    pub threads: usize,
    /// The instruction set.
    pub isa: Isa,
    /// What is used of what is there already.
    pub reuse: Reuse,
    /// What draws the figures; without it there are none.
    pub figures: Option<&'static dyn Figures>,
    /// How much memory the sweep may need.
    pub memory: Memory,
}

/// What a run uses of what its folder holds already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reuse {
    /// All rows of its trials, in progress or finished.
    #[default]
    Everything,
    /// Its own rows in progress: finished results are computed again.
    InProgress,
    /// Nothing.
    Nothing,
}

/// A receiver of news on how far a run is.
pub trait Progress: Sync {
    /// The training begins; `done` of the `trials` are done already.
    fn begin(&self, trials: usize, done: usize);
    /// This many more trials are done.
    fn advance(&self, trials: usize);
    /// Something that the user should know.
    fn notice(&self, text: &str);
    /// The training is over.
    fn end(&self);
}

/// Nobody listens.
impl Progress for () {
    fn begin(&self, _: usize, _: usize) {}
    fn advance(&self, _: usize) {}
    fn notice(&self, _: &str) {}
    fn end(&self) {}
}

/// How a run ended well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finished {
    /// Everything is computed and written.
    Complete,
    /// Everything was there already.
    AlreadyComplete,
    /// All trials were there already; figures were drawn.
    Redrawn,
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
    /// The folder holds trials that this spec does not have.
    #[error("{} holds the results of another spec", path.display())]
    #[diagnostic(help(
        "{}choose another folder with --out, or replace what is there with --fresh",
        explanation(differences)
    ))]
    Occupied {
        /// The folder.
        path: PathBuf,
        /// What the spec says differently, as far as that is known.
        differences: Vec<Difference>,
    },
    /// The folder holds other trials of the same spec.
    #[error("{} holds the trials {held} of this spec, not {wanted}", path.display())]
    #[diagnostic(help(
        "choose another folder with --out, or trials that include those that are there, or replace these with --fresh"
    ))]
    OtherPart {
        /// The folder.
        path: PathBuf,
        /// Which trials are there.
        held: String,
        /// Which are to be run.
        wanted: String,
    },
    /// Two trials have the same key.
    #[error("two trials have the same key, by which tables tell trials apart: number {} and number {}", numbers[0], numbers[1])]
    #[diagnostic(help("run them apart, with --trials; they are\n{}\nand\n{}", descriptions[0], descriptions[1]))]
    Collision {
        /// Their numbers in the plan.
        numbers: [u64; 2],
        /// What they are.
        descriptions: [String; 2],
    },
    /// The folder has a chunk that is not what was computed here.
    #[error("chunk {chunk} in {} is not what this machine computes: it differs in {}", path.display(), tables.join(", "))]
    #[diagnostic(help("one of the two machines is wrong; nothing was replaced"))]
    OtherChunk {
        /// The folder.
        path: PathBuf,
        /// The chunk.
        chunk: u64,
        /// The tables that differ.
        tables: Vec<String>,
    },
    /// A chunk could not be carried away.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Hook(#[from] HookError),
    /// The folder holds files of others.
    #[error("{} holds files that are not Thalweg's, and have the names of results: {names}", path.display())]
    #[diagnostic(help("choose another folder with --out, or move them away"))]
    Foreign {
        /// The folder.
        path: PathBuf,
        /// The names of the files.
        names: String,
    },
    /// Another process works in the folder.
    #[error("another process works in {}: process {} on {}, since {}", path.display(), by.process, by.host, by.since)]
    #[diagnostic(help("wait for it, or choose another folder with --out"))]
    Held {
        /// The folder.
        path: PathBuf,
        /// Who works there.
        by: Holder,
    },
    /// A file or folder could not be read or written.
    #[error("cannot read or write results in {}", path.display())]
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

/// Why results cannot be continued: what the spec says differently.
fn explanation(differences: &[Difference]) -> String {
    const MOST: usize = 10;
    if differences.is_empty() {
        return "they have trials that this spec does not have, or other columns: ".to_owned();
    }
    let mut lines: Vec<String> = differences.iter().take(MOST).map(|difference| format!("{difference};\n")).collect();
    if differences.len() > MOST {
        lines.push(format!("{} more keys differ;\n", differences.len() - MOST));
    }
    lines.concat()
}

/// Runs a spec, or continues a run that was interrupted, until it is complete or `stop` is set.
///
/// # Errors
///
/// If the spec does not fit its data, or files cannot be read or written. What was computed until then is kept.
pub fn run(spec: &Spec, settings: &Settings, progress: &dyn Progress, stop: &AtomicBool) -> Result<Finished, RunError> {
    run_part((spec, None), settings, progress, stop)
}

/// The same for a part of the trials, whose rows are those that they have in the whole. Figures are of all trials: a part has
/// none.
///
/// # Errors
///
/// Those of [`run`], and if there is no such part.
pub fn run_part(
    (spec, part): (&Spec, Option<&TrialRange>),
    settings: &Settings,
    progress: &dyn Progress,
    stop: &AtomicBool,
) -> Result<Finished, RunError> {
    let pool = Threads::start(settings.threads)?;
    // Everything that can be wrong with the spec or its data is found before the folder is touched.
    let checked = Checked::new((spec, part), (settings, true), &pool, progress)?;
    let folder = checked.folder(&settings.out);
    let plan = &checked.plan;
    let workshop = match pool.install(|| folder.claim(settings.reuse, progress))? {
        Claim::Complete => return Ok(Finished::AlreadyComplete),
        Claim::Drawing(workshop) => {
            pool.install(|| redraw(&folder, *workshop, plan, checked.figures))?;
            return Ok(Finished::Redrawn);
        }
        Claim::Open(workshop) => *workshop,
    };
    let weights = WeightFiles::new(spec, plan, &settings.out, &workshop.rows);
    let store = pool.install(|| folder.open_rows(&workshop, settings.reuse, &weights, progress));
    let store = store.map_err(|source| folder.error(source))?;
    let before = store.done();
    if before > 0 {
        progress.notice(&format!("{before} of {} trials reused", plan.trials.len()));
    }
    progress.begin(plan.trials.len(), before);
    let started = Instant::now();
    let training = Training::new((spec, plan), settings, (progress, stop), (&store, &weights));
    let trained = training.run(&checked.data, &checked.files);
    progress.end();
    let spent = trained?;
    let stopped = || Finished::Stopped { done: store.done(), trials: plan.trials.len() };
    if store.done() < plan.trials.len() || stop.load(Ordering::Relaxed) {
        return Ok(stopped());
    }
    let trials = [plan.trials.len() - before, before];
    let provenance = provenance((settings, plan), trials, [started.elapsed(), spent]);
    pool.install(|| checked.finish(&folder, workshop, (&store, &weights), &provenance, settings.isa))?;
    Ok(Finished::Complete)
}

/// A spec that is worked out, and found to fit its data and the machine.
pub(super) struct Checked<'a> {
    pub spec: &'a Spec,
    pub plan: Plan,
    pub data: Splits,
    pub files: Vec<DataFiles>,
    pub figures: Option<&'static dyn Figures>,
    quadratic: Option<Quadratic>,
    outputs: Outputs,
    text: String,
    form: String,
    identity: Identity,
    inputs: BTreeMap<String, String>,
}

impl<'a> Checked<'a> {
    /// Of a spec, or a part of its trials, for those who train them and those who have them.
    pub fn new(
        (spec, part): (&'a Spec, Option<&TrialRange>),
        (settings, trains): (&Settings, bool),
        pool: &Threads,
        progress: &dyn Progress,
    ) -> Result<Self, RunError> {
        let (files, data, plan) = pool.install(|| Plan::read_part(spec, part, settings.memory))?;
        check_run(spec, &plan.trials)?;
        check_data(spec, &plan)?;
        let is_whole = TrialRange::from(&plan.trials).is_none();
        let figures = settings.figures.filter(|_| is_whole);
        if trains {
            plan.check_memory(settings.isa, settings.threads, settings.memory)?;
        }
        let quadratic = Quadratic::of(spec, &plan, &data, settings.isa)?;
        let warnings = figures.map(|figures| figures.check(spec, &plan, &settings.out)).transpose()?;
        warnings.into_iter().flatten().for_each(|warning| progress.notice(&format!("warning: {warning}")));
        let outputs = Outputs::new(spec, &plan.conditions[0].model, figures);
        let text = spec.of_results().canonical();
        let inputs = plan.inputs.iter().map(|input| (input.name.clone(), input.hash.to_hex().to_string())).collect();
        let form = form(spec, &plan);
        let form_and_own = format!("{form}{}", transfer::own(spec, &plan));
        let identity = Identity::new(CONTRACT, &plan.trials.digest(), &form_and_own, chunk(&plan), rows::tables(spec));
        Ok(Self { spec, plan, data, files, figures, quadratic, outputs, text, form, identity, inputs })
    }

    /// The folder of its results.
    pub fn folder<'b>(&'b self, path: &'b Path) -> Folder<'b> {
        let Self { spec, plan, outputs, text, form, identity, inputs, .. } = self;
        Folder { path, spec, text, plan, outputs, identity, form, inputs }
    }

    /// Makes results of all rows.
    pub fn finish(
        &self,
        folder: &Folder<'_>,
        workshop: Workshop,
        (rows, weights): (&dyn RowsOfTables, &WeightFiles),
        provenance: &Provenance,
        isa: Isa,
    ) -> Result<(), RunError> {
        let Self { data, files, figures, .. } = self;
        let quadratic = self.quadratic.as_ref();
        Finish { folder, data, files, quadratic, rows, weights, provenance, isa, figures: *figures }.run(workshop)
    }
}

/// `elapsed` on the wall clock, and `spent` by all threads on training.
pub(super) fn provenance(
    (settings, plan): (&Settings, &Plan),
    [trials, earlier_trials]: [usize; 2],
    [elapsed, spent]: [Duration; 2],
) -> Provenance {
    let flops = plan.flops() / plan.trials.len().max(1) as u128;
    let seconds = elapsed.as_secs_f64();
    // The sources that this program was made from, where they still are.
    let git = std::process::Command::new("git").args(["-C", env!("CARGO_MANIFEST_DIR"), "rev-parse", "HEAD"]).output();
    let revision = git.ok().filter(|output| output.status.success());
    Provenance {
        version: env!("CARGO_PKG_VERSION"),
        revision: revision.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()),
        contract: CONTRACT,
        date: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
        host: host(),
        platform: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        isa: settings.isa.name(),
        threads: settings.threads,
        trials,
        earlier_trials,
        seconds,
        training_seconds: spent.as_secs_f64() / settings.threads as f64,
        trials_per_second: trials as f64 / seconds,
        gflops: trials as f64 * flops as f64 / seconds / 1e9,
    }
}
