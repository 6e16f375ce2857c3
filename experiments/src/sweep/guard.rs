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
        if worked.is_ok() {
            let manifest = Manifest::read(folder).map_err(failed)?;
            claimed.remove_replaced(folder, &manifest).map_err(failed)?;
            fs::remove_file(workshop.join(CLAIM)).map_err(failed)?;
        }
        worked
    };
    if worked.is_err() {
        // Nothing may have been written: the folder goes if it is empty.
        let _ = fs::remove_file(folder.join(WORKSHOP).join(CLAIM)).and_then(|()| fs::remove_dir(folder.join(WORKSHOP)));
        let _ = fs::remove_dir(folder);
    }
    worked
}
