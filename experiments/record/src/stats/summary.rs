//! `summary.csv`: one row per configuration.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use rayon::prelude::*;

use super::configuration::Configuration;
use super::metric::Metric;
use crate::record::{self, Precision, RecordError, Run, Setting, atomic, optional_cell};

/// The statistics of each metric, as endings of its name.
const STATISTICS: [&str; 5] = ["median", "q25", "q75", "ci_low", "ci_high"];

/// Rows of `runs.csv` that are summarised together.
const TOGETHER: usize = 4096;

/// Writes `summary.csv` of the `runs.csv` of a sweep, whole or not at all.
///
/// `problem,optimizer,<hyperparameters>,trials,diverged_share`, then for each [`Metric`] its median, quartiles and the
/// 95 % bootstrap interval of the median. Diverged trials count as the worst outcome; metrics that the problem does not
/// have are empty cells, and so are intervals of a single trial.
///
/// The trials of a configuration are adjacent in a sweep's `runs.csv`, which is read row by row: it may be larger than
/// memory.
///
/// # Errors
/// If `runs.csv` cannot be read, or [`RecordError::Write`].
pub fn write_summary(path: &Path, runs: &Path) -> Result<(), RecordError> {
    let mut metrics: HashMap<String, Vec<Metric>> = HashMap::new();
    let header = record::visit_runs(runs, |run| {
        let known = metrics.entry(run.problem.clone()).or_default();
        for metric in Metric::ALL {
            if !known.contains(&metric) && metric.exists_in([&run]) {
                known.push(metric);
            }
        }
        Ok::<(), RecordError>(())
    })?;
    let names = &header.hyperparameters;
    let write = |file: &mut BufWriter<&mut File>| -> Result<(), Failure> {
        let mut writer = csv::Writer::from_writer(file);
        write_header(&mut writer, names)?;
        let mut waiting: Vec<Run> = Vec::new();
        record::visit_runs(runs, |run| {
            if waiting.len() >= TOGETHER && waiting.last().is_some_and(|last| !is_same(last, &run)) {
                write_rows(&mut writer, &waiting, names, &metrics)?;
                waiting.clear();
            }
            waiting.push(run);
            Ok::<(), Failure>(())
        })?;
        write_rows(&mut writer, &waiting, names, &metrics)?;
        Ok(writer.flush()?)
    };
    atomic::write(path, write).map_err(|failure| match failure {
        Failure::Read(error) => error,
        Failure::Write(source) => RecordError::Write { path: path.to_owned(), source },
    })
}

/// What can go wrong while one table is made from another.
enum Failure {
    Read(RecordError),
    Write(csv::Error),
}

impl From<RecordError> for Failure {
    fn from(error: RecordError) -> Self {
        Self::Read(error)
    }
}

impl From<csv::Error> for Failure {
    fn from(error: csv::Error) -> Self {
        Self::Write(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Write(error.into())
    }
}

/// Whether two trials are of one configuration.
fn is_same(one: &Run, other: &Run) -> bool {
    (&one.problem, &one.optimizer, &one.settings) == (&other.problem, &other.optimizer, &other.settings)
}

/// Writes the rows of the configurations of these trials, which must be complete.
fn write_rows<W: Write>(
    writer: &mut csv::Writer<W>,
    runs: &[Run],
    hyperparameters: &[String],
    metrics: &HashMap<String, Vec<Metric>>,
) -> csv::Result<()> {
    let groups: Vec<Configuration<'_>> = runs
        .chunk_by(is_same)
        .map(|runs| Configuration::new(hyperparameters, runs.iter().collect(), metrics[&runs[0].problem].clone()))
        .collect();
    let rows: Vec<Vec<String>> = groups.par_iter().map(row).collect();
    rows.iter().try_for_each(|row| writer.write_record(row))
}

fn write_header<W: Write>(writer: &mut csv::Writer<W>, hyperparameters: &[String]) -> csv::Result<()> {
    for name in ["problem", "optimizer"].into_iter().chain(hyperparameters.iter().map(String::as_str)) {
        writer.write_field(name)?;
    }
    writer.write_field("trials")?;
    writer.write_field("diverged_share")?;
    let statistics = |metric: Metric| STATISTICS.map(|statistic| format!("{}_{statistic}", metric.name()));
    writer.write_record(Metric::ALL.into_iter().flat_map(statistics))
}

fn row(configuration: &Configuration<'_>) -> Vec<String> {
    let settings = configuration.settings().iter();
    let mut row = vec![configuration.problem().to_owned(), configuration.optimizer().to_owned()];
    row.extend(settings.map(|setting| setting.as_ref().map(Setting::text).unwrap_or_default()));
    row.push(configuration.runs.len().to_string());
    row.push(Precision::F64.format(configuration.diverged_share()));
    for metric in Metric::ALL {
        let spread = configuration.spread(metric);
        let interval = configuration.interval(metric);
        let statistics = [
            spread.map(|spread| spread.median),
            spread.map(|spread| spread.q25),
            spread.map(|spread| spread.q75),
            interval.map(|interval| interval.low),
            interval.map(|interval| interval.high),
        ];
        row.extend(statistics.map(|value| optional_cell(Precision::F64, value)));
    }
    row
}
