//! What criterion leaves in its folder: `<benchmark>/new/{benchmark,sample}.json`, times in nanoseconds.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use thalweg_record::stats::{Interval, median, median_interval, quantile};

use crate::{BenchError, Times};

/// Where criterion writes by its own rules, of a workspace that begins at `root`.
pub fn criterion_folder(root: &Path) -> PathBuf {
    let target = || env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |target| root.join(target));
    env::var_os("CRITERION_HOME").map_or_else(|| target().join("criterion"), PathBuf::from)
}

/// The times of a benchmark's samples.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sample {
    /// Nanoseconds of an iteration, ascending.
    pub times: Vec<f64>,
    /// Iterations of all samples.
    pub iterations: f64,
}

#[derive(Deserialize)]
struct Identity {
    full_id: String,
}

#[derive(Deserialize)]
struct Measured {
    iters: Vec<f64>,
    times: Vec<f64>,
}

impl Sample {
    /// The median of the times. Samples are never empty.
    pub fn median(&self) -> f64 {
        median(&self.times).unwrap_or(f64::NAN)
    }

    /// The time below which a twentieth of the samples were: what disturbs a run makes it slower, and the samples that it
    /// left alone are the steadier for it. Of functions of a few microseconds on a shared machine, these times of runs of one
    /// build differed by 0.3 to 0.5 %, lower quartiles by 0.5 to 2.4 % and medians by 1.2 to 7 %.
    pub fn fast(&self) -> f64 {
        quantile(&self.times, 0.05).unwrap_or(f64::NAN)
    }

    /// The interval of the median within the run, by the bootstrap; it knows nothing of how runs differ.
    pub fn interval(&self) -> Interval {
        let median = self.median();
        median_interval(&self.times).unwrap_or(Interval { low: median, high: median })
    }

    /// What is noted of them.
    pub fn times(&self) -> Times {
        let (median_ns, interval) = (self.median(), self.interval());
        let (samples, iterations) = (self.times.len() as u64, self.iterations as u64);
        Times { median_ns, low_ns: interval.low, high_ns: interval.high, fast_ns: self.fast(), samples, iterations }
    }

    fn read(path: &Path) -> Result<Self, BenchError> {
        let measured: Measured = read(path)?;
        let is_whole = measured.iters.len() == measured.times.len() && !measured.times.is_empty();
        let mut times: Vec<f64> =
            measured.times.iter().zip(&measured.iters).map(|(time, count)| time / count).collect();
        if !is_whole || !times.iter().all(|time| time.is_finite() && *time > 0.0) {
            return Err(BenchError::NoTimes(path.to_owned()));
        }
        times.sort_by(f64::total_cmp);
        Ok(Self { times, iterations: measured.iters.iter().sum() })
    }
}

/// The folders of benchmarks by their ids.
pub(crate) fn folders(criterion: &Path) -> Result<BTreeMap<String, PathBuf>, BenchError> {
    let mut found = BTreeMap::new();
    walk(criterion, &mut found)?;
    Ok(found)
}

/// The sample of the newest run in a benchmark's folder.
pub(crate) fn newest(folder: &Path) -> Result<Sample, BenchError> {
    Sample::read(&folder.join("new/sample.json"))
}

/// The samples of all benchmarks.
pub(crate) fn samples(criterion: &Path) -> Result<BTreeMap<String, Sample>, BenchError> {
    folders(criterion)?.into_iter().map(|(id, folder)| Ok((id, newest(&folder)?))).collect()
}

fn walk(folder: &Path, found: &mut BTreeMap<String, PathBuf>) -> Result<(), BenchError> {
    let identity = folder.join("new/benchmark.json");
    if identity.is_file() {
        let identity: Identity = read(&identity)?;
        found.insert(identity.full_id, folder.to_owned());
        return Ok(());
    }
    let failed = |source| BenchError::Read { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_type().map_err(failed)?.is_dir() {
            walk(&entry.path(), found)?;
        }
    }
    Ok(())
}

fn read<T: for<'a> Deserialize<'a>>(path: &Path) -> Result<T, BenchError> {
    let text = fs::read_to_string(path).map_err(|source| BenchError::Read { path: path.to_owned(), source })?;
    serde_json::from_str(&text).map_err(|source| BenchError::NotCriterion { path: path.to_owned(), source })
}
