//! Which spec a command is about.

use std::io::ErrorKind;
use std::path::Path;

use clap::Args;

use super::CliError;
use crate::input;
use crate::spec::{Spec, Study, shipped, shortened, suggestion};

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
    /// Reads the study.
    pub fn read(&self) -> Result<Study, CliError> {
        // A shipped name comes first: `thalweg run digits` means the same in every folder.
        if shipped::find(&self.spec).is_some() {
            return shipped_study(&self.spec, &self.set);
        }
        let path = Path::new(&self.spec);
        let text = match input::read_spec(path) {
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidFilename) => {
                return Err(unknown(&self.spec));
            }
            other => other.map_err(|source| CliError::Read { path: path.to_owned(), source })?,
        };
        Ok(Study::parse(&self.spec, &text, path.parent().unwrap_or(Path::new("")), &self.set)?)
    }

    /// Reads the spec of a sweep.
    pub fn read_sweep(&self) -> Result<Spec, CliError> {
        match self.read()? {
            Study::Sweep(spec) => Ok(*spec),
            Study::Drawing(drawing) => Err(CliError::NoTrials(drawing.name)),
        }
    }
}

/// Reads the shipped study of this name.
pub(super) fn shipped_study(name: &str, set: &[String]) -> Result<Study, CliError> {
    let shipped = shipped::find(name).ok_or_else(|| unknown(name))?;
    Ok(Study::parse(&format!("{name}.toml"), shipped.text, Path::new(""), set)?)
}

fn unknown(name: &str) -> CliError {
    let names: Vec<&str> = shipped::ALL.iter().map(|shipped| shipped.name).collect();
    let help = Some(suggestion(name, &names)).filter(|help| !help.is_empty());
    CliError::NoSpec { name: shortened(name).into_owned(), help }
}
