//! What a bench notes beside criterion's output, which knows times and nothing of what they are of.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thalweg_record::record::atomic;

use crate::{BenchError, Machine, Source, criterion};

/// The folder of notes in criterion's folder.
pub const NOTES: &str = "thalweg";

/// The notes of one run of a bench: `<criterion's folder>/thalweg/<bench>-<start>.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notes {
    /// The bench's name.
    pub bench: String,
    /// When the run began, as RFC 3339 in UTC.
    pub started: String,
    /// What was built.
    pub source: Source,
    /// Where it ran.
    pub machine: Machine,
    /// The instruction set of the kernels.
    pub isa: String,
    /// What the core could do; none if it was not to be measured.
    pub peaks: Option<Peaks>,
    /// What was timed.
    pub benchmarks: Vec<Benchmark>,
}

/// What one core could do during a run, the better of before and after.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Peaks {
    /// Floating-point operations of f32 per nanosecond, by chains of fused multiply-adds.
    pub gflops_f32: f64,
    /// The same of f64.
    pub gflops_f64: f64,
    /// Bytes per nanosecond that can be read from the first-, second- and third-level caches and from memory.
    pub loads_gbs: [f64; 4],
    /// The clock in GHz, by a chain of operations of one cycle each: the mean of before and after.
    pub clock_ghz: f64,
}

/// One thing that was timed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Benchmark {
    /// Criterion's name of it: `<group>/<runner>/<workload>`.
    pub id: String,
    /// Who computed.
    pub runner: String,
    /// The type of the numbers.
    pub precision: String,
    /// What an iteration gets done.
    pub work: u64,
    /// What that is counted in: `"elements"`, `"FLOPs"`, `"runs"`.
    pub unit: String,
    /// Bytes that an iteration reads and writes at least, where that is known.
    pub bytes: Option<u64>,
    /// What bounds an iteration of a kernel of ours, where peaks were measured.
    pub bound: Option<Bound>,
    /// A hash of the answer's bits, of kernels of ours.
    pub checksum: Option<String>,
    /// What was measured of it, once it is; [`Notes::write`] takes it from criterion.
    pub times: Option<Times>,
}

/// What the samples of a run amount to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Times {
    /// The median of the samples' times of an iteration in nanoseconds.
    pub median_ns: f64,
    /// The lower end of its 95 % interval within the run.
    pub low_ns: f64,
    /// The upper end.
    pub high_ns: f64,
    /// The time below which a twentieth of the samples were.
    pub fast_ns: f64,
    /// Samples.
    pub samples: u64,
    /// Iterations of all samples.
    pub iterations: u64,
}

/// What bounds a kernel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bound {
    /// By what: `"multiply-add"`, `"load/store"`, `"L2 bandwidth"`.
    pub by: String,
    /// The least time of an iteration in nanoseconds.
    pub time_ns: f64,
}

impl Notes {
    /// Writes them into criterion's folder, with the times that criterion left there. Notes of runs of the same build are
    /// kept, as they are other rounds; of another build, those of the same benchmarks are replaced.
    ///
    /// # Errors
    /// If criterion has no times of a benchmark, or a file cannot be read or written.
    pub fn write(&self, criterion: &Path) -> Result<(), BenchError> {
        let folders = criterion::folders(criterion)?;
        let mut notes = self.clone();
        for benchmark in &mut notes.benchmarks {
            let missing = || BenchError::NoSample { id: benchmark.id.clone(), criterion: criterion.to_owned() };
            let sample = criterion::newest(folders.get(&benchmark.id).ok_or_else(missing)?)?;
            benchmark.times = Some(sample.times());
        }
        let folder = criterion.join(NOTES);
        fs::create_dir_all(&folder).map_err(|source| BenchError::Write { path: folder.clone(), source })?;
        notes.replace_others(&folder)?;
        notes.save(&folder.join(notes.file()))
    }

    /// The name of their file: that of the bench and when the run began.
    fn file(&self) -> String {
        let digits = self.started.chars().filter(char::is_ascii_digit);
        format!("{}-{}.json", self.bench, digits.collect::<String>())
    }

    fn save(&self, path: &Path) -> Result<(), BenchError> {
        let failed = |source| BenchError::Write { path: path.to_owned(), source };
        let text = serde_json::to_string_pretty(self).map_err(|source| failed(source.into()))?;
        atomic::write(path, |file| file.write_all(text.as_bytes())).map_err(failed)
    }

    /// Takes what these are of out of notes of other builds.
    fn replace_others(&self, folder: &Path) -> Result<(), BenchError> {
        let ids: BTreeSet<&str> = self.benchmarks.iter().map(|benchmark| benchmark.id.as_str()).collect();
        for path in files(folder) {
            // Notes that an older version wrote are of no use any more.
            let Ok(mut other) = Self::read(&path) else {
                fs::remove_file(&path).map_err(|source| BenchError::Write { path, source })?;
                continue;
            };
            let is_same = other.source == self.source && other.machine == self.machine;
            if is_same || other.isa != self.isa {
                continue;
            }
            let before = other.benchmarks.len();
            other.benchmarks.retain(|benchmark| !ids.contains(benchmark.id.as_str()));
            if other.benchmarks.is_empty() {
                fs::remove_file(&path).map_err(|source| BenchError::Write { path, source })?;
            } else if other.benchmarks.len() < before {
                other.save(&path)?;
            }
        }
        Ok(())
    }

    fn read(path: &Path) -> Result<Self, BenchError> {
        let text = fs::read_to_string(path).map_err(|source| BenchError::Read { path: path.to_owned(), source })?;
        serde_json::from_str(&text).map_err(|source| BenchError::NotNotes { path: path.to_owned(), source })
    }

    /// All notes in criterion's folder, by the names of their benches.
    ///
    /// # Errors
    /// If there is no such folder, if it has none, or if one cannot be read.
    pub fn read_all(criterion: &Path) -> Result<Vec<Self>, BenchError> {
        if !criterion.is_dir() {
            return Err(BenchError::NoCriterion(criterion.to_owned()));
        }
        let paths = files(&criterion.join(NOTES));
        if paths.is_empty() {
            return Err(BenchError::Foreign(criterion.to_owned()));
        }
        paths.iter().map(|path| Self::read(path)).collect()
    }
}

/// The files of notes, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|kind| kind == "json"));
    paths.sort();
    paths
}
