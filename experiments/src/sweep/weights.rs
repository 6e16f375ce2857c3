//! Files of weights: which trials have them, and their way from a block to the folder of the results.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::trials::Place;
use super::{Condition, Model, Plan, Trials};
use crate::network::{Architecture, tensors};
use crate::record::manifest::hash_file;
use crate::record::{self, Key, Precision, RecordError, Run, atomic};
use crate::spec::{InputError, Spec, Weights, WeightsOf, nearest};
use crate::train::Outcome;

/// The most files of weights of a sweep.
pub const MAX_WEIGHT_FILES: u64 = 20_000;

/// The most bytes of weights of a sweep.
pub const MAX_WEIGHT_BYTES: u64 = 8 << 30;

/// The folder of the files.
const FOLDER: &str = "weights";

/// How the names of files end after the trial's key.
const ENDINGS: [&str; 2] = ["-initial.safetensors", "-final.safetensors"];

/// The trials whose weights a spec wants, ascending.
pub(super) fn choose(spec: &Spec, conditions: &[Condition], trials: &Trials) -> Result<Vec<usize>, InputError> {
    if spec.record.weights == Weights::None {
        return Ok(Vec::new());
    }
    let each = u64::from(spec.record.weights.initial()) + u64::from(spec.record.weights.is_final());
    // One more than there may be is enough to see that they are too many.
    let most = (MAX_WEIGHT_FILES / each) as usize + 1;
    let kept: Vec<usize> = match &spec.record.weights_of {
        WeightsOf::All => (0..trials.len().min(most)).collect(),
        WeightsOf::FirstSeed => of_first_seed(trials).take(most).collect(),
        WeightsOf::Keys(keys) => {
            let known = trials.keys();
            let known: HashMap<Key, usize> = known.into_iter().zip(0..).collect();
            let index = |(at, key): (usize, &String)| {
                let trial = Key::parse(key.as_bytes()).and_then(|key| known.get(&key).copied());
                trial.ok_or_else(|| unknown(spec, at, key, &known))
            };
            let mut kept = keys.iter().enumerate().map(index).collect::<Result<Vec<_>, _>>()?;
            kept.sort_unstable();
            kept.dedup();
            kept
        }
    };
    let (count, bytes) = size(spec, conditions, trials, &kept);
    let message = if count > MAX_WEIGHT_FILES {
        format!("the trials would have more than {MAX_WEIGHT_FILES} files of weights")
    } else if bytes > MAX_WEIGHT_BYTES {
        let gib = |bytes: u64| bytes as f64 / f64::from(1 << 30);
        format!("{count} files of weights would take {:.1} GiB, more than {} GiB", gib(bytes), gib(MAX_WEIGHT_BYTES))
    } else {
        return Ok(kept);
    };
    let help = "record.weights_of = \"first-seed\", or a list of keys from runs.csv, keeps fewer";
    Err(spec.error("record.weights", message).with_help(help))
}

/// The trials of the first seed, ascending.
fn of_first_seed(trials: &Trials) -> impl Iterator<Item = usize> + '_ {
    let line = |index: usize| {
        let Place { condition, grid, point, start, .. } = trials.place(index);
        (condition, grid, point, start)
    };
    // The next trial that differs in more than its seed.
    let next = move |index: usize| {
        let own = line(index);
        let (mut step, mut end) = (1, index + 1);
        while end < trials.len() && line(end) == own {
            step *= 2;
            end += step;
        }
        let (mut first, mut end) = (index, end.min(trials.len()));
        while first + 1 < end {
            let middle = first + (end - first) / 2;
            if line(middle) == own { first = middle } else { end = middle }
        }
        end
    };
    let is_there = |index: &usize| *index < trials.len();
    let starts = std::iter::successors(Some(0).filter(is_there), move |index| Some(next(*index)).filter(is_there));
    starts.filter(|index| trials.place(*index).seed == 0)
}

/// The error that no trial has the key at this place of the list.
fn unknown(spec: &Spec, at: usize, key: &str, known: &HashMap<Key, usize>) -> InputError {
    let known: Vec<String> = known.keys().map(Key::to_string).collect();
    let near = nearest(key, known.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`? "));
    spec.error(&format!("record.weights_of.{at}"), format!("no trial has the key {key}"))
        .with_help(format!("{}`thalweg plan --trials` lists the keys", near.unwrap_or_default()))
}

/// The most files that these trials have, and the bytes of their tensors.
pub(super) fn size(spec: &Spec, conditions: &[Condition], trials: &Trials, kept: &[usize]) -> (u64, u64) {
    let wanted = spec.record.weights;
    let each = u64::from(wanted.initial()) + u64::from(wanted.is_final());
    let bytes = |index: &usize| {
        let condition = &conditions[trials.place(*index).condition];
        let number = if condition.spec.train.precision == Precision::F32 { 4 } else { 8 };
        each.saturating_mul(condition.model.parameters() * number)
    };
    (kept.len() as u64 * each, kept.iter().map(bytes).fold(0, u64::saturating_add))
}

/// The files of weights of a run: written one by one as blocks finish, beside the rows, and moved to the results when
/// the sweep is complete.
pub(super) struct WeightFiles {
    /// The trials whose weights are kept, ascending.
    kept: Vec<usize>,
    wanted: Weights,
    /// For each condition the networks, and the precision of their numbers; nothing where no weights are kept.
    networks: Vec<Option<(Architecture, Precision)>>,
    /// Columns of `runs.csv` before the seeds.
    leading: usize,
    rows: PathBuf,
    results: PathBuf,
}

impl WeightFiles {
    /// Those of a plan, in the folder of its results and that of its rows in progress.
    pub fn new(spec: &Spec, plan: &Plan, results: &Path, rows: &Path) -> Self {
        let network = |condition: &Condition| match &condition.model {
            Model::Network(shape) if !plan.kept.is_empty() => {
                Some((shape.architecture(), condition.spec.train.precision))
            }
            _ => None,
        };
        let networks = plan.conditions.iter().map(network).collect();
        let wanted = spec.record.weights;
        let (kept, rows, results) = (plan.kept.clone(), rows.join(FOLDER), results.join(FOLDER));
        let leading = 3 + plan.hyperparameter_names().len();
        Self { kept, wanted, networks, leading, rows, results }
    }

    /// Whether all files of a trial are there, and those beside its rows as these say: its row of `runs.csv`, and the hashes of
    /// its files.
    pub fn are_there(&self, key: Key, row: &[u8], hashes: &[u8]) -> io::Result<bool> {
        let rows = |bytes| csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
        let mut cells = csv::StringRecord::new();
        rows(row).read_record(&mut cells)?;
        let has = |column: &str| {
            let place = record::run_column(column).map(|place| self.leading + place);
            place.and_then(|place| cells.get(place)).is_some_and(|cell| !cell.is_empty())
        };
        let initial = self.wanted.initial() && has("initial_train_loss");
        let wanted = [initial, self.wanted.is_final() && has("final_train_loss")];
        let hashes: HashMap<String, String> = rows(hashes)
            .into_records()
            .map(|row| row.map(|row| (row[1].to_owned(), row[2].to_owned())))
            .collect::<Result<_, _>>()?;
        for (ending, _) in ENDINGS.iter().zip(wanted).filter(|(_, wanted)| *wanted) {
            let name = format!("{key}{ending}");
            let path = self.rows.join(&name);
            let is_own = path.exists() && hashes.get(&name) == Some(&hash_file(&path)?);
            // Those of finished results have been checked.
            if !is_own && (path.exists() || !self.results.join(name).exists()) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Takes over the files beside the rows of another plan.
    pub fn take_over(&self, rows: &Path) -> io::Result<()> {
        let folder = rows.join(FOLDER);
        if self.networks.iter().all(Option::is_none) || !folder.exists() {
            return Ok(());
        }
        fs::create_dir_all(&self.rows)?;
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            fs::rename(entry.path(), self.rows.join(entry.file_name()))?;
        }
        Ok(())
    }

    /// Removes files of finished results, given by their paths from the folder of these, that are no longer what they were.
    pub fn remove<'a>(&self, names: impl Iterator<Item = &'a str>) -> io::Result<()> {
        for name in names.filter_map(|name| name.strip_prefix(FOLDER)?.strip_prefix('/')) {
            fs::remove_file(self.results.join(name))?;
        }
        Ok(())
    }

    /// Writes what is wanted of a finished trial; it is on disk afterwards. The names and hashes of its files.
    pub fn keep(
        &self,
        index: usize,
        (key, condition): (Key, usize),
        outcome: &Outcome,
    ) -> io::Result<Vec<(String, blake3::Hash)>> {
        let is_kept = self.kept.binary_search(&index).is_ok();
        let Some((architecture, precision)) = self.networks[condition].as_ref().filter(|_| is_kept) else {
            return Ok(Vec::new());
        };
        // Where the folder of the rows is gone, it shall not come back half empty.
        match fs::create_dir(&self.rows) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let wanted = [self.wanted.initial(), self.wanted.is_final()];
        let positions = [outcome.start(), outcome.end()];
        let mut written = Vec::new();
        for ((ending, parameters), _) in ENDINGS.iter().zip(positions).zip(wanted).filter(|(_, wanted)| *wanted) {
            let Some(parameters) = parameters else { continue };
            let bytes = tensors::to_bytes(architecture, *precision, parameters);
            let name = format!("{key}{ending}");
            atomic::write(&self.rows.join(&name), |file| file.write_all(&bytes))?;
            written.push((name, blake3::hash(&bytes)));
        }
        Ok(written)
    }

    /// The rows of `runs.csv` that belong to trials whose weights are kept.
    ///
    /// # Errors
    ///
    /// If the table cannot be read.
    pub fn rows(&self, runs: &Path) -> Result<Vec<Run>, RecordError> {
        let mut rows = Vec::new();
        let mut trial = 0;
        if !self.kept.is_empty() {
            record::visit_runs(runs, |run| {
                if self.kept.binary_search(&trial).is_ok() {
                    rows.push(run);
                }
                trial += 1;
                Ok::<(), RecordError>(())
            })?;
        }
        Ok(rows)
    }

    /// Moves the files of the trials that have these rows to the results, and removes those of an earlier sweep there;
    /// returns their names. May be interrupted and done again.
    pub fn publish(&self, runs: &[Run]) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for run in runs {
            // A trial has an initial loss if it has a start, and a final one if it stayed finite to its end.
            let key = &run.key;
            let ends = [
                self.wanted.initial() && run.initial_train_loss.is_some(),
                self.wanted.is_final() && run.final_train_loss.is_some(),
            ];
            names.extend(ENDINGS.iter().zip(ends).filter(|(_, wanted)| *wanted).map(|(end, _)| format!("{key}{end}")));
        }
        if !names.is_empty() {
            fs::create_dir_all(&self.results)?;
        }
        for name in &names {
            let place = self.results.join(name);
            match fs::rename(self.rows.join(name), &place) {
                Err(error) if error.kind() == io::ErrorKind::NotFound && place.exists() => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    let message = format!("the trial has its row, but its {FOLDER}/{name} is missing");
                    return Err(io::Error::new(io::ErrorKind::NotFound, message));
                }
                moved => moved?,
            }
        }
        if self.results.exists() {
            self.remove_others(&names)?;
            atomic::sync_folder(&self.results)?;
        }
        Ok(names.into_iter().map(|name| format!("{FOLDER}/{name}")).collect())
    }

    /// Removes files of weights that are not among these; files with other names are left alone.
    fn remove_others(&self, names: &[String]) -> io::Result<()> {
        let names: HashSet<&str> = names.iter().map(String::as_str).collect();
        for entry in fs::read_dir(&self.results)? {
            let name = entry?.file_name();
            let Some(name) = name.to_str().filter(|name| !names.contains(name)) else { continue };
            let key = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending));
            if key.is_some_and(|key| Key::parse(key.as_bytes()).is_some()) {
                fs::remove_file(self.results.join(name))?;
            }
        }
        Ok(())
    }
}
