//! Rows that exist already: of an earlier plan in progress, or of finished results.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::sync::OnceLock;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::transfer::Transfer;
use super::{MAX_RUN, Plan, WeightFiles};
use crate::record::manifest::Manifest;
use crate::record::{Batch, ByKey, Identity, Key, Store, atomic};

/// `sweep.toml` of a folder of rows in progress: how to open it again for another plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    pub contract: u32,
    /// The sweep's identity.
    pub sweep: String,
    pub trials: usize,
    pub piece: usize,
    /// The hash of the form of the rows.
    pub form: String,
    /// Their tables.
    #[serde(default)]
    pub tables: Vec<String>,
    /// The name of the spec, for those who look from outside.
    #[serde(default)]
    pub spec: String,
    /// Its canonical text, to compare other specs with.
    #[serde(default)]
    pub text: String,
}

/// The name of the file.
const STAMP: &str = "sweep.toml";

/// The tables of rows whose stamp does not say.
const EARLIER_TABLES: [&str; 5] = ["runs", "curves", "trajectory", "effective_lr", "weights"];

impl Stamp {
    pub fn new(identity: &Identity, trials: usize, form: &str) -> Self {
        let sweep = identity.sweep.to_hex().to_string();
        let form = blake3::hash(form.as_bytes()).to_hex().to_string();
        Self {
            contract: identity.contract,
            sweep,
            trials,
            piece: identity.piece,
            form,
            tables: identity.tables.clone(),
            spec: String::new(),
            text: String::new(),
        }
    }

    /// Reads that of a folder of rows; nothing if there is none, or it is damaged.
    pub fn read(folder: &Path) -> Option<Self> {
        toml::from_str(&fs::read_to_string(folder.join(STAMP)).ok()?).ok()
    }

    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let text = toml::to_string(self).map_err(io::Error::other)?;
        atomic::write(&folder.join(STAMP), |file| file.write_all(text.as_bytes()))
    }

    /// Opens the rows.
    pub fn open(&self, folder: &Path) -> io::Result<Store> {
        Store::open(folder, self.identity()?, self.trials)
    }

    /// How many trials are done, in a folder in which another process may be at work; see [`Store::count`].
    pub fn count(&self, folder: &Path) -> io::Result<usize> {
        Store::count(folder, self.identity()?, self.trials)
    }

    fn identity(&self) -> io::Result<Identity> {
        let sweep = blake3::Hash::from_hex(&self.sweep).ok();
        // Who noted none had others than there are now, and rows of another form.
        let has_tables = self.tables.len() > 2 || self.tables.is_empty();
        let sweep = sweep.filter(|_| self.piece > 0 && self.trials as u64 <= MAX_RUN && has_tables);
        let invalid = || io::Error::new(io::ErrorKind::InvalidData, format!("{STAMP} is damaged"));
        let tables =
            if self.tables.is_empty() { EARLIER_TABLES.map(str::to_owned).to_vec() } else { self.tables.clone() };
        Ok(Identity { contract: self.contract, sweep: sweep.ok_or_else(invalid)?, piece: self.piece, tables })
    }
}

/// The numbers of a plan's trials by their keys.
pub(super) struct Numbers<'a> {
    plan: &'a Plan,
    /// Sorted, once they are asked for: most sweeps begin with nothing.
    sorted: OnceLock<Vec<(Key, u32)>>,
}

impl<'a> Numbers<'a> {
    pub fn new(plan: &'a Plan) -> Self {
        Self { plan, sorted: OnceLock::new() }
    }

    pub fn get(&self, key: Key) -> Option<u32> {
        let sorted = self.sorted.get_or_init(|| {
            let mut numbers: Vec<(Key, u32)> = self.plan.trials.keys().into_iter().zip(0..).collect();
            numbers.par_sort_unstable();
            numbers
        });
        sorted.binary_search_by_key(&key, |(key, _)| *key).ok().map(|at| sorted[at].1)
    }
}

/// Rows of another plan, or of results: how many trials of this plan they are of, and how many of others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub own: usize,
    pub others: usize,
}

impl Found {
    /// Counts the trials of some rows.
    fn count(&mut self, rows: ByKey<'_>, numbers: &Numbers<'_>) {
        for (key, _) in rows {
            match key.and_then(|key| numbers.get(key)) {
                Some(_) => self.own += 1,
                None => self.others += 1,
            }
        }
    }
}

/// Takes over the rows of some trials.
fn take(rows: ByKey<'_>, numbers: &Numbers<'_>, store: &Store, transfer: &Transfer<'_>) -> io::Result<()> {
    let mut batch = Batch::of_tables(transfer.tables());
    for (key, rows) in rows {
        let Some(number) = key.and_then(|key| numbers.get(key)) else { continue };
        batch.push(number, &transfer.rows(number, &rows));
    }
    if !batch.is_empty() {
        store.add(batch);
        store.flush()?;
    }
    Ok(())
}

/// What an earlier plan in progress holds.
pub(super) fn count_rows(other: &Store, numbers: &Numbers<'_>) -> io::Result<Found> {
    let mut found = Found::default();
    other.visit(|rows| {
        found.count(rows, numbers);
        Ok(())
    })?;
    Ok(found)
}

/// Takes over the rows of an earlier plan in progress.
pub(super) fn take_rows(
    other: &Store,
    numbers: &Numbers<'_>,
    store: &Store,
    transfer: &Transfer<'_>,
) -> io::Result<()> {
    other.visit(|rows| take(rows, numbers, store, transfer))
}

/// Bytes of `runs.csv` that are looked at together.
const TOGETHER: usize = 4 << 20;

/// The tables of finished results, whose hashes have been checked, row by row.
pub(super) struct Tables {
    files: Vec<Option<BufReader<File>>>,
    /// Rows that were read and belong to trials to come.
    rests: Vec<Vec<u8>>,
}

impl Tables {
    /// Opens the tables of these names that a manifest names and whose headers have these
    /// [ends](super::transfer::trailing); nothing if one has not, or is not there.
    pub fn open(
        folder: &Path,
        manifest: &Manifest,
        (tables, headers): (&[String], &[Vec<u8>]),
    ) -> io::Result<Option<Self>> {
        let mut files = Vec::new();
        for (table, header) in tables.iter().zip(headers) {
            let name = format!("{table}.csv");
            if header.is_empty() || !manifest.files.contains_key(&name) {
                if header.is_empty() == manifest.files.contains_key(&name) {
                    return Ok(None);
                }
                files.push(None);
                continue;
            }
            let mut file = match File::open(folder.join(name)) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                file => BufReader::new(file?),
            };
            let mut found = Vec::new();
            file.read_until(b'\n', &mut found)?;
            if !found.ends_with(header) {
                return Ok(None);
            }
            files.push(Some(file));
        }
        Ok(Some(Self { rests: vec![Vec::new(); files.len()], files }))
    }

    /// Hands over all rows, some trials at a time.
    pub fn visit(mut self, mut take: impl FnMut(ByKey<'_>) -> io::Result<()>) -> io::Result<()> {
        loop {
            let mut tables: Vec<Vec<u8>> = self.rests.iter_mut().map(std::mem::take).collect();
            let Some((runs, others)) = tables.split_first_mut() else { return Ok(()) };
            let Some(file) = &mut self.files[0] else { return Ok(()) };
            read_rows(file, runs, |rows, _| rows.len() >= TOGETHER)?;
            if runs.is_empty() {
                return Ok(());
            }
            let keys: HashSet<&[u8]> = runs.split_inclusive(|byte| *byte == b'\n').map(key).collect();
            for (at, (table, file)) in others.iter_mut().zip(&mut self.files[1..]).enumerate() {
                let Some(file) = file else { continue };
                if table.is_empty() || keys.contains(key(table)) {
                    let mut end = table.len();
                    read_rows(file, table, |rows, row| {
                        let is_next = !keys.contains(key(row));
                        end = if is_next { rows.len() - row.len() } else { rows.len() };
                        is_next
                    })?;
                    self.rests[at + 1] = table.split_off(end);
                } else {
                    self.rests[at + 1] = std::mem::take(table);
                }
            }
            take(ByKey::new(tables.iter().map(Vec::as_slice).collect()))?;
        }
    }
}

/// The first cell of a row.
fn key(row: &[u8]) -> &[u8] {
    row.split(|byte| *byte == b',').next().unwrap_or_default()
}

/// Appends rows to `rows` until `enough`, which is given all and the last one, or the end of the file.
fn read_rows(
    file: &mut impl BufRead,
    rows: &mut Vec<u8>,
    mut enough: impl FnMut(&[u8], &[u8]) -> bool,
) -> io::Result<()> {
    loop {
        let start = rows.len();
        if file.read_until(b'\n', rows)? == 0 || enough(rows, &rows[start..]) {
            return Ok(());
        }
    }
}

impl Found {
    /// What finished results hold.
    pub fn in_tables(tables: Tables, numbers: &Numbers<'_>) -> io::Result<Self> {
        let mut found = Self::default();
        tables.visit(|rows| {
            found.count(rows, numbers);
            Ok(())
        })?;
        Ok(found)
    }
}

/// Takes over the rows of finished results.
pub(super) fn take_tables(
    tables: Tables,
    numbers: &Numbers<'_>,
    store: &Store,
    transfer: &Transfer<'_>,
) -> io::Result<()> {
    tables.visit(|rows| take(rows, numbers, store, transfer))
}

/// Makes sure that the trials that are done have their files of weights: those that do not are to be trained again.
pub(super) fn check_weights(
    plan: &Plan,
    weights: &WeightFiles,
    numbers: &Numbers<'_>,
    store: &Store,
) -> io::Result<()> {
    if plan.kept.is_empty() {
        return Ok(());
    }
    let mut lacking = HashSet::new();
    store.visit(|rows| {
        for (key, rows) in rows {
            let Some((key, number)) = key.and_then(|key| Some((key, numbers.get(key)?))) else { continue };
            if plan.keeps_weights(number as usize)
                && !weights.are_there((number as usize, key), rows[0], rows[rows.len() - 1])?
            {
                lacking.insert(number);
            }
        }
        Ok(())
    })?;
    if lacking.is_empty() { Ok(()) } else { store.forget(&lacking, |key| numbers.get(key)) }
}
