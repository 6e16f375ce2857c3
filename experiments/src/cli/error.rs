//! Why a command failed.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use miette::Diagnostic;
use thiserror::Error;

use thalweg_benchmarks::BenchError;
use thalweg_kernels::arch::UnusableIsa;

use crate::drawing::DrawError;
use crate::figure::FigureError;
use crate::record::RecordError;
use crate::spec::InputError;
use crate::study::StudyError;
use crate::sweep::run::RunError;
use crate::sweep::shards::{AuditError, HookError, MergeError, ShardError};
use thalweg_report::table::{NoTable, PivotError};

/// Why a command failed, and what helps.
#[derive(Debug, Error, Diagnostic)]
pub(super) enum CliError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Input(#[from] InputError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Run(#[from] RunError),
    #[error(transparent)]
    #[diagnostic(help("set THALWEG_ISA to one of these, or leave it unset for the fastest"))]
    Isa(#[from] UnusableIsa),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Study(#[from] StudyError),
    #[error("nothing that specs can say or name goes by `{name}`")]
    #[diagnostic(help("{help}"))]
    NoEntry { name: String, help: String },
    #[error(transparent)]
    #[diagnostic(transparent)]
    Draw(#[from] DrawError),
    #[error("the spec has no figure `{name}`")]
    #[diagnostic(help("{help}"))]
    NoFigure { name: String, help: String },
    #[error("{} is a result, whose place another figure would take", path.display())]
    #[diagnostic(help("--name gives the figure another name, --out another folder"))]
    Taken { path: PathBuf },
    #[error("`{0}` would change what was trained, and plot trains nothing")]
    #[diagnostic(help("keys of style and figure can be set here; `thalweg run` trains with others"))]
    NotDrawn(String),
    #[error("`{0}` is a kind of file that plays")]
    #[diagnostic(help("--frames draws figures that move"))]
    NoFrames(&'static str),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Figure(#[from] FigureError),
    #[error("`{0}` has no trials: it draws what other studies left behind")]
    NoTrials(String),
    #[error("`{0}` has no examples: its trials go down a landscape")]
    NoExamples(String),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Record(#[from] RecordError),
    #[error(transparent)]
    Pivot(#[from] PivotError),
    #[error("the trials of {} have no `{metric}`; they have {there}", folder.display())]
    NoMetric { folder: PathBuf, metric: &'static str, there: String },
    #[error("`{0}` has no ranks: it takes two problems, and two methods that ran on all of them")]
    NoRanks(String),
    #[error("{} is a folder of results, and --markdown writes a gallery of a folder that holds several", .0.display())]
    NoGallery(PathBuf),
    #[error("no trials have the `{column}` that is selected; there are {there}")]
    NoSelection { column: String, there: String },
    #[error("no row of {} is left", .0.display())]
    #[diagnostic(help("--select and --tuned say which rows count, and those without the column or an axis never do"))]
    NoRows(PathBuf),
    #[error("`{study}` has no such table: {reason}")]
    #[diagnostic(help(
        "`thalweg list optimizers` has the defaults; `thalweg table` without options writes the best settings"
    ))]
    NoTable { study: String, reason: NoTable },
    #[error("no trial of {} has a key that begins with `{key}`", folder.display())]
    #[diagnostic(help("the column `key` of runs.csv has them"))]
    NoTrial { folder: PathBuf, key: String },
    #[error("{count} trials have a key that begins with `{key}`, {} and {} among them", two[0], two[1])]
    SeveralTrials { key: String, count: usize, two: [String; 2] },
    #[error("`{name}` has no trial with the key `{key}`")]
    #[diagnostic(help(
        "keys follow from everything that can change a trial's numbers: `thalweg plan SPEC --trials` lists them"
    ))]
    NotPlanned { name: String, key: String },
    #[error("the page cannot be made")]
    Page(#[source] Box<FigureError>),
    #[error("`{program}` cannot open {}", path.display())]
    Open { path: PathBuf, program: &'static str, source: io::Error },
    #[error("`{0}` cannot be extended: its points are drawn, or it keeps no tables")]
    NotExtended(String),
    #[error("cannot read {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write to {}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("{} is there already", .0.display())]
    #[diagnostic(help("`thalweg new` replaces nothing: choose another name, or remove it"))]
    Exists(PathBuf),
    #[error("{} holds no results: it has no spec.toml", .0.display())]
    NoResults(PathBuf),
    #[error("{} is not as it was written: {changes}", folder.display())]
    #[diagnostic(help("the command that made it makes it again; --unchecked draws what is there"))]
    Changed { folder: PathBuf, changes: String },
    #[error("{differences} of {files} files differ from those in {}", folder.display())]
    #[diagnostic(help("`thalweg reproduce` writes them anew; `git diff` then shows what changed"))]
    Differ { differences: usize, files: usize, folder: PathBuf },
    #[error("stopped: {done} of {trials} trials are done and kept")]
    #[diagnostic(help("the same command continues"))]
    Stopped { done: usize, trials: usize },
    #[error(transparent)]
    #[diagnostic(transparent)]
    Bench(Box<BenchError>),
    #[error("{count} of {of} benchmarks became slower")]
    Slower { count: usize, of: usize },
    #[error(transparent)]
    #[diagnostic(transparent)]
    Shard(#[from] ShardError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Hook(#[from] HookError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Merge(#[from] MergeError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Audit(#[from] AuditError),
    #[cfg(feature = "parquet")]
    #[error(transparent)]
    #[diagnostic(transparent)]
    Export(#[from] crate::sweep::shards::ExportError),
    #[error("{wrong} of {trials} trials differ: {first} here")]
    #[diagnostic(help("--seed {seed} draws the same sample again; `thalweg run` with --only computes one trial"))]
    Wrong { wrong: u64, trials: u64, first: String, seed: u64 },
    #[error("they differ: {difference}")]
    Unequal { difference: String },
    #[error("{} is no proof: {flaw}", path.display())]
    NoProof { path: PathBuf, flaw: String },
    #[error("`{key}` is no key of a trial")]
    #[diagnostic(help("{help}"))]
    NoKey { key: String, help: String },
    #[error("{missing} of {of} chunks are missing: {chunks}")]
    #[diagnostic(help("{command}\ncomputes them"))]
    Gaps { missing: usize, of: u64, chunks: String, command: String },
    #[error("stopped: {done} of {chunks} chunks are there")]
    #[diagnostic(help("the same command goes on"))]
    ChunksLeft { done: usize, chunks: usize },
    #[error("no chunk was finished within {}", humantime::format_duration(*time))]
    #[diagnostic(help("the same command would get no further: --stop-after has to be longer than a chunk takes"))]
    NoTime { time: Duration },
    #[cfg(not(feature = "parquet"))]
    #[error("this build does not write Parquet")]
    #[diagnostic(help("`cargo install --path experiments --features parquet` makes one that does"))]
    NoParquet,
    #[error("cannot catch Ctrl-C")]
    Signal(#[from] ctrlc::Error),
    #[error("cannot write to standard output")]
    Output(#[from] io::Error),
}
