//! Records on disk: `results/bench/<machine>/machine.toml`, and a table per date and build beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thalweg_record::nearest;
use thalweg_record::record::atomic;

use crate::{BenchError, Machine, Notes, Row, git};

/// The description of a machine in its folder.
const MACHINE: &str = "machine.toml";

/// The folder of records.
#[derive(Clone, Debug)]
pub struct Store {
    /// Where it is: `results/bench`.
    pub folder: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Described {
    fingerprint: String,
    #[serde(flatten)]
    machine: Machine,
}

/// What was measured of one build on one machine, on any dates.
#[derive(Clone, Debug, PartialEq)]
pub struct Build {
    /// The revision; empty outside git.
    pub revision: String,
    /// Of a tree that was not clean, a hash of its changes.
    pub changes: Option<String>,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// What was added to a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The record.
    pub path: PathBuf,
    /// Rows that are new.
    pub added: usize,
    /// Rows that were there already.
    pub known: usize,
    /// Whether the tree had changes beside its revision.
    pub is_dirty: bool,
}

impl Build {
    /// The first digits of the revision, with a mark if there were changes beside it.
    pub fn name(&self) -> String {
        let revision = if self.revision.is_empty() { "no-revision" } else { short(&self.revision) };
        self.changes.as_ref().map_or_else(|| revision.to_owned(), |changes| format!("{revision}-dirty-{changes}"))
    }

    /// When the newest of its runs began.
    pub fn newest(&self) -> &str {
        self.rows.iter().map(|row| row.started.as_str()).max().unwrap_or_default()
    }
}

/// Twelve digits tell revisions apart.
fn short(revision: &str) -> &str {
    revision.get(..12).unwrap_or(revision)
}

/// Adds what benches left in criterion's folder to the records of the machine and the build that they ran on. Rows that
/// are there already stay as they are, so that a second call adds nothing.
///
/// # Errors
/// If there is no output of our benches, if some of it is missing, or if a record cannot be read or written.
pub fn record(criterion: &Path, store: &Store) -> Result<Vec<Recorded>, BenchError> {
    let all = Notes::read_all(criterion)?;
    let mut new: BTreeMap<PathBuf, Vec<Row>> = BTreeMap::new();
    for notes in &all {
        let folder = store.of(&notes.machine)?;
        // What an older version noted has no times.
        let timed = notes.benchmarks.iter().filter_map(|benchmark| Some((benchmark, benchmark.times.as_ref()?)));
        for row in timed.map(|(benchmark, times)| Row::new(notes, benchmark, times)) {
            let day = row.started.get(..10).unwrap_or(&row.started).to_owned();
            let build = Build { revision: row.revision.clone(), changes: row.changes.clone(), rows: vec![] };
            new.entry(folder.join(format!("{day}-{}.csv", build.name()))).or_default().push(row);
        }
    }
    if new.is_empty() {
        return Err(BenchError::Foreign(criterion.to_owned()));
    }
    new.into_iter().map(|(path, rows)| append(path, rows)).collect()
}

fn append(path: PathBuf, new: Vec<Row>) -> Result<Recorded, BenchError> {
    let mut rows = if path.exists() { read(&path)? } else { Vec::new() };
    let identity = |row: &Row| (row.benchmark.clone(), row.isa.clone(), row.started.clone());
    let known: BTreeSet<_> = rows.iter().map(identity).collect();
    let (before, count) = (rows.len(), new.len());
    rows.extend(new.into_iter().filter(|row| !known.contains(&identity(row))));
    let added = rows.len() - before;
    if added > 0 {
        let failed = |source| BenchError::Write { path: path.clone(), source };
        let mut writer = csv::Writer::from_writer(Vec::new());
        rows.iter().try_for_each(|row| writer.serialize(row)).map_err(|error| failed(error.into()))?;
        let bytes = writer.into_inner().map_err(|error| failed(error.into_error()))?;
        atomic::write(&path, |file| file.write_all(&bytes)).map_err(failed)?;
    }
    let is_dirty = rows.iter().any(|row| row.changes.is_some());
    Ok(Recorded { path, added, known: count - added, is_dirty })
}

fn describe(folder: &Path) -> Result<Described, BenchError> {
    let path = folder.join(MACHINE);
    let text = fs::read_to_string(&path).map_err(|source| BenchError::Read { path: path.clone(), source })?;
    toml::from_str(&text).map_err(|source| BenchError::NotAMachine { path, source: Box::new(source) })
}

fn read(path: &Path) -> Result<Vec<Row>, BenchError> {
    let failed = |source| BenchError::NotARecord { path: path.to_owned(), source };
    let mut reader = csv::Reader::from_path(path).map_err(failed)?;
    reader.deserialize().collect::<Result<_, _>>().map_err(failed)
}

impl Store {
    /// The folder of a machine, whatever it is called: the one with its fingerprint. It is made if there is none.
    fn of(&self, machine: &Machine) -> Result<PathBuf, BenchError> {
        if let Some(folder) = self.find(machine)? {
            return Ok(folder);
        }
        let folder = self.folder.join(machine.alias());
        let path = folder.join(MACHINE);
        let failed = |source| BenchError::Write { path: path.clone(), source };
        fs::create_dir_all(&folder).map_err(failed)?;
        let described = Described { fingerprint: machine.fingerprint(), machine: machine.clone() };
        let text = toml::to_string(&described).map_err(|error| failed(std::io::Error::other(error)))?;
        atomic::write(&path, |file| file.write_all(text.as_bytes())).map_err(failed)?;
        Ok(folder)
    }

    fn find(&self, machine: &Machine) -> Result<Option<PathBuf>, BenchError> {
        let fingerprint = machine.fingerprint();
        for folder in self.machines() {
            if describe(&folder)?.fingerprint == fingerprint {
                return Ok(Some(folder));
            }
        }
        Ok(None)
    }

    /// The folders of machines, by name.
    fn machines(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let folders = entries.map(|entry| entry.path());
        let mut folders: Vec<PathBuf> = folders.filter(|folder| folder.join(MACHINE).is_file()).collect();
        folders.sort();
        folders
    }

    /// The builds that were measured on a machine, the oldest run first.
    ///
    /// # Errors
    /// If there are none of this machine, or a record cannot be read.
    pub fn builds(&self, machine: &Machine) -> Result<Vec<Build>, BenchError> {
        let builds = builds(&self.folder_of(machine)?)?;
        if builds.is_empty() { Err(self.none_of(machine)) } else { Ok(builds) }
    }

    /// The folder of a machine, whatever it is called.
    ///
    /// # Errors
    /// If there is none.
    pub fn folder_of(&self, machine: &Machine) -> Result<PathBuf, BenchError> {
        self.find(machine)?.ok_or_else(|| self.none_of(machine))
    }

    fn none_of(&self, machine: &Machine) -> BenchError {
        let folders = self.machines();
        let names = folders.iter().filter_map(|folder| Some(folder.file_name()?.to_string_lossy().into_owned()));
        BenchError::NoRecords { folder: self.folder.clone(), machine: machine.alias(), others: names.collect() }
    }

    /// The machine whose folder this is, and the builds that were measured on it, the oldest run first; none if it is no
    /// machine's folder.
    ///
    /// # Errors
    /// If there are no records in it, or one cannot be read.
    pub fn read_machine(folder: &Path) -> Result<Option<(Machine, Vec<Build>)>, BenchError> {
        if !folder.join(MACHINE).is_file() {
            return Ok(None);
        }
        let Described { machine, .. } = describe(folder)?;
        let builds = builds(folder)?;
        if builds.is_empty() { Err(BenchError::NoTables(folder.to_owned())) } else { Ok(Some((machine, builds))) }
    }

    /// What tells the machine of a folder from others.
    ///
    /// # Errors
    /// If it is no machine's folder.
    pub fn fingerprint_of(folder: &Path) -> Result<String, BenchError> {
        #[derive(Deserialize)]
        struct Known {
            fingerprint: String,
        }
        let path = folder.join(MACHINE);
        let text = fs::read_to_string(&path).map_err(|source| BenchError::Read { path: path.clone(), source })?;
        let known = toml::from_str(&text).map_err(|source| BenchError::NotAMachine { path, source: Box::new(source) });
        known.map(|Known { fingerprint }| fingerprint)
    }

    /// The machine's folder and the build that a record is of: the path of a table.
    ///
    /// # Errors
    /// If the table cannot be read, or lies in no machine's folder.
    pub fn open(path: &Path) -> Result<(PathBuf, Build), BenchError> {
        let rows = read(path)?;
        let folder = path.parent().filter(|folder| folder.join(MACHINE).is_file());
        let folder = folder.ok_or_else(|| BenchError::NoMachine(path.to_owned()))?;
        let first = rows.first().ok_or_else(|| BenchError::Empty(path.to_owned()))?;
        let (revision, changes) = (first.revision.clone(), first.changes.clone());
        Ok((folder.to_owned(), Build { revision, changes, rows }))
    }
}

/// The builds in a machine's folder, the oldest run first.
pub(crate) fn builds(folder: &Path) -> Result<Vec<Build>, BenchError> {
    let failed = |source| BenchError::Read { path: folder.to_owned(), source };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        paths.push(entry.map_err(failed)?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|kind| kind == "csv"));
    paths.sort();
    let mut builds: BTreeMap<(String, Option<String>), Vec<Row>> = BTreeMap::new();
    for row in paths.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?.into_iter().flatten() {
        builds.entry((row.revision.clone(), row.changes.clone())).or_default().push(row);
    }
    let mut builds: Vec<Build> =
        builds.into_iter().map(|((revision, changes), rows)| Build { revision, changes, rows }).collect();
    builds.sort_by(|a, b| a.newest().cmp(b.newest()));
    Ok(builds)
}

/// The build that a name stands for: its own, the beginning of it, or what git calls a revision; of several a clean one, the
/// newest.
pub(crate) fn named<'a>(builds: &'a [Build], name: &str) -> Result<&'a Build, BenchError> {
    let clean_first = |build: &&Build| build.changes.is_some();
    let begins = || builds.iter().rev().filter(|build| build.name().starts_with(name)).min_by_key(clean_first);
    let of_git = || {
        let revision = git::revision(Path::new("."), name).ok()?;
        builds.iter().rev().filter(|build| build.revision == revision).min_by_key(clean_first)
    };
    builds.iter().find(|build| build.name() == name).or_else(begins).or_else(of_git).ok_or_else(|| {
        let names: Vec<String> = builds.iter().map(Build::name).collect();
        let meant = nearest(name, names.iter().map(String::as_str)).map(str::to_owned);
        BenchError::NoBuild { name: name.to_owned(), meant, names: names.join(", ") }
    })
}
