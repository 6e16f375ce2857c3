//! A sweep in progress: the rows of the trials that are done, on disk before the sweep is.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::merge::PartRows;
use super::{Key, atomic};

/// The tables whose rows belong to trials. A trial has one row in the first, and any number in the others.
pub const TABLES: [&str; 4] = ["runs", "curves", "trajectory", "effective_lr"];

/// The rows of a trial, or of several, in each of [`TABLES`].
pub type Rows = [Vec<u8>; TABLES.len()];

/// The rows of finished trials, kept in a folder in files of the final format, each written whole: whenever the process
/// stops, at most the rows since the last [`Parts::flush`] are lost.
///
/// A part is one file per table, `<n>.<table>.csv`, without those that would be empty. `<n>.runs.csv` is written last:
/// a trial counts as done once its row is there. The rows of a part are in plan order within each table, so that the
/// tables of a sweep can be put together by reading every part once: memory holds nothing of a trial but the number of
/// its part.
#[derive(Debug)]
pub struct Parts {
    folder: PathBuf,
    /// The part that has each trial's rows, or [`NONE`].
    part_of: Vec<u32>,
    done: usize,
    next: u32,
    pending: Pending,
}

/// The part of trials that are not done.
const NONE: u32 = u32::MAX;

/// The places of a trial's rows: one range of bytes per table.
type Places = [Range<usize>; TABLES.len()];

#[derive(Debug, Default)]
struct Pending {
    trials: Vec<(u32, Places)>,
    rows: Rows,
}

impl Parts {
    /// Opens the folder of a sweep's parts, or makes it. `keys` are those of its trials, in plan order: rows with
    /// another key are left out, and a trial that has its row counts as done.
    ///
    /// # Errors
    ///
    /// If the folder or a part in it cannot be read.
    pub fn open(folder: &Path, keys: &[Key]) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let part_of = vec![NONE; keys.len()];
        let mut parts = Self { folder: folder.to_owned(), part_of, done: 0, next: 0, pending: Pending::default() };
        let mut numbers: Vec<u32> = Vec::new();
        for entry in fs::read_dir(folder)? {
            let name = entry?.file_name();
            let Some((number, table)) = name.to_str().and_then(|name| name.split_once('.')) else { continue };
            let Ok(number) = number.parse::<u32>() else { continue };
            // What a killed process left of a part without its first table must not become a table of a new one. A
            // number that no other can follow is not ours.
            let Some(next) = number.checked_add(1) else { continue };
            parts.next = parts.next.max(next);
            if table == "runs.csv" {
                numbers.push(number);
            }
        }
        if numbers.is_empty() {
            return Ok(parts);
        }
        let mut trials: Vec<(Key, u32)> = keys.iter().copied().zip(0..).collect();
        trials.sort_unstable();
        numbers.sort_unstable();
        for part in numbers {
            parts.load(part, &trials)?;
        }
        Ok(parts)
    }

    /// Takes a part into account. One that holds anything but the rows of trials still to be done, in plan order, is
    /// rewritten with just these.
    fn load(&mut self, part: u32, trials: &[(Key, u32)]) -> io::Result<()> {
        let read = |table: &&str| match fs::read(self.path(part, table)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            rows => rows,
        };
        let files: Vec<Vec<u8>> = TABLES.iter().map(read).collect::<io::Result<_>>()?;
        let tables: Vec<HashMap<Key, Range<usize>>> = files.iter().map(|rows| by_key(rows)).collect();
        let mut found: Vec<(u32, Places)> = Vec::new();
        for key in tables[0].keys() {
            let place = trials.binary_search_by_key(key, |(key, _)| *key);
            let Some(trial) = place.ok().map(|place| trials[place].1) else { continue };
            if self.part_of[trial as usize] == NONE {
                let rows = |table: usize| tables[table].get(key).cloned().unwrap_or_default();
                found.push((trial, std::array::from_fn(rows)));
            }
        }
        found.sort_unstable_by_key(|(trial, _)| *trial);
        let is_whole = |table: usize| {
            let mut end = 0;
            let follows = |(_, places): &(u32, Places)| {
                let place = &places[table];
                let follows = place.is_empty() || place.start == end;
                end = end.max(place.end);
                follows
            };
            found.iter().all(follows) && end == files[table].len()
        };
        if (0..TABLES.len()).all(is_whole) {
            self.count(found.iter().map(|(trial, _)| *trial), part);
            return Ok(());
        }
        for (trial, places) in found {
            let rows = std::array::from_fn(|table| files[table][places[table].clone()].to_vec());
            self.add(trial as usize, &rows);
        }
        self.flush()?;
        for table in TABLES {
            match fs::remove_file(self.path(part, table)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// How many trials are done.
    pub fn done(&self) -> usize {
        self.done
    }

    /// Whether a trial is done.
    pub fn has(&self, trial: usize) -> bool {
        self.part_of[trial] != NONE
    }

    /// Adds the rows of a trial, which are on disk from the next [`Parts::flush`] on. One that is done already stays as
    /// it is.
    pub fn add(&mut self, trial: usize, rows: &Rows) {
        if self.has(trial) {
            return;
        }
        let rows = std::array::from_fn(|table| {
            let pending = &mut self.pending.rows[table];
            let start = pending.len();
            pending.extend_from_slice(&rows[table]);
            start..pending.len()
        });
        self.pending.trials.push((trial as u32, rows));
    }

    /// Bytes that wait for the next flush.
    pub fn pending(&self) -> usize {
        self.pending.rows.iter().map(Vec::len).sum()
    }

    /// Writes what was added since the last time as a part of its own.
    ///
    /// # Errors
    ///
    /// If the part cannot be written; it then does not exist.
    pub fn flush(&mut self) -> io::Result<()> {
        if self.pending.trials.is_empty() {
            return Ok(());
        }
        let part = self.next;
        let Pending { trials, rows } = &mut self.pending;
        trials.sort_unstable_by_key(|(trial, _)| *trial);
        for (table, rows) in rows.iter().enumerate().rev().filter(|(_, rows)| !rows.is_empty()) {
            atomic::write(&self.folder.join(file_name(part, TABLES[table])), |file| {
                trials.iter().try_for_each(|(_, places)| file.write_all(&rows[places[table].clone()]))
            })?;
        }
        self.next += 1;
        let Pending { trials, mut rows } = std::mem::take(&mut self.pending);
        rows.iter_mut().for_each(Vec::clear);
        self.pending.rows = rows;
        self.count(trials.into_iter().map(|(trial, _)| trial), part);
        Ok(())
    }

    /// Notes that trials are done.
    fn count(&mut self, trials: impl Iterator<Item = u32>, part: u32) {
        for trial in trials {
            let place = &mut self.part_of[trial as usize];
            self.done += usize::from(*place == NONE);
            *place = part;
        }
    }

    /// Writes the rows of all trials that are done in table number `table`, in the order of the trials; `keys` are the
    /// trials' keys.
    ///
    /// # Errors
    ///
    /// If a part cannot be read, or the output not written.
    pub fn assemble(&self, table: usize, keys: &[Key], out: &mut impl Write) -> io::Result<()> {
        let mut parts: HashMap<u32, PartRows> = HashMap::new();
        let done = keys.iter().zip(&self.part_of).filter(|(_, part)| **part != NONE);
        for (key, &part) in done {
            let open = || PartRows::new(self.path(part, TABLES[table]));
            parts.entry(part).or_insert_with(open).copy(key.to_string().as_bytes(), out)?;
        }
        for (part, mut rows) in parts {
            if !rows.is_over()? {
                let path = self.path(part, TABLES[table]);
                return Err(io::Error::new(io::ErrorKind::InvalidData, format!("{} was changed", path.display())));
            }
        }
        Ok(())
    }

    /// Removes the folder.
    ///
    /// # Errors
    ///
    /// If the system refuses.
    pub fn remove(self) -> io::Result<()> {
        fs::remove_dir_all(self.folder)
    }

    fn path(&self, part: u32, table: &str) -> PathBuf {
        self.folder.join(file_name(part, table))
    }
}

fn file_name(part: u32, table: &str) -> String {
    format!("{part}.{table}.csv")
}

/// The places of the rows of each key: a row's key is its first cell, and the rows of a key are adjacent.
fn by_key(bytes: &[u8]) -> HashMap<Key, Range<usize>> {
    let mut places: HashMap<Key, Range<usize>> = HashMap::new();
    let mut start = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let end = start + line.len();
        let key = line.split(|byte| *byte == b',').next().unwrap_or_default();
        if let Some(key) = Key::parse(key) {
            places.entry(key).or_insert(start..end).end = end;
        }
        start = end;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of trials, as (trial, what follows its key).
    fn rows(tables: [&[(usize, &str)]; 3]) -> Rows {
        let row = |(trial, rest): &(usize, &str)| format!("{},{rest}\n", key(*trial));
        let [runs, curves, trajectory] = tables.map(|rows| rows.iter().map(row).collect::<String>().into_bytes());
        [runs, curves, trajectory, Vec::new()]
    }

    fn key(trial: usize) -> Key {
        Key::parse(format!("{:016x}", 0xfeed_0000 - trial).as_bytes()).unwrap()
    }

    fn assembled(parts: &Parts, keys: &[Key]) -> [Vec<u8>; 3] {
        [0, 1, 2].map(|table| {
            let mut out = Vec::new();
            parts.assemble(table, keys, &mut out).unwrap();
            out
        })
    }

    #[test]
    fn rows_come_back_in_the_order_of_the_trials_after_any_interruption() {
        let folder = tempfile::tempdir().unwrap();
        let keys = [0, 1, 2, 3].map(key);
        let mut parts = Parts::open(folder.path(), &keys).unwrap();
        parts.add(3, &rows([&[(3, "four")], &[(3, "0"), (3, "1")], &[]]));
        parts.add(2, &rows([&[(2, "three")], &[(2, "0")], &[]]));
        parts.flush().unwrap();
        parts.add(1, &rows([&[(1, "two")], &[], &[]]));
        drop(parts); // not flushed: as if killed

        let mut parts = Parts::open(folder.path(), &keys).unwrap();
        assert_eq!((parts.done(), parts.has(2), parts.has(1)), (2, true, false));
        parts.add(0, &rows([&[(0, "one")], &[(0, "0")], &[]]));
        parts.add(1, &rows([&[(1, "two")], &[], &[(1, "7")]]));
        parts.flush().unwrap();
        let [runs, curves, trajectory, _] = rows([
            &[(0, "one"), (1, "two"), (2, "three"), (3, "four")],
            &[(0, "0"), (2, "0"), (3, "0"), (3, "1")],
            &[(1, "7")],
        ]);
        assert_eq!(assembled(&parts, &keys), [runs, curves, trajectory]);
        parts.remove().unwrap();
        assert!(!folder.path().exists());
    }

    #[test]
    fn what_does_not_belong_to_a_part_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let keys = [0, 1, 2].map(key);
        let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
        // A trial of another plan, and the order of another one.
        let [runs, curves, ..] = rows([&[(2, "three"), (9, "ten"), (0, "one")], &[(2, "2"), (9, "9"), (0, "0")], &[]]);
        write("0.runs.csv", &runs);
        write("0.curves.csv", &curves);
        // A trial that is done already, and what is left of a part without runs.
        write("1.runs.csv", &rows([&[(0, "again"), (1, "two")], &[], &[]])[0]);
        write("2.curves.csv", &rows([&[(1, "stale")], &[], &[]])[0]);
        for _ in 0..2 {
            let parts = Parts::open(folder.path(), &keys).unwrap();
            assert_eq!(parts.done(), 3);
            let expected = rows([&[(0, "one"), (1, "two"), (2, "three")], &[(0, "0"), (2, "2")], &[]]);
            assert_eq!(assembled(&parts, &keys), expected[..3]);
        }
        assert!(!folder.path().join("0.runs.csv").exists());
    }

    #[test]
    fn rows_longer_than_a_chunk_come_back() {
        let folder = tempfile::tempdir().unwrap();
        let keys: Vec<Key> = (0..3).map(key).collect();
        let mut parts = Parts::open(folder.path(), &keys).unwrap();
        let long = "x".repeat(100_000);
        for trial in 0..3 {
            parts.add(trial, &rows([&[(trial, long.as_str())], &[], &[]]));
        }
        parts.flush().unwrap();
        let expected = rows([&[(0, long.as_str()), (1, &long), (2, &long)], &[], &[]]);
        assert_eq!(assembled(&parts, &keys), expected[..3]);
    }
}
