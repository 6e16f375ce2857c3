//! `thalweg bench`.

mod ab;
mod compare;
mod record;
mod report;

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Subcommand, ValueEnum};
use thalweg_benchmarks::{BenchError, Comparison, Format, Machine, Store, Verdict};
use thalweg_kernels::Isa;

use super::CliError;
use crate::registry::Registry;

/// Keep what benches measured, and judge changes of speed.
///
/// `cargo bench` checks and times kernels and whole trainings. Its times become a record per machine and revision, and two
/// records, or two revisions that are measured in turns, a verdict for each benchmark: `improved`, `regressed`, `unchanged` or
/// `inconclusive`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo bench -- --quick && thalweg bench record && thalweg bench compare
  thalweg bench compare 4be0a4f HEAD --format markdown
  thalweg bench ab main --filter product/forward/thalweg/64x64
  thalweg bench report --png                charts and a page of the records")]
pub(super) struct Bench {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Record(record::Record),
    Compare(compare::Compare),
    Ab(ab::Ab),
    Report(report::Report),
}

impl Bench {
    pub fn run(self, registry: &Arc<Registry>) -> Result<(), CliError> {
        match self.command {
            Command::Record(command) => command.run(),
            Command::Compare(command) => command.run(),
            Command::Ab(command) => command.run(),
            Command::Report(command) => command.run(registry),
        }
    }
}

/// Where records are.
#[derive(Clone, Debug, Args)]
struct Records {
    /// The folder of records, with a folder per machine.
    #[arg(long, value_name = "DIR", default_value = "results/bench")]
    records: PathBuf,
}

impl Records {
    fn store(self) -> Store {
        Store { folder: self.records }
    }
}

/// What a change is, and how it is told.
#[derive(Clone, Debug, Args)]
struct Judgement {
    /// Changes up to this many percent of the time count as none.
    #[arg(long, value_name = "PERCENT", default_value_t = 1.0, value_parser = parse_percent)]
    threshold: f64,
    /// The language of the table.
    #[arg(long, value_enum, default_value_t)]
    format: Language,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Language {
    #[default]
    Text,
    Markdown,
    Json,
}

impl Judgement {
    fn share(&self) -> f64 {
        self.threshold / 100.0
    }

    /// Writes a comparison to standard output. Regressions are an error.
    fn say(&self, comparison: &Comparison) -> Result<(), CliError> {
        let text = comparison.text(match self.format {
            Language::Text => Format::Text,
            Language::Markdown => Format::Markdown,
            Language::Json => Format::Json,
        });
        let mut out = io::stdout().lock();
        out.write_all(text.map_err(io::Error::from)?.as_bytes())?;
        out.flush()?;
        match comparison.count(Verdict::Regressed) {
            0 => Ok(()),
            count => Err(CliError::Slower { count, of: comparison.findings.len() }),
        }
    }
}

fn parse_percent(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(percent),
        _ => Err("a number from 0 to 100 is needed".to_owned()),
    }
}

fn this_machine() -> Machine {
    Machine::here(Isa::best().name())
}

impl From<BenchError> for CliError {
    fn from(error: BenchError) -> Self {
        Self::Bench(Box::new(error))
    }
}
