//! Trials that are to be trained again.

use std::collections::HashSet;
use std::fs;
use std::io;

use super::journal::Journal;
use super::piece::{seal_file, table_file};
use super::{Batch, ByKey, NONE, State, Store};
use crate::record::Key;

impl Store {
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
        let is_hit = |journal: &Journal| journal.places.trials().iter().any(|trial| trials.contains(trial));
        let hit: Vec<Journal> =
            self.locked().journals.extract_if(|_, journal| is_hit(journal)).map(|(_, journal)| journal).collect();
        for journal in &hit {
            let Some((_, batch)) = Journal::read(&journal.path, &self.identity)? else { continue };
            self.unmark(journal.places.trials().iter().copied());
            self.keep(ByKey::new(batch.tables()), |key| numbers(key).filter(|trial| !trials.contains(trial)));
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
        let mut batch = Batch::of_tables(self.identity.tables.len());
        for (key, rows) in rows {
            if let Some(trial) = key.and_then(&number) {
                batch.push(trial, &rows);
            }
        }
        self.add(batch);
    }

    /// Puts the rows of a sealed piece, but for those of some trials, into a journal.
    fn unseal(&self, piece: usize, without: &HashSet<u32>, numbers: impl Fn(Key) -> Option<u32>) -> io::Result<()> {
        let seal = self.seal_of(piece)?;
        let rows = |table: &String| seal.rows(&self.folder, piece, table).map_err(|error| self.changed(&error));
        let tables: Vec<Vec<u8>> = self.identity.tables.iter().map(rows).collect::<io::Result<_>>()?;
        fs::remove_file(self.folder.join(seal_file(piece)))?;
        self.locked().sealed[piece] = false;
        self.unmark(self.range(piece).map(|trial| trial as u32));
        let rows = ByKey::new(tables.iter().map(Vec::as_slice).collect());
        self.keep(rows, |key| numbers(key).filter(|trial| !without.contains(trial)));
        self.flush()?;
        seal.files.keys().map(|table| self.folder.join(table_file(piece, table))).try_for_each(fs::remove_file)
    }
}
