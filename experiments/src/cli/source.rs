//! Which spec a command is about.

use std::borrow::Cow;
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
        Text::find(&self.spec)?.study(&self.set)
    }

    /// Reads the spec of a sweep.
    pub fn read_sweep(&self) -> Result<Spec, CliError> {
        match self.read()? {
            Study::Sweep(spec) => Ok(*spec),
            Study::Drawing(drawing) => Err(CliError::NoTrials(drawing.name)),
        }
    }
}

/// The text of a spec.
pub(super) struct Text<'a> {
    /// What its errors call it.
    file: Cow<'a, str>,
    pub text: Cow<'static, str>,
    /// Where its relative paths start.
    folder: &'a Path,
}

impl<'a> Text<'a> {
    /// That of a shipped spec or of a file.
    pub fn find(spec: &'a str) -> Result<Self, CliError> {
        // A shipped name comes first: `thalweg run digits` means the same in every folder.
        if shipped::find(spec).is_some() {
            return Self::shipped(spec);
        }
        let path = Path::new(spec);
        let text = match input::read_spec(path) {
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidFilename) => {
                return Err(unknown(spec));
            }
            other => other.map_err(|source| CliError::Read { path: path.to_owned(), source })?,
        };
        let folder = path.parent().unwrap_or(Path::new(""));
        Ok(Self { file: Cow::Borrowed(spec), text: Cow::Owned(text), folder })
    }

    /// That of a shipped spec.
    pub fn shipped(name: &str) -> Result<Self, CliError> {
        let shipped = shipped::find(name).ok_or_else(|| unknown(name))?;
        let file = Cow::Owned(format!("{name}.toml"));
        Ok(Self { file, text: Cow::Borrowed(shipped.text), folder: Path::new("") })
    }

    /// What it says, with some changes.
    pub fn study(&self, set: &[String]) -> Result<Study, CliError> {
        Ok(Study::parse(&self.file, &self.text, self.folder, set)?)
    }
}

/// Reads the shipped study of this name.
pub(super) fn shipped_study(name: &str, set: &[String]) -> Result<Study, CliError> {
    Text::shipped(name)?.study(set)
}

fn unknown(name: &str) -> CliError {
    let names: Vec<&str> = shipped::ALL.iter().map(|shipped| shipped.name).collect();
    let help = Some(suggestion(name, &names)).filter(|help| !help.is_empty());
    CliError::NoSpec { name: shortened(name).into_owned(), help }
}
