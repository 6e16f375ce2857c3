//! The two trees, and runs of their benches.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use thalweg_record::record::{Holder, Lock, LockError};

use super::build::{Executables, build, command, list, output};
use super::sampling::Batch;
use super::{Settings, count};
use crate::report::Side;
use crate::{BenchError, Notes, criterion, git};

/// A variable that keeps a bench from measuring what the core could do, which takes longer than a short run.
const PEAKS: &str = "THALWEG_BENCH_PEAKS";
/// One that keeps it from checking its answers, which takes longer than measuring at times.
const CHECKS: &str = "THALWEG_BENCH_CHECKS";
/// One that has a bench measure everything once, in its own process.
const ROUND: [&str; 2] = ["THALWEG_BENCH_ROUND", "standard 1 of 1"];

/// Whether answers are checked before anything is measured: once is enough, as all rounds are of the same program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Checks {
    All,
    None,
}

/// What one run of a batch found.
pub(super) struct Run {
    /// By benchmark, the nanoseconds of an iteration.
    pub times: BTreeMap<String, f64>,
    /// By benchmark; only of answers that were checked.
    pub checksums: BTreeMap<String, String>,
}

/// The baseline first, the candidate second.
pub(super) struct Sides {
    roots: [PathBuf; 2],
    /// What they are called.
    pub names: [String; 2],
    dates: [String; 2],
    /// Where the baseline is built and criterion's output goes.
    folder: PathBuf,
    _lock: Lock,
}

impl Sides {
    pub fn new(settings: &Settings, say: &dyn Fn(String)) -> Result<Self, BenchError> {
        let root = git::root(&settings.folder)?;
        let revision = git::revision(&root, &settings.revision)?;
        let (head, changes) = (git::revision(&root, "HEAD")?, git::changes(&root)?);
        let short = |revision: &str| revision.get(..12).unwrap_or(revision).to_owned();
        let mut name = short(&head);
        if let Some(changes) = changes {
            name = format!("{name}-dirty-{changes}");
            say(format!("the work tree has changes, which are measured with it: {name}"));
        } else if head == revision {
            say(format!("both sides are {name}: whatever is found is the machine's noise"));
        }
        let folder = workplace(&root);
        let tree = folder.join("tree");
        let lock = lock(&folder)?;
        let date = |root: &Path, revision: &str| git::git(root, &["show", "-s", "--format=%cI", revision]);
        let dates = [date(&root, &revision)?, date(&root, &head)?];
        check_out(&root, &tree, &revision)?;
        Ok(Self { roots: [tree, root], names: [short(&revision), name], dates, folder, _lock: lock })
    }

    pub fn side(&self, side: usize, rounds: usize) -> Side {
        Side { name: self.names[side].clone(), date: self.dates[side].clone(), rounds }
    }

    /// Builds a bench on both sides, and chooses what is measured of it.
    pub fn build(&self, settings: &Settings, say: &dyn Fn(String)) -> Result<Executables, BenchError> {
        let bench = &settings.bench;
        let own = self.folder.join("build");
        let into = [Some(own.as_path()), None];
        let one = |side: usize| {
            say(format!("building the bench {bench} of {}", self.names[side]));
            build(&self.roots[side], into[side], bench, &self.names[side])
        };
        let paths = [one(0)?, one(1)?];
        let ids = |side: usize| list(&paths[side], &self.roots[side], bench, &self.names[side]);
        let (old, new) = (ids(0)?, ids(1)?);
        let is_ours = |id: &str| settings.peers || id.split('/').any(|part| part == "thalweg");
        let both = new.intersection(&old).filter(|id| is_ours(id));
        let filters = &settings.filters;
        let is_wanted = |id: &str| filters.is_empty() || filters.iter().any(|filter| id.contains(filter));
        let wanted: Vec<String> = both.clone().filter(|id| is_wanted(id)).cloned().collect();
        let beyond =
            |one: &BTreeSet<String>, other| one.difference(other).filter(|id| is_ours(id) && is_wanted(id)).count();
        let only = [beyond(&old, &new), beyond(&new, &old)];
        if wanted.is_empty() {
            let some: Vec<&str> = both.take(5).map(String::as_str).collect();
            let (bench, filter) = (bench.clone(), filters.join("` or `"));
            return Err(BenchError::NoBenchmark { bench, filter, some: some.join(", ") });
        }
        Ok(Executables { bench: bench.clone(), paths, ids: wanted, only })
    }

    /// Runs a batch on one side once.
    pub fn measure(
        &self,
        executables: &Executables,
        side: usize,
        batch: &Batch,
        checks: Checks,
    ) -> Result<Run, BenchError> {
        /// Resamples of criterion's own intervals, which nobody reads here.
        const RESAMPLES: &str = "1001";
        let home = self.folder.join("criterion");
        clear(&home)?;
        let executable = self.copied(&executables.paths[side])?;
        let bench = &executables.bench;
        let mut command = command(&executable, &self.roots[side]);
        command.arg(exactly(&batch.ids)).args(["--noplot", "--nresamples", RESAMPLES]);
        command.args(["--sample-size", &batch.samples.to_string()]);
        command.args(["--measurement-time", &batch.seconds.to_string()]);
        command.args(["--warm-up-time", &batch.warming().to_string()]);
        command.env("CRITERION_HOME", &home).env(PEAKS, "off").env(ROUND[0], ROUND[1]);
        if checks == Checks::None {
            command.env(CHECKS, "off");
        }
        output(&mut command, bench, &self.names[side])?;
        let samples = criterion::samples(&home)?;
        let missing = |id: &String| BenchError::NoSample { id: id.clone(), criterion: home.clone() };
        let time = |id: &String| samples.get(id).map(|sample| (id.clone(), sample.fast())).ok_or_else(|| missing(id));
        let times = batch.ids.iter().map(time).collect::<Result<_, _>>()?;
        // Revisions without notes have no checksums.
        let notes = Notes::read_all(&home).unwrap_or_default();
        let benchmarks = notes.into_iter().flat_map(|notes| notes.benchmarks);
        let checksums = benchmarks.filter_map(|benchmark| Some((benchmark.id, benchmark.checksum?)));
        Ok(Run { times, checksums: checksums.collect() })
    }

    /// A copy of a program, made for one run. Where in memory the system has a file decides about the times of some functions as well:
    /// medians of 25 runs of copies of one program differed by up to 0.7 %, and between two of them no sign of 61 rounds disagreed.
    fn copied(&self, executable: &Path) -> Result<PathBuf, BenchError> {
        let folder = self.folder.join("running");
        clear(&folder)?;
        let copy = folder.join(executable.file_name().unwrap_or_default());
        let copied = fs::create_dir_all(&folder).and_then(|()| fs::copy(executable, &copy));
        copied.map_err(|source| BenchError::Write { path: copy.clone(), source })?;
        Ok(copy)
    }

    /// The instructions of an iteration on both sides.
    pub fn count(&self, executables: &Executables, id: &str) -> Result<[u64; 2], BenchError> {
        let one = |side: usize| count::of(&executables.paths[side], &self.roots[side], id, &self.names[side]);
        Ok([one(0)?, one(1)?])
    }
}

/// A folder in which no other comparison is at work: two would take each other's times.
fn lock(folder: &Path) -> Result<Lock, BenchError> {
    let failed = |source| BenchError::Write { path: folder.to_owned(), source };
    fs::create_dir_all(folder).map_err(failed)?;
    let since = || humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let holder = || Holder { process: std::process::id(), host: "this machine".to_owned(), since: since() };
    Lock::take(&folder.join("lock"), &holder).map_err(|error| match error {
        LockError::Io(source) => failed(source),
        LockError::Held(by) => {
            let Holder { process, since, .. } = by.unwrap_or_default();
            BenchError::Held { folder: folder.to_owned(), process, since }
        }
    })
}

/// The folder in which a repository's revisions are compared. A folder of builds that several repositories share has one for each.
fn workplace(root: &Path) -> PathBuf {
    const NAME: &str = "thalweg-ab";
    match std::env::var_os("CARGO_TARGET_DIR") {
        None => root.join("target").join(NAME),
        Some(target) => {
            let own = blake3::hash(root.as_os_str().as_encoded_bytes()).to_hex();
            root.join(target).join(format!("{NAME}-{}", &own[..8]))
        }
    }
}

/// The work tree of the baseline, at its revision: always the same folder, so that what did not change is not built again.
fn check_out(root: &Path, tree: &Path, revision: &str) -> Result<(), BenchError> {
    let path = tree.to_string_lossy();
    if tree.join(".git").is_file() && git::root(tree).is_ok() {
        return git::git(tree, &["checkout", "--quiet", "--force", "--detach", revision]).map(drop);
    }
    // Forced, as its folder may have been removed together with `target`.
    git::git(root, &["worktree", "add", "--quiet", "--force", "--detach", &path, revision]).map(drop)
}

/// Removes a folder, if it is there.
fn clear(folder: &Path) -> Result<(), BenchError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(BenchError::Write { path: folder.to_owned(), source: error })
        }
        _ => Ok(()),
    }
}

/// The regular expression of exactly these ids.
fn exactly(ids: &[String]) -> String {
    let mut expression = "^(?:".to_owned();
    for (place, id) in ids.iter().enumerate() {
        if place > 0 {
            expression.push('|');
        }
        for letter in id.chars() {
            if letter.is_ascii_punctuation() && !"/-_<>".contains(letter) {
                expression.push('\\');
            }
            expression.push(letter);
        }
    }
    expression + ")$"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_no_patterns() {
        let ids = ["loss/thalweg/a-f32".to_owned(), "x.y(1)".to_owned()];
        assert_eq!(exactly(&ids), r"^(?:loss/thalweg/a-f32|x\.y\(1\))$");
    }
}
