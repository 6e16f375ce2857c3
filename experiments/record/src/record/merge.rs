//! Putting the parts of a table together.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

/// Bytes that are read at once.
const CHUNK: usize = 64 << 10;

/// A table's rows in one part, read from the first to the last.
///
/// The file is opened for every chunk: a long sweep has more parts than a process may have open files.
pub(super) struct PartRows {
    path: PathBuf,
    /// Where the file goes on after the buffer.
    offset: u64,
    buffer: Vec<u8>,
    /// Where the next row begins in the buffer.
    next: usize,
    is_over: bool,
}

impl PartRows {
    /// The rows of a file, none if there is no such file.
    pub fn new(path: PathBuf) -> Self {
        Self { path, offset: 0, buffer: Vec::new(), next: 0, is_over: false }
    }

    /// Copies the next rows as long as they begin with `key`.
    pub fn copy(&mut self, key: &[u8], out: &mut impl Write) -> io::Result<()> {
        while let Some(end) = self.row()? {
            let row = &self.buffer[self.next..end];
            if !row.starts_with(key) {
                break;
            }
            out.write_all(row)?;
            self.next = end;
        }
        Ok(())
    }

    /// Whether all rows have been copied.
    pub fn is_over(&mut self) -> io::Result<bool> {
        Ok(self.row()?.is_none())
    }

    /// Where the next row ends in the buffer; none after the last one.
    fn row(&mut self) -> io::Result<Option<usize>> {
        loop {
            if let Some(length) = self.buffer[self.next..].iter().position(|byte| *byte == b'\n') {
                return Ok(Some(self.next + length + 1));
            }
            if self.is_over {
                // The memory is no longer needed.
                self.buffer = Vec::new();
                self.next = 0;
                return Ok(None);
            }
            self.read()?;
        }
    }

    /// Reads the next chunk behind what is left of the last one.
    fn read(&mut self) -> io::Result<()> {
        self.buffer.drain(..self.next);
        self.next = 0;
        let mut file = match File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && self.offset == 0 => {
                self.is_over = true;
                return Ok(());
            }
            file => file?,
        };
        file.seek(SeekFrom::Start(self.offset))?;
        let read = file.take(CHUNK as u64).read_to_end(&mut self.buffer)?;
        self.offset += read as u64;
        self.is_over = read == 0;
        Ok(())
    }
}
