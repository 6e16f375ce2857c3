//! The folder of a sweep's results, and who may write there.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thalweg_kernels::CONTRACT;

use super::lock::{FolderLock, WORKSHOP};
use super::outputs::{CLAIM, Claimed, Outputs, SPEC, SUMMARY};
use super::rows;
use super::run::{Progress, Reuse, RunError};
use super::salvage::{self, Found, Numbers, Stamp, Tables};
use super::shards::take_chunks;
use super::transfer::{self, Transfer};
use super::trial_range::TrialRange;
use super::{Plan, WeightFiles};
use crate::record::chunk::CHUNKS;
use crate::record::manifest::{Change, FILE as MANIFEST, Manifest};
use crate::record::{Identity, Store, atomic};
use crate::spec::Spec;

/// A folder of results, and the sweep that they are of.
pub(super) struct Folder<'a> {
    pub path: &'a Path,
    pub spec: &'a Spec,
    /// The canonical text of the spec.
    pub text: &'a str,
    pub plan: &'a Plan,
    pub outputs: &'a Outputs,
    /// The identity of its rows, and what their form depends on.
    pub identity: &'a Identity,
    pub form: &'a str,
    /// The hashes of the user's own files that trials learn from or start with, by the paths that the spec gives.
    pub inputs: &'a BTreeMap<String, String>,
}

/// What is wrong with results that once were complete.
#[derive(Debug, Default)]
pub(super) struct Inventory {
    pub manifest: Option<Manifest>,
    /// Whether the manifest is of this spec, contract and data.
    pub is_of_spec: bool,
    pub changes: Vec<Change>,
    /// Files that the sweep has and the manifest does not name.
    pub lacking: Vec<String>,
}

impl Inventory {
    /// Whether nothing is to be done.
    fn is_complete(&self) -> bool {
        self.is_of_spec && self.changes.is_empty() && self.lacking.is_empty()
    }

    /// Whether a file is as the manifest says.
    pub fn is_sound(&self, name: &str) -> bool {
        let named = self.manifest.as_ref().is_some_and(|manifest| manifest.names().any(|own| own == name));
        named && !self.changes.iter().any(|change| change.name() == name)
    }
}

/// A folder that this process alone works in.
pub(super) struct Workshop {
    /// `.thalweg`.
    pub path: PathBuf,
    /// The rows of this plan.
    pub rows: PathBuf,
    pub claimed: Claimed,
    pub inventory: Inventory,
    _lock: FolderLock,
}

/// What was found in a folder.
pub(super) enum Claim {
    /// Nothing, or a part of the results.
    Open(Box<Workshop>),
    /// All results but figures, which are missing, changed or other ones now.
    Drawing(Box<Workshop>),
    /// All results.
    Complete,
}

impl Folder<'_> {
    pub fn error(&self, source: io::Error) -> RunError {
        RunError::Files { path: self.path.to_owned(), source }
    }

    /// Makes sure that nobody else works in the folder, that all in it is the command's own, and that no trial is lost;
    /// or finds that all results are there and as they were written.
    pub fn claim(&self, reuse: Reuse, progress: &dyn Progress) -> Result<Claim, RunError> {
        let workshop = self.path.join(WORKSHOP);
        let is_clean = || !workshop.exists();
        if reuse == Reuse::Everything
            && is_clean()
            && self.inventory().map_err(|source| self.error(source))?.is_complete()
        {
            return Ok(Claim::Complete);
        }
        let lock = FolderLock::take(self.path)?;
        let prepared = self.prepare(workshop, lock, reuse, progress)?;
        if reuse == Reuse::Everything && prepared.inventory.is_complete() {
            let remove = || self.drop_tables().and_then(|()| prepared.remove(self.path, None));
            remove().map_err(|source| self.error(source))?;
            return Ok(Claim::Complete);
        }
        let lacks_only_figures = || self.lacks_only_figures(&prepared).map_err(|source| self.error(source));
        let is_drawing = reuse == Reuse::Everything && lacks_only_figures()?;
        Ok(if is_drawing { Claim::Drawing(Box::new(prepared)) } else { Claim::Open(Box::new(prepared)) })
    }

    fn prepare(
        &self,
        path: PathBuf,
        lock: FolderLock,
        reuse: Reuse,
        progress: &dyn Progress,
    ) -> Result<Workshop, RunError> {
        let failed = |source| self.error(source);
        for folder in [self.path, &path, &self.path.join("figures"), &self.path.join("weights")] {
            atomic::sweep(folder).map_err(failed)?;
        }
        let inventory = self.inventory().map_err(failed)?;
        let mut claimed = Claimed::read(&path).map_err(failed)?;
        let manifest = inventory.manifest.as_ref();
        let mut foreign = claimed.foreign(self.path, self.outputs.all(), self.text, manifest).map_err(failed)?;
        if self.path.join(CHUNKS).is_dir() && foreign.iter().any(|name| name == SPEC) {
            self.check_spec_of_chunks()?;
            foreign.retain(|name| name != SPEC);
        }
        if !foreign.is_empty() {
            return Err(RunError::Foreign { path: self.path.to_owned(), names: foreign.join(", ") });
        }
        let rows = path.join(&self.identity.sweep.to_hex()[..16]);
        let workshop = Workshop { path, rows, claimed: Claimed::default(), inventory, _lock: lock };
        if reuse != Reuse::Everything {
            let keep = if reuse == Reuse::InProgress { Some(workshop.rows.as_path()) } else { None };
            workshop.remove_rows(keep).map_err(failed)?;
        } else if !workshop.inventory.is_complete() {
            self.check_loss(&workshop)?;
            self.tell_changes(&workshop.inventory, progress);
        }
        let names = self.outputs.all();
        claimed.extend(&workshop.path, names, workshop.inventory.manifest.as_ref()).map_err(failed)?;
        Ok(Workshop { claimed, ..workshop })
    }

    /// An error if the chunks in the folder are those of another sweep, as its spec says.
    fn check_spec_of_chunks(&self) -> Result<(), RunError> {
        let text = fs::read_to_string(self.path.join(SPEC)).map_err(|source| self.error(source))?;
        let other = Spec::parse_with(self.spec.registry(), SPEC, &text, self.path, &[]).ok();
        if other.as_ref().is_some_and(|other| other.of_trials() == self.spec.of_trials()) {
            return Ok(());
        }
        let differences = other.map(|other| self.spec.differences(&other)).unwrap_or_default();
        Err(RunError::Occupied { path: self.path.to_owned(), differences })
    }

    /// Says what is made again of results that were complete once.
    fn tell_changes(&self, inventory: &Inventory, progress: &dyn Progress) {
        let Some(manifest) = inventory.manifest.as_ref().filter(|manifest| self.is_same_spec(manifest)) else { return };
        inventory.changes.iter().for_each(|change| progress.notice(&format!("{change}: made again")));
        for (name, _) in self.inputs.iter().filter(|(name, hash)| manifest.inputs.get(*name) != Some(hash)) {
            progress.notice(&format!("{name} is not the file that the results are of: they are made again"));
        }
    }

    /// Removes the tables, if the sweep does not keep them. Its manifest has their hashes.
    pub fn drop_tables(&self) -> io::Result<()> {
        if self.spec.record.tables {
            return Ok(());
        }
        let tables = self.outputs.of_trials.iter().chain(&self.outputs.of_spec).map(String::as_str).chain([SUMMARY]);
        tables.map(|table| self.path.join(table)).try_for_each(|path| match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        })
    }

    /// Which of the trials of the spec are run, if not all, as manifests say it.
    pub fn part(&self) -> Option<String> {
        TrialRange::from(&self.plan.trials).map(|part| part.to_string())
    }

    /// Whether results are of the trials of this sweep.
    fn is_same_spec(&self, manifest: &Manifest) -> bool {
        manifest.trials == self.part() && self.has_same_text(manifest)
    }

    fn has_same_text(&self, manifest: &Manifest) -> bool {
        manifest.spec == blake3::hash(self.text.as_bytes()).to_hex().as_str()
    }

    /// What is there of finished results, and what of it is as it was written.
    fn inventory(&self) -> io::Result<Inventory> {
        let Ok(manifest) = Manifest::read(self.path) else { return Ok(Inventory::default()) };
        let is_dropped = |name: &str| {
            let tables = self.outputs.of_trials.iter().chain(&self.outputs.of_spec).any(|table| table == name);
            !self.spec.record.tables && (tables || name == SUMMARY)
        };
        let mut changes = manifest.changes(self.path)?;
        changes.retain(|change| !matches!(change, Change::Missing(name) if is_dropped(name)));
        if !manifest.is_written(self.path)? {
            changes.push(Change::Changed(MANIFEST.to_owned()));
        }
        let is_named = |name: &str| manifest.names().any(|own| own == name);
        let outputs = self.outputs.of_trials.iter().chain(&self.outputs.of_spec).chain(&self.outputs.derived);
        let lacking = outputs.filter(|name| !is_named(name)).cloned().collect();
        let is_of_spec =
            manifest.contract == CONTRACT && self.is_same_spec(&manifest) && manifest.inputs == *self.inputs;
        Ok(Inventory { manifest: Some(manifest), is_of_spec, changes, lacking })
    }

    /// Whether all is there but figures: results of a spec that differs in what is drawn, or how it is called, if at all.
    fn lacks_only_figures(&self, workshop: &Workshop) -> io::Result<bool> {
        let inventory = &workshop.inventory;
        let Some(manifest) = &inventory.manifest else { return Ok(false) };
        let is_current = manifest.contract == CONTRACT && manifest.inputs == *self.inputs && self.spec.record.tables;
        let is_current = is_current && manifest.trials == self.part();
        let outputs = self.outputs;
        let mut tables = outputs.of_trials.iter().chain(&outputs.of_spec).map(String::as_str).chain([SUMMARY]);
        let is_figure = |name: &str| outputs.derived.iter().any(|own| own == name) || name.starts_with("figures/");
        let are_sound = tables.all(|name| inventory.is_sound(name))
            && inventory.changes.iter().all(|change| is_figure(change.name()) && change.name() != SUMMARY);
        let is_same = || self.spec_of(manifest).is_some_and(|other| self.spec.differences(&other).is_empty());
        Ok(is_current && are_sound && workshop.all_rows()?.is_empty() && is_same())
    }

    /// An error if the folder holds trials that are not among those of the plan: they would be lost.
    fn check_loss(&self, workshop: &Workshop) -> Result<(), RunError> {
        let failed = |source| self.error(source);
        let occupied = |other: Option<Spec>| RunError::Occupied {
            path: self.path.to_owned(),
            differences: other.map(|other| self.spec.differences(&other)).unwrap_or_default(),
        };
        let numbers = Numbers::new(self.plan);
        for (folder, stamp) in workshop.other_rows().map_err(failed)? {
            // Rows under another contract are of no use.
            if stamp.contract == CONTRACT {
                let rows =
                    stamp.open(&folder).and_then(|store| salvage::count_rows(&store, &numbers)).map_err(failed)?;
                let lost = if self.is_of_form(&stamp) { rows.others } else { rows.own + rows.others };
                if lost > 0 {
                    return Err(occupied(
                        Spec::parse_with(self.spec.registry(), SPEC, &stamp.text, self.path, &[]).ok(),
                    ));
                }
            }
        }
        let manifest = workshop.inventory.manifest.as_ref().filter(|manifest| manifest.contract == CONTRACT);
        // Results of the same spec but other data are to be made again; those of another spec may be wanted.
        let Some(manifest) = manifest.filter(|manifest| !self.is_same_spec(manifest)) else { return Ok(()) };
        let found = self.tables(manifest).map_err(failed)?.map(|tables| Found::in_tables(tables, &numbers));
        match found.transpose().map_err(failed)? {
            Some(found) if found.others == 0 => Ok(()),
            Some(_) if self.has_same_text(manifest) => {
                let or_all = |part: Option<String>| part.unwrap_or_else(|| format!("0..{}", self.plan.trials.all()));
                let (path, held) = (self.path.to_owned(), or_all(manifest.trials.clone()));
                Err(RunError::OtherPart { path, held, wanted: or_all(self.part()) })
            }
            _ => Err(occupied(self.spec_of(manifest))),
        }
    }

    /// The spec of finished results, if it is as it was written.
    fn spec_of(&self, manifest: &Manifest) -> Option<Spec> {
        let text = fs::read_to_string(self.path.join(SPEC)).ok()?;
        let is_known = manifest.spec == blake3::hash(text.as_bytes()).to_hex().as_str();
        Spec::parse_with(self.spec.registry(), SPEC, &text, self.path, &[]).ok().filter(|_| is_known)
    }

    /// The tables of finished results, if their rows have the form of this sweep's.
    fn tables(&self, manifest: &Manifest) -> io::Result<Option<Tables>> {
        let is_of_form = || {
            let (other, own) = (self.spec_of(manifest)?.record, &self.spec.record);
            let same = (other.curves, other.trajectory) == (own.curves, own.trajectory);
            Some(same && other.observe == own.observe && other.columns == own.columns)
        };
        if self.has_same_text(manifest) || is_of_form() == Some(true) {
            let headers = transfer::trailing(self.plan, rows::headers(self.spec, self.plan));
            return Tables::open(self.path, manifest, (&self.identity.tables, &headers));
        }
        Ok(None)
    }

    fn is_of_form(&self, stamp: &Stamp) -> bool {
        stamp.form == Stamp::new(self.identity, 0, self.form).form
    }

    /// Opens the rows of this plan, with those that other plans and finished results have of its trials.
    pub fn open_rows(
        &self,
        workshop: &Workshop,
        reuse: Reuse,
        weights: &WeightFiles,
        progress: &dyn Progress,
    ) -> io::Result<Store> {
        let stamp = Stamp::new(self.identity, self.plan.trials.len(), self.form);
        let stamp = Stamp { spec: self.spec.name.clone(), text: self.text.to_owned(), ..stamp };
        atomic::sweep(&workshop.rows)?;
        let store = Store::open(&workshop.rows, self.identity.clone(), self.plan.trials.len())?;
        store.damaged().iter().for_each(|damage| progress.notice(&format!("{damage}: computed again")));
        if Stamp::read(&workshop.rows).as_ref() != Some(&stamp) {
            stamp.write(&workshop.rows)?;
        }
        let numbers = Numbers::new(self.plan);
        if reuse != Reuse::Everything {
            salvage::check_weights(self.plan, weights, &numbers, &store)?;
            return Ok(store);
        }
        let transfer = Transfer::new(self.spec, self.plan);
        for (folder, other) in workshop.other_rows()? {
            if other.contract == CONTRACT && self.is_of_form(&other) {
                salvage::take_rows(&other.open(&folder)?, &numbers, &store, &transfer)?;
                weights.take_over(&folder)?;
            }
        }
        if let Some(manifest) = workshop.inventory.manifest.as_ref().filter(|manifest| manifest.contract == CONTRACT) {
            let sound = self.outputs.of_trials.iter().all(|name| workshop.inventory.is_sound(name));
            if let Some(tables) = self.tables(manifest)?.filter(|_| sound) {
                salvage::take_tables(tables, &numbers, &store, &transfer)?;
            }
        }
        take_chunks((self.spec, self.plan), (self.path, &workshop.rows), &store, progress)?;
        workshop.remove_rows(Some(&workshop.rows))?;
        let changed = workshop.inventory.changes.iter().filter(|change| matches!(change, Change::Changed(_)));
        weights.remove(changed.map(Change::name))?;
        salvage::check_weights(self.plan, weights, &numbers, &store)?;
        Ok(store)
    }
}

/// The folders of rows in a workshop.
pub(super) fn row_folders(workshop: &Path) -> io::Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(workshop)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.len() == 16 && name.bytes().all(|byte| byte.is_ascii_hexdigit()) && path.is_dir() {
            folders.push(path);
        }
    }
    Ok(folders)
}

impl Workshop {
    /// The folders of rows of other plans.
    fn other_rows(&self) -> io::Result<Vec<(PathBuf, Stamp)>> {
        let mut found = Vec::new();
        for folder in self.all_rows()?.into_iter().filter(|folder| *folder != self.rows) {
            found.extend(Stamp::read(&folder).map(|stamp| (folder, stamp)));
        }
        Ok(found)
    }

    /// All folders of rows.
    fn all_rows(&self) -> io::Result<Vec<PathBuf>> {
        row_folders(&self.path)
    }

    /// Removes the rows of all plans but one.
    fn remove_rows(&self, but: Option<&Path>) -> io::Result<()> {
        let others = self.all_rows()?.into_iter().filter(|folder| Some(folder.as_path()) != but);
        others.into_iter().try_for_each(fs::remove_dir_all)
    }

    /// Removes it, and what the results of this manifest replace.
    pub fn remove(self, folder: &Path, manifest: Option<&Manifest>) -> io::Result<()> {
        let own = Manifest::read(folder).ok();
        if let Some(manifest) = manifest.or(own.as_ref()) {
            self.claimed.remove_replaced(folder, manifest)?;
        }
        self.remove_rows(None)?;
        match fs::remove_file(self.path.join(CLAIM)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}
