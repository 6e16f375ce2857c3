//! `thalweg findings`.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::CliError;
use super::folder::{criterion, parse_metric, with_configurations};
use crate::registry::Registry;
use crate::spec::defaults_of;
use crate::stats::Metric;
use thalweg_report::findings;

/// Write the sentences that a folder's numbers allow, one a line.
///
/// A method is "ahead of" another one where the sign test of trials with the same seeds, adjusted for the number of methods,
/// says so at the level of 5 %, and "not told apart from" it where it does not.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  thalweg findings results/digits
  thalweg findings results/digits --metric final_test_accuracy")]
pub(super) struct Findings {
    /// A folder of results.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// What methods are judged by [default: final_validation_loss, or final_train_loss without a validation split].
    #[arg(long, value_name = "METRIC", value_parser = parse_metric)]
    metric: Option<Metric>,
}

impl Findings {
    pub fn run(self, registry: &Arc<Registry>) -> Result<(), CliError> {
        let findings = with_configurations(registry, &self.folder, |_, all| {
            Ok(findings::findings(all, criterion(all, self.metric, &self.folder)?, &defaults_of(registry)))
        })?;
        let mut out = io::stdout().lock();
        findings.iter().try_for_each(|finding| writeln!(out, "{}", finding.text))?;
        Ok(out.flush()?)
    }
}
