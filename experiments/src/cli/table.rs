//! `thalweg table`.

use std::collections::HashSet;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::CliError;
use super::folder::{criterion, parse_metric, with_configurations};
use crate::record::Sheet;
use crate::registry::Registry;
use crate::spec::defaults_of;
use crate::stats::{Configuration, Metric, Statistic, choose_best_of};
use thalweg_report::table::{self, Asked, Format};

/// Write a table of what a folder's trials found: the best settings of each method, their ranks, what tuning is worth, or a metric
/// by any axes; or of any other table of the folder.
///
/// Settings are chosen by the median over seeds of the validation metric, where there is one, and never by the test split.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  thalweg table results/digits
  thalweg table results/digits --by lr,optimizer --metric final_test_accuracy --format latex
  thalweg table results/digits --select optimizer=adam --by lr
  thalweg table results/compare --ranks --format csv
  thalweg table results/compare --regimes           defaults, one setting for all problems, and tuned on each
  thalweg table results/compare --tunability        what tuning saves each method
  thalweg table results/compare --budget            what the best of k settings costs
  thalweg table results/digits --file curves.csv --column train_loss --by step,optimizer --tuned
  thalweg table results/sam --file sharpness.csv --column eigenvalue --by sam --select step=1500..")]
pub(super) struct Table {
    /// A folder of results.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The metric by this axis, or by two, the second from left to right: a column of runs.csv, such as lr, optimizer or
    /// problem.
    #[arg(long, value_name = "A,B", value_delimiter = ',', num_args = 1..=2, group = "shown")]
    by: Vec<String>,
    /// Another table of the folder, such as curves.csv: its --column by one or two others.
    #[arg(long, value_name = "FILE", requires = "by", requires = "column")]
    file: Option<String>,
    /// The column of --file whose values are summed up.
    #[arg(long, value_name = "COLUMN", requires = "file")]
    column: Option<String>,
    /// What stands for the values of several rows of --file.
    #[arg(long, value_name = "NAME", default_value = "median", value_parser = parse_statistic, requires = "file")]
    statistic: Statistic,
    /// Of --file, the rows of those trials alone that have the best settings of their method on their problem.
    #[arg(long, requires = "file")]
    tuned: bool,
    /// The average ranks of methods over problems.
    #[arg(long, group = "shown")]
    ranks: bool,
    /// Each method with its defaults, with one setting for all problems (chosen on the others), and tuned on each problem.
    #[arg(long, group = "shown")]
    regimes: bool,
    /// What tuning on each problem saves each method, against its defaults and against one setting for all problems.
    #[arg(long, group = "shown")]
    tunability: bool,
    /// What the best of k settings costs that are drawn at random, and from which k on the methods keep their order.
    #[arg(long, group = "shown")]
    budget: bool,
    /// Of all trials, or of the rows of --file, those with these settings alone; problem and optimizer are settings as well. A
    /// range of numbers is LOW..HIGH, either of which may be missing.
    #[arg(long, value_name = "A=X,B=Y", value_delimiter = ',', value_parser = parse_setting)]
    select: Vec<(String, String)>,
    /// What is shown, or what --tuned chooses by [default: final_validation_loss, or final_train_loss without a validation split].
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
        let table = match (&self.file, &self.column, &self.by[..]) {
            (Some(file), Some(column), [rows, columns @ ..]) => {
                let columns = columns.first().map(String::as_str);
                let asked =
                    Asked { column, rows, columns, statistic: self.statistic, settings: &self.select, keys: None };
                self.of_file(registry, file, asked)?
            }
            _ => self.of_trials(registry)?,
        };
        let text = table.text(match self.format {
            Language::Csv => Format::Csv,
            Language::Markdown => Format::Markdown,
            Language::Latex => Format::Latex,
            Language::Html => Format::Html,
        });
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }

    /// A table of what trials ended at.
    fn of_trials(&self, registry: &Arc<Registry>) -> Result<table::Table, CliError> {
        with_configurations(registry, &self.folder, |study, all| {
            let all = &selected(all, &self.select)?[..];
            let criterion = criterion(all, self.metric, &self.folder)?;
            let defaults = defaults_of(registry);
            let none = |reason| CliError::NoTable { study: study.name().to_owned(), reason };
            Ok(match &self.by[..] {
                _ if self.regimes => table::regimes(all, criterion, &defaults).map_err(none)?,
                _ if self.tunability => table::tunability(all, criterion, &defaults).map_err(none)?,
                _ if self.budget => table::budget(all, criterion).map_err(none)?,
                [] if self.ranks => {
                    table::ranks(all, criterion).ok_or_else(|| CliError::NoRanks(study.name().to_owned()))?
                }
                [] => table::best(all, criterion),
                [rows] => table::pivot(all, criterion, (rows, None))?,
                [rows, columns, ..] => table::pivot(all, criterion, (rows, Some(columns)))?,
            })
        })
    }

    /// A table of any file of the folder.
    fn of_file(&self, registry: &Arc<Registry>, file: &str, asked: Asked<'_>) -> Result<table::Table, CliError> {
        let path = self.folder.join(file);
        let sheet = Sheet::open(&path)?;
        let table = if self.tuned {
            with_configurations(registry, &self.folder, |_, all| {
                let keys = self.tuned_keys(all)?;
                Ok(table::of_sheet(&sheet, Asked { keys: Some(&keys), ..asked })?)
            })?
        } else {
            table::of_sheet(&sheet, asked)?
        };
        if table.rows.is_empty() { Err(CliError::NoRows(path)) } else { Ok(table) }
    }

    /// The keys of the trials with the best settings of each method on each problem.
    fn tuned_keys(&self, all: &[Configuration<'_>]) -> Result<HashSet<String>, CliError> {
        let criterion = criterion(all, self.metric, &self.folder)?;
        let best = choose_best_of(all, criterion.chosen_by, |one, other| {
            (one.problem(), one.series()) == (other.problem(), other.series())
        });
        Ok(best.iter().flat_map(|one| one.runs()).map(|trial| trial.key().to_string()).collect())
    }
}

/// The statistic of that name, for arguments.
fn parse_statistic(name: &str) -> Result<Statistic, String> {
    let named = Statistic::ALL.into_iter().find(|statistic| statistic.name() == name);
    named.ok_or_else(|| format!("there are {}", Statistic::ALL.map(Statistic::name).join(", ")))
}

/// A setting that is asked for, as its column and its text.
fn parse_setting(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| format!("`{text}` is no COLUMN=VALUE, such as lr=0.1"))?;
    Ok((name.to_owned(), value.to_owned()))
}

/// The configurations that have these settings; of a column that is named several times, any of the values.
fn selected<'a>(all: &[Configuration<'a>], settings: &[(String, String)]) -> Result<Vec<Configuration<'a>>, CliError> {
    let mut left = all.to_vec();
    for (name, _) in settings {
        let wanted = || settings.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str());
        let kept: Vec<Configuration<'a>> =
            left.iter().filter(|one| wanted().any(|value| table::has(one, name, value))).copied().collect();
        if kept.is_empty() {
            return Err(CliError::NoSelection { column: name.clone(), there: table::values_of(&left, name)? });
        }
        left = kept;
    }
    Ok(left)
}
