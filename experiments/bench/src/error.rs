//! Why nothing could be said of speed.

use std::io;
use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

/// Why benchmarks could not be recorded, compared or run, and what helps.
#[derive(Debug, Error, Diagnostic)]
pub enum BenchError {
    /// Criterion's folder is not there.
    #[error("there is no {}, where criterion would have left times", .0.display())]
    #[diagnostic(help("`cargo bench` makes it; --criterion names another folder"))]
    NoCriterion(PathBuf),
    /// Criterion's folder has no notes of our benches.
    #[error("{} is not from Thalweg's benches, or from older ones: it has no notes of what was timed", .0.display())]
    #[diagnostic(help("`cargo bench` in Thalweg's folder writes them"))]
    Foreign(PathBuf),
    /// A file is no notes of benches.
    #[error("{} does not hold notes of a bench", path.display())]
    #[diagnostic(help("it may be of another version: remove it, and run the bench again"))]
    NotNotes {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// A file is not one of criterion's.
    #[error("{} is not as criterion writes it", path.display())]
    #[diagnostic(help("remove its folder, and run the bench again"))]
    NotCriterion {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// Times that cannot be.
    #[error("{} has no times, or some that are not positive", .0.display())]
    NoTimes(PathBuf),
    /// A benchmark is noted, but has no times.
    #[error("{} has no times of `{id}`, which its bench says it ran", criterion.display())]
    #[diagnostic(help("run the bench again"))]
    NoSample {
        /// The benchmark.
        id: String,
        /// Criterion's folder.
        criterion: PathBuf,
    },
    /// A file is not a record.
    #[error("{} is not a record of benchmarks", path.display())]
    NotARecord {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: csv::Error,
    },
    /// A record without rows.
    #[error("{} has no rows", .0.display())]
    Empty(PathBuf),
    /// A machine's folder without records.
    #[error("{} has no records", .0.display())]
    #[diagnostic(help("`cargo bench` and `thalweg bench record` make one"))]
    NoTables(PathBuf),
    /// A record outside a machine's folder.
    #[error("{} lies in no machine's folder: there is no machine.toml beside it", .0.display())]
    NoMachine(PathBuf),
    /// A file does not describe a machine.
    #[error("{} does not describe a machine", path.display())]
    NotAMachine {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: Box<toml::de::Error>,
    },
    /// A machine has no records.
    #[error("{} has no records of this machine, {machine}", folder.display())]
    #[diagnostic(help("`cargo bench` and `thalweg bench record` make one{}", others_text(others)))]
    NoRecords {
        /// The folder of records.
        folder: PathBuf,
        /// The machine.
        machine: String,
        /// The machines that there are records of.
        others: Vec<String>,
    },
    /// No other build has a benchmark of this one.
    #[error("nothing to compare {0} with: no other build with a benchmark of it was recorded on this machine")]
    #[diagnostic(help("record another revision, or let `thalweg bench ab REV` measure both in turns"))]
    OneBuild(String),
    /// Another comparison is at work.
    #[error("another comparison works in {}: process {process}, since {since}", folder.display())]
    #[diagnostic(help("wait for it: two at a time would disturb each other"))]
    Held {
        /// The folder.
        folder: PathBuf,
        /// The number of its process.
        process: u32,
        /// Since when, as RFC 3339 in UTC.
        since: String,
    },
    /// A build is compared with itself.
    #[error("both sides are {0}")]
    Same(String),
    /// No build has this name.
    #[error("no build called `{name}` was recorded on this machine")]
    #[diagnostic(help("{}the builds are: {names}", meant.as_ref().map_or(String::new(), |meant| format!("`{meant}` was meant? "))))]
    NoBuild {
        /// The name.
        name: String,
        /// A name that is near.
        meant: Option<String>,
        /// All names.
        names: String,
    },
    /// Two records are of different machines.
    #[error("{} and {} are different machines, which no verdict is possible on", a.display(), b.display())]
    OtherMachine {
        /// The folder of the one.
        a: PathBuf,
        /// The folder of the other.
        b: PathBuf,
    },
    /// The builds have no benchmark in common.
    #[error("{a} and {b} have no benchmark in common")]
    #[diagnostic(help("run the same benches with the same THALWEG_ISA"))]
    NothingInCommon {
        /// The one build.
        a: String,
        /// The other.
        b: String,
    },
    /// No benchmark is left to be shown.
    #[error("no benchmark of the records holds `{filter}`{}", isa.as_ref().map_or(String::new(), |isa| format!(" and was measured on {isa}")))]
    #[diagnostic(help("there are, among others: {some}; on {isas}"))]
    NothingShown {
        /// What was looked for.
        filter: String,
        /// The instruction set that was asked for.
        isa: Option<String>,
        /// Some that there are.
        some: String,
        /// The instruction sets that there are.
        isas: String,
    },
    /// Git is not there.
    #[error("git cannot be started")]
    #[diagnostic(help("another revision is found and built by git: install it"))]
    NoGit(#[source] io::Error),
    /// Git refused.
    #[error("`git {command}` failed: {said}")]
    Git {
        /// Its arguments.
        command: String,
        /// What it said.
        said: String,
    },
    /// No such revision.
    #[error("git knows no revision `{0}`")]
    #[diagnostic(help("a branch, a tag or a hash; a shallow clone may lack it: `git fetch --unshallow`"))]
    NoRevision(String),
    /// Cargo, or a bench that it built, cannot be started.
    #[error("`{program}` cannot be started")]
    Start {
        /// The program.
        program: String,
        /// Why.
        source: io::Error,
    },
    /// A revision does not build.
    #[error("the bench `{bench}` of {what} does not build")]
    #[diagnostic(help("what cargo says stands above"))]
    Build {
        /// The bench.
        bench: String,
        /// Whose.
        what: String,
    },
    /// A revision lacks a bench.
    #[error("{what} has no bench `{bench}`")]
    #[diagnostic(help("{help}"))]
    NoBench {
        /// The bench.
        bench: String,
        /// Whose.
        what: String,
        /// Which there are.
        help: String,
    },
    /// No benchmark matches.
    #[error("no benchmark of `{bench}` that both sides have matches `{filter}`")]
    #[diagnostic(help("there are, among others: {some}"))]
    NoBenchmark {
        /// The bench.
        bench: String,
        /// What was looked for.
        filter: String,
        /// Some that there are.
        some: String,
    },
    /// A bench failed.
    #[error("the bench `{bench}` of {what} failed: {said}")]
    #[diagnostic(help("a bench checks its answers before it is timed; `cargo bench -- --test` does nothing else"))]
    Bench {
        /// The bench.
        bench: String,
        /// Whose.
        what: String,
        /// Its last words.
        said: String,
    },
    /// Instructions cannot be counted.
    #[error("instructions of `{id}` of {what} cannot be counted: {why}")]
    NoCount {
        /// The benchmark.
        id: String,
        /// Whose.
        what: String,
        /// Why.
        why: String,
    },
    /// A file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write to {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

fn others_text(others: &[String]) -> String {
    if others.is_empty() { String::new() } else { format!("; there are records of {}", others.join(", ")) }
}
