//! Files that users name: opened only if they are files, and read only up to a limit.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// The most bytes of a spec. A table of an optimizer takes a hundred times as much memory as text.
const MAX_SPEC: u64 = 8 << 20;

/// Opens a file, and tells how many bytes it has. A pipe could be silent for ever and a device never end: only files
/// are opened.
pub fn open(path: &Path) -> io::Result<(File, u64)> {
    let metadata = fs::metadata(path)?;
    // Folders have an error of their own, when they are read.
    if !metadata.is_file() && !metadata.is_dir() {
        return Err(io::Error::other("it is not a regular file"));
    }
    Ok((File::open(path)?, metadata.len()))
}

/// Reads a stream that may have at most `most` bytes.
pub fn read(stream: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::other(format!("it has more than {most} bytes")));
    }
    Ok(bytes)
}

/// Reads the text of a spec: a file, or what another process writes where the name is that of an open stream, such as
/// `/dev/stdin` or bash's `<(…)`.
pub fn read_spec(path: &Path) -> io::Result<String> {
    let is_stream = ["/dev/stdin", "/dev/fd", "/proc/self/fd"].iter().any(|stream| path.starts_with(stream));
    let file = if is_stream { File::open(path)? } else { open(path)?.0 };
    let bytes = read(file, MAX_SPEC)?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        io::Error::new(io::ErrorKind::InvalidData, format!("it is not UTF-8 text, see byte {at}"))
    })
}
