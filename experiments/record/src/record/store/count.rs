//! How far a sweep is, seen from outside.

use std::io;
use std::path::Path;

use super::journal::Journal;
use super::load::journal_numbers;
use super::piece::Seal;
use super::{Identity, Store};

impl Store {
    /// How many trials have rows in a folder, in which another process may be at work. Nothing is written. Pieces are
    /// believed by their seals, whose rows are not read; what is damaged does not count.
    ///
    /// # Errors
    ///
    /// If the folder or a journal cannot be read.
    pub fn count(folder: &Path, identity: Identity, trials: usize) -> io::Result<usize> {
        let store = Self::unread(folder, identity, trials);
        let mut is_done = vec![false; trials];
        // Journals first: when one goes, its trials are sealed.
        for number in journal_numbers(folder)? {
            let journal = match Journal::read(&store.journal_path(number), &store.identity) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                journal => journal?,
            };
            for trial in journal.iter().flat_map(|(journal, _)| journal.places.trials()) {
                if let Some(is_done) = is_done.get_mut(*trial as usize) {
                    *is_done = true;
                }
            }
        }
        for piece in 0..store.pieces() {
            let range = store.range(piece);
            if let Ok(Some(_)) = Seal::read(folder, piece, &store.identity, &range) {
                is_done[range].fill(true);
            }
        }
        Ok(is_done.into_iter().filter(|is_done| *is_done).count())
    }
}
