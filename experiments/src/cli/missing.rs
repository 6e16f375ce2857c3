//! `thalweg missing`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::folder::study;
use super::progress::Bar;
use super::source::quoted;
use super::{CliError, Work, tell};
use crate::drawing::SPEC;
use crate::registry::Registry;
use crate::spec::{Spec, Study};
use crate::sweep::shards::{self, Gaps};

/// Say which chunks of a sweep are missing or damaged, and how to compute them; exit code 75 if there are any.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  thalweg missing /shared/my
  thalweg missing /shared/my --shards 500       as 3,17-20, for sbatch --array")]
pub(super) struct Missing {
    /// Folders with chunks.
    #[arg(value_name = "DIR", required = true)]
    folders: Vec<PathBuf>,
    /// Print the shards, of N, that have missing chunks, and nothing else.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    shards: Option<u64>,
    #[command(flatten)]
    work: Work,
}

impl Missing {
    pub fn run(self, registry: &Arc<Registry>) -> Result<(), CliError> {
        let (spec, folder) = sweep_of_all(registry, &self.folders)?;
        let bar = Bar::new(&spec.name, self.work.quiet);
        let found = shards::survey(&spec, &self.folders, (self.work.threads(), self.work.memory()), &bar)?;
        if found.chunks.is_empty() {
            if !self.work.quiet {
                tell(format_args!("all {} chunks are there", found.of));
            }
            return Ok(());
        }
        if let Some(count) = self.shards {
            writeln!(io::stdout().lock(), "{}", found.chunks.shards(count))?;
        }
        Err(gaps(&found, folder))
    }
}

/// The error that chunks are missing.
pub(super) fn gaps(found: &Gaps, folder: &Path) -> CliError {
    let chunks = found.chunks.to_string();
    let place = quoted(&folder.display().to_string());
    let spec = quoted(&folder.join(SPEC).display().to_string());
    let command = format!("thalweg run {spec} --out {place} --chunks {chunks}");
    CliError::Gaps { missing: found.chunks.len(), of: found.of, chunks, command }
}

/// The sweep whose chunks these folders hold, of which some may be empty, and the first that is not.
pub(super) fn sweep_of_all<'a>(registry: &Arc<Registry>, folders: &'a [PathBuf]) -> Result<(Spec, &'a Path), CliError> {
    let has_spec = |folder: &&PathBuf| folder.join(SPEC).exists();
    let folder = folders.iter().find(has_spec).unwrap_or(&folders[0]);
    Ok((sweep_of(registry, folder)?, folder))
}

/// The sweep whose chunks a folder holds.
pub(super) fn sweep_of(registry: &Arc<Registry>, folder: &Path) -> Result<Spec, CliError> {
    match study(registry, folder)? {
        Study::Sweep(spec) => Ok(*spec),
        Study::Drawing(drawing) => Err(CliError::NoTrials(drawing.name)),
    }
}
