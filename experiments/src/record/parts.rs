//! A sweep in progress: the rows of the trials that are done, on disk before the sweep is.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::atomic;

/// The rows of finished trials, kept in a folder in files of the final format, each written whole: whenever the process
/// stops, at most the rows since the last [`Parts::flush`] are lost.
///
/// A part is two files, `<n>.curves.csv` and then `<n>.runs.csv`; a trial counts as done once its row stands in the
/// second.
#[derive(Debug)]
pub struct Parts {
    folder: PathBuf,
    /// Where the rows of each trial stand; none for one that is not done.
    places: Vec<Option<Place>>,
    done: usize,
    next: usize,
    pending: Pending,
}

/// Rows of one trial in a part.
#[derive(Clone, Debug)]
struct Place {
    part: u32,
    runs: Range<u64>,
    curves: Range<u64>,
}

#[derive(Debug, Default)]
struct Pending {
    trials: Vec<(usize, Place)>,
    runs: Vec<u8>,
    curves: Vec<u8>,
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
        let curves = by_key(&fs::read(self.path(part, "curves"))?);
        for (key, runs) in by_key(&fs::read(self.path(part, "runs"))?) {
            if let Some(&trial) = trials.get(key.as_str()) {
                let curves = curves.get(&key).cloned().unwrap_or(0..0);
                self.done += usize::from(self.places[trial].is_none());
                self.places[trial] = Some(Place { part, runs, curves });
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
    pub fn add(&mut self, trial: usize, run: &[u8], curves: &[u8]) {
        let append = |to: &mut Vec<u8>, rows: &[u8]| {
            let start = to.len() as u64;
            to.extend_from_slice(rows);
            start..to.len() as u64
        };
        let place = Place {
            part: self.next as u32,
            runs: append(&mut self.pending.runs, run),
            curves: append(&mut self.pending.curves, curves),
        };
        self.pending.trials.push((trial, place));
    }

    /// Bytes that wait for the next flush.
    pub fn pending(&self) -> usize {
        self.pending.runs.len() + self.pending.curves.len()
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
        for (kind, rows) in [("curves", &self.pending.curves), ("runs", &self.pending.runs)] {
            atomic::write(&self.path(part, kind), |file| file.write_all(rows))?;
        }
        self.next += 1;
        for (trial, place) in std::mem::take(&mut self.pending).trials {
            self.done += usize::from(self.places[trial].is_none());
            self.places[trial] = Some(place);
        }
        Ok(())
    }

    /// Writes the rows of all trials, in the order of the trials.
    ///
    /// # Errors
    ///
    /// If a part cannot be read, or the output not written.
    pub fn assemble(&self, runs: &mut impl Write, curves: &mut impl Write) -> io::Result<()> {
        let mut files: HashMap<u32, [File; 2]> = HashMap::new();
        let mut row = Vec::new();
        for place in self.places.iter().flatten() {
            let [run_file, curve_file] = match files.entry(place.part) {
                std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
                std::collections::hash_map::Entry::Vacant(entry) => entry
                    .insert([File::open(self.path(place.part, "runs"))?, File::open(self.path(place.part, "curves"))?]),
            };
            copy(run_file, &place.runs, &mut row, runs)?;
            copy(curve_file, &place.curves, &mut row, curves)?;
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

    fn path(&self, part: u32, kind: &str) -> PathBuf {
        self.folder.join(format!("{part}.{kind}.csv"))
    }
}

fn copy(from: &mut File, range: &Range<u64>, buffer: &mut Vec<u8>, to: &mut impl Write) -> io::Result<()> {
    buffer.resize((range.end - range.start) as usize, 0);
    from.seek(SeekFrom::Start(range.start))?;
    from.read_exact(buffer)?;
    to.write_all(buffer)
}

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

    #[test]
    fn rows_come_back_in_the_order_of_the_trials_after_any_interruption() {
        let folder = tempfile::tempdir().unwrap();
        let keys = ["a", "b", "c"];
        let mut parts = Parts::open(folder.path(), keys.into_iter()).unwrap();
        parts.add(2, b"c,3\n", b"c,0\nc,1\n");
        parts.flush().unwrap();
        parts.add(1, b"b,2\n", b"");
        drop(parts); // not flushed: as if killed

        let mut parts = Parts::open(folder.path(), keys.into_iter()).unwrap();
        assert_eq!((parts.done(), parts.has(2), parts.has(1)), (1, true, false));
        parts.add(0, b"a,1\n", b"a,0\n");
        parts.add(1, b"b,2\n", b"b,0\nb,1\n");
        parts.flush().unwrap();
        let (mut runs, mut curves) = (Vec::new(), Vec::new());
        parts.assemble(&mut runs, &mut curves).unwrap();
        assert_eq!(runs, b"a,1\nb,2\nc,3\n");
        assert_eq!(curves, b"a,0\nb,0\nb,1\nc,0\nc,1\n");
        parts.remove().unwrap();
        assert!(!folder.path().exists());
    }
}
