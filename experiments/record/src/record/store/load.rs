//! What an earlier process left: what of it is believed, and what is set aside.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::PoisonError;

use rayon::prelude::*;

use super::journal::Journal;
use super::piece::{Seal, seal_file, table_file};
use super::{NONE, SEALED, Store};

impl Store {
    /// Takes the sealed pieces into account that are sound.
    pub(super) fn load_pieces(&mut self) -> io::Result<()> {
        let check = |piece: usize| {
            let seal = Seal::read(&self.folder, piece, &self.identity, &self.range(piece))?;
            let Some(seal) = seal else { return Ok(false) };
            self.identity.tables.iter().try_for_each(|table| seal.rows(&self.folder, piece, table).map(drop))?;
            Ok::<bool, String>(true)
        };
        let checks: Vec<_> = (0..self.pieces()).into_par_iter().map(check).collect();
        for (piece, check) in checks.into_iter().enumerate() {
            match check {
                Ok(false) => {}
                Ok(true) => self.mark_sealed(piece),
                Err(problem) => {
                    self.damaged.push(problem);
                    let files = self.identity.tables.iter().map(|table| table_file(piece, table));
                    for name in files.chain([seal_file(piece)]) {
                        set_aside(&self.folder.join(name))?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Takes the journals into account that are whole, and removes those that say nothing new.
    pub(super) fn load_journals(&mut self) -> io::Result<()> {
        for number in journal_numbers(&self.folder)? {
            let path = self.journal_path(number);
            let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
            state.next = number + 1;
            let Some((mut journal, _)) = Journal::read(&path, &self.identity)? else {
                self.damaged.push(format!("{} is damaged", file_name(&path)));
                set_aside(&path)?;
                continue;
            };
            let is_own = journal.places.trials().iter().all(|trial| (*trial as usize) < self.trials);
            let ascends = journal.places.trials().is_sorted_by(|one, other| one < other);
            if !is_own || !ascends {
                self.damaged.push(format!("{} is of other trials", file_name(&path)));
                set_aside(&path)?;
                continue;
            }
            journal.open = 0;
            for trial in journal.places.trials() {
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
}

/// The numbers of the journals in a folder, ascending.
pub(super) fn journal_numbers(folder: &Path) -> io::Result<Vec<u32>> {
    let mut numbers = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| name.strip_suffix(".journal"));
        // No sweep has so many journals: a number that few others can follow is not ours.
        numbers.extend(number.and_then(|number| number.parse::<u32>().ok()).filter(|number| *number < SEALED / 2));
    }
    numbers.sort_unstable();
    Ok(numbers)
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

pub(super) fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
