//! The rows of a result, chunk by chunk, whether it is a folder of chunks or of finished tables.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use super::merge::read;
use crate::record::chunk::{CHUNKS, Chunk, Chunks, Fault, Seal};
use crate::record::manifest::Manifest;
use crate::record::{Key, Moment, RUNS, WEIGHTS};

/// A result of the sweep of these chunks.
#[derive(Debug)]
pub(super) struct Stored<'a> {
    chunks: &'a Chunks,
    folder: &'a Path,
    form: Form,
}

#[derive(Debug)]
enum Form {
    Chunks,
    /// Finished tables, which are read from front to back.
    Tables(Box<Tables>),
}

/// Tables that are read side by side.
#[derive(Debug)]
struct Tables {
    /// The next chunk.
    next: u64,
    /// One per table of the chunks; none of files of weights.
    readers: Vec<Option<Reader>>,
    /// The files of weights of each trial: their names and hashes.
    weights: BTreeMap<Key, Vec<(Moment, String, String)>>,
}

/// A table whose next row has been read.
#[derive(Debug)]
struct Reader {
    path: PathBuf,
    lines: BufReader<File>,
    row: Vec<u8>,
}

impl Reader {
    fn open(path: PathBuf, header: &[u8]) -> Result<Self, Unread> {
        let file = File::open(&path).map_err(|error| Unread::of(&path, error))?;
        let mut reader = Self { path, lines: BufReader::with_capacity(1 << 18, file), row: Vec::new() };
        reader.advance()?;
        if reader.row != header {
            return Err(Unread::Changed(format!(
                "{} has other columns than the sweep of its spec",
                reader.path.display()
            )));
        }
        reader.advance()?;
        Ok(reader)
    }

    fn advance(&mut self) -> Result<(), Unread> {
        self.row.clear();
        self.lines.read_until(b'\n', &mut self.row).map(drop).map_err(|error| Unread::of(&self.path, error))
    }

    fn key(&self) -> &[u8] {
        self.row.split(|byte| *byte == b',').next().unwrap_or(&[])
    }

    /// Appends the rows at hand that have this key.
    fn take(&mut self, key: &[u8], rows: &mut Vec<u8>) -> Result<(), Unread> {
        while !self.row.is_empty() && self.key() == key {
            rows.extend_from_slice(&self.row);
            self.advance()?;
        }
        Ok(())
    }
}

/// Why a result cannot be read.
#[derive(Debug)]
pub(super) enum Unread {
    /// A chunk is not there.
    Missing(u64),
    /// Something is not what it should be, in words.
    Changed(String),
    Io(PathBuf, io::Error),
}

impl Unread {
    pub fn into_io(self) -> io::Error {
        match self {
            Self::Missing(chunk) => io::Error::new(io::ErrorKind::NotFound, format!("chunk {chunk} is missing")),
            Self::Changed(problem) => io::Error::new(io::ErrorKind::InvalidData, problem),
            Self::Io(path, error) => io::Error::new(error.kind(), format!("{}: {error}", path.display())),
        }
    }

    fn of(path: &Path, error: io::Error) -> Self {
        Self::Io(path.to_owned(), error)
    }
}

impl<'a> Stored<'a> {
    /// The result in a folder.
    ///
    /// # Errors
    ///
    /// If its tables cannot be read, or are of another sweep.
    pub fn open(chunks: &'a Chunks, folder: &'a Path) -> Result<Self, Unread> {
        let runs = folder.join(format!("{RUNS}.csv"));
        if !runs.exists() && folder.join(CHUNKS).is_dir() {
            return Ok(Self { chunks, folder, form: Form::Chunks });
        }
        Self::of_tables(chunks, folder, Manifest::read(folder).ok().as_ref())
    }

    /// The finished tables in a folder, with the files of weights that a manifest names.
    ///
    /// # Errors
    ///
    /// If they cannot be read, or are of another sweep.
    pub fn of_tables(chunks: &'a Chunks, folder: &'a Path, manifest: Option<&Manifest>) -> Result<Self, Unread> {
        let reader = |(name, header): &(String, Vec<u8>)| {
            let is_table = !header.is_empty() && name != WEIGHTS;
            is_table.then(|| Reader::open(folder.join(format!("{name}.csv")), header)).transpose()
        };
        let readers = chunks.tables.iter().map(reader).collect::<Result<_, _>>()?;
        let mut weights: BTreeMap<Key, Vec<_>> = BTreeMap::new();
        for (path, hash) in manifest.iter().flat_map(|manifest| &manifest.files) {
            let name = path.strip_prefix(WEIGHTS).and_then(|path| path.strip_prefix('/'));
            if let Some((name, (key, moment))) = name.and_then(|name| Some((name, Moment::of_file(name)?))) {
                weights.entry(key).or_default().push((moment, name.to_owned(), hash.clone()));
            }
        }
        weights.values_mut().for_each(|files| files.sort());
        Ok(Self { chunks, folder, form: Form::Tables(Box::new(Tables { next: 0, readers, weights })) })
    }

    /// What a chunk holds, by its seal alone: none where the rows have to be read for that.
    pub fn seal(&self, chunk: u64) -> Option<Seal> {
        match &self.form {
            Form::Chunks => self.chunks.read_seal(&self.folder.join(CHUNKS), chunk).ok(),
            Form::Tables(_) => None,
        }
    }

    /// The tables of a chunk; chunks are asked for in ascending order.
    ///
    /// # Errors
    ///
    /// If it is not there, or not what it should be.
    pub fn chunk(&mut self, chunk: u64) -> Result<Chunk, Unread> {
        match &mut self.form {
            Form::Chunks => read(self.chunks, self.folder, chunk).map_err(|fault| match fault {
                Fault::Missing => Unread::Missing(chunk),
                Fault::Damaged(problem) => Unread::Changed(format!("{}: {problem}", self.folder.display())),
            }),
            Form::Tables(tables) => {
                while tables.next < chunk {
                    tables.read(self.chunks)?;
                }
                tables.read(self.chunks)
            }
        }
    }
}

impl Tables {
    /// The next chunk.
    fn read(&mut self, chunks: &Chunks) -> Result<Chunk, Unread> {
        let range = chunks.range(self.next);
        let mut tables = vec![Vec::new(); chunks.tables.len()];
        for trial in range.clone() {
            let runs = self.readers[0].as_ref().expect("every sweep has this table");
            let key = runs.key().to_vec();
            let Some(parsed) = Key::parse(&key) else {
                let path = &runs.path;
                return Err(Unread::Changed(format!(
                    "{} ends, or has no key, where trial {trial} should be",
                    path.display()
                )));
            };
            for ((reader, table), (name, header)) in self.readers.iter_mut().zip(&mut tables).zip(&chunks.tables) {
                match reader {
                    Some(reader) => reader.take(&key, table)?,
                    None if name == WEIGHTS && !header.is_empty() => {
                        for (_, file, hash) in self.weights.get(&parsed).into_iter().flatten() {
                            table.extend_from_slice(format!("{parsed},{file},{hash}\n").as_bytes());
                        }
                    }
                    None => {}
                }
            }
        }
        self.next += 1;
        if self.next == chunks.count()
            && let Some(reader) = self.readers.iter().flatten().find(|reader| !reader.row.is_empty())
        {
            return Err(Unread::Changed(format!("{} has rows of other trials", reader.path.display())));
        }
        let seal = chunks.seal_of(self.next - 1, &tables);
        let order =
            || Unread::Changed(format!("the rows of chunk {} are not in the order of its trials", self.next - 1));
        Ok(Chunk { seal: seal.ok_or_else(order)?, tables })
    }
}
