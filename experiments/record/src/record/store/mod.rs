//! A sweep in progress: the rows of the trials that are done, on disk before the sweep is.
//!
//! The trials of a sweep are cut into pieces: fixed ranges of consecutive trials. Once all trials of a piece are done it
//! is *sealed*: `<piece>.<table>.csv` for each table that has rows, in plan order, and `<piece>.toml`, written last, which
//! says what they hold. What a piece holds does not depend on who computed it, when and in which order. Rows of pieces
//! that are not sealed wait in memory, and from [`Store::flush`] on in a [journal]. Nothing of it is believed that is not
//! whole: what does not match its hash is set aside under another name, and its trials are not done.
//!
//! Of a whole sweep, a piece has the trials of a [chunk](super::chunk). Chunks are for others: they are compressed, and hashed trial by
//! trial. Pieces are for the process that goes on here, and go once its tables are written.

mod batch;
mod by_key;
mod count;
mod forget;
mod journal;
mod load;
mod piece;

use std::collections::HashMap;
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

use super::atomic;

/// The first table of every store, in which a trial has one row; in the others it has any number.
pub const RUNS: &str = "runs";

/// The last table of every store, which is not among the results: it has a row for each file of weights, with its name and
/// its BLAKE3.
pub const WEIGHTS: &str = "weights";

/// Which sweep rows belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The version of the numerics contract.
    pub contract: u32,
    /// The hash of all that tells the trials and their order from others, and of all that the form of their rows depends
    /// on.
    pub sweep: blake3::Hash,
    /// Trials of a piece; the last one may have fewer.
    pub piece: usize,
    /// The tables whose rows belong to trials, from [`RUNS`] to [`WEIGHTS`].
    pub tables: Vec<String>,
}

impl Identity {
    /// The identity of a sweep whose trials, in their order, are told from others by `trials`, and the form of their rows
    /// by `form` and the tables.
    pub fn new(contract: u32, trials: &blake3::Hash, form: &str, piece: usize, tables: Vec<String>) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(format!("contract = {contract}\npiece = {piece}\ntables = {tables:?}\n{form}\n").as_bytes());
        hasher.update(trials.as_bytes());
        Self { contract, sweep: hasher.finalize(), piece, tables }
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
    /// Rows that no journal has, and their bytes.
    pending: Vec<Batch>,
    pending_bytes: usize,
    journals: HashMap<u32, Journal>,
    next: u32,
}

/// Where the rows of a trial are: a number of a journal, or one of these.
type Place = u32;
const NONE: Place = u32::MAX;
const PENDING: Place = u32::MAX - 1;
const SEALED: Place = u32::MAX - 2;

/// Bytes of pieces that are read at once when tables are put together.
const TOGETHER: u64 = 8 << 20;

impl Store {
    /// Opens the folder of a sweep's rows, or makes it.
    ///
    /// # Errors
    ///
    /// If the folder or a file in it cannot be read.
    pub fn open(folder: &Path, identity: Identity, trials: usize) -> io::Result<Self> {
        atomic::create_folder(folder)?;
        let mut store = Self::unread(folder, identity, trials);
        store.load_pieces()?;
        store.load_journals()?;
        Ok(store)
    }

    /// A store that knows of no rows, and has touched nothing.
    fn unread(folder: &Path, identity: Identity, trials: usize) -> Self {
        let pieces = trials.div_ceil(identity.piece);
        let state = State { places: vec![NONE; trials], sealed: vec![false; pieces], ..State::default() };
        let (folder, state) = (folder.to_owned(), Mutex::new(state));
        Self { folder, identity, trials, state, writing: Mutex::new(()), damaged: Vec::new() }
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

    /// Whether a trial is done.
    pub fn is_done(&self, trial: usize) -> bool {
        self.locked().places[trial] != NONE
    }

    /// The trials of a piece that are not done, ascending.
    pub fn missing(&self, piece: usize) -> Vec<u32> {
        let state = self.locked();
        self.range(piece).filter(|trial| state.places[*trial] == NONE).map(|trial| trial as u32).collect()
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
        state.pending_bytes += batch.size();
        state.pending.extend(batch.split(|trial| trial as usize / self.identity.piece));
    }

    /// Bytes that wait for the next flush.
    pub fn pending(&self) -> usize {
        self.locked().pending_bytes
    }

    /// Writes the rows that wait to a journal. Returns at once, without writing, if another thread is writing.
    ///
    /// # Errors
    ///
    /// If the journal cannot be written.
    pub fn flush(&self) -> io::Result<()> {
        self.writing.try_lock().map_or(Ok(()), |_writing| self.write_pending())
    }

    /// The same, but waits for a thread that is writing.
    ///
    /// # Errors
    ///
    /// If the journal cannot be written.
    pub fn drain(&self) -> io::Result<()> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        self.write_pending()
    }

    fn write_pending(&self) -> io::Result<()> {
        let (number, batches) = {
            let mut state = self.locked();
            if state.pending.is_empty() {
                return Ok(());
            }
            state.next += 1;
            state.pending_bytes = 0;
            (state.next - 1, std::mem::take(&mut state.pending))
        };
        let mut journal = Journal::write(self.journal_path(number), &self.identity, &self.merged(&batches))?;
        let mut state = self.locked();
        journal.open = 0;
        for trial in journal.places.trials() {
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
            state.pending_bytes -= pending.iter().map(Batch::size).sum::<usize>();
            (pending, state.places[range.clone()].to_vec())
        };
        // Each row is in memory twice for a moment only.
        let pending = {
            let unsorted = pending;
            self.merged(&unsorted)
        };
        let journals = std::mem::take(&mut self.locked().journals);
        let mut seal = Seal::new(&self.identity, &range);
        let written = self.identity.tables.iter().enumerate().try_for_each(|(table, name)| {
            let rows = gather(table, &range, &places, &pending, &journals)?;
            if !rows.is_empty() {
                seal.files.insert(name.clone(), Content::of(&rows));
                atomic::write(&self.folder.join(table_file(piece, name)), |file| file.write_all(&rows))?;
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

    /// All trials of some batches in ascending order.
    fn merged(&self, batches: &[Batch]) -> Batch {
        Batch::merged(self.identity.tables.len(), batches)
    }

    /// Writes the rows of a table of all trials, in plan order; returns how many. All pieces must be sealed.
    ///
    /// # Errors
    ///
    /// If a piece is not what was sealed, or cannot be read, or the output not be written.
    pub fn copy(&self, table: &str, out: &mut (impl Write + Send)) -> io::Result<u64> {
        let seals: Vec<Seal> = (0..self.pieces()).map(|piece| self.seal_of(piece)).collect::<io::Result<_>>()?;
        let content = |piece: usize| seals[piece].files.get(table);
        // The pieces from `first` on that are read together, and where the others begin.
        let read = |first: usize| {
            let (mut end, mut bytes) = (first, 0);
            while end < seals.len() && (end == first || bytes < TOGETHER) {
                bytes += content(end).map_or(0, |content| content.bytes);
                end += 1;
            }
            let rows =
                |piece: usize| seals[piece].rows(&self.folder, piece, table).map_err(|error| self.changed(&error));
            let together: Vec<Vec<u8>> = (first..end).into_par_iter().map(rows).collect::<io::Result<_>>()?;
            Ok::<_, io::Error>((together, end))
        };
        let mut next = read(0)?;
        while !next.0.is_empty() {
            let (together, end) = next;
            // While some are written, the next ones are read.
            let write = || together.iter().try_for_each(|rows| out.write_all(rows));
            let (written, read) = rayon::join(write, || read(end));
            written?;
            next = read?;
        }
        Ok((0..seals.len()).filter_map(content).map(|content| content.rows).sum())
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
            let rows = |table: &String| seal.rows(&self.folder, piece, table).map_err(|error| self.changed(&error));
            let tables: Vec<Vec<u8>> = self.identity.tables.iter().map(rows).collect::<io::Result<_>>()?;
            take(ByKey::new(tables.iter().map(Vec::as_slice).collect()))?;
        }
        for path in journals {
            if let Some((_, batch)) = Journal::read(&path, &self.identity)? {
                take(ByKey::new(batch.tables()))?;
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
            next += pending.places().trials()[next..].partition_point(|other| (*other as usize) < trial);
            rows.extend_from_slice(&pending.table(table)[pending.places().span(table, next)]);
            continue;
        }
        let journal = journals.get(place).ok_or_else(|| io::Error::other(format!("trial {trial} has no rows")))?;
        let reader = readers.entry(*place).or_insert_with(|| journal.reader(table));
        rows.extend_from_slice(reader.rows(trial as u32)?);
    }
    Ok(rows)
}

#[cfg(test)]
mod tests;
