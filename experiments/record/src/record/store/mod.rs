//! A sweep in progress: the rows of the trials that are done, on disk before the sweep is.
//!
//! The trials of a sweep are cut into pieces: fixed ranges of consecutive trials. Once all trials of a piece are done it
//! is *sealed*: `<piece>.<table>.csv` for each table that has rows, in plan order, and `<piece>.toml`, written last, which
//! says what they hold. What a piece holds does not depend on who computed it, when and in which order. Rows of pieces
//! that are not sealed wait in memory, and from [`Store::flush`] on in a [journal]. Nothing of it is believed that is not
//! whole: what does not match its hash is set aside under another name, and its trials are not done.

mod batch;
mod by_key;
mod journal;
mod piece;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;

pub use batch::Batch;
pub use by_key::ByKey;
use journal::Journal;
use piece::{Content, Seal, seal_file, table_file};

use super::{Key, atomic};

/// The tables whose rows belong to trials. A trial has one row in the first, and any number in the others. The last one
/// is not among the results: it has a row for each file of weights, with its name and its BLAKE3.
pub const TABLES: [&str; 5] = ["runs", "curves", "trajectory", "effective_lr", "weights"];

/// Which sweep rows belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The version of the numerics contract.
    pub contract: u32,
    /// The hash of the trials' keys in plan order, and of all that the form of their rows depends on.
    pub sweep: blake3::Hash,
    /// Trials of a piece; the last one may have fewer.
    pub piece: usize,
}

impl Identity {
    /// The identity of a sweep with these trials, the form of whose rows is told by `form`.
    pub fn new(contract: u32, keys: &[Key], form: &str, piece: usize) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(format!("contract = {contract}\npiece = {piece}\n{form}\n").as_bytes());
        let mut bytes = Vec::with_capacity(8 << 10);
        for keys in keys.chunks(1 << 10) {
            bytes.clear();
            keys.iter().for_each(|key| bytes.extend_from_slice(&key.bytes()));
            hasher.update(&bytes);
        }
        Self { contract, sweep: hasher.finalize(), piece }
    }
}

/// The rows of finished trials. May be shared between threads.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    identity: Identity,
    trials: usize,
    state: Mutex<State>,
    /// Held by who writes a journal or seals a piece.
    writing: Mutex<()>,
    damaged: Vec<String>,
}

#[derive(Debug, Default)]
struct State {
    /// Where the rows of each trial are.
    places: Vec<Place>,
    done: usize,
    /// By piece.
    sealed: Vec<bool>,
    /// Rows that no journal has.
    pending: Vec<Batch>,
    journals: HashMap<u32, Journal>,
    next: u32,
}

/// Where the rows of a trial are: a number of a journal, or one of these.
type Place = u32;
const NONE: Place = u32::MAX;
const PENDING: Place = u32::MAX - 1;
const SEALED: Place = u32::MAX - 2;

/// Bytes of pieces that are read at once when tables are put together.
const TOGETHER: u64 = 64 << 20;

impl Store {
    /// Opens the folder of a sweep's rows, or makes it.
    ///
    /// # Errors
    ///
    /// If the folder or a file in it cannot be read.
    pub fn open(folder: &Path, identity: Identity, trials: usize) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let pieces = trials.div_ceil(identity.piece);
        let state = State { places: vec![NONE; trials], sealed: vec![false; pieces], ..State::default() };
        let (folder, state) = (folder.to_owned(), Mutex::new(state));
        let mut store = Self { folder, identity, trials, state, writing: Mutex::new(()), damaged: Vec::new() };
        store.load_pieces()?;
        store.load_journals()?;
        Ok(store)
    }

    /// Takes the sealed pieces into account that are sound.
    fn load_pieces(&mut self) -> io::Result<()> {
        let check = |piece: usize| {
            let seal = Seal::read(&self.folder, piece, &self.identity, &self.range(piece))?;
            let Some(seal) = seal else { return Ok(false) };
            (0..TABLES.len()).try_for_each(|table| seal.rows(&self.folder, piece, table).map(drop))?;
            Ok::<bool, String>(true)
        };
        let checks: Vec<_> = (0..self.pieces()).into_par_iter().map(check).collect();
        for (piece, check) in checks.into_iter().enumerate() {
            match check {
                Ok(false) => {}
                Ok(true) => self.mark_sealed(piece),
                Err(problem) => {
                    self.damaged.push(problem);
                    let files = (0..TABLES.len()).map(|table| table_file(piece, table));
                    for name in files.chain([seal_file(piece)]) {
                        set_aside(&self.folder.join(name))?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Takes the journals into account that are whole, and removes those that say nothing new.
    fn load_journals(&mut self) -> io::Result<()> {
        let mut numbers = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let name = entry?.file_name();
            let number = name.to_str().and_then(|name| name.strip_suffix(".journal"));
            // A number that no other can follow is not ours.
            numbers.extend(number.and_then(|number| number.parse::<u32>().ok()).filter(|number| *number < SEALED - 1));
        }
        numbers.sort_unstable();
        for number in numbers {
            let path = self.journal_path(number);
            let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
            state.next = number + 1;
            let Some((mut journal, _)) = Journal::read(&path, &self.identity)? else {
                self.damaged.push(format!("{} is damaged", file_name(&path)));
                set_aside(&path)?;
                continue;
            };
            let is_own = journal.places.iter().all(|(trial, _)| (*trial as usize) < self.trials);
            let ascends = journal.places.is_sorted_by(|one, other| one.0 < other.0);
            if !is_own || !ascends {
                self.damaged.push(format!("{} is of other trials", file_name(&path)));
                set_aside(&path)?;
                continue;
            }
            journal.open = 0;
            for (trial, _) in &journal.places {
                let place = &mut state.places[*trial as usize];
                if *place == NONE {
                    *place = number;
                    journal.open += 1;
                    state.done += 1;
                }
            }
            if journal.open == 0 {
                fs::remove_file(&path)?;
            } else {
                state.journals.insert(number, journal);
            }
        }
        Ok(())
    }

    /// What was found damaged, and set aside, when the folder was opened.
    pub fn damaged(&self) -> &[String] {
        &self.damaged
    }

    /// How many pieces the sweep has.
    pub fn pieces(&self) -> usize {
        self.trials.div_ceil(self.identity.piece)
    }

    /// The trials of a piece.
    pub fn range(&self, piece: usize) -> Range<usize> {
        let first = piece * self.identity.piece;
        first..self.trials.min(first + self.identity.piece)
    }

    /// How many trials are done.
    pub fn done(&self) -> usize {
        self.locked().done
    }

    /// The trials of a piece that are not done, ascending.
    pub fn missing(&self, piece: usize) -> Vec<u32> {
        let state = self.locked();
        self.range(piece).filter(|trial| state.places[*trial] == NONE).map(|trial| trial as u32).collect()
    }

    /// Forgets the rows of trials, which are to be trained again. `numbers` gives the trial of a key.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, written or removed.
    pub fn forget(&self, trials: &HashSet<u32>, numbers: impl Fn(Key) -> Option<u32>) -> io::Result<()> {
        for piece in 0..self.pieces() {
            let is_hit = trials.iter().any(|trial| self.range(piece).contains(&(*trial as usize)));
            if is_hit && self.locked().sealed[piece] {
                self.unseal(piece, trials, &numbers)?;
            }
        }
        let is_hit = |journal: &Journal| journal.places.iter().any(|(trial, _)| trials.contains(trial));
        let hit: Vec<Journal> =
            self.locked().journals.extract_if(|_, journal| is_hit(journal)).map(|(_, journal)| journal).collect();
        for journal in &hit {
            let Some((_, batch)) = Journal::read(&journal.path, &self.identity)? else { continue };
            let tables = std::array::from_fn(|table| batch.table(table));
            self.unmark(journal.places.iter().map(|(trial, _)| *trial));
            self.keep(ByKey::new(tables), |key| numbers(key).filter(|trial| !trials.contains(trial)));
            self.flush()?;
            fs::remove_file(&journal.path)?;
        }
        Ok(())
    }

    /// Notes that trials are not done, but for those whose piece is sealed.
    fn unmark(&self, trials: impl Iterator<Item = u32>) {
        let mut state = self.locked();
        let State { places, done, sealed, .. } = &mut *state;
        for trial in trials.map(|trial| trial as usize).filter(|trial| !sealed[trial / self.identity.piece]) {
            let place = std::mem::replace(&mut places[trial], NONE);
            *done -= usize::from(place != NONE);
        }
    }

    /// Adds the rows of trials whose number is given.
    fn keep(&self, rows: ByKey<'_>, number: impl Fn(Key) -> Option<u32>) {
        let mut batch = Batch::default();
        for (key, rows) in rows {
            if let Some(trial) = key.and_then(&number) {
                batch.push(trial, rows);
            }
        }
        self.add(batch);
    }

    /// Puts the rows of a sealed piece, but for those of some trials, into a journal.
    fn unseal(&self, piece: usize, without: &HashSet<u32>, numbers: impl Fn(Key) -> Option<u32>) -> io::Result<()> {
        let seal = self.seal_of(piece)?;
        let rows = |table| seal.rows(&self.folder, piece, table).map_err(|error| self.changed(&error));
        let tables: Vec<Vec<u8>> = (0..TABLES.len()).map(rows).collect::<io::Result<_>>()?;
        fs::remove_file(self.folder.join(seal_file(piece)))?;
        self.locked().sealed[piece] = false;
        self.unmark(self.range(piece).map(|trial| trial as u32));
        let rows = ByKey::new(std::array::from_fn(|table| tables[table].as_slice()));
        self.keep(rows, |key| numbers(key).filter(|trial| !without.contains(trial)));
        self.flush()?;
        let files = seal.files.keys().filter_map(|name| TABLES.iter().position(|table| table == name));
        files.map(|table| self.folder.join(table_file(piece, table))).try_for_each(fs::remove_file)
    }

    /// Adds the rows of trials. They are on disk when their piece is sealed, or from the next [`Self::flush`] on. Of a trial
    /// that is done already, its rows stay as they are.
    pub fn add(&self, batch: Batch) {
        let mut state = self.locked();
        let State { places, done, .. } = &mut *state;
        for trial in batch.trials() {
            let place = &mut places[trial as usize];
            if *place == NONE {
                *place = PENDING;
                *done += 1;
            }
        }
        state.pending.push(batch);
    }

    /// Bytes that wait for the next flush.
    pub fn pending(&self) -> usize {
        self.locked().pending.iter().map(Batch::size).sum()
    }

    /// Writes the rows that wait to a journal. Returns at once, without writing, if another thread is writing.
    ///
    /// # Errors
    ///
    /// If the journal cannot be written.
    pub fn flush(&self) -> io::Result<()> {
        let Ok(_writing) = self.writing.try_lock() else { return Ok(()) };
        let (number, batches) = {
            let mut state = self.locked();
            if state.pending.is_empty() {
                return Ok(());
            }
            state.next += 1;
            (state.next - 1, std::mem::take(&mut state.pending))
        };
        let mut journal = Journal::write(self.journal_path(number), &self.identity, &Batch::merged(&batches))?;
        let mut state = self.locked();
        journal.open = 0;
        for (trial, _) in &journal.places {
            let place = &mut state.places[*trial as usize];
            if *place == PENDING {
                *place = number;
                journal.open += 1;
            }
        }
        state.journals.insert(number, journal);
        Ok(())
    }

    /// Seals a piece, all of whose trials are done; not much of it is in memory twice.
    ///
    /// # Errors
    ///
    /// If its files cannot be written, or a journal not be read.
    pub fn seal(&self, piece: usize) -> io::Result<()> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let range = self.range(piece);
        let (pending, places) = {
            let mut state = self.locked();
            if state.sealed[piece] {
                return Ok(());
            }
            let is_of_piece = |batch: &mut Batch| batch.trials().all(|trial| range.contains(&(trial as usize)));
            let pending: Vec<Batch> = state.pending.extract_if(.., is_of_piece).collect();
            (pending, state.places[range.clone()].to_vec())
        };
        let pending = Batch::merged(&pending);
        let journals = std::mem::take(&mut self.locked().journals);
        let mut seal = Seal::new(&self.identity, &range);
        let written = (0..TABLES.len()).try_for_each(|table| {
            let rows = gather(table, &range, &places, &pending, &journals)?;
            if !rows.is_empty() {
                seal.files.insert(TABLES[table].to_owned(), Content::of(&rows));
                atomic::write(&self.folder.join(table_file(piece, table)), |file| file.write_all(&rows))?;
            }
            Ok(())
        });
        self.locked().journals = journals;
        written.and_then(|()| seal.write(&self.folder.join(seal_file(piece))))?;
        self.mark_sealed(piece);
        self.remove_journals()
    }

    /// Notes that a piece is sealed.
    fn mark_sealed(&self, piece: usize) {
        let mut state = self.locked();
        let State { places, done, sealed, journals, .. } = &mut *state;
        sealed[piece] = true;
        for place in &mut places[self.range(piece)] {
            *done += usize::from(*place == NONE);
            if let Some(journal) = journals.get_mut(place) {
                journal.open -= 1;
            }
            *place = SEALED;
        }
    }

    /// Removes the journals all of whose trials are in sealed pieces.
    fn remove_journals(&self) -> io::Result<()> {
        let mut state = self.locked();
        let over: Vec<Journal> =
            state.journals.extract_if(|_, journal| journal.open == 0).map(|(_, own)| own).collect();
        drop(state);
        over.iter().try_for_each(|journal| fs::remove_file(&journal.path))
    }

    /// Writes the rows of a table of all trials, in plan order; returns how many. All pieces must be sealed.
    ///
    /// # Errors
    ///
    /// If a piece is not what was sealed, or cannot be read, or the output not be written.
    pub fn copy(&self, table: usize, out: &mut impl Write) -> io::Result<u64> {
        let seals: Vec<Seal> = (0..self.pieces()).map(|piece| self.seal_of(piece)).collect::<io::Result<_>>()?;
        let content = |piece: usize| seals[piece].files.get(TABLES[table]);
        let (mut piece, mut rows) = (0, 0);
        while piece < seals.len() {
            let (first, mut bytes) = (piece, 0);
            while piece < seals.len() && (piece == first || bytes < TOGETHER) {
                bytes += content(piece).map_or(0, |content| content.bytes);
                rows += content(piece).map_or(0, |content| content.rows);
                piece += 1;
            }
            let read =
                |piece: usize| seals[piece].rows(&self.folder, piece, table).map_err(|error| self.changed(&error));
            let together: Vec<Vec<u8>> = (first..piece).into_par_iter().map(read).collect::<io::Result<_>>()?;
            together.iter().try_for_each(|rows| out.write_all(rows))?;
        }
        Ok(rows)
    }

    fn seal_of(&self, piece: usize) -> io::Result<Seal> {
        let seal = Seal::read(&self.folder, piece, &self.identity, &self.range(piece));
        let seal = seal.and_then(|seal| seal.ok_or_else(|| format!("{} is missing", seal_file(piece))));
        seal.map_err(|error| self.changed(&error))
    }

    fn changed(&self, error: &str) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", self.folder.display()))
    }

    /// Hands over the rows of the trials that are done, some of them at a time, but for those in memory alone.
    ///
    /// # Errors
    ///
    /// Those of `take`, and if a file cannot be read.
    pub fn visit(&self, mut take: impl FnMut(ByKey<'_>) -> io::Result<()>) -> io::Result<()> {
        let (sealed, journals): (Vec<bool>, Vec<PathBuf>) = {
            let state = self.locked();
            (state.sealed.clone(), state.journals.values().map(|journal| journal.path.clone()).collect())
        };
        for piece in (0..sealed.len()).filter(|piece| sealed[*piece]) {
            let seal = self.seal_of(piece)?;
            let rows = |table| seal.rows(&self.folder, piece, table).map_err(|error| self.changed(&error));
            let tables: Vec<Vec<u8>> = (0..TABLES.len()).map(rows).collect::<io::Result<_>>()?;
            take(ByKey::new(std::array::from_fn(|table| tables[table].as_slice())))?;
        }
        for path in journals {
            if let Some((_, batch)) = Journal::read(&path, &self.identity)? {
                take(ByKey::new(std::array::from_fn(|table| batch.table(table))))?;
            }
        }
        Ok(())
    }

    fn journal_path(&self, number: u32) -> PathBuf {
        self.folder.join(format!("{number}.journal"))
    }

    fn locked(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The rows of a table of the trials of a piece, in plan order.
fn gather(
    table: usize,
    range: &Range<usize>,
    places: &[Place],
    pending: &Batch,
    journals: &HashMap<u32, Journal>,
) -> io::Result<Vec<u8>> {
    let mut rows = Vec::with_capacity(pending.table(table).len());
    let mut readers: HashMap<u32, journal::Reader<'_>> = HashMap::new();
    let mut next = 0;
    for (trial, place) in range.clone().zip(places) {
        if *place == PENDING {
            next += pending.places()[next..].partition_point(|(other, _)| (*other as usize) < trial);
            rows.extend_from_slice(&pending.table(table)[batch::span(pending.places(), table, next)]);
            continue;
        }
        let journal = journals.get(place).ok_or_else(|| io::Error::other(format!("trial {trial} has no rows")))?;
        let reader = readers.entry(*place).or_insert_with(|| journal.reader(table));
        rows.extend_from_slice(reader.rows(trial as u32)?);
    }
    Ok(rows)
}

/// Renames a damaged file, if it is there.
fn set_aside(path: &Path) -> io::Result<()> {
    let mut aside = path.as_os_str().to_owned();
    aside.push(".damaged");
    match fs::rename(path, aside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
