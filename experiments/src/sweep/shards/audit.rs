//! Results that anyone can check: their number, a random sample of their trials, the first difference between two.

use std::collections::BTreeSet;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use miette::Diagnostic;
use thalweg_kernels::Isa;
use thiserror::Error;

use super::id::ResultId;
use super::stored::{Stored, Unread};
use super::trained::Trainer;
use super::{Difference, difference};
use crate::data::{DataFiles, Splits};
use crate::memory::Memory;
use crate::random::Stream;
use crate::record::ByKey;
use crate::record::chunk::{Chunk, Chunks};
use crate::spec::{InputError, Spec};
use crate::sweep::Plan;
use crate::sweep::identity::together;
use crate::sweep::run::{Progress, RunError};
use crate::train::Threads;

/// Why a result could not be checked, or what is wrong with it.
#[derive(Debug, Error, Diagnostic)]
pub enum AuditError {
    /// The spec does not fit its data.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Input(#[from] InputError),
    /// A chunk is missing.
    #[error("chunk {chunk} is missing in {}", folder.display())]
    #[diagnostic(help("`thalweg missing` names all that are, and how to compute them"))]
    Missing {
        /// The folder.
        folder: PathBuf,
        /// The chunk.
        chunk: u64,
    },
    /// Rows are not what they should be.
    #[error("{0}")]
    Changed(String),
    /// A file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// Results of different sweeps.
    #[error("{} and {} are results of different sweeps", one.display(), other.display())]
    Other {
        /// A folder.
        one: PathBuf,
        /// Another one.
        other: PathBuf,
    },
    /// The result is not that of its manifest.
    #[error("the tables of {} are {found}, and its manifest says {noted}", folder.display())]
    Renamed {
        /// The folder.
        folder: PathBuf,
        /// What the tables are.
        found: String,
        /// What the manifest says.
        noted: String,
    },
    /// A table that the result does not have.
    #[error("{} has no table {table}", folder.display())]
    #[diagnostic(help("the tables of its trials are {names}"))]
    NoTable {
        /// The folder.
        folder: PathBuf,
        /// The table.
        table: String,
        /// Those that it has.
        names: String,
    },
    /// Trials could not be trained.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Run(#[from] RunError),
    /// It was stopped.
    #[error("stopped after {0} trials, which agree")]
    Stopped(u64),
}

impl AuditError {
    pub(super) fn of(folder: &Path, unread: Unread) -> Self {
        match unread {
            Unread::Missing(chunk) => Self::Missing { folder: folder.to_owned(), chunk },
            Unread::Changed(problem) => Self::Changed(problem),
            Unread::Io(path, source) => Self::Read { path, source },
        }
    }
}

/// What results are checked with; none of it changes what is found.
#[derive(Clone, Copy, Debug)]
pub struct Means {
    /// The instruction set.
    pub isa: Isa,
    /// Worker threads.
    pub threads: usize,
    /// How much memory may be needed.
    pub memory: Memory,
}

/// A sweep whose results are looked at.
pub(super) struct Audited<'a> {
    pub spec: &'a Spec,
    pub plan: Plan,
    pub chunks: Chunks,
    pub data: Splits,
    pub files: Vec<DataFiles>,
    pub pool: Threads,
    means: Means,
}

impl<'a> Audited<'a> {
    pub fn new(spec: &'a Spec, means: Means) -> Result<Self, AuditError> {
        let pool = Threads::start(means.threads).map_err(RunError::from)?;
        let (files, data, plan) = pool.install(|| Plan::read(spec, means.memory))?;
        let chunks = plan.chunks(spec);
        Ok(Self { spec, plan, chunks, data, files, pool, means })
    }

    fn trainer<'b>(&'b self, progress: &'b dyn Progress, stop: &'b AtomicBool) -> Trainer<'b> {
        let Self { spec, data, files, pool, means: Means { isa, threads, .. }, .. } = self;
        Trainer { spec, data: (data, files), isa: *isa, threads: *threads, pool, progress, stop }
    }
}

/// The number of a result.
///
/// # Errors
///
/// If some of it is missing or damaged.
pub fn id(spec: &Spec, folder: &Path, means: Means) -> Result<ResultId, AuditError> {
    let audited = Audited::new(spec, means)?;
    let failed = |unread| AuditError::of(folder, unread);
    let mut stored = Stored::open(&audited.chunks, folder).map_err(failed)?;
    audited.pool.install(|| ResultId::of(&audited.chunks, &mut stored)).map_err(failed)
}

/// The first difference between two results of a sweep; none if they are equal.
///
/// # Errors
///
/// If they are of different sweeps, or some of one is missing or damaged.
pub fn diff(spec: &Spec, folders: [&Path; 2], other: &Spec, means: Means) -> Result<Option<Difference>, AuditError> {
    if spec.of_trials() != other.of_trials() {
        let [one, other] = folders.map(Path::to_owned);
        return Err(AuditError::Other { one, other });
    }
    let audited = Audited::new(spec, means)?;
    let chunks = &audited.chunks;
    let open = |at: usize| Stored::open(chunks, folders[at]).map_err(|unread| AuditError::of(folders[at], unread));
    let (mut one, mut other) = (open(0)?, open(1)?);
    for chunk in 0..chunks.count() {
        // Seals that agree spare the rows.
        if let (Some(one), Some(other)) = (one.seal(chunk), other.seal(chunk))
            && one == other
        {
            continue;
        }
        let read = |stored: &mut Stored<'_>, at: usize| {
            audited.pool.install(|| stored.chunk(chunk)).map_err(|unread| AuditError::of(folders[at], unread))
        };
        let (one, other) = (read(&mut one, 0)?, read(&mut other, 1)?);
        if let Some(found) = difference::first(chunks, chunk, &one.tables, &other.tables) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// A random sample of trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// How many trials, at least.
    pub trials: u64,
    /// What they are drawn from. Who made the result must not know it beforehand.
    pub seed: u64,
}

impl Sample {
    /// The trials of so many, by their numbers: one of each chunk first, as who is wrong is so for a while, and others anywhere.
    fn of(self, chunks: &Chunks) -> BTreeSet<u64> {
        let Self { trials, seed } = self;
        if trials >= chunks.trials {
            return (0..chunks.trials).collect();
        }
        let mut draws = Stream::new("audit", seed);
        let mut drawn = BTreeSet::new();
        for range in (0..chunks.count()).map(|chunk| chunks.range(chunk)) {
            drawn.insert(range.start + draws.below(range.end - range.start));
        }
        while (drawn.len() as u64) < trials {
            drawn.insert(draws.below(chunks.trials));
        }
        drawn
    }
}

/// What a sample showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Trials that were trained again.
    pub trials: u64,
    /// Trials of the result.
    pub of: u64,
    /// Those among them whose rows were others.
    pub wrong: u64,
    /// The first of these.
    pub first: Option<Difference>,
}

/// Trains a random sample of a result's trials again, and compares all their rows, to the byte.
///
/// # Errors
///
/// If some of the result is missing or damaged, or if it was stopped.
pub fn verify(
    spec: &Spec,
    folder: &Path,
    sample: Sample,
    means: Means,
    (progress, stop): (&dyn Progress, &AtomicBool),
) -> Result<Verified, AuditError> {
    let audited = Audited::new(spec, means)?;
    let Audited { plan, chunks, pool, .. } = &audited;
    let failed = |unread| AuditError::of(folder, unread);
    let mut stored = Stored::open(chunks, folder).map_err(failed)?;
    let sample = sample.of(chunks);
    let mut verified = Verified { trials: 0, of: chunks.trials, wrong: 0, first: None };
    progress.begin(sample.len(), 0);
    let trainer = audited.trainer(progress, stop);
    let most = together(plan, means.threads);
    let mut waiting: Vec<(u64, Vec<Vec<u8>>)> = Vec::new();
    let by_chunk: Vec<u64> = sample.iter().copied().collect();
    for of_chunk in by_chunk.chunk_by(|one, other| one / chunks.size == other / chunks.size) {
        let chunk = pool.install(|| stored.chunk(of_chunk[0] / chunks.size)).map_err(failed)?;
        waiting.extend(rows_of(&chunk, of_chunk));
        let is_last = of_chunk.last() == by_chunk.last();
        if waiting.len() >= most || is_last {
            compare(chunks, plan, &trainer, &std::mem::take(&mut waiting), &mut verified)?;
        }
        if stop.load(Ordering::Relaxed) {
            progress.end();
            return Err(AuditError::Stopped(verified.trials - verified.wrong));
        }
    }
    progress.end();
    Ok(verified)
}

/// The rows of some trials of a chunk, by table.
fn rows_of(chunk: &Chunk, trials: &[u64]) -> Vec<(u64, Vec<Vec<u8>>)> {
    let by_key = ByKey::new(chunk.tables.iter().map(Vec::as_slice).collect());
    let numbered = (chunk.seal.first..).zip(by_key);
    let wanted = numbered.filter(|(trial, _)| trials.binary_search(trial).is_ok());
    wanted.map(|(trial, (_, rows))| (trial, rows.into_iter().map(<[u8]>::to_vec).collect())).collect()
}

/// Trains trials again, and compares their rows with these.
fn compare(
    chunks: &Chunks,
    plan: &Plan,
    trainer: &Trainer<'_>,
    stored: &[(u64, Vec<Vec<u8>>)],
    verified: &mut Verified,
) -> Result<(), AuditError> {
    let mut ranges: Vec<Range<u64>> = Vec::new();
    for (trial, _) in stored {
        match ranges.last_mut() {
            Some(last) if last.end == *trial => last.end += 1,
            _ => ranges.push(*trial..*trial + 1),
        }
    }
    let scratch = tempfile::tempdir().map_err(|source| AuditError::Read { path: std::env::temp_dir(), source })?;
    let batch = trainer.rows(&plan.part(ranges), scratch.path())?;
    if batch.len() < stored.len() {
        // It was stopped.
        return Ok(());
    }
    for (place, (trial, own)) in stored.iter().enumerate() {
        let anew: Vec<Vec<u8>> = (0..chunks.tables.len()).map(|table| batch.rows(table, place).to_vec()).collect();
        verified.trials += 1;
        if let Some(found) = difference::first(chunks, trial / chunks.size, own, &anew) {
            verified.wrong += 1;
            verified.first.get_or_insert(Difference { trial: *trial, ..found });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_sample_bounds_is_seldom_missed() {
        let chunks = Chunks { contract: 1, spec: blake3::hash(&[]), trials: 100_000, size: 1024, tables: Vec::new() };
        let missed = |seed: &u64| {
            let sample = Sample { trials: 459, seed: *seed }.of(&chunks);
            assert_eq!(sample.len(), 459);
            let chunk = |trial: &u64| trial / chunks.size;
            assert_eq!(sample.iter().map(chunk).collect::<BTreeSet<_>>().len() as u64, chunks.count());
            !sample.iter().any(|trial| trial % 100 == 47)
        };
        // One in a hundred of the trials is wrong: 0.99^459 = 1 % of all samples miss them.
        let missed = (0..10_000).filter(missed).count();
        assert!((60..=130).contains(&missed), "{missed}");
        let all = Sample { trials: u64::MAX, seed: 1 }.of(&chunks);
        assert_eq!(all.len(), 100_000);
    }
}
