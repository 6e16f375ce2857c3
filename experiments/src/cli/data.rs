//! `thalweg data`.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::source::Source;
use super::{CliError, Work, tell};
use crate::registry::Registry;
use crate::sweep::{DATA, Plan, check_data, write_data, write_data_to};

/// Write the examples of a spec as a table: features and targets as networks see them, one row per example.
///
/// They are split, scaled and corrupted as the spec has it, and rounded to the precision of its trials. Columns tell the problems
/// of a sweep apart, and the splits; class is the name of the class whose number is the target. `[record] data = true` writes
/// the same table beside results.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  thalweg data digits | head -3
  thalweg data my.toml --set problem.samples=200 --out moons.csv")]
pub(super) struct Data {
    #[command(flatten)]
    source: Source,
    /// The file, or the folder that gets a data.csv [default: standard output].
    #[arg(long, value_name = "FILE|DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    work: Work,
}

impl Data {
    pub fn run(self, registry: &Arc<Registry>) -> Result<(), CliError> {
        let mut spec = self.source.read_sweep(registry)?;
        if spec.network.is_none() {
            return Err(CliError::NoExamples(spec.name));
        }
        spec.record.data = true;
        let (files, data, plan) = Plan::read(&spec, self.work.memory())?;
        check_data(&spec, &plan)?;
        let Some(out) = self.out else {
            return Ok(write_data(&spec, &plan, (&data, &files), &mut io::stdout().lock())?);
        };
        let path = if out.is_dir() { out.join(DATA) } else { out };
        write_data_to(&spec, &plan, (&data, &files), &path)
            .map_err(|source| CliError::Write { path: path.clone(), source })?;
        if !self.work.quiet {
            tell(format_args!("wrote {}", path.display()));
        }
        Ok(())
    }
}
