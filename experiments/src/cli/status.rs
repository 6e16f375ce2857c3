//! `thalweg status`.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use thalweg_kernels::CONTRACT;

use super::CliError;
use super::process::{self, Life};
use crate::record::Holder;
use crate::registry::Registry;
use crate::spec::Study;
use crate::sweep::{ChunksInProgress, RowsInProgress, Status as Seen};

/// Show how far a folder of results is: what is done, who works there, what was changed. Nothing is written.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  thalweg status results/digits")]
pub(super) struct Status {
    /// A folder of results, finished or not.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

impl Status {
    pub fn run(self, registry: &Arc<Registry>) -> Result<(), CliError> {
        let seen = Seen::read(registry, &self.folder)
            .map_err(|source| CliError::Read { path: self.folder.clone(), source })?;
        if seen.is_empty() {
            return Err(CliError::NoResults(self.folder));
        }
        let mut out = io::stdout().lock();
        writeln!(out, "{}", self.folder.display())?;
        show(&seen, &mut out)?;
        Ok(out.flush()?)
    }
}

fn show(seen: &Seen, out: &mut impl Write) -> io::Result<()> {
    let life = seen.holder.as_ref().map(process::life);
    match (&seen.study, &seen.unreadable) {
        (Some(study), _) => writeln!(out, "  spec         {}: {}", study.name(), study.title())?,
        (None, Some(error)) => writeln!(out, "  spec         cannot be read: {error}")?,
        (None, None) => {}
    }
    writeln!(out, "  state        {}", state(seen, life))?;
    if let (Some(Study::Sweep(_)), Some(trials), true) = (&seen.study, seen.trials, seen.rows.is_empty()) {
        writeln!(out, "  trials       {trials} of {trials} are done")?;
    }
    for RowsInProgress { spec, contract, done, trials } in &seen.rows {
        let spec = if spec.is_empty() { String::new() } else { format!(" of `{spec}`") };
        let contract = other_contract(*contract);
        writeln!(out, "  trials       {done} of {trials}{spec} are done and kept{contract}")?;
    }
    if let Some(ChunksInProgress { chunks, done, trials }) = seen.chunks.filter(|chunks| chunks.chunks > 0) {
        writeln!(out, "  chunks       {chunks}, with {done} of {trials} trials")?;
    }
    let contracts = seen.manifest.iter().map(|m| m.contract).chain(seen.rows.iter().map(|rows| rows.contract));
    if let Some(contract) = contracts.max() {
        writeln!(out, "  contract     {contract}{}", other_contract(contract))?;
    }
    if let Some(manifest) = seen.manifest.as_ref().filter(|_| seen.changes.is_empty()) {
        writeln!(out, "  files        {}, as the manifest has them", manifest.names().count() + 1)?;
    }
    seen.changes.iter().try_for_each(|change| writeln!(out, "  files        {change}"))?;
    seen.undrawn.iter().try_for_each(|name| writeln!(out, "  files        {name} could not be drawn"))?;
    writeln!(out, "  process      {}", holder(seen.holder.as_ref(), life))
}

fn state(seen: &Seen, life: Option<Life>) -> &'static str {
    match life {
        Some(Life::Runs) => "in progress",
        _ if seen.is_complete() => "complete",
        Some(Life::Unknown) => "in progress, or left so",
        _ if seen.chunks.is_some() && seen.manifest.is_none() => {
            "in chunks: `thalweg merge` makes results of them, and `thalweg missing` says what is left"
        }
        _ if !seen.rows.is_empty() => "interrupted; the same command continues",
        _ if seen.study.is_none() && seen.manifest.is_none() => {
            "interrupted before any trial was kept; the same command begins anew"
        }
        _ => "not complete; the same command mends it",
    }
}

fn other_contract(contract: u32) -> String {
    if contract == CONTRACT { String::new() } else { format!(", but this program has contract {CONTRACT}") }
}

fn holder(holder: Option<&Holder>, life: Option<Life>) -> String {
    let Some(Holder { process, host, since }) = holder else { return "none works here".to_owned() };
    let process = format!("{process} on {host}, since {since}");
    match life {
        Some(Life::Runs) => process,
        Some(Life::Over) => format!("none works here; {process}, ended without tidying up"),
        _ => format!("{process}; whether it still works there is not to be seen from here"),
    }
}
