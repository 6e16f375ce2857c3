//! `thalweg show`.

use std::io::{self, Write};
use std::sync::Arc;

use clap::Args;

use super::CliError;
use crate::registry::Registry;
use crate::study::Text;

/// Show the text of a spec.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  thalweg show digits
  thalweg show my.toml --canonical")]
pub(super) struct Show {
    /// The name of a shipped spec (`thalweg list specs` shows them), or a TOML file.
    #[arg(value_name = "SPEC")]
    spec: String,
    /// With every default written out, as it is kept beside results.
    #[arg(long)]
    canonical: bool,
}

impl Show {
    pub fn run(self, registry: &Arc<Registry>) -> Result<(), CliError> {
        let text = Text::find(&self.spec)?;
        let text = if self.canonical { text.study(registry, &[])?.canonical().into() } else { text.text };
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }
}
