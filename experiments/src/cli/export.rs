//! `thalweg export`.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::missing::sweep_of;
use super::progress::Bar;
use super::{CliError, Work, tell};
use crate::registry::Registry;
use crate::sweep::shards;

/// Write the tables of a result's trials in another format.
///
/// Each file's metadata has the number of the result (`thalweg.id`), the contract and the spec. Files of Parquet are no part of the
/// result: what they hold is, and their bytes belong to whoever wrote them.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  thalweg export results/digits --parquet --out tables
  duckdb -c \"SELECT value FROM parquet_kv_metadata('tables/runs.parquet') WHERE key = 'thalweg.id'\"")]
pub(super) struct Export {
    /// A folder of results, finished or in chunks.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// As Parquet: DIR/<table>.parquet, with typed columns.
    #[arg(long, required = true)]
    parquet: bool,
    /// The folder for the files [default: that of the results].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    work: Work,
}

impl Export {
    pub fn run(self, registry: &Arc<Registry>) -> Result<(), CliError> {
        let spec = sweep_of(registry, &self.folder)?;
        let out = self.out.as_ref().unwrap_or(&self.folder);
        let bar = Bar::new(&spec.name, self.work.quiet);
        let written = shards::export_parquet(&spec, (&self.folder, out), self.work.means()?, &bar)?;
        if !self.work.quiet {
            written.iter().for_each(|path| tell(path.display()));
        }
        Ok(())
    }
}
