//! What a bench notes beside criterion's output, which knows times and nothing of what they are of.

use std::fs;
use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};
use thalweg_record::record::atomic;

use crate::{BenchError, Machine, Source};

/// The folder of notes in criterion's folder.
pub const NOTES: &str = "thalweg";

/// The notes of one run of a bench: `<criterion's folder>/thalweg/<bench>.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notes {
    /// The bench's name, which is that of its file.
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
    /// Writes them into criterion's folder.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, criterion: &Path) -> Result<(), BenchError> {
        let path = criterion.join(NOTES).join(format!("{}.json", self.bench));
        let failed = |source| BenchError::Write { path: path.clone(), source };
        fs::create_dir_all(criterion.join(NOTES)).map_err(failed)?;
        let text = serde_json::to_string_pretty(self).map_err(|source| failed(source.into()))?;
        atomic::write(&path, |file| file.write_all(text.as_bytes())).map_err(failed)
    }

    /// All notes in criterion's folder, by the names of their benches.
    ///
    /// # Errors
    /// If there is no such folder, if it has none, or if one cannot be read.
    pub fn read_all(criterion: &Path) -> Result<Vec<Self>, BenchError> {
        if !criterion.is_dir() {
            return Err(BenchError::NoCriterion(criterion.to_owned()));
        }
        let folder = criterion.join(NOTES);
        let Ok(entries) = fs::read_dir(&folder) else { return Err(BenchError::Foreign(criterion.to_owned())) };
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let mut paths: Vec<_> = paths.filter(|path| path.extension().is_some_and(|kind| kind == "json")).collect();
        paths.sort();
        if paths.is_empty() {
            return Err(BenchError::Foreign(criterion.to_owned()));
        }
        paths
            .into_iter()
            .map(|path| {
                let text =
                    fs::read_to_string(&path).map_err(|source| BenchError::Read { path: path.clone(), source })?;
                serde_json::from_str(&text).map_err(|source| BenchError::NotNotes { path, source })
            })
            .collect()
    }
}
