//! `thalweg bench compare`.

use clap::Args;
use thalweg_benchmarks::compare::{Sides, compare};

use super::{Judgement, Records, this_machine};
use crate::cli::CliError;

/// Judge the records of two builds. The exit code is 1 if a benchmark regressed.
///
/// How much runs differ is taken from rounds, of which every `cargo bench` has four. Without any, no verdict is given; `bench ab`
/// needs no records and sees more.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  thalweg bench compare                     the newest build, and the newest clean one before it
  thalweg bench compare 4be0a4f             the newest build, and that one
  thalweg bench compare main HEAD --threshold 2
  thalweg bench compare results/bench/*/2026-11-*.csv --format json")]
pub(super) struct Compare {
    /// What was there before: a revision, the beginning of a build's name, or a table.
    #[arg(value_name = "A")]
    baseline: Option<String>,
    /// What is judged.
    #[arg(value_name = "B")]
    candidate: Option<String>,
    #[command(flatten)]
    judgement: Judgement,
    #[command(flatten)]
    records: Records,
}

impl Compare {
    pub fn run(self) -> Result<(), CliError> {
        let sides = Sides { baseline: self.baseline.as_deref(), candidate: self.candidate.as_deref() };
        let comparison = compare(&self.records.store(), &this_machine(), sides, self.judgement.share())?;
        self.judgement.say(&comparison)
    }
}
