//! One result of chunks, wherever they were computed.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use miette::Diagnostic;
use rayon::prelude::*;
use thiserror::Error;

use super::provenance::Computation;
use super::trained::Trainer;
use super::{ChunkList, Difference, difference, ranges};
use crate::memory::Memory;
use crate::record::WEIGHTS;
use crate::record::chunk::{CHUNKS, Chunk, Chunks, Fault, seal_file};
use crate::record::manifest::hash_file;
use crate::spec::{InputError, Spec};
use crate::sweep::finish::{RowsOfTables, redraw};
use crate::sweep::folder::{Claim, Workshop};
use crate::sweep::outputs::SPEC;
use crate::sweep::run::{Checked, Finished, Progress, RunError, Settings, provenance};
use crate::sweep::{Plan, WeightFiles};
use crate::train::Threads;

/// What is merged, and where to.
#[derive(Debug)]
pub struct Merge<'a> {
    /// The folders that have chunks.
    pub from: &'a [PathBuf],
    /// Where the results go, and how they are made.
    pub settings: &'a Settings,
    /// Whether a chunk of which there are different ones is computed here.
    pub referee: bool,
}

/// How a merge ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Merged {
    /// The results are there.
    Whole {
        /// How they were made.
        finished: Finished,
        /// Chunks that were there more than once, and equal.
        confirmed: usize,
    },
    /// Chunks are missing, and nothing was written.
    Gaps(Gaps),
}

/// What is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gaps {
    /// The chunks.
    pub chunks: ChunkList,
    /// How many the sweep has.
    pub of: u64,
}

/// Why there is no result of chunks.
#[derive(Debug, Error, Diagnostic)]
pub enum MergeError {
    /// A folder without chunks.
    #[error("{} has no chunks", .0.display())]
    #[diagnostic(help("`thalweg run SPEC --shard I/N --out DIR` makes DIR/{CHUNKS}"))]
    NoChunks(PathBuf),
    /// A folder with chunks of another sweep.
    #[error("{} has chunks of another sweep than {}", other.display(), one.display())]
    Other {
        /// The first folder.
        one: PathBuf,
        /// That which does not fit.
        other: PathBuf,
    },
    /// A spec cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Input(#[from] InputError),
    /// Machines disagree.
    #[error("{difference}: {} and {} differ{}", hosts[0], hosts[1], more(*others))]
    #[diagnostic(help("{}", verdict.as_deref().unwrap_or("nothing was merged; --referee computes the chunk here, and says who was wrong")))]
    Differ {
        /// Where.
        difference: Box<Difference>,
        /// Who computed them.
        hosts: Box<[String; 2]>,
        /// How many other chunks differ as well.
        others: usize,
        /// What this machine says of it.
        verdict: Option<String>,
    },
    /// Results could not be made.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Run(#[from] RunError),
}

fn more(others: usize) -> String {
    match others {
        0 => String::new(),
        1 => ", and so does another chunk".to_owned(),
        others => format!(", and so do {others} other chunks"),
    }
}

/// A sound chunk.
struct Source {
    /// The number of its folder.
    folder: usize,
    /// The hashes of its tables.
    hashes: Vec<blake3::Hash>,
}

/// What was found of a chunk.
#[derive(Default)]
struct Found {
    source: Option<Source>,
    /// Whether another folder has the same.
    is_confirmed: bool,
    /// A folder that has another one.
    other: Option<usize>,
    damaged: Vec<String>,
}

/// The chunks of some folders.
struct Survey<'a> {
    chunks: Chunks,
    from: &'a [PathBuf],
    found: Vec<Found>,
}

impl<'a> Survey<'a> {
    /// Reads all chunks, and tells what is damaged.
    fn of(chunks: Chunks, from: &'a [PathBuf], pool: &Threads, progress: &dyn Progress) -> Self {
        let count = usize::try_from(chunks.count()).unwrap_or(usize::MAX);
        progress.begin(usize::try_from(chunks.trials).unwrap_or(usize::MAX), 0);
        let look = |chunk: usize| {
            let found = look(&chunks, from, chunk as u64);
            let trials = chunks.range(chunk as u64);
            progress.advance((trials.end - trials.start) as usize);
            found
        };
        let found: Vec<Found> = pool.install(|| (0..count).into_par_iter().map(look).collect());
        progress.end();
        for damage in found.iter().flat_map(|found| &found.damaged) {
            progress.notice(damage);
        }
        Self { chunks, from, found }
    }

    fn gaps(&self) -> ChunkList {
        let missing = (0..).zip(&self.found).filter(|(_, found)| found.source.is_none());
        ChunkList::new(missing.map(|(chunk, _)| chunk))
    }

    /// The folder of a chunk's source.
    fn folder(&self, chunk: usize) -> Option<&Path> {
        self.found[chunk].source.as_ref().map(|source| self.from[source.folder].as_path())
    }

    /// The first difference between chunks that are there more than once.
    fn difference(&self) -> Option<(u64, [usize; 2], usize)> {
        let differs =
            |(chunk, found): (usize, &Found)| Some((chunk as u64, [found.source.as_ref()?.folder, found.other?]));
        let mut all = self.found.iter().enumerate().filter_map(differs);
        let (chunk, folders) = all.next()?;
        Some((chunk, folders, all.count()))
    }

    fn confirmed(&self) -> usize {
        self.found.iter().filter(|found| found.is_confirmed).count()
    }

    /// Puts the files of weights that chunks name into a folder of rows.
    fn collect_weights(&self, to: &Path) -> io::Result<()> {
        for chunk in 0..self.found.len() {
            let Some(folder) = self.folder(chunk) else { continue };
            let table = self.chunks.tables.iter().position(|(name, _)| name == WEIGHTS);
            let rows = table.map(|table| self.rows(chunk, table)).transpose()?.unwrap_or_default();
            link(&rows, folder, to)?;
        }
        Ok(())
    }

    /// The rows of a table of a chunk, which are those that were found.
    fn rows(&self, chunk: usize, table: usize) -> io::Result<Vec<u8>> {
        let changed = |what: String| io::Error::new(io::ErrorKind::InvalidData, what);
        let source = self.found[chunk].source.as_ref().ok_or_else(|| changed(format!("chunk {chunk} is missing")))?;
        let folder = self.from[source.folder].join(CHUNKS);
        let rows = self.chunks.read_table(&folder, chunk as u64, table);
        let rows = rows.map_err(|problem| changed(format!("{}: {problem}", folder.display())))?;
        if blake3::hash(&rows) == source.hashes[table] {
            Ok(rows)
        } else {
            Err(changed(format!("{}: chunk {chunk} was changed", folder.display())))
        }
    }
}

impl RowsOfTables for Survey<'_> {
    fn copy(&self, table: &str, out: &mut (dyn Write + Send)) -> io::Result<u64> {
        let Some(table) = self.chunks.tables.iter().position(|(name, _)| name == table) else { return Ok(0) };
        let all: Vec<usize> = (0..self.found.len()).collect();
        let mut count = 0;
        for some in all.chunks(rayon::current_num_threads().max(2)) {
            let read = some.par_iter().map(|chunk| self.rows(*chunk, table)).collect::<io::Result<Vec<_>>>()?;
            for rows in read {
                count += memchr::memchr_iter(b'\n', &rows).count() as u64;
                out.write_all(&rows)?;
            }
        }
        Ok(count)
    }
}

/// What some folders have of a chunk.
fn look(chunks: &Chunks, from: &[PathBuf], chunk: u64) -> Found {
    let mut found = Found::default();
    let mut seal = None;
    for (number, folder) in from.iter().enumerate() {
        let read = match read(chunks, folder, chunk) {
            Ok(read) => read,
            Err(Fault::Missing) => continue,
            Err(Fault::Damaged(problem)) => {
                found.damaged.push(format!("{}: {problem}", folder.display()));
                continue;
            }
        };
        match &seal {
            None => {
                let hashes = read.tables.iter().map(|rows| blake3::hash(rows)).collect();
                found.source = Some(Source { folder: number, hashes });
                seal = Some(read.seal);
            }
            Some(seal) if *seal == read.seal => found.is_confirmed = true,
            Some(_) => found.other = found.other.or(Some(number)),
        }
    }
    found
}

/// A chunk of a folder of results, whose files of weights are what it says.
pub(super) fn read(chunks: &Chunks, folder: &Path, chunk: u64) -> Result<Chunk, Fault> {
    let folder = folder.join(CHUNKS);
    let read = chunks.read(&folder, chunk)?;
    let table = chunks.tables.iter().position(|(name, _)| name == WEIGHTS);
    for (name, hash) in table.map_or_else(Vec::new, |table| weights(&read.tables[table])) {
        if !hash_file(&weight_file(&folder, &name)).is_ok_and(|own| own == hash) {
            let seal = seal_file(chunk);
            return Err(Fault::Damaged(format!("{WEIGHTS}/{name}, of {seal}, is missing or was changed")));
        }
    }
    Ok(read)
}

/// Puts the files of weights of a chunk with these tables into a folder of rows.
pub(super) fn link_weights(chunks: &Chunks, tables: &[Vec<u8>], folder: &Path, to: &Path) -> io::Result<()> {
    let table = chunks.tables.iter().position(|(name, _)| name == WEIGHTS);
    table.map_or(Ok(()), |table| link(&tables[table], folder, to))
}

/// Puts the files that rows of the table of weights name into a folder of rows, without another copy where that can be.
fn link(rows: &[u8], folder: &Path, to: &Path) -> io::Result<()> {
    for (name, _) in weights(rows) {
        fs::create_dir_all(to.join(WEIGHTS))?;
        let (own, place) = (weight_file(&folder.join(CHUNKS), &name), to.join(WEIGHTS).join(&name));
        let _ = fs::remove_file(&place);
        fs::hard_link(&own, &place).or_else(|_| fs::copy(&own, &place).map(drop))?;
    }
    Ok(())
}

/// The place of a file of weights in a folder of chunks: a bucket has no folders in it.
fn weight_file(folder: &Path, name: &str) -> PathBuf {
    let own = folder.join(WEIGHTS).join(name);
    if own.exists() { own } else { folder.join(name) }
}

/// The names and hashes of files that rows of the table of weights name.
pub(super) fn weights(rows: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(rows);
    let file = |row: &str| {
        let mut cells = row.split(',').skip(1);
        Some((cells.next()?.to_owned(), cells.next()?.to_owned()))
    };
    text.lines().filter_map(file).collect()
}

/// Checks that folders have chunks of the sweep of this spec, which one of them holds; or nothing at all, as a shard leaves it
/// that is killed at once.
fn check_folders(spec: &Spec, from: &[PathBuf]) -> Result<(), MergeError> {
    for folder in from {
        let is_empty = || fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
        if !folder.join(CHUNKS).is_dir() && !is_empty() {
            return Err(MergeError::NoChunks(folder.clone()));
        }
        // The chunks say themselves what they are of; a folder that was carried here in parts may have nothing else.
        let Ok(text) = fs::read_to_string(folder.join(SPEC)) else { continue };
        let path = folder.join(SPEC).display().to_string();
        let other = Spec::parse_with(spec.registry(), &path, &text, folder, &[])?;
        if other.of_trials() != spec.of_trials() {
            return Err(MergeError::Other { one: from[0].clone(), other: folder.clone() });
        }
    }
    Ok(())
}

/// What is missing of a sweep in some folders; everything that is damaged.
///
/// # Errors
///
/// If a folder has no chunks, or those of another sweep, or if the spec does not fit its data.
pub fn survey(
    spec: &Spec,
    from: &[PathBuf],
    (threads, memory): (usize, Memory),
    progress: &dyn Progress,
) -> Result<Gaps, MergeError> {
    check_folders(spec, from)?;
    let pool = Threads::start(threads).map_err(RunError::from)?;
    let (.., plan) = pool.install(|| Plan::read(spec, memory))?;
    let survey = Survey::of(plan.chunks(spec), from, &pool, progress);
    Ok(Gaps { chunks: survey.gaps(), of: survey.chunks.count() })
}

/// Makes the results of a spec of chunks in any folders, in any order, equal to the byte to those of one machine. A chunk that is
/// damaged is as one that is missing, and one that is there twice is compared.
///
/// # Errors
///
/// If folders have chunks of other sweeps, or chunks that differ, or if results cannot be written.
pub fn merge(spec: &Spec, merge: &Merge<'_>, progress: &dyn Progress, stop: &AtomicBool) -> Result<Merged, MergeError> {
    let Merge { from, settings, referee } = *merge;
    let started = Instant::now();
    check_folders(spec, from)?;
    let pool = Threads::start(settings.threads).map_err(RunError::from)?;
    let checked = Checked::new((spec, None), (settings, false), &pool, progress)?;
    let survey = Survey::of(checked.plan.chunks(spec), from, &pool, progress);
    if let Some(found) = survey.difference() {
        let data = (&checked.data, checked.files.as_slice());
        let Settings { isa, threads, .. } = *settings;
        let trainer = Trainer { spec, data, isa, threads, pool: &pool, progress, stop };
        return Err(differ(&survey, found, referee.then_some((&checked.plan, &trainer)))?);
    }
    let gaps = survey.gaps();
    if !gaps.is_empty() {
        return Ok(Merged::Gaps(Gaps { chunks: gaps, of: survey.chunks.count() }));
    }
    let folder = checked.folder(&settings.out);
    let plan = &checked.plan;
    let confirmed = survey.confirmed();
    let workshop: Workshop = match pool.install(|| folder.claim(settings.reuse, progress))? {
        Claim::Complete => return Ok(Merged::Whole { finished: Finished::AlreadyComplete, confirmed }),
        Claim::Drawing(workshop) => {
            pool.install(|| redraw(&folder, *workshop, plan, checked.figures))?;
            return Ok(Merged::Whole { finished: Finished::Redrawn, confirmed });
        }
        Claim::Open(workshop) => *workshop,
    };
    survey.collect_weights(&workshop.rows).map_err(|source| folder.error(source))?;
    let weights = WeightFiles::new(spec, plan, &settings.out, &workshop.rows);
    let provenance = provenance((settings, plan), [0, plan.trials.len()], [started.elapsed(), Duration::ZERO]);
    pool.install(|| checked.finish(&folder, workshop, (&survey, &weights), &provenance, settings.isa))?;
    Ok(Merged::Whole { finished: Finished::Complete, confirmed })
}

/// The error that a chunk differs between two folders; with what this machine says of it, if it is asked.
fn differ(
    survey: &Survey<'_>,
    (chunk, folders, others): (u64, [usize; 2], usize),
    referee: Option<(&Plan, &Trainer<'_>)>,
) -> Result<MergeError, MergeError> {
    let Survey { chunks, from, .. } = survey;
    let gone = |fault| {
        let what = if let Fault::Damaged(problem) = fault { problem } else { format!("chunk {chunk} is gone") };
        RunError::Files { path: from[folders[0]].clone(), source: io::Error::new(io::ErrorKind::InvalidData, what) }
    };
    let read = |folder: usize| read(chunks, &from[folder], chunk).map_err(gone);
    let [one, other] = [read(folders[0])?, read(folders[1])?];
    let hosts = folders.map(|folder| {
        let path = from[folder].display();
        Computation::of_chunk(&from[folder], chunk).map_or_else(
            || path.to_string(),
            |own| format!("{path} (computed on {}, process {})", own.host, own.process),
        )
    });
    let difference =
        difference::first(chunks, chunk, &one.tables, &other.tables).ok_or_else(|| gone(Fault::Missing))?;
    let judge = |(plan, trainer): (&Plan, &Trainer<'_>)| {
        let part = plan.part(ranges(chunks, &BTreeSet::from([chunk])));
        let scratch = tempfile::tempdir().map_err(|source| RunError::Files { path: std::env::temp_dir(), source })?;
        let batch = trainer.rows(&part, scratch.path())?;
        let own = chunks.seal(chunk, &batch, &(0..batch.len()));
        let is_own = [one.seal == own, other.seal == own];
        Ok::<_, RunError>(match is_own {
            [true, _] => format!("this machine computes the same as {}: {} was wrong", hosts[0], hosts[1]),
            [_, true] => format!("this machine computes the same as {}: {} was wrong", hosts[1], hosts[0]),
            _ => "this machine computes something else than both".to_owned(),
        })
    };
    let verdict = referee.map(judge).transpose()?;
    Ok(MergeError::Differ { difference: Box::new(difference), hosts: Box::new(hosts), others, verdict })
}
