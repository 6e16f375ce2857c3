//! `summary.csv`: a row a configuration.

use std::io::Write;
use std::path::Path;

use rayon::prelude::*;

use super::configuration::{Configuration, configurations};
use super::metric::Metric;
use crate::record::{Precision, RecordError, Runs, Setting, atomic, optional_cell};

/// What is said of each metric, as endings of its name.
const STATISTICS: [&str; 5] = ["median", "q25", "q75", "ci_low", "ci_high"];

/// Writes `summary.csv`, whole or not at all.
///
/// `problem,optimizer,<hyperparameters>,trials,diverged_share`, then for each [`Metric`] its median, quartiles and the 95 % bootstrap
/// interval of the median. Diverged trials count as the worst outcome; cells are empty for metrics that the problem does not have, and
/// intervals for a single trial.
///
/// # Errors
/// [`RecordError::Write`].
pub fn write_summary(path: &Path, runs: &Runs) -> Result<(), RecordError> {
    let rows: Vec<Vec<String>> = configurations(runs).par_iter().map(row).collect();
    atomic::write(path, |file| {
        let mut writer = csv::Writer::from_writer(file);
        write_header(&mut writer, &runs.hyperparameters)?;
        for row in &rows {
            writer.write_record(row)?;
        }
        writer.flush().map_err(csv::Error::from)
    })
    .map_err(|source| RecordError::Write { path: path.to_owned(), source })
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
