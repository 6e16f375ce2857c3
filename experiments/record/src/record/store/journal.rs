//! Rows of pieces that are not sealed yet, on disk.
//!
//! A file is whole or worthless: it ends with the BLAKE3 of all that is before. In between, little endian: the name of
//! the format, the sweep's identity, the number of trials, each trial's number and where its rows end in each table, and
//! the rows, table by table. Trials ascend.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::Identity;
use super::batch::{Batch, Places};
use crate::record::atomic;

/// The name of the format, and its version.
const MAGIC: &[u8; 16] = b"thalweg rows 1\r\n";

/// Bytes before the trials.
const HEADER: usize = MAGIC.len() + 32 + 8;

/// Bytes of a trial in the list, where there are so many tables.
fn entry(tables: usize) -> usize {
    4 + 8 * tables
}

/// Bytes that are read at once.
const CHUNK: u64 = 256 << 10;

/// A journal that has been written, or read and found whole.
#[derive(Debug)]
pub(super) struct Journal {
    pub path: PathBuf,
    /// Its trials, and where their rows end.
    pub places: Places,
    /// How many tables there are.
    tables: usize,
    /// Trials whose piece is not sealed.
    pub open: usize,
}

impl Journal {
    /// Writes the rows of a merged batch to a file of its own.
    pub fn write(path: PathBuf, identity: &Identity, batch: &Batch) -> io::Result<Self> {
        let mut hasher = blake3::Hasher::new();
        atomic::write(&path, |file| {
            let mut put = |bytes: &[u8]| {
                hasher.update(bytes);
                file.write_all(bytes)
            };
            put(MAGIC)?;
            put(identity.sweep.as_bytes())?;
            put(&(batch.len() as u64).to_le_bytes())?;
            let mut list = Vec::with_capacity(batch.len() * entry(identity.tables.len()));
            for (trial, ends) in batch.places().iter() {
                list.extend_from_slice(&trial.to_le_bytes());
                ends.iter().for_each(|end| list.extend_from_slice(&end.to_le_bytes()));
            }
            put(&list)?;
            batch.tables().into_iter().try_for_each(&mut put)?;
            file.write_all(hasher.finalize().as_bytes())
        })?;
        Ok(Self { path, places: batch.places().clone(), tables: identity.tables.len(), open: batch.len() })
    }

    /// Reads a file; nothing if it is not whole, or of another sweep.
    pub fn read(path: &Path, identity: &Identity) -> io::Result<Option<(Self, Batch)>> {
        let bytes = fs::read(path)?;
        Ok(parse(&bytes, identity).map(|batch| {
            let (path, places, tables) = (path.to_owned(), batch.places().clone(), identity.tables.len());
            (Self { path, places, tables, open: batch.len() }, batch)
        }))
    }

    /// Where the rows of a table begin in the file.
    fn start(&self, table: usize) -> u64 {
        let before: u64 = self.places.ends()[..table].iter().sum();
        (HEADER + self.places.trials().len() * entry(self.tables)) as u64 + before
    }

    /// A reader of a table's rows.
    pub fn reader(&self, table: usize) -> Reader<'_> {
        Reader { journal: self, table, at: 0, buffer: Vec::new(), first: 0 }
    }
}

fn parse(bytes: &[u8], identity: &Identity) -> Option<Batch> {
    let (content, hash) = bytes.split_at_checked(bytes.len().checked_sub(32)?)?;
    let (header, rest) = content.split_at_checked(HEADER)?;
    let is_own = header.starts_with(MAGIC) && header[MAGIC.len()..].starts_with(identity.sweep.as_bytes());
    if !is_own || blake3::hash(content) != *<&[u8; 32]>::try_from(hash).ok()? {
        return None;
    }
    let count = u64::from_le_bytes(header[HEADER - 8..].try_into().ok()?);
    let (tables, size) = (identity.tables.len(), entry(identity.tables.len()));
    let (list, mut rows) = rest.split_at_checked(usize::try_from(count).ok()?.checked_mul(size)?)?;
    let mut places = Places::new(tables);
    for entry in list.chunks_exact(size) {
        let (trial, ends) = entry.split_first_chunk()?;
        places.push(u32::from_le_bytes(*trial), ends.as_chunks().0.iter().map(|end| u64::from_le_bytes(*end)));
    }
    let mut bytes = Vec::with_capacity(tables);
    for end in places.ends() {
        let own;
        (own, rows) = rows.split_at_checked(usize::try_from(end).ok()?)?;
        bytes.push(own.to_vec());
    }
    Some(Batch::at(places, bytes))
}

/// Rows of a journal in the order of the trials.
///
/// The file is opened for every chunk: a long sweep has more journals than a process may have open files.
pub(super) struct Reader<'a> {
    journal: &'a Journal,
    table: usize,
    /// The next trial in the list.
    at: usize,
    buffer: Vec<u8>,
    /// Where the buffer begins among the rows.
    first: usize,
}

impl Reader<'_> {
    /// The rows of a trial, none of which has been asked for after a later one.
    pub fn rows(&mut self, trial: u32) -> io::Result<&[u8]> {
        let places = &self.journal.places;
        self.at += places.trials()[self.at..].partition_point(|other| *other < trial);
        let span = places.span(self.table, self.at);
        if span.end > self.first + self.buffer.len() {
            let mut file = File::open(&self.journal.path)?;
            file.seek(SeekFrom::Start(self.journal.start(self.table) + span.start as u64))?;
            let rows = places.ends()[self.table] - span.start as u64;
            self.buffer.clear();
            file.take(rows.min(CHUNK.max(span.len() as u64))).read_to_end(&mut self.buffer)?;
            self.first = span.start;
        }
        let rows = self.buffer.get(span.start - self.first..span.end - self.first);
        rows.ok_or_else(|| io::Error::other(format!("{} became shorter", self.journal.path.display())))
    }
}
