//! Proofs that the rows of a trial belong to a result, which are checked without it.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::audit::{AuditError, Audited, Means};
use super::id::ResultId;
use super::stored::Stored;
use crate::record::chunk::{Root, leaves};
use crate::record::{ByKey, Key, tree};
use crate::spec::Spec;

/// The rows of a trial, and what leads from them to the number of the result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// The number of the trial in the plan.
    pub trial: u64,
    /// By table, its rows and the way from there to the root.
    pub rows: BTreeMap<String, Branch>,
    /// What the result's number is the hash of.
    pub result: ResultId,
}

/// The rows of a trial in a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    /// The header line of the table.
    pub header: String,
    /// The rows.
    pub rows: String,
    /// The hashes beside the way from the leaf to the root, the lowest first.
    pub path: Vec<Root>,
}

/// What is wrong with a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// It is of another result.
    Result {
        /// Of which.
        found: String,
    },
    /// The rows of a table do not lead to its root.
    Table(String),
    /// It is none.
    Unread(String),
}

/// The proof of the trial of this key; none if there is no such trial.
///
/// # Errors
///
/// If some of the result is missing or damaged.
pub fn prove(spec: &Spec, folder: &Path, key: Key, means: Means) -> Result<Option<Proof>, AuditError> {
    let audited = Audited::new(spec, means)?;
    let chunks = &audited.chunks;
    let failed = |unread| AuditError::of(folder, unread);
    let mut stored = Stored::open(chunks, folder).map_err(failed)?;
    let mut roots: BTreeMap<&str, Vec<blake3::Hash>> = chunks.tables().map(|(_, name)| (name, Vec::new())).collect();
    let mut found = None;
    for number in 0..chunks.count() {
        let chunk = audited.pool.install(|| stored.chunk(number)).map_err(failed)?;
        for (name, roots) in &mut roots {
            roots.push(chunk.seal.tables[*name].root.0);
        }
        let mut by_key = ByKey::new(chunk.tables.iter().map(Vec::as_slice).collect());
        if let Some(place) = by_key.position(|(own, _)| own == Some(key)) {
            found = Some((number, place, chunk));
        }
    }
    let Some((number, place, chunk)) = found else { return Ok(None) };
    let order = || AuditError::Changed(format!("the rows of chunk {number} are not in the order of its trials"));
    let leaves = leaves(&chunk.tables, chunk.seal.count).ok_or_else(order)?;
    let rows: Vec<Vec<&[u8]>> =
        ByKey::new(chunk.tables.iter().map(Vec::as_slice).collect()).map(|(_, rows)| rows).collect();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let branch = |(table, name): (usize, &str)| {
        let path = [tree::path(&leaves[table], place), tree::path(&roots[name], number as usize)].concat();
        let (header, rows) = (text(&chunks.tables[table].1), text(rows[place][table]));
        (name.to_owned(), Branch { header, rows, path: path.into_iter().map(Root).collect() })
    };
    let rows = chunks.tables().map(branch).collect();
    let mut stored = Stored::open(chunks, folder).map_err(failed)?;
    let result = audited.pool.install(|| ResultId::of(chunks, &mut stored)).map_err(failed)?;
    Ok(Some(Proof { trial: chunk.seal.first + place as u64, rows, result }))
}

impl Proof {
    /// Its text.
    pub fn text(&self) -> String {
        toml::to_string(self).expect("numbers and texts are TOML")
    }

    /// Reads a proof, and finds that it is one of the result of this number.
    ///
    /// # Errors
    ///
    /// If it is not.
    pub fn check(text: &str, id: &str) -> Result<Self, Flaw> {
        let proof: Self = toml::from_str(text).map_err(|error| Flaw::Unread(error.message().to_owned()))?;
        let Self { trial, rows, result } = &proof;
        if result.name() != id {
            return Err(Flaw::Result { found: result.name() });
        }
        for (name, table) in &result.tables {
            let leads = rows.get(name).is_some_and(|branch| {
                let path: Vec<blake3::Hash> = branch.path.iter().map(|root| root.0).collect();
                let leaf = tree::leaf(branch.rows.as_bytes());
                let root = tree::climb(leaf, *trial, result.trials, &path);
                root == Some(table.root.0) && blake3::hash(branch.header.as_bytes()) == table.header.0
            });
            if !leads {
                return Err(Flaw::Table(name.clone()));
            }
        }
        match rows.keys().find(|name| !result.tables.contains_key(*name)) {
            Some(name) => Err(Flaw::Table(name.clone())),
            None => Ok(proof),
        }
    }
}
