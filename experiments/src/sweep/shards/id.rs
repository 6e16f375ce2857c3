//! The number by which a result is known.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::stored::{Stored, Unread};
use crate::record::chunk::{Chunks, Root, Seal};
use crate::record::tree;

/// What the name of a result begins with; the 1 is the version of what is hashed.
const PREFIX: &str = "thalweg1:";

/// What a result is known by: it does not depend on who computed it, in how many shards or chunks, and how it is compressed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultId {
    /// The version of the numerics contract.
    pub contract: u32,
    /// The hash of what is trained.
    pub spec: Root,
    /// Trials.
    pub trials: u64,
    /// The tables.
    pub tables: BTreeMap<String, TableId>,
}

/// What a table is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableId {
    /// The root of the tree over the rows of its trials.
    pub root: Root,
    /// The hash of its header line.
    pub header: Root,
}

/// The roots of the tables of chunks, in the order of the chunks.
#[derive(Debug, Default)]
pub(super) struct Roots {
    by_table: BTreeMap<String, Vec<blake3::Hash>>,
}

impl Roots {
    /// Adds those of the next chunk.
    pub fn push(&mut self, seal: &Seal) {
        for (name, table) in &seal.tables {
            self.by_table.entry(name.clone()).or_default().push(table.root.0);
        }
    }

    /// Those of a table.
    pub fn of(&self, table: &str) -> &[blake3::Hash] {
        self.by_table.get(table).map_or(&[], Vec::as_slice)
    }
}

impl ResultId {
    /// That of a result.
    pub(super) fn of(chunks: &Chunks, stored: &mut Stored<'_>) -> Result<Self, Unread> {
        let mut roots = Roots::default();
        for chunk in 0..chunks.count() {
            match stored.seal(chunk) {
                Some(seal) => roots.push(&seal),
                None => roots.push(&stored.chunk(chunk)?.seal),
            }
        }
        Ok(Self::of_roots(chunks, &roots))
    }

    /// That of a result whose chunks have these roots.
    pub(super) fn of_roots(chunks: &Chunks, roots: &Roots) -> Self {
        let table = |(place, name): (usize, &str)| {
            let header = blake3::hash(&chunks.tables[place].1).into();
            (name.to_owned(), TableId { root: tree::root(roots.of(name)).into(), header })
        };
        let tables = chunks.tables().map(table).collect();
        Self { contract: chunks.contract, spec: chunks.spec.into(), trials: chunks.trials, tables }
    }

    /// What is hashed.
    pub fn text(&self) -> String {
        toml::to_string(self).expect("numbers and texts are TOML")
    }

    /// The number: `thalweg1:` and 64 hex digits, the BLAKE3 of [`Self::text`].
    pub fn name(&self) -> String {
        format!("{PREFIX}{}", blake3::hash(self.text().as_bytes()).to_hex())
    }
}
