//! `summary.csv`: one row per configuration.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::bootstrap::MedianIntervals;
use super::configuration::{Configuration, Spread};
use super::metric::Metric;
use crate::record::{self, Precision, Quantities, RecordError, RunsTable, Trials, atomic};

/// The statistics of each metric, as endings of its name.
const STATISTICS: [&str; 5] = ["median", "q25", "q75", "ci_low", "ci_high"];

/// Writes `summary.csv` of the `runs.csv` of a sweep, whole or not at all, on the threads of the current pool.
///
/// `problem,optimizer,<hyperparameters>,trials,diverged_share`, then for each [`Metric`] its median, quartiles and the
/// 95 % bootstrap interval of the median. Diverged trials count as the worst outcome; metrics that the problem does not
/// have are empty cells, and so are intervals of a single trial.
///
/// The trials of a configuration are adjacent in a sweep's `runs.csv`, which is read in batches: it may be larger than
/// memory.
///
/// # Errors
/// If `runs.csv` cannot be read, or [`RecordError::Write`].
pub fn write_summary(path: &Path, runs: &Path) -> Result<(), RecordError> {
    let quantities = record::quantities_by_problem(RunsTable::open(runs)?)?;
    let table = RunsTable::open(runs)?;
    let write = |file: &mut BufWriter<&mut File>| -> Result<(), Failure> {
        file.write_all(&header(&table.hyperparameters))?;
        record::read_in_batches(table, |trials| Ok(rows(&trials, &quantities)), |rows| Ok(file.write_all(&rows)?))
    };
    atomic::write(path, write).map_err(|failure| match failure {
        Failure::Read(error) => error,
        Failure::Write(error) => RecordError::Write { path: path.to_owned(), source: error.into() },
    })
}

/// Writes `summary.csv` by some columns of `runs.csv`, besides the problem: trials that differ in others are pooled. The
/// columns of others are left out, and the cells of optimizers that are pooled are empty.
///
/// # Errors
/// Those of [`write_summary`].
pub fn write_summary_by(path: &Path, runs: &Path, columns: &[String]) -> Result<(), RecordError> {
    let mut trials = record::read_trials(runs, Quantities::ALL)?;
    let quantities = record::quantities_by_problem(RunsTable::open(runs)?)?;
    trials.keep(columns);
    let write = |file: &mut BufWriter<&mut File>| -> io::Result<()> {
        file.write_all(&header(&trials.hyperparameters))?;
        file.write_all(&rows(&trials, &quantities))
    };
    atomic::write(path, write).map_err(|source| RecordError::Write { path: path.to_owned(), source: source.into() })
}

/// What can go wrong while one table is made from another.
enum Failure {
    Read(RecordError),
    Write(io::Error),
}

impl From<RecordError> for Failure {
    fn from(error: RecordError) -> Self {
        Self::Read(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Write(error)
    }
}

fn header(hyperparameters: &[String]) -> Vec<u8> {
    let mut header = b"problem,optimizer".to_vec();
    for name in hyperparameters {
        header.push(b',');
        append_text(name, &mut header);
    }
    header.extend(b",trials,diverged_share");
    for metric in Metric::ALL {
        STATISTICS.iter().for_each(|statistic| header.extend(format!(",{}_{statistic}", metric.name()).bytes()));
    }
    header.push(b'\n');
    header
}

/// The rows of all configurations of these trials.
fn rows(trials: &Trials, quantities: &HashMap<String, Quantities>) -> Vec<u8> {
    let mut rows = Vec::new();
    let (mut intervals, mut outcomes) = (MedianIntervals::default(), Vec::new());
    for place in 0..trials.configurations() {
        let configuration = Configuration::new(trials, place, quantities[trials.problem(place)]);
        append_row(&configuration, &mut rows, &mut intervals, &mut outcomes);
    }
    rows
}

fn append_row(
    configuration: &Configuration<'_>,
    row: &mut Vec<u8>,
    intervals: &mut MedianIntervals,
    outcomes: &mut Vec<f64>,
) {
    append_text(configuration.problem(), row);
    row.push(b',');
    append_text(configuration.optimizer(), row);
    for hyperparameter in 0..configuration.hyperparameters().len() {
        row.push(b',');
        if let Some(setting) = configuration.setting_of(hyperparameter) {
            append_text(&setting.cell(), row);
        }
    }
    row.extend(format!(",{},", configuration.runs().len()).bytes());
    Precision::F64.append(configuration.diverged_share(), row);
    for metric in Metric::ALL {
        configuration.collect(metric, outcomes);
        let spread = Spread::of(outcomes);
        let interval = intervals.of(outcomes);
        let statistics = [
            spread.map(|spread| spread.median),
            spread.map(|spread| spread.q25),
            spread.map(|spread| spread.q75),
            interval.map(|interval| interval.low),
            interval.map(|interval| interval.high),
        ];
        for value in statistics {
            row.push(b',');
            if let Some(value) = value {
                Precision::F64.append(value, row);
            }
        }
    }
    row.push(b'\n');
}

/// Appends a cell of text, in quotes where it needs them.
fn append_text(text: &str, row: &mut Vec<u8>) {
    if !text.contains([',', '"', '\n', '\r']) {
        return row.extend(text.bytes());
    }
    row.push(b'"');
    row.extend(text.replace('"', "\"\"").bytes());
    row.push(b'"');
}
