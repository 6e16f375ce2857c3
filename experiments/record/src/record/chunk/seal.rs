//! The file that says that a chunk is done, and what it holds.

use std::collections::BTreeMap;
use std::fmt;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Chunks;
use crate::record::tree;

/// The content of a chunk's `.toml`. It is the same whoever computed the chunk, and says no more than that: hosts and times are
/// provenance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    /// The version of the numerics contract.
    pub contract: u32,
    /// The hash of what is trained.
    pub spec: Root,
    /// Trials of the sweep.
    pub trials: u64,
    /// The first trial of the chunk, by its number in the plan.
    pub first: u64,
    /// How many it has.
    pub count: u64,
    /// What is in each table.
    pub tables: BTreeMap<String, Content>,
}

/// What is known of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// Rows, without the header.
    pub rows: u64,
    /// The root of the tree over the rows of its trials.
    pub root: Root,
}

/// A hash, as 64 hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Root(pub blake3::Hash);

impl From<blake3::Hash> for Root {
    fn from(hash: blake3::Hash) -> Self {
        Self(hash)
    }
}

impl TryFrom<String> for Root {
    type Error = blake3::HexError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        blake3::Hash::from_hex(text).map(Self)
    }
}

impl From<Root> for String {
    fn from(root: Root) -> Self {
        root.to_string()
    }
}

impl fmt::Display for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.to_hex().fmt(f)
    }
}

impl Content {
    /// What is known of these rows of so many trials, of which `rows` has those of each.
    pub(super) fn of<'a>(all: &[u8], trials: usize, rows: impl Fn(usize) -> &'a [u8] + Sync) -> Self {
        let root = if all.is_empty() {
            tree::root_of_equal(tree::leaf(&[]), trials as u64)
        } else {
            let leaves: Vec<_> = (0..trials).into_par_iter().map(|place| tree::leaf(rows(place))).collect();
            tree::root(&leaves)
        };
        Self { rows: memchr::memchr_iter(b'\n', all).count() as u64, root: root.into() }
    }
}

impl Seal {
    /// That of a chunk, without its tables.
    pub(super) fn of(chunks: &Chunks, chunk: u64) -> Self {
        let trials = chunks.range(chunk);
        Self {
            contract: chunks.contract,
            spec: chunks.spec.into(),
            trials: chunks.trials,
            first: trials.start,
            count: trials.end - trials.start,
            tables: BTreeMap::new(),
        }
    }

    /// What its file says.
    pub fn text(&self) -> String {
        toml::to_string(self).expect("numbers and texts are TOML")
    }

    /// Reads it; an error in words if it is not one of this chunk.
    pub(super) fn parse(text: &str, chunks: &Chunks, chunk: u64) -> Result<Self, String> {
        let seal: Self = toml::from_str(text).map_err(|error| format!("is damaged: {}", error.message()))?;
        // The text is what it would be written as, to the byte.
        if seal.text() != text {
            return Err("is damaged".to_owned());
        }
        let expected = Self { tables: seal.tables.clone(), ..Self::of(chunks, chunk) };
        if seal.contract != expected.contract {
            return Err(format!("was made under contract {}, not {}", seal.contract, expected.contract));
        }
        let mut names: Vec<&str> = chunks.tables().map(|(_, name)| name).collect();
        names.sort_unstable();
        if seal != expected || !seal.tables.keys().eq(names) {
            return Err("is of another sweep".to_owned());
        }
        Ok(seal)
    }
}
