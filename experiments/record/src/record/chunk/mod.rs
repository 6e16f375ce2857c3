//! Chunks: fixed ranges of consecutive trials, whose files are equal whoever computes them.
//!
//! Work that is named by its chunks needs no scheduler: a chunk that two processes compute is the same file twice. The files of
//! chunk 42 are `runs-00000042.csv.gz` and one more for each other table that has rows, each with its header line, as readers of
//! many files want it; and `00000042.toml`, written last, which says what they hold by the root of each table's tree. Results
//! are compared by these, as the bytes of a compressed file belong to the version that compressed it.

mod seal;

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use rayon::prelude::*;

pub use seal::{Content, Root, Seal};

use super::store::{Batch, ByKey};
use super::{atomic, tree};

/// The folder of chunks, in that of the results.
pub const CHUNKS: &str = "chunks";

/// What the chunks of a sweep have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunks {
    /// The version of the numerics contract.
    pub contract: u32,
    /// The hash of what is trained.
    pub spec: blake3::Hash,
    /// Trials of the sweep.
    pub trials: u64,
    /// Trials of a chunk, a power of two; the last chunk may have fewer.
    pub size: u64,
    /// The tables, from [`RUNS`](super::RUNS) on, each with its header line; one that the sweep does not have has none.
    pub tables: Vec<(String, Vec<u8>)>,
}

/// A chunk whose rows are as its seal says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// What it holds.
    pub seal: Seal,
    /// The rows of each table, without headers.
    pub tables: Vec<Vec<u8>>,
}

/// What became of a chunk's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// There are none.
    Missing,
    /// They are not what they should be, in words.
    Damaged(String),
}

impl Chunks {
    /// How many there are.
    pub fn count(&self) -> u64 {
        self.trials.div_ceil(self.size)
    }

    /// The trials of a chunk, by their numbers in the plan.
    pub fn range(&self, chunk: u64) -> Range<u64> {
        let first = chunk * self.size;
        first..self.trials.min(first + self.size)
    }

    /// The tables that the sweep has, each with its place and its name.
    pub fn tables(&self) -> impl Iterator<Item = (usize, &str)> {
        let is_there = |(_, (_, header)): &(usize, &(String, Vec<u8>))| !header.is_empty();
        self.tables.iter().enumerate().filter(is_there).map(|(at, (name, _))| (at, name.as_str()))
    }

    /// The rows of a table of the trials at these places of a batch; none of a table that there is not.
    pub fn rows_of<'a>(&self, table: &str, batch: &'a Batch, places: &Range<usize>) -> &'a [u8] {
        let table = self.tables.iter().position(|(name, _)| name == table);
        table.map_or(&[], |table| batch.rows_of(table, places))
    }

    /// The seal of a chunk whose trials stand at these places of a batch.
    pub fn seal(&self, chunk: u64, batch: &Batch, places: &Range<usize>) -> Seal {
        let content = |(table, name): (usize, &str)| {
            let rows = |place: usize| batch.rows(table, places.start + place);
            (name.to_owned(), Content::of(batch.rows_of(table, places), places.len(), rows))
        };
        Seal { tables: self.tables().map(content).collect(), ..Seal::of(self, chunk) }
    }

    /// Writes the files of a chunk whose trials stand at these places of a batch, the seal last. Who sees the seal sees the others.
    ///
    /// # Errors
    ///
    /// If a file cannot be written.
    pub fn write(&self, folder: &Path, seal: &Seal, batch: &Batch, places: &Range<usize>) -> io::Result<()> {
        let chunk = seal.first / self.size;
        let write = |&(table, name): &(usize, &str)| {
            atomic::write(&folder.join(table_file(name, chunk)), |file| {
                let mut packed = GzEncoder::new(file, Compression::fast());
                packed.write_all(&self.tables[table].1)?;
                packed.write_all(batch.rows_of(table, places))?;
                packed.finish().map(drop)
            })
        };
        self.with_rows(seal).par_iter().try_for_each(write)?;
        let text = seal.text();
        atomic::write(&folder.join(seal_file(chunk)), |file| file.write_all(text.as_bytes()))
    }

    /// The tables of which a chunk has rows, and so a file.
    fn with_rows(&self, seal: &Seal) -> Vec<(usize, &str)> {
        self.tables().filter(|(_, name)| seal.tables.get(*name).is_some_and(|table| table.rows > 0)).collect()
    }

    /// The files of a chunk, but those of weights, the seal last.
    pub fn files(&self, folder: &Path, seal: &Seal) -> Vec<PathBuf> {
        let chunk = seal.first / self.size;
        let tables = self.with_rows(seal).into_iter().map(|(_, name)| table_file(name, chunk));
        tables.chain([seal_file(chunk)]).map(|name| folder.join(name)).collect()
    }

    /// What a chunk is said to hold.
    ///
    /// # Errors
    ///
    /// If it is not there, or damaged.
    pub fn read_seal(&self, folder: &Path, chunk: u64) -> Result<Seal, Fault> {
        let name = seal_file(chunk);
        let text = match fs::read_to_string(folder.join(&name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Fault::Missing),
            text => text.map_err(|error| Fault::Damaged(format!("{name} cannot be read: {error}")))?,
        };
        Seal::parse(&text, self, chunk).map_err(|problem| Fault::Damaged(format!("{name} {problem}")))
    }

    /// A chunk whose rows are found to be those that were sealed.
    ///
    /// # Errors
    ///
    /// If it is not there, or damaged.
    pub fn read(&self, folder: &Path, chunk: u64) -> Result<Chunk, Fault> {
        let seal = self.read_seal(folder, chunk)?;
        let rows = |table: usize| {
            let has_rows = seal.tables.get(&self.tables[table].0).is_some_and(|table| table.rows > 0);
            if has_rows { self.read_file(folder, chunk, table).map_err(Fault::Damaged) } else { Ok(Vec::new()) }
        };
        let tables: Vec<Vec<u8>> = (0..self.tables.len()).map(rows).collect::<Result<_, Fault>>()?;
        let read = Chunk { seal, tables };
        match self.changed(&read) {
            None => Ok(read),
            Some(what) => Err(Fault::Damaged(format!("{what} is not what {} says", seal_file(chunk)))),
        }
    }

    /// The rows of a table of a chunk, none if it has no file; whether they are those that were sealed is not looked at.
    ///
    /// # Errors
    ///
    /// If the file is damaged, in words.
    pub fn read_table(&self, folder: &Path, chunk: u64, table: usize) -> Result<Vec<u8>, String> {
        let is_there = folder.join(table_file(&self.tables[table].0, chunk)).exists();
        if is_there { self.read_file(folder, chunk, table) } else { Ok(Vec::new()) }
    }

    fn read_file(&self, folder: &Path, chunk: u64, table: usize) -> Result<Vec<u8>, String> {
        let (name, header) = &self.tables[table];
        let file = table_file(name, chunk);
        let mut bytes = unpacked(&folder.join(&file), header).map_err(|problem| format!("{file} {problem}"))?;
        bytes.drain(..header.len());
        Ok(bytes)
    }

    /// What of a chunk is not as its seal says, if anything.
    fn changed(&self, read: &Chunk) -> Option<String> {
        let chunk = read.seal.first / self.size;
        let Some(own) = self.seal_of(chunk, &read.tables) else { return Some("the order of its trials".to_owned()) };
        let is_changed = |(_, name): &(usize, &str)| own.tables.get(*name) != read.seal.tables.get(*name);
        self.tables().find(is_changed).map(|(_, name)| table_file(name, chunk))
    }

    /// The seal of a chunk with these tables; none if their rows are not those of as many trials, in one order.
    pub fn seal_of(&self, chunk: u64, tables: &[Vec<u8>]) -> Option<Seal> {
        let trials = self.range(chunk);
        let rows = by_trial(tables, trials.end - trials.start)?;
        let content = |(table, name): (usize, &str)| {
            (name.to_owned(), Content::of(&tables[table], rows.len(), |place| rows[place][table]))
        };
        Some(Seal { tables: self.tables().map(content).collect(), ..Seal::of(self, chunk) })
    }
}

/// The rows of each of so many trials, by table; none if the rows are not those of as many, in one order.
fn by_trial(tables: &[Vec<u8>], trials: u64) -> Option<Vec<Vec<&[u8]>>> {
    let mut by_key = ByKey::new(tables.iter().map(Vec::as_slice).collect());
    let rows: Vec<Vec<&[u8]>> = by_key.by_ref().map(|(_, rows)| rows).collect();
    (by_key.is_over() && rows.len() as u64 == trials).then_some(rows)
}

/// The leaves of the tree of each table of so many trials; none if the rows are not those of as many, in one order.
pub fn leaves(tables: &[Vec<u8>], trials: u64) -> Option<Vec<Vec<blake3::Hash>>> {
    let rows = by_trial(tables, trials)?;
    let leaf = |table: usize| rows.par_iter().map(|rows| tree::leaf(rows[table])).collect();
    Some((0..tables.len()).map(leaf).collect())
}

/// The name of the file of a table.
pub fn table_file(table: &str, chunk: u64) -> String {
    format!("{table}-{chunk:08}.csv.gz")
}

/// The name of the seal.
pub fn seal_file(chunk: u64) -> String {
    format!("{chunk:08}.toml")
}

/// The chunk whose seal has this name.
pub fn chunk_of(file: &str) -> Option<u64> {
    let chunk = file.strip_suffix(".toml")?.parse().ok()?;
    (seal_file(chunk) == file).then_some(chunk)
}

/// A file's bytes, which begin with this header.
fn unpacked(path: &Path, header: &[u8]) -> Result<Vec<u8>, String> {
    let read = || {
        let mut bytes = Vec::new();
        let mut packed = GzDecoder::new(io::BufReader::new(File::open(path)?));
        packed.read_to_end(&mut bytes)?;
        let mut rest = packed.into_inner();
        // Nothing may stand behind it.
        let is_over = io::BufRead::fill_buf(&mut rest)?.is_empty();
        Ok::<_, io::Error>((bytes, is_over))
    };
    match read() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err("is missing".to_owned()),
        Err(error) => Err(format!("cannot be read: {error}")),
        Ok((bytes, true)) if bytes.starts_with(header) => Ok(bytes),
        Ok(_) => Err("was changed".to_owned()),
    }
}

#[cfg(test)]
mod tests;
