//! Computing some of the chunks of a sweep, in a folder that others may be writing to at the same time.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use rayon::prelude::*;
use thalweg_kernels::{CONTRACT, Isa};

use super::columns::columns;
use super::merge::{read, weights};
use super::provenance::Computation;
use super::sql::{READ_SQL, read_sql};
use super::trained::Trainer;
use super::{AfterChunk, ChunkList, ranges};
use crate::memory::Memory;
use crate::record::chunk::{CHUNKS, Chunks, Fault, Seal};
use crate::record::{Batch, WEIGHTS, atomic};
use crate::spec::Spec;
use crate::sweep::Plan;
use crate::sweep::identity::together;
use crate::sweep::lock::host;
use crate::sweep::outputs::SPEC;
use crate::sweep::run::{Progress, RunError};
use crate::train::Threads;

/// Which chunks of a spec are computed, where and how; none of it changes a byte of them.
#[derive(Clone, Debug)]
pub struct Shards {
    /// The folder of the results.
    pub out: PathBuf,
    /// Worker threads.
    pub threads: usize,
    /// The instruction set.
    pub isa: Isa,
    /// How much memory may be needed.
    pub memory: Memory,
    /// Chunks that are somewhere else already.
    pub elsewhere: BTreeSet<u64>,
    /// When to stop: no chunk is begun that would not be over by then.
    pub deadline: Option<Instant>,
    /// What carries finished chunks away.
    pub after: Option<AfterChunk>,
}

/// How chunks were computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sharded {
    /// Chunks that were to be computed.
    pub wanted: usize,
    /// Those of them that were there already, or elsewhere.
    pub earlier: usize,
    /// Those that were computed.
    pub computed: usize,
}

impl Sharded {
    /// Whether all of them are there.
    pub fn is_complete(&self) -> bool {
        self.earlier + self.computed == self.wanted
    }
}

/// Computes the chunks of a spec that `choose` takes out of so many, until all are there, the deadline comes or `stop` is set.
///
/// # Errors
///
/// If the spec does not fit its data, if the folder has chunks of another sweep or one that differs from the same chunk computed
/// here, or if files cannot be read or written. Chunks that are whole stay.
pub fn run_shards<E>(
    spec: &Spec,
    shards: &Shards,
    choose: impl FnOnce(u64) -> Result<BTreeSet<u64>, E>,
    progress: &dyn Progress,
    stop: &AtomicBool,
) -> Result<Result<Sharded, E>, RunError> {
    let pool = Threads::start(shards.threads)?;
    let (files, data, plan) = pool.install(|| Plan::read(spec, shards.memory))?;
    let chunks = plan.chunks(spec);
    let wanted = match choose(chunks.count()) {
        Ok(wanted) => wanted,
        Err(error) => return Ok(Err(error)),
    };
    let folder = shards.out.join(CHUNKS);
    let sql = read_sql(&columns(spec, &plan, &chunks));
    prepare(spec, shards, &sql).map_err(|problem| match problem {
        Problem::Files(source) => RunError::Files { path: shards.out.clone(), source },
        Problem::Other(error) => error,
    })?;
    let is_elsewhere = |chunk: &u64| shards.elsewhere.contains(chunk);
    let here: Vec<u64> = wanted.iter().copied().filter(|chunk| !is_elsewhere(chunk)).collect();
    let look = |chunk: &u64| match read(&chunks, &shards.out, *chunk) {
        Err(fault) => Ok(Some(fault)),
        // What carried it away may have failed, or been killed.
        Ok(own) => {
            let table = chunks.tables.iter().position(|(name, _)| name == WEIGHTS);
            let weights = table.map_or(&[][..], |table| &own.tables[table]);
            carry((&chunks, shards), &folder, &own.seal, weights).map(|()| None)
        }
    };
    let faults: Vec<Option<Fault>> = pool.install(|| here.par_iter().map(look).collect::<Result<_, RunError>>())?;
    let mut left = BTreeSet::new();
    for (chunk, fault) in here.into_iter().zip(faults) {
        if let Some(Fault::Damaged(problem)) = &fault {
            progress.notice(&format!("{problem}: computed again"));
        }
        left.extend(fault.map(|_| chunk));
    }
    let mut sharded = Sharded { wanted: wanted.len(), earlier: wanted.len() - left.len(), computed: 0 };
    if left.is_empty() {
        return Ok(Ok(sharded));
    }
    let part = plan.part(ranges(&chunks, &left));
    part.check_training(shards.isa, shards.threads, shards.memory)?;
    let trials = |some: &BTreeSet<u64>| ranges(&chunks, some).iter().map(|range| range.end - range.start).sum::<u64>();
    let all = trials(&wanted) as usize;
    progress.begin(all, all - part.trials.len());
    let work = Work { plan: &plan, chunks: &chunks, shards, folder: &folder };
    let (data, isa, threads) = ((&data, files.as_slice()), shards.isa, shards.threads);
    let computed = work.run(left, &Trainer { spec, data, isa, threads, pool: &pool, progress, stop });
    progress.end();
    sharded.computed = computed?;
    Ok(Ok(sharded))
}

/// Does what is to be done with the files of a chunk that is whole, and has these rows in the table of weights.
fn carry((chunks, shards): (&Chunks, &Shards), folder: &Path, seal: &Seal, rows: &[u8]) -> Result<(), RunError> {
    let Some(after) = &shards.after else { return Ok(()) };
    let mut files = chunks.files(folder, seal);
    // The seal is the last.
    let weights = weights(rows).into_iter().map(|(name, _)| folder.join(WEIGHTS).join(name));
    files.splice(files.len() - 1..files.len() - 1, weights);
    Ok(after.run(&files)?)
}

/// What is wrong with a folder.
enum Problem {
    Files(io::Error),
    Other(RunError),
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Self::Files(error)
    }
}

/// Makes sure that the folder takes these chunks.
fn prepare(spec: &Spec, shards: &Shards, sql: &str) -> Result<(), Problem> {
    atomic::create_folder(&shards.out.join(CHUNKS))?;
    let read = shards.out.join(READ_SQL);
    if fs::read_to_string(&read).ok().as_deref() != Some(sql) {
        atomic::write(&read, |file| file.write_all(sql.as_bytes()))?;
    }
    let path = shards.out.join(SPEC);
    let text = spec.of_results().canonical();
    match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            atomic::write(&path, |file| file.write_all(text.as_bytes()))?;
        }
        there => {
            let there = there?;
            let other = Spec::parse_with(spec.registry(), SPEC, &there, &shards.out, &[]).ok();
            let is_own = there == text || other.as_ref().is_some_and(|other| other.of_trials() == spec.of_trials());
            if !is_own {
                let differences = other.map(|other| spec.differences(&other)).unwrap_or_default();
                return Err(Problem::Other(RunError::Occupied { path: shards.out.clone(), differences }));
            }
        }
    }
    Ok(())
}

/// Computing chunks.
struct Work<'a> {
    plan: &'a Plan,
    chunks: &'a Chunks,
    shards: &'a Shards,
    folder: &'a Path,
}

/// Chunks whose trials have been trained, all of them or, where it was stopped, some.
struct Trained {
    chunks: BTreeSet<u64>,
    part: Plan,
    batch: Batch,
}

impl Work<'_> {
    /// Computes these, some at a time; returns how many were. While some are trained, those before are written and carried away.
    fn run(&self, left: BTreeSet<u64>, trainer: &Trainer<'_>) -> Result<usize, RunError> {
        /// Threads that train for each that writes: what is written while one trains takes a few hundredths of its time.
        const OF_WRITER: usize = 8;
        let began = Instant::now();
        let writers = Threads::start(self.shards.threads.div_ceil(OF_WRITER))?;
        let mut computation = self.computation();
        let mut left: Vec<u64> = left.into_iter().rev().collect();
        let most = (together(self.plan, self.shards.threads) / self.chunks.size as usize).max(1);
        let mut done: Vec<u64> = Vec::new();
        let mut begun = 0;
        let mut trained: Option<Trained> = None;
        loop {
            let is_going = !left.is_empty() && !trainer.stop.load(Ordering::Relaxed);
            let count = if is_going { self.fitting(most, begun, began.elapsed()) } else { None };
            let next: Option<BTreeSet<u64>> =
                count.map(|count| left.drain(left.len().saturating_sub(count)..).collect());
            if next.is_none() && trained.is_none() {
                return Ok(done.len());
            }
            begun += next.as_ref().map_or(0, BTreeSet::len);
            let earlier = trained.take();
            let write = || {
                let written = earlier.map_or(Ok(Vec::new()), |earlier| writers.install(|| self.write_all(&earlier)));
                // What is trained in vain need not end.
                written.inspect_err(|_| trainer.stop.store(true, Ordering::Relaxed))
            };
            let (written, now) = writers.beside(write, || next.map(|next| self.train(next, trainer)).transpose());
            if let Ok(written) = &written {
                done.extend(written);
            }
            if !done.is_empty() {
                computation.seconds = began.elapsed().as_secs_f64();
                computation.chunks = ChunkList::new(done.iter().copied()).to_string();
                computation.write(&self.shards.out).map_err(|source| self.failed(source))?;
            }
            written?;
            trained = now?;
        }
    }

    /// How many chunks may be begun now, at most so many; none if none would be over in time. How long one takes is known from
    /// those that were begun before; the first are always begun, one for each thread.
    fn fitting(&self, most: usize, begun: usize, spent: Duration) -> Option<usize> {
        let Some(deadline) = self.shards.deadline else { return Some(most) };
        if begun == 0 {
            return Some(most.min(self.shards.threads));
        }
        let left = deadline.saturating_duration_since(Instant::now());
        let count = (left.as_secs_f64() / (spent.as_secs_f64() / begun as f64)) as usize;
        (count > 0).then(|| count.min(most))
    }

    /// Trains the trials of some chunks.
    fn train(&self, chunks: BTreeSet<u64>, trainer: &Trainer<'_>) -> Result<Trained, RunError> {
        let part = self.plan.part(ranges(self.chunks, &chunks));
        let batch = trainer.rows(&part, self.folder)?;
        Ok(Trained { chunks, part, batch })
    }

    /// Writes the chunks all of whose trials are done: all, unless it was stopped.
    fn write_all(&self, trained: &Trained) -> Result<Vec<u64>, RunError> {
        let Trained { chunks, part, batch } = trained;
        let write = |chunk: &u64| {
            let range = self.chunks.range(*chunk);
            let places = places(part, batch, &range);
            let is_whole = places.len() as u64 == range.end - range.start;
            is_whole.then(|| self.write(*chunk, batch, &places).map(|()| *chunk)).transpose()
        };
        let written: Vec<Result<Option<u64>, RunError>> = chunks.par_iter().map(write).collect();
        written.into_iter().filter_map(Result::transpose).collect()
    }

    /// Writes a chunk, unless somebody else did meanwhile: then it is compared with theirs.
    fn write(&self, chunk: u64, batch: &Batch, places: &Range<usize>) -> Result<(), RunError> {
        let seal = self.chunks.seal(chunk, batch, places);
        if let Ok(theirs) = read(self.chunks, &self.shards.out, chunk) {
            return self.compare(chunk, &seal, &theirs.seal);
        }
        self.chunks.write(self.folder, &seal, batch, places).map_err(|source| self.failed(source))?;
        carry((self.chunks, self.shards), self.folder, &seal, self.chunks.rows_of(WEIGHTS, batch, places))
    }

    fn compare(&self, chunk: u64, own: &Seal, theirs: &Seal) -> Result<(), RunError> {
        if own == theirs {
            return Ok(());
        }
        let tables = own.tables.iter().filter(|(name, content)| theirs.tables.get(*name) != Some(content));
        let tables = tables.map(|(name, _)| name.clone()).collect();
        Err(RunError::OtherChunk { path: self.shards.out.clone(), chunk, tables })
    }

    fn failed(&self, source: io::Error) -> RunError {
        RunError::Files { path: self.shards.out.clone(), source }
    }

    fn computation(&self) -> Computation {
        Computation {
            host: host(),
            process: std::process::id(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            contract: CONTRACT,
            platform: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            isa: self.shards.isa.name().to_owned(),
            threads: self.shards.threads,
            attempt: Computation::attempt(),
            began: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
            seconds: 0.0,
            chunks: String::new(),
        }
    }
}

/// Where the trials with these numbers are in a batch of trials of a plan that are in order; some may not be there.
fn places(plan: &Plan, batch: &Batch, numbers: &Range<u64>) -> Range<usize> {
    let index = plan.trials.index(numbers.start).expect("the plan has the trials of the chunk");
    let end = index + (numbers.end - numbers.start) as usize;
    batch.places_of(index as u32..end as u32)
}
