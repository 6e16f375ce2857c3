//! `thalweg plot`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use super::CliError;
use crate::drawing::{self, SPEC};
use crate::record::manifest::Manifest;
use crate::spec::{Spec, Study};

/// Draw the figures of results again, from their CSV.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  thalweg plot results/digits --png")]
pub(super) struct Plot {
    /// Folders of results.
    #[arg(value_name = "DIR", required = true)]
    folders: Vec<PathBuf>,
    /// Draw them as PNG as well.
    #[arg(long)]
    png: bool,
}

impl Plot {
    pub fn run(self) -> Result<(), CliError> {
        self.folders.iter().try_for_each(|folder| plot(folder, self.png))
    }
}

fn plot(folder: &Path, png: bool) -> Result<(), CliError> {
    let path = folder.join(SPEC);
    let text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(CliError::NoResults(folder.to_owned())),
        other => other.map_err(|source| CliError::Read { path: path.clone(), source })?,
    };
    let spec = match Study::parse(&path.display().to_string(), &text, folder, &[])? {
        Study::Sweep(spec) => spec,
        Study::Drawing(drawing) => return Ok(drawing::make(&drawing, folder, folder, png)?),
    };
    redraw(&spec, folder, png)
}

/// Draws the figures of a sweep again, from the tables in `folder`.
pub(super) fn redraw(spec: &Spec, folder: &Path, png: bool) -> Result<(), CliError> {
    let path = folder.join(crate::record::manifest::FILE);
    let manifest = Manifest::read(folder).map_err(|source| CliError::Read { path: path.clone(), source })?;
    let steps_per_epoch = manifest.steps_per_epoch;
    let drawn = drawing::draw(spec, folder, steps_per_epoch, png);
    // The manifest covers the figures too.
    let tables = manifest.names().filter(|name| !name.starts_with("figures/")).cloned();
    let files: Vec<String> = tables.chain(drawn.files.iter().cloned()).collect();
    Manifest::of(folder, manifest.contract, &files)
        .and_then(|manifest| Manifest { steps_per_epoch, ..manifest }.write(folder))
        .map_err(|source| CliError::Write { path, source })?;
    Ok(drawn.complete()?)
}
