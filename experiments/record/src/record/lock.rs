//! One process per folder.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Seek, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

/// Who works in a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The number of the process.
    pub process: u32,
    /// The machine's name.
    pub host: String,
    /// Since when, as RFC 3339 in UTC.
    pub since: String,
}

impl Holder {
    /// Who holds, or last held, the lock of this file; nothing if there is no such file, or it does not say.
    pub fn read(path: &Path) -> Option<Self> {
        toml::from_str(&fs::read_to_string(path).ok()?).ok()
    }
}

/// A folder that no other process works in. The system gives it free when the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why a folder could not be locked.
#[derive(Debug)]
pub enum LockError {
    /// Another process works in it: this one, if it says so.
    Held(Option<Holder>),
    /// The lock could not be read or written.
    Io(io::Error),
}

impl From<io::Error> for LockError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Lock {
    /// Locks through this file, which then says who holds it: that is asked for once it is locked.
    ///
    /// # Errors
    ///
    /// If another process holds it, or the file cannot be opened.
    pub fn take(path: &Path, holder: &dyn Fn() -> Holder) -> Result<Self, LockError> {
        loop {
            let mut file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(LockError::Held(Holder::read(path)));
                }
                Err(TryLockError::Error(error)) => {
                    let problem = format!(
                        "{error}: it cannot be locked, as on some network disks; --out on another one can, and shards need no locks"
                    );
                    return Err(io::Error::new(error.kind(), problem).into());
                }
            }
            // The holder before may have removed the file after it was opened here: then others would lock a new one.
            if !is_same(&file, path)? {
                continue;
            }
            let text = toml::to_string(&holder()).map_err(io::Error::other)?;
            file.set_len(0)?;
            file.rewind()?;
            file.write_all(text.as_bytes())?;
            return Ok(Self { _file: file });
        }
    }
}

/// Whether an open file is the one that has this path now.
#[cfg(unix)]
fn is_same(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let own = file.metadata()?;
    match fs::metadata(path) {
        Ok(other) => Ok((own.dev(), own.ino()) == (other.dev(), other.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// An open file cannot be removed here.
#[cfg(not(unix))]
fn is_same(_: &File, _: &Path) -> io::Result<bool> {
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_holds_it_and_a_holder_that_is_gone_does_not_block() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let holder = |process| Holder { process, host: "here".to_owned(), since: "today".to_owned() };
        let first = Lock::take(&path, &|| holder(1)).unwrap();
        match Lock::take(&path, &|| holder(2)) {
            Err(LockError::Held(by)) => assert_eq!(by, Some(holder(1))),
            other => panic!("{other:?}"),
        }
        drop(first);
        let second = Lock::take(&path, &|| holder(2)).unwrap();
        // Removed by the one that holds it: the next one makes a new one.
        fs::remove_file(&path).unwrap();
        drop(second);
        Lock::take(&path, &|| holder(3)).unwrap();
        assert!(fs::read_to_string(&path).unwrap().contains("process = 3"));
    }
}
