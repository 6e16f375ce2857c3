//! Proofs that the rows of a trial belong to a result, which are checked without it.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::audit::{AuditError, Audited, Means};
use super::id::{ResultId, Roots, TableId};
use super::stored::Stored;
use crate::record::chunk::{Root, leaves};
use crate::record::{ByKey, Key, tree};
use crate::spec::Spec;

/// The rows of a trial, and what leads from them to the number of the result. What follows from these is not in it, so that
/// nothing can contradict it: neither the roots to which the rows lead, nor the number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// The version of the numerics contract.
    pub contract: u32,
    /// The hash of what is trained.
    pub spec: Hashes,
    /// The number of the trial in the plan.
    pub trial: u64,
    /// Trials of the result.
    pub trials: u64,
    /// Of each table whose rows are left out, the root and the hash of its header line.
    pub others: BTreeMap<String, Hashes>,
    /// The rows of the trial in the other tables.
    pub tables: BTreeMap<String, Branch>,
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
    pub path: Hashes,
}

/// Hashes in a row; in a text, the base64 of their bytes (RFC 4648, section 4, without padding).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hashes(pub Vec<blake3::Hash>);

impl Serialize for Hashes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = self.0.iter().flat_map(|hash| *hash.as_bytes()).collect();
        serializer.serialize_str(&STANDARD_NO_PAD.encode(bytes))
    }
}

impl<'de> Deserialize<'de> for Hashes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = STANDARD_NO_PAD.decode(text).map_err(|error| de::Error::custom(error.to_string()))?;
        let (hashes, rest) = bytes.as_chunks::<32>();
        match rest {
            [] => Ok(Self(hashes.iter().copied().map(blake3::Hash::from_bytes).collect())),
            _ => Err(de::Error::custom(format!("{} bytes are no hashes of 32 each", bytes.len()))),
        }
    }
}

/// What is wrong with a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// It leads to another number: it is of another result, or was changed.
    Elsewhere {
        /// To which.
        found: String,
    },
    /// So many trials have no path like that of this table.
    NoPath {
        /// The table.
        table: String,
    },
    /// It is none.
    Unread(String),
}

/// Which tables' rows a proof has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proven {
    /// Those of every table.
    All,
    /// Those of these.
    Tables(Vec<String>),
}

/// The proof of the trial of this key; none if there is no such trial.
///
/// # Errors
///
/// If some of the result is missing or damaged, or if a table that is asked for is none of its.
pub fn prove(spec: &Spec, folder: &Path, key: Key, proven: &Proven, means: Means) -> Result<Option<Proof>, AuditError> {
    let audited = Audited::new(spec, means)?;
    let chunks = &audited.chunks;
    let names: Vec<&str> = chunks.tables().map(|(_, name)| name).collect();
    if let Proven::Tables(tables) = proven
        && let Some(table) = tables.iter().find(|table| !names.contains(&table.as_str()))
    {
        let names = names.join(", ");
        return Err(AuditError::NoTable { folder: folder.to_owned(), table: table.clone(), names });
    }
    let failed = |unread| AuditError::of(folder, unread);
    let mut stored = Stored::open(chunks, folder).map_err(failed)?;
    let mut roots = Roots::default();
    let mut found = None;
    for number in 0..chunks.count() {
        let chunk = audited.pool.install(|| stored.chunk(number)).map_err(failed)?;
        roots.push(&chunk.seal);
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
    let (mut others, mut tables) = (BTreeMap::new(), BTreeMap::new());
    for (table, name) in chunks.tables() {
        let header = &chunks.tables[table].1;
        if matches!(proven, Proven::Tables(wanted) if !wanted.iter().any(|wanted| wanted == name)) {
            others.insert(name.to_owned(), Hashes(vec![tree::root(roots.of(name)), blake3::hash(header)]));
        } else {
            let path = [tree::path(&leaves[table], place), tree::path(roots.of(name), number as usize)].concat();
            let branch = Branch { header: text(header), rows: text(rows[place][table]), path: Hashes(path) };
            tables.insert(name.to_owned(), branch);
        }
    }
    Ok(Some(Proof {
        contract: chunks.contract,
        spec: Hashes(vec![chunks.spec]),
        trial: chunk.seal.first + place as u64,
        trials: chunks.trials,
        others,
        tables,
    }))
}

impl Proof {
    /// Its text.
    pub fn text(&self) -> String {
        toml::to_string(self).expect("numbers and texts are TOML")
    }

    /// Reads a proof, and finds that it is one of the result of this number. There is one text of a proof: any change of it, were
    /// it a space, is refused.
    ///
    /// # Errors
    ///
    /// If it is not.
    pub fn check(text: &[u8], id: &str) -> Result<Self, Flaw> {
        let text = str::from_utf8(text).map_err(|error| Flaw::Unread(error.to_string()))?;
        let proof: Self = toml::from_str(text).map_err(|error| Flaw::Unread(error.message().to_owned()))?;
        if proof.text() != text {
            return Err(Flaw::Unread("its text is not as `thalweg prove` writes it".to_owned()));
        }
        let found = proof.result()?.name();
        if found == id { Ok(proof) } else { Err(Flaw::Elsewhere { found }) }
    }

    /// The result to which the rows lead.
    fn result(&self) -> Result<ResultId, Flaw> {
        let [spec] = self.spec.0[..] else { return Err(Flaw::Unread("`spec` is no hash".to_owned())) };
        let mut tables = BTreeMap::new();
        for (name, hashes) in &self.others {
            let [root, header] = hashes.0[..] else {
                return Err(Flaw::Unread(format!("`others.{name}` is not two hashes")));
            };
            tables.insert(name.clone(), TableId { root: Root(root), header: Root(header) });
        }
        for (name, branch) in &self.tables {
            let leaf = tree::leaf(branch.rows.as_bytes());
            let root = tree::climb(leaf, self.trial, self.trials, &branch.path.0)
                .ok_or_else(|| Flaw::NoPath { table: name.clone() })?;
            let header = blake3::hash(branch.header.as_bytes());
            if tables.insert(name.clone(), TableId { root: Root(root), header: Root(header) }).is_some() {
                return Err(Flaw::Unread(format!("the table {name} is there twice")));
            }
        }
        Ok(ResultId { contract: self.contract, spec: Root(spec), trials: self.trials, tables })
    }
}
