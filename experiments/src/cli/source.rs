//! Which spec a command is about.

use std::sync::Arc;

use clap::Args;

use super::CliError;
use crate::registry::Registry;
use crate::spec::{Spec, Study};
use crate::study;

/// A spec, and changes to it.
#[derive(Clone, Debug, Args)]
pub(super) struct Source {
    /// A TOML file, or the name of a shipped spec (`thalweg list specs` shows them).
    #[arg(value_name = "SPEC")]
    spec: String,
    /// Change a key of the spec, for example train.steps=100 or optimizer.0.lr=0.1; may be given several times.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

impl Source {
    /// The arguments that name the same spec.
    pub fn arguments(&self) -> String {
        let set = self.set.iter().map(|set| format!(" --set {}", quoted(set)));
        quoted(&self.spec) + &set.collect::<String>()
    }

    /// Reads the study.
    pub fn read(&self, registry: &Arc<Registry>) -> Result<Study, CliError> {
        Ok(study::read(registry, &self.spec, &self.set)?)
    }

    /// Reads the spec of a sweep.
    pub fn read_sweep(&self, registry: &Arc<Registry>) -> Result<Spec, CliError> {
        self.read_sweep_with(registry, &[])
    }

    /// Reads the spec of a sweep with more changes.
    pub fn read_sweep_with(&self, registry: &Arc<Registry>, changes: &[String]) -> Result<Spec, CliError> {
        let set: Vec<String> = self.set.iter().chain(changes).cloned().collect();
        match study::read(registry, &self.spec, &set)? {
            Study::Sweep(spec) => Ok(*spec),
            Study::Drawing(drawing) => Err(CliError::NoTrials(drawing.name)),
        }
    }
}

/// A text as a shell takes it for one word.
pub(super) fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}
