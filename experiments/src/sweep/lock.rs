//! One process per folder of results.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::run::RunError;
use crate::record::{Holder, Lock, LockError, atomic};

/// The folder, in that of the results, of all that the command needs while it works there.
pub(super) const WORKSHOP: &str = ".thalweg";

/// The file through which it is locked.
const LOCK: &str = "lock";

/// The name of this machine, which the command alone asks for.
pub(super) fn host() -> String {
    #[cfg(feature = "cli")]
    let name = gethostname::gethostname().to_string_lossy().into_owned();
    #[cfg(not(feature = "cli"))]
    let name = "an unknown machine".to_owned();
    name
}

/// A folder of results that no other process works in.
#[derive(Debug)]
pub struct FolderLock {
    workshop: PathBuf,
    _lock: Lock,
}

impl FolderLock {
    /// Who works in a folder, or did when it was left, as far as its lock says; the lock is not touched.
    pub fn holder(folder: &Path) -> Option<Holder> {
        Holder::read(&folder.join(WORKSHOP).join(LOCK))
    }

    /// Locks a folder, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// [`RunError::Held`] if another process works in it, [`RunError::Files`] if it cannot be locked.
    pub fn take(folder: &Path) -> Result<Self, RunError> {
        let failed = |source| RunError::Files { path: folder.to_owned(), source };
        let workshop = folder.join(WORKSHOP);
        let holder = || Holder {
            process: std::process::id(),
            host: host(),
            since: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
        };
        loop {
            atomic::create_folder(&workshop).map_err(failed)?;
            match Lock::take(&workshop.join(LOCK), &holder) {
                Ok(lock) => return Ok(Self { workshop, _lock: lock }),
                // Its last holder has just removed the folder.
                Err(LockError::Io(error)) if error.kind() == io::ErrorKind::NotFound => {}
                Err(LockError::Io(error)) => return Err(failed(error)),
                Err(LockError::Held(by)) => {
                    return Err(RunError::Held { path: folder.to_owned(), by: by.unwrap_or_default() });
                }
            }
        }
    }
}

/// The file goes, and the folder if nothing else is in it.
impl Drop for FolderLock {
    fn drop(&mut self) {
        let _ = fs::remove_file(self.workshop.join(LOCK)).and_then(|()| fs::remove_dir(&self.workshop));
    }
}
