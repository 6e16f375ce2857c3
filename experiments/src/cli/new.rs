//! `thalweg new`.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::{CliError, tell};
use crate::registry::Registry;
use crate::spec::{Study, quoted, shipped};
use crate::study::Text;

/// Write a spec to start from.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  thalweg new my.toml                 a small sweep, with comments
  thalweg new my.toml --from digits   a shipped study as it is")]
pub(super) struct New {
    /// The file, which must not be there yet.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Take the text of a shipped study (`thalweg list specs` shows them).
    #[arg(long, value_name = "STUDY")]
    from: Option<String>,
}

/// What there is to start from where no study is named.
const FIRST: &str = include_str!("new.toml");

/// Its name.
const NAME: &str = "first";

impl New {
    pub fn run(self, registry: &Arc<Registry>) -> Result<(), CliError> {
        let text = match &self.from {
            Some(study) => Text::shipped(study)?.text,
            None => first(registry, &self.file).into(),
        };
        write_new(&self.file, &text)?;
        let file = self.file.display().to_string();
        let folder = self.file.parent().unwrap_or(Path::new(""));
        let study = Study::parse_with(registry, &file, &text, folder, &[])?;
        // A shipped name would be taken for the study.
        let file = if shipped::find(&file).is_some() { format!("./{file}") } else { file };
        tell(format_args!(
            "{file} is written; next: `thalweg run {file}`, whose results go to results/{}",
            study.name()
        ));
        Ok(())
    }
}

/// The text to start from, named after the file where its name is one that specs can have.
fn first(registry: &Arc<Registry>, file: &Path) -> String {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let named = FIRST.replacen(&quoted(NAME), &quoted(&stem), 1).replacen(
        &format!("results/{NAME}"),
        &format!("results/{stem}"),
        1,
    );
    let is_spec = Study::parse_with(registry, "", &named, Path::new(""), &[]).is_ok();
    if is_spec { named } else { FIRST.to_owned() }
}

/// Writes a file that is not there yet.
fn write_new(path: &Path, text: &str) -> Result<(), CliError> {
    let failed = |source| CliError::Write { path: path.to_owned(), source };
    let mut file = match File::create_new(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(CliError::Exists(path.to_owned())),
        file => file.map_err(failed)?,
    };
    file.write_all(text.as_bytes()).map_err(|error| {
        // Half of a spec is worth nothing.
        let _ = fs::remove_file(path);
        failed(error)
    })
}
