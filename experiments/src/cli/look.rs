//! `thalweg look`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::CliError;
use super::folder::{criterion, parse_metric, with_configurations};
use crate::drawing::SPEC;
use crate::figure::words;
use crate::record::{self, Key, Sheet};
use crate::registry::Registry;
use crate::stats::{Configuration, CurveMetric, Metric, choose_best_of};
use thalweg_report::findings::{Criterion, overview, rankings};
use thalweg_report::terminal::{self, Line};

/// Show what a folder's trials found, in the terminal: the best settings, and a small plot; or one trial, with its settings, its
/// outcome, its curve and the command that runs it again.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  thalweg look results/digits
  thalweg look results/digits tc2d0898cd84302be      a trial
  thalweg look results/digits tc2d                   the first digits are enough")]
pub(super) struct Look {
    /// A folder of results.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// A trial, by its key in runs.csv or the beginning of it.
    #[arg(value_name = "KEY")]
    key: Option<String>,
    /// What is shown [default: final_validation_loss, or final_train_loss without a validation split].
    #[arg(long, value_name = "METRIC", value_parser = parse_metric)]
    metric: Option<Metric>,
}

impl Look {
    pub fn run(self, registry: &Arc<Registry>) -> Result<(), CliError> {
        let text = match &self.key {
            Some(key) => trial(&self.folder, key)?,
            None => with_configurations(registry, &self.folder, |study, all| {
                let criterion = criterion(all, self.metric, &self.folder)?;
                let mut text = format!(
                    "{}: {}\n\n{}",
                    study.name(),
                    study.title(),
                    overview(&rankings(all, criterion).0, all, criterion)
                );
                if let Some(plot) = plot(all, criterion) {
                    text += &format!("\n{plot}");
                }
                Ok(text)
            })?,
        };
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }
}

/// The median by the learning rate, or by the first axis of numbers, a line per method: of the first problem.
fn plot(all: &[Configuration<'_>], criterion: Criterion) -> Option<String> {
    let first = all.first()?;
    let own: Vec<Configuration<'_>> = all.iter().filter(|one| one.problem() == first.problem()).copied().collect();
    let varies = |column: &&String| {
        let numbers = own.iter().filter_map(|one| one.number(column));
        let mut numbers = numbers.peekable();
        numbers.peek().copied().is_some_and(|first| numbers.any(|number| number != first))
    };
    let names = first.hyperparameters();
    let column = names.iter().filter(|name| *name == "lr").chain(names).find(varies)?;
    let place = |one: &Configuration<'_>| one.number(column);
    let shown: Vec<Configuration<'_>> = own.iter().filter(|one| place(one).is_some()).copied().collect();
    let best = choose_best_of(&shown, criterion.chosen_by, |one, other| {
        one.series() == other.series() && place(one) == place(other)
    });
    let mut lines: Vec<Line> = Vec::new();
    for one in &best {
        let Some(point) = place(one).zip(one.spread(criterion.shown).map(|spread| spread.median)) else { continue };
        match lines.iter_mut().find(|(name, _)| *name == words::method(one.series())) {
            Some((_, points)) => points.push(point),
            None => lines.push((words::method(one.series()), vec![point])),
        }
    }
    let label = format!("median {} on {}", criterion.shown.label(), words::problem(first.problem()));
    terminal::plot(&lines, (&words::column(column), &label), [true, criterion.shown.lower_is_better()])
}

/// A single trial: its row, its curve, and the command that runs it again.
fn trial(folder: &Path, wanted: &str) -> Result<String, CliError> {
    let sheet = Sheet::open(&folder.join("runs.csv"))?;
    let columns: Vec<&str> = sheet.columns().iter().map(String::as_str).collect();
    let mut found: Vec<Vec<String>> = Vec::new();
    sheet.visit(&columns, |mut cells| {
        if cells.text(0).starts_with(wanted) {
            found.push((0..columns.len()).map(|column| cells.text(column).to_owned()).collect());
        }
        Ok::<(), CliError>(())
    })?;
    let row = match &found[..] {
        [] => return Err(CliError::NoTrial { folder: folder.to_owned(), key: wanted.to_owned() }),
        [row] => row,
        several => {
            return Err(CliError::SeveralTrials {
                key: wanted.to_owned(),
                count: several.len(),
                two: [several[0][0].clone(), several[1][0].clone()],
            });
        }
    };
    let width = columns.iter().map(|name| name.len()).max().unwrap_or(0);
    let cells = columns.iter().zip(row).filter(|(_, cell)| !cell.is_empty());
    let mut text: String = cells.map(|(name, cell)| format!("{name:width$}  {cell}\n")).collect();
    let key = row[0].as_str();
    if let Some(curve) = curve(folder, key)? {
        text += &format!("\n{curve}");
    }
    text += &format!("\nrun it again: thalweg run {} --only {key}\n", folder.join(SPEC).display());
    Ok(text)
}

/// The losses of a trial by step, if they were recorded.
fn curve(folder: &Path, key: &str) -> Result<Option<String>, CliError> {
    let path = folder.join("curves.csv");
    if Key::parse(key.as_bytes()).is_none() || !path.exists() {
        return Ok(None);
    }
    let rows = record::read_curves_of(&path, |own| own == key)?;
    let metrics = [CurveMetric::TrainLoss, CurveMetric::ValidationLoss];
    let line = |metric: &CurveMetric| {
        let points = rows.iter().filter_map(|row| Some((row.step as f64, metric.value(row)?))).collect::<Vec<_>>();
        (!points.is_empty()).then(|| (metric.label().to_owned(), points))
    };
    let lines: Vec<Line> = metrics.iter().filter_map(line).collect();
    Ok(terminal::plot(&lines, ("step", "loss"), [false, true]))
}
