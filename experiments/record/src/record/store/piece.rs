//! A sealed piece: the rows of a fixed range of trials, equal whoever computes them.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Identity, RUNS};
use crate::record::atomic;

/// What `<piece>.toml` says, which is written last: the piece is whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seal {
    /// The version of the numerics contract.
    pub contract: u32,
    /// The sweep's identity.
    pub sweep: String,
    /// The first trial.
    pub first: usize,
    /// How many trials.
    pub count: usize,
    /// The files, by table.
    pub files: BTreeMap<String, Content>,
}

/// What is known of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Content {
    pub rows: u64,
    pub bytes: u64,
    pub blake3: String,
}

/// The name of the file of a table; tables without rows have none.
pub(super) fn table_file(piece: usize, table: &str) -> String {
    format!("{piece:08}.{table}.csv")
}

/// The name of the seal.
pub(super) fn seal_file(piece: usize) -> String {
    format!("{piece:08}.toml")
}

impl Content {
    /// What is known of these rows.
    pub fn of(bytes: &[u8]) -> Self {
        let rows = memchr::memchr_iter(b'\n', bytes).count() as u64;
        Self { rows, bytes: bytes.len() as u64, blake3: blake3::hash(bytes).to_hex().to_string() }
    }
}

impl Seal {
    /// The seal of a piece of these trials, without files.
    pub fn new(identity: &Identity, trials: &Range<usize>) -> Self {
        let sweep = identity.sweep.to_hex().to_string();
        let (first, count) = (trials.start, trials.len());
        Self { contract: identity.contract, sweep, first, count, files: BTreeMap::new() }
    }

    /// Writes it.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let text = toml::to_string(self).map_err(io::Error::other)?;
        atomic::write(path, |file| io::Write::write_all(file, text.as_bytes()))
    }

    /// Reads the seal of a piece of these trials; nothing if there is none, an error in words if it is of something else.
    pub fn read(
        folder: &Path,
        piece: usize,
        identity: &Identity,
        trials: &Range<usize>,
    ) -> Result<Option<Self>, String> {
        let name = seal_file(piece);
        let text = match fs::read_to_string(folder.join(&name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text.map_err(|error| format!("{name} cannot be read: {error}"))?,
        };
        let seal: Self = toml::from_str(&text).map_err(|error| format!("{name} is damaged: {}", error.message()))?;
        let expected = Self { files: seal.files.clone(), ..Self::new(identity, trials) };
        let runs = seal.files.get(RUNS).map_or(0, |content| content.rows);
        // The text is what it would be written as, to the byte.
        if toml::to_string(&seal).ok() != Some(text) {
            return Err(format!("{name} is damaged"));
        }
        if seal != expected || runs != trials.len() as u64 {
            return Err(format!("{name} is of other trials"));
        }
        Ok(Some(seal))
    }

    /// The rows of a table, found to be those that were sealed; an error in words if they are not.
    pub fn rows(&self, folder: &Path, piece: usize, table: &str) -> Result<Vec<u8>, String> {
        let Some(content) = self.files.get(table) else { return Ok(Vec::new()) };
        let path: PathBuf = folder.join(table_file(piece, table));
        let read = || {
            let mut bytes = Vec::new();
            // A byte more than there should be tells a file that has grown.
            fs::File::open(&path)?.take(content.bytes + 1).read_to_end(&mut bytes)?;
            Ok::<_, io::Error>(bytes)
        };
        let name = table_file(piece, table);
        let bytes = read().map_err(|error| format!("{name} cannot be read: {error}"))?;
        if bytes.len() as u64 != content.bytes || blake3::hash(&bytes).to_hex().as_str() != content.blake3 {
            return Err(format!("{name} was changed"));
        }
        Ok(bytes)
    }
}
