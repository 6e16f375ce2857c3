//! Rows of pieces that are not sealed yet, on disk.
//!
//! A file is whole or worthless: it ends with the BLAKE3 of all that is before. In between, little endian: the name of
//! the format, the sweep's identity, the number of trials, each trial's number and where its rows end in each table, and
//! the rows, table by table. Trials ascend.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::batch::{Batch, Places, span};
use super::{Identity, TABLES};
use crate::record::atomic;

/// The name of the format, and its version.
const MAGIC: &[u8; 16] = b"thalweg rows 1\r\n";

/// Bytes before the trials.
const HEADER: usize = MAGIC.len() + 32 + 8;

/// Bytes of a trial in the list.
const ENTRY: usize = 4 + 8 * TABLES.len();

/// Bytes that are read at once.
const CHUNK: u64 = 256 << 10;

/// A journal that has been written, or read and found whole.
#[derive(Debug)]
pub(super) struct Journal {
    pub path: PathBuf,
    /// Its trials, and where their rows end.
    pub places: Vec<(u32, Places)>,
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
            let mut list = Vec::with_capacity(batch.len() * ENTRY);
            for (trial, places) in batch.places() {
                list.extend_from_slice(&trial.to_le_bytes());
                places.iter().for_each(|end| list.extend_from_slice(&end.to_le_bytes()));
            }
            put(&list)?;
            (0..TABLES.len()).try_for_each(|table| put(batch.table(table)))?;
            file.write_all(hasher.finalize().as_bytes())
        })?;
        Ok(Self { path, places: batch.places().to_vec(), open: batch.len() })
    }

    /// Reads a file; nothing if it is not whole, or of another sweep.
    pub fn read(path: &Path, identity: &Identity) -> io::Result<Option<(Self, Batch)>> {
        let bytes = fs::read(path)?;
        Ok(parse(&bytes, identity).map(|batch| {
            let journal = Self { path: path.to_owned(), places: batch.places().to_vec(), open: batch.len() };
            (journal, batch)
        }))
    }

    /// Where the rows of a table begin in the file.
    fn start(&self, table: usize) -> u64 {
        let before = self.places.last().map_or(0, |(_, ends)| ends[..table].iter().sum());
        (HEADER + self.places.len() * ENTRY) as u64 + before
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
    let (list, mut rows) = rest.split_at_checked(usize::try_from(count).ok()?.checked_mul(ENTRY)?)?;
    let number = |entry: &[u8; ENTRY], table: usize| {
        entry[4 + 8 * table..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
    };
    let trial = |entry: &[u8; ENTRY]| {
        let [a, b, c, d, ..] = *entry;
        (u32::from_le_bytes([a, b, c, d]), std::array::from_fn(|table| number(entry, table)))
    };
    let trials: Vec<(u32, Places)> = list.as_chunks::<ENTRY>().0.iter().map(trial).collect();
    let ends = trials.last().map_or([0; TABLES.len()], |(_, ends)| *ends);
    let mut tables = [const { Vec::new() }; TABLES.len()];
    for (table, end) in tables.iter_mut().zip(ends) {
        let own;
        (own, rows) = rows.split_at_checked(usize::try_from(end).ok()?)?;
        *table = own.to_vec();
    }
    Some(Batch::new(trials, tables))
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
        self.at += places[self.at..].partition_point(|(other, _)| *other < trial);
        let span = span(places, self.table, self.at);
        if span.end > self.first + self.buffer.len() {
            let mut file = File::open(&self.journal.path)?;
            file.seek(SeekFrom::Start(self.journal.start(self.table) + span.start as u64))?;
            let rows = places.last().map_or(0, |(_, ends)| ends[self.table]) - span.start as u64;
            self.buffer.clear();
            file.take(rows.min(CHUNK.max(span.len() as u64))).read_to_end(&mut self.buffer)?;
            self.first = span.start;
        }
        let rows = self.buffer.get(span.start - self.first..span.end - self.first);
        rows.ok_or_else(|| io::Error::other(format!("{} became shorter", self.journal.path.display())))
    }
}
