//! Files that exist whole or not at all.

use std::fs::{self, File, Permissions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// How the names of temporary files begin and end.
const PREFIX: &str = ".thalweg-";
const SUFFIX: &str = ".tmp";

/// Removes the temporary files that a process left in a folder when it was killed. Nothing if there is no such folder.
///
/// # Errors
/// If the folder cannot be read, or a file not be removed.
pub fn sweep(folder: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        if name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX)) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Writes a file through `fill`, under a temporary name in the same folder until it is complete and on disk.
///
/// A reader sees the old file or the new one, whenever the process or the machine stops; if `fill` fails, the old file
/// stays and the temporary one is removed. The file gets the permissions of any new file (0666 less the umask).
///
/// # Errors
/// Those of `fill`, and those of creating, syncing and renaming the file.
pub fn write<E: From<io::Error>>(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<&mut File>) -> Result<(), E>,
) -> Result<(), E> {
    let mut pending = Pending::new(path)?;
    let mut writer = BufWriter::new(pending.file());
    fill(&mut writer)?;
    writer.flush()?;
    drop(writer);
    Ok(pending.keep()?)
}

/// A file that is being written, under a temporary name: it is removed unless it is kept.
#[derive(Debug)]
pub struct Pending {
    file: NamedTempFile,
    path: PathBuf,
}

impl Pending {
    /// Begins what shall be the file of this name.
    ///
    /// # Errors
    /// If no file can be created in its folder.
    pub fn new(path: &Path) -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX).suffix(SUFFIX);
        let permissions = new_file_permissions();
        if let Some(permissions) = permissions {
            builder.permissions(permissions);
        }
        Ok(Self { file: builder.tempfile_in(folder_of(path))?, path: path.to_owned() })
    }

    /// What is written to.
    pub fn file(&mut self) -> &mut File {
        self.file.as_file_mut()
    }

    /// Puts it on disk, and gives it its name.
    ///
    /// # Errors
    /// Those of syncing and renaming the file.
    pub fn keep(self) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        self.file.persist(&self.path).map_err(|failure| failure.error)?;
        sync_folder(folder_of(&self.path))
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Without this, temporary files are readable by their owner only.
#[cfg(unix)]
fn new_file_permissions() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn new_file_permissions() -> Option<Permissions> {
    None
}

/// Makes a folder, and those above it that are not there; their names are on disk then, so that what is written into it can be
/// found after a power cut. Nothing if it is there.
///
/// # Errors
/// If one cannot be made.
pub fn create_folder(path: &Path) -> io::Result<()> {
    if path.as_os_str().is_empty() || path.is_dir() {
        return Ok(());
    }
    create_folder(folder_of(path))?;
    match fs::create_dir(path) {
        // Another process was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => return Ok(()),
        made => made?,
    }
    match sync_folder(folder_of(path)) {
        // A folder of somebody else's, that takes files and shows none.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        synced => synced,
    }
}

/// Puts the names of a folder's files on disk: a rename is there when its folder is. Systems other than Unix have no such
/// call.
///
/// # Errors
/// If the folder cannot be synced.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        write(&path, |writer| writer.write_all(b"old")).unwrap();
        let failure = write(&path, |writer| {
            writer.write_all(b"new")?;
            Err(io::Error::other("stop"))
        });
        assert_eq!(failure.unwrap_err().to_string(), "stop");
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        write(&path, |writer| writer.write_all(b"new")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn folders_are_made_with_those_above_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/c");
        create_folder(&path).unwrap();
        create_folder(&path).unwrap();
        assert!(path.is_dir());
        fs::write(folder.path().join("file"), "x").unwrap();
        for name in ["file", "file/a"] {
            assert!(create_folder(&folder.path().join(name)).is_err(), "{name}");
        }
    }

    #[test]
    fn what_a_killed_process_left_is_swept_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        for name in [".thalweg-ab12.tmp", ".other.tmp", "thalweg-a.tmp", ".thalweg-rows"] {
            fs::write(folder.path().join(name), b"a").unwrap();
        }
        sweep(folder.path()).unwrap();
        sweep(&folder.path().join("nothing")).unwrap();
        assert!(!folder.path().join(".thalweg-ab12.tmp").exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
    }

    #[cfg(unix)]
    #[test]
    fn the_file_has_the_permissions_of_any_other() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        write(&path, |writer| writer.write_all(b"a")).unwrap();
        let other = folder.path().join("b.csv");
        fs::write(&other, b"b").unwrap();
        let mode = |path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&path), mode(&other));
    }
}
