//! A sweep in progress: the rows of the trials that are done, on disk before the sweep is.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::atomic;

/// The tables whose rows belong to trials. A trial has one row in the first, and any number in the others.
pub const TABLES: [&str; 4] = ["runs", "curves", "trajectory", "effective_lr"];

/// The rows of a trial, or of several, in each of [`TABLES`].
pub type Rows = [Vec<u8>; TABLES.len()];

/// The rows of finished trials, kept in a folder in files of the final format, each written whole: whenever the process
/// stops, at most the rows since the last [`Parts::flush`] are lost.
///
/// A part is a file a table, `<n>.<table>.csv`, without those that would be empty. `<n>.runs.csv` is written last: a trial
/// counts as done once its row stands there.
#[derive(Debug)]
pub struct Parts {
    folder: PathBuf,
    /// Where the rows of each trial stand; none for one that is not done.
    places: Vec<Option<Place>>,
    done: usize,
    next: usize,
    pending: Pending,
}

/// Rows of one trial in a part: a range of bytes a table.
#[derive(Clone, Debug)]
struct Place {
    part: u32,
    rows: [Range<u64>; TABLES.len()],
}

#[derive(Debug, Default)]
struct Pending {
    trials: Vec<(usize, Place)>,
    rows: Rows,
}

impl Parts {
    /// Opens the folder of a sweep's parts, or makes it. `keys` are the keys of its trials: rows with another key are
    /// left alone, and a trial that has its row counts as done.
    ///
    /// # Errors
    ///
    /// If the folder or a part in it cannot be read.
    pub fn open<'a>(folder: &Path, keys: impl Iterator<Item = &'a str>) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let trials: HashMap<&str, usize> = keys.enumerate().map(|(trial, key)| (key, trial)).collect();
        let places = vec![None; trials.len()];
        let mut parts = Self { folder: folder.to_owned(), places, done: 0, next: 0, pending: Pending::default() };
        let mut numbers: Vec<u32> = fs::read_dir(folder)?
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_suffix(".runs.csv")?.parse().ok())
            .collect();
        numbers.sort_unstable();
        for part in numbers {
            parts.load(part, &trials)?;
            parts.next = part as usize + 1;
        }
        Ok(parts)
    }

    fn load(&mut self, part: u32, trials: &HashMap<&str, usize>) -> io::Result<()> {
        let mut tables = Vec::new();
        for table in TABLES {
            let rows = match fs::read(self.path(part, table)) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
                rows => rows?,
            };
            tables.push(by_key(&rows));
        }
        for key in tables[0].keys() {
            if let Some(&trial) = trials.get(key.as_str()) {
                let rows = std::array::from_fn(|table| tables[table].get(key).cloned().unwrap_or(0..0));
                self.done += usize::from(self.places[trial].is_none());
                self.places[trial] = Some(Place { part, rows });
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
        self.places[trial].is_some()
    }

    /// Adds the rows of a trial, which are on disk from the next [`Parts::flush`] on.
    pub fn add(&mut self, trial: usize, rows: &Rows) {
        let rows = std::array::from_fn(|table| {
            let pending = &mut self.pending.rows[table];
            let start = pending.len() as u64;
            pending.extend_from_slice(&rows[table]);
            start..pending.len() as u64
        });
        self.pending.trials.push((trial, Place { part: self.next as u32, rows }));
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
        let part = self.next as u32;
        for (table, rows) in TABLES.iter().zip(&self.pending.rows).rev().filter(|(_, rows)| !rows.is_empty()) {
            atomic::write(&self.path(part, table), |file| file.write_all(rows))?;
        }
        self.next += 1;
        self.pending.rows.iter_mut().for_each(Vec::clear);
        for (trial, place) in self.pending.trials.drain(..) {
            self.done += usize::from(self.places[trial].is_none());
            self.places[trial] = Some(place);
        }
        Ok(())
    }

    /// Writes the rows of all trials in the table of this number, in the order of the trials.
    ///
    /// # Errors
    ///
    /// If a part cannot be read, or the output not written.
    pub fn assemble(&self, table: usize, out: &mut impl Write) -> io::Result<()> {
        let mut files: HashMap<u32, File> = HashMap::new();
        let mut buffer = Vec::new();
        let mut places = self
            .places
            .iter()
            .flatten()
            .map(|place| (place.part, place.rows[table].clone()))
            .filter(|(_, range)| !range.is_empty())
            .peekable();
        while let Some((part, mut range)) = places.next() {
            // Rows that stand together are read together.
            while let Some((_, next)) = places.next_if(|(other, next)| {
                *other == part && next.start == range.end && range.end - range.start < TOGETHER
            }) {
                range.end = next.end;
            }
            let file = match files.entry(part) {
                Entry::Occupied(entry) => entry.into_mut(),
                Entry::Vacant(entry) => entry.insert(File::open(self.path(part, TABLES[table]))?),
            };
            buffer.resize((range.end - range.start) as usize, 0);
            file.seek(SeekFrom::Start(range.start))?;
            file.read_exact(&mut buffer)?;
            out.write_all(&buffer)?;
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
        self.folder.join(format!("{part}.{table}.csv"))
    }
}

/// How many bytes are read at once, and at most one trial's rows more.
const TOGETHER: u64 = 1 << 20;

/// Where the rows of each key stand: a row's key is its first cell, and the rows of a key stand together.
fn by_key(bytes: &[u8]) -> HashMap<String, Range<u64>> {
    let mut places: HashMap<String, Range<u64>> = HashMap::new();
    let mut start = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let end = start + line.len() as u64;
        let key = line.split(|byte| *byte == b',').next().unwrap_or_default();
        let place = places.entry(String::from_utf8_lossy(key).into_owned()).or_insert(start..end);
        place.end = end;
        start = end;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(run: &str, curves: &str, trajectory: &str) -> Rows {
        [run, curves, trajectory, ""].map(|text| text.as_bytes().to_vec())
    }

    #[test]
    fn rows_come_back_in_the_order_of_the_trials_after_any_interruption() {
        let folder = tempfile::tempdir().unwrap();
        let keys = ["a", "b", "c"];
        let mut parts = Parts::open(folder.path(), keys.into_iter()).unwrap();
        parts.add(2, &rows("c,3\n", "c,0\nc,1\n", ""));
        parts.flush().unwrap();
        parts.add(1, &rows("b,2\n", "", ""));
        drop(parts); // not flushed: as if killed

        let mut parts = Parts::open(folder.path(), keys.into_iter()).unwrap();
        assert_eq!((parts.done(), parts.has(2), parts.has(1)), (1, true, false));
        parts.add(0, &rows("a,1\n", "a,0\n", ""));
        parts.add(1, &rows("b,2\n", "b,0\nb,1\n", "b,7\n"));
        parts.flush().unwrap();
        let assembled = [0, 1, 2].map(|table| {
            let mut out = Vec::new();
            parts.assemble(table, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        });
        assert_eq!(assembled, ["a,1\nb,2\nc,3\n", "a,0\nb,0\nb,1\nc,0\nc,1\n", "b,7\n"]);
        parts.remove().unwrap();
        assert!(!folder.path().exists());
    }
}
