//! How far a folder of results is, seen from outside.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use thalweg_kernels::CONTRACT;

use super::folder::row_folders;
use super::lock::{FolderLock, WORKSHOP};
use super::outputs::{SPEC, SUMMARY, figure_files};
use super::salvage::Stamp;
use crate::record::chunk::{CHUNKS, Seal, chunk_of};
use crate::record::manifest::{Change, FILE as MANIFEST, Manifest};
use crate::record::{Holder, RUNS};
use crate::registry::Registry;
use crate::spec::{InputError, Study};

/// What is to be seen of a folder of results. Another process may work there: nothing is written, and no lock taken.
#[derive(Debug)]
pub struct Status {
    /// The study whose results these are, once they are finished.
    pub study: Option<Study>,
    /// Why its spec cannot be read.
    pub unreadable: Option<InputError>,
    /// What finished results consist of.
    pub manifest: Option<Manifest>,
    /// What of that is not as it was written.
    pub changes: Vec<Change>,
    /// Figures that the spec has and the manifest has not: they could not be drawn.
    pub undrawn: Vec<String>,
    /// Trials of the finished results, if their table is there.
    pub trials: Option<usize>,
    /// Rows that are not results yet.
    pub rows: Vec<RowsInProgress>,
    /// Chunks of a sweep on many machines.
    pub chunks: Option<ChunksInProgress>,
    /// Who works there, or did when it was left.
    pub holder: Option<Holder>,
}

/// The chunks in a folder, as they say themselves; their rows are not read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChunksInProgress {
    /// How many there are.
    pub chunks: u64,
    /// Trials of these.
    pub done: u64,
    /// All trials of the sweep.
    pub trials: u64,
}

/// The rows of a sweep in progress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowsInProgress {
    /// The name of its spec; empty where that was not noted.
    pub spec: String,
    /// The version of the numerics contract.
    pub contract: u32,
    /// Trials whose rows are there.
    pub done: usize,
    /// All of its trials.
    pub trials: usize,
}

impl Status {
    /// Looks at a folder.
    ///
    /// # Errors
    ///
    /// If a file is there and cannot be read.
    pub fn read(registry: &Arc<Registry>, folder: &Path) -> io::Result<Self> {
        let (manifest, mut changes) = match or_none(Manifest::read(folder)) {
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                (None, vec![Change::Changed(MANIFEST.to_owned())])
            }
            manifest => (manifest?, Vec::new()),
        };
        if let Some(manifest) = &manifest {
            changes.extend(manifest.changes(folder)?);
            if !manifest.is_written(folder)? {
                changes.push(Change::Changed(MANIFEST.to_owned()));
            }
        }
        let text = or_none(fs::read_to_string(folder.join(SPEC)))?;
        let parsed =
            text.map(|text| Study::parse_with(registry, &folder.join(SPEC).display().to_string(), &text, folder, &[]));
        let (study, unreadable) = match parsed {
            None => (None, None),
            Some(Ok(study)) => (Some(study), None),
            Some(Err(error)) => (None, Some(error)),
        };
        let mut status = Self {
            study,
            unreadable,
            manifest,
            changes,
            undrawn: Vec::new(),
            trials: None,
            rows: rows(&folder.join(WORKSHOP))?,
            chunks: chunks(&folder.join(CHUNKS))?,
            holder: FolderLock::holder(folder),
        };
        status.compare_with_spec();
        status.trials = count_rows(&folder.join(format!("{RUNS}.csv")))?;
        Ok(status)
    }

    /// Whether there is nothing of a study at all.
    pub fn is_empty(&self) -> bool {
        let is_there = self.study.is_some() || self.unreadable.is_some() || self.manifest.is_some();
        !is_there && self.rows.is_empty() && self.chunks.is_none() && self.holder.is_none()
    }

    /// Whether all results are there, as they were written, and no others are on their way.
    pub fn is_complete(&self) -> bool {
        let is_current = self.manifest.as_ref().is_some_and(|manifest| manifest.contract == CONTRACT);
        is_current && self.changes.is_empty() && self.undrawn.is_empty() && self.rows.is_empty()
    }

    fn compare_with_spec(&mut self) {
        let (Some(manifest), Some(Study::Sweep(spec))) = (&self.manifest, &self.study) else { return };
        if !spec.record.tables {
            let is_table = |name: &str| name == SUMMARY || name.ends_with(".csv");
            self.changes.retain(|change| !matches!(change, Change::Missing(name) if is_table(name)));
        }
        if manifest.trials.is_some() {
            // A part of a sweep has tables alone.
            return;
        }
        let is_named = |name: &String| manifest.names().any(|own| own == name);
        self.undrawn = figure_files(spec).into_iter().filter(|name| !is_named(name)).collect();
    }
}

/// What was read; nothing where there is no such file.
fn or_none<T>(read: io::Result<T>) -> io::Result<Option<T>> {
    match read {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        other => other.map(Some),
    }
}

/// The rows in a workshop; none where there is no workshop.
fn rows(workshop: &Path) -> io::Result<Vec<RowsInProgress>> {
    let mut found = Vec::new();
    for folder in or_none(row_folders(workshop))?.into_iter().flatten() {
        // Without its stamp a folder has no rows yet, with a damaged one none that count, and it may be gone by now.
        let Some(stamp) = Stamp::read(&folder) else { continue };
        let done = match or_none(stamp.count(&folder)) {
            Err(error) if error.kind() == io::ErrorKind::InvalidData => continue,
            done => done?,
        };
        let Some(done) = done else { continue };
        let Stamp { spec, contract, trials, .. } = stamp;
        found.push(RowsInProgress { spec, contract, done, trials });
    }
    Ok(found)
}

/// The chunks in their folder; none where there is no such folder.
fn chunks(folder: &Path) -> io::Result<Option<ChunksInProgress>> {
    let Some(entries) = or_none(fs::read_dir(folder))? else { return Ok(None) };
    let mut found = ChunksInProgress::default();
    for entry in entries {
        let entry = entry?;
        if entry.file_name().to_str().and_then(chunk_of).is_none() {
            continue;
        }
        // What is no seal does not count.
        let seal = fs::read_to_string(entry.path()).ok().and_then(|text| toml::from_str::<Seal>(&text).ok());
        if let Some(seal) = seal {
            found.chunks += 1;
            found.done += seal.count;
            found.trials = seal.trials;
        }
    }
    Ok(Some(found))
}

/// The rows of a table below its header.
fn count_rows(path: &Path) -> io::Result<Option<usize>> {
    let Some(bytes) = or_none(fs::read(path))? else { return Ok(None) };
    Ok(Some(memchr::memchr_iter(b'\n', &bytes).count().saturating_sub(1)))
}
