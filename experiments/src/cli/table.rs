//! `thalweg table`.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::CliError;
use super::folder::{criterion, parse_metric, with_configurations};
use crate::registry::Registry;
use crate::stats::Metric;
use thalweg_report::table::{self, Format};

/// Write a table of what a folder's trials found: the best settings of each method, their ranks, or a metric by any axes.
///
/// Settings are chosen by the median over seeds of the validation metric, where there is one, and never by the test split.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  thalweg table results/digits
  thalweg table results/digits --by lr,optimizer --metric final_test_accuracy --format latex
  thalweg table results/compare --ranks --format csv")]
pub(super) struct Table {
    /// A folder of results.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The metric by this axis, or by two, the second from left to right: a column of runs.csv, such as lr, optimizer or
    /// problem.
    #[arg(long, value_name = "A,B", value_delimiter = ',', num_args = 1..=2, conflicts_with = "ranks")]
    by: Vec<String>,
    /// The average ranks of methods over problems.
    #[arg(long)]
    ranks: bool,
    /// What is shown [default: final_validation_loss, or final_train_loss without a validation split].
    #[arg(long, value_name = "METRIC", value_parser = parse_metric)]
    metric: Option<Metric>,
    /// The language of the table.
    #[arg(long, value_enum, default_value_t)]
    format: Language,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Language {
    Csv,
    #[default]
    Markdown,
    Latex,
    Html,
}

impl Table {
    pub fn run(self, registry: &Arc<Registry>) -> Result<(), CliError> {
        let text = with_configurations(registry, &self.folder, |study, all| {
            let criterion = criterion(all, self.metric, &self.folder)?;
            let table = match &self.by[..] {
                [] if self.ranks => {
                    table::ranks(all, criterion).ok_or_else(|| CliError::NoRanks(study.name().to_owned()))?
                }
                [] => table::best(all, criterion),
                [rows] => table::pivot(all, criterion, (rows, None))?,
                [rows, columns, ..] => table::pivot(all, criterion, (rows, Some(columns)))?,
            };
            Ok(table.text(match self.format {
                Language::Csv => Format::Csv,
                Language::Markdown => Format::Markdown,
                Language::Latex => Format::Latex,
                Language::Html => Format::Html,
            }))
        })?;
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }
}
