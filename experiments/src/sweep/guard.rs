//! Writing results that have no trials into a folder: those of a study that draws.

use std::fs;
use std::path::Path;

use super::lock::{FolderLock, WORKSHOP};
use super::outputs::{CLAIM, Claimed};
use super::run::RunError;
use crate::record::atomic;
use crate::record::manifest::Manifest;

/// Does the work that writes these files, and `spec.toml` with this text, into a folder: where no other process works, and
/// where all files of these names are the command's own.
///
/// # Errors
///
/// Those of the work; [`RunError::Held`], [`RunError::Foreign`] and [`RunError::Files`].
pub fn guarded<E: From<RunError>>(
    folder: &Path,
    names: &[String],
    text: &str,
    work: impl FnOnce() -> Result<(), E>,
) -> Result<(), E> {
    let failed = |source| RunError::Files { path: folder.to_owned(), source };
    let worked = {
        let _lock = FolderLock::take(folder)?;
        let workshop = folder.join(WORKSHOP);
        for folder in [folder, &workshop, &folder.join("figures")] {
            atomic::sweep(folder).map_err(failed)?;
        }
        let manifest = Manifest::read(folder).ok();
        let mut claimed = Claimed::read(&workshop).map_err(failed)?;
        let all = || names.iter().map(String::as_str);
        let foreign = claimed.foreign(folder, all(), text, manifest.as_ref()).map_err(failed)?;
        if !foreign.is_empty() {
            return Err(RunError::Foreign { path: folder.to_owned(), names: foreign.join(", ") }.into());
        }
        claimed.extend(&workshop, all(), manifest.as_ref()).map_err(failed)?;
        let worked = work();
        // All is written, though perhaps without a figure that could not be drawn.
        let own = blake3::hash(text.as_bytes()).to_hex();
        let manifest = Manifest::read(folder).ok().filter(|manifest| manifest.spec == own.as_str());
        if let Some(manifest) = &manifest {
            claimed.remove_replaced(folder, manifest).map_err(failed)?;
        }
        // What was written on the way to a manifest stays claimed: the same command goes on.
        let is_there = |name: &String| fs::symlink_metadata(folder.join(name)).is_ok();
        if manifest.is_some() || !names.iter().any(is_there) {
            fs::remove_file(workshop.join(CLAIM)).map_err(failed)?;
        }
        worked
    };
    if worked.is_err() {
        // Only where nothing has been written.
        let _ = fs::remove_dir(folder);
    }
    worked
}
