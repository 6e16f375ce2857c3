//! `thalweg plot`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::folder::study;
use super::{CliError, isa, make};
use crate::drawing;
use crate::record::manifest::{self, Change, Manifest};
use crate::registry::Registry;
use crate::spec::{Spec, Study};
use crate::sweep::FolderLock;

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
    /// Draw from tables that are not those of the manifest, and leave the manifest as it is.
    #[arg(long)]
    unchecked: bool,
}

impl Plot {
    pub fn run(self, registry: &Arc<Registry>) -> Result<(), CliError> {
        self.folders.iter().try_for_each(|folder| plot(registry, folder, self.png, self.unchecked))
    }
}

fn plot(registry: &Arc<Registry>, folder: &Path, png: bool, unchecked: bool) -> Result<(), CliError> {
    let spec = match study(registry, folder)? {
        Study::Sweep(spec) => spec,
        Study::Drawing(drawing) => return make(&drawing, folder, folder, isa()?, png),
    };
    let _lock = FolderLock::take(folder)?;
    if unchecked {
        let steps_per_epoch = Manifest::read(folder).ok().and_then(|manifest| manifest.steps_per_epoch);
        return Ok(drawing::draw(&spec, folder, steps_per_epoch, png).complete()?);
    }
    let changes = read_manifest(folder)?.changes(folder);
    let changes = changes.map_err(|source| CliError::Read { path: folder.to_owned(), source })?;
    // Figures are drawn anew, and a sweep that keeps no tables says so itself.
    let is_kept = |change: &&Change| match change {
        Change::Missing(name) => spec.record.tables || !name.ends_with(".csv"),
        Change::Changed(_) => true,
    };
    let changes: Vec<String> = changes
        .iter()
        .filter(|change| !change.name().starts_with("figures/"))
        .filter(is_kept)
        .map(Change::to_string)
        .collect();
    if !changes.is_empty() {
        return Err(CliError::Changed { folder: folder.to_owned(), changes: changes.join(", ") });
    }
    redraw(&spec, folder, png)
}

fn read_manifest(folder: &Path) -> Result<Manifest, CliError> {
    let path = folder.join(manifest::FILE);
    Manifest::read(folder).map_err(|source| CliError::Read { path, source })
}

/// Draws the figures of a sweep again, from the tables in `folder`, which are those of its manifest.
pub(super) fn redraw(spec: &Spec, folder: &Path, png: bool) -> Result<(), CliError> {
    let manifest = read_manifest(folder)?;
    let drawn = drawing::draw(spec, folder, manifest.steps_per_epoch, png);
    // The manifest covers the figures too. The hashes of all else stay: tables may have gone.
    manifest
        .with_figures(folder, &drawn.files)
        .and_then(|manifest| manifest.write(folder))
        .map_err(|source| CliError::Write { path: folder.join(manifest::FILE), source })?;
    Ok(drawn.complete()?)
}
