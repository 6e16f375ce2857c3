//! Files of weights: which trials have them, and their way from a block to the folder of the results.

use std::collections::{HashMap, HashSet};
use std::fmt::Display;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::trials::Place;
use super::{Condition, Model, Plan, Schedule, Trials};
use crate::network::{Architecture, tensors};
use crate::record::manifest::hash_file;
use crate::record::{self, Key, Moment, Precision, RecordError, Run, atomic};
use crate::spec::{InputError, Spec, WeightsAt, WeightsOf, nearest};
use crate::train::Outcome;

/// The most files of weights of a sweep.
pub const MAX_WEIGHT_FILES: u64 = 20_000;

/// The most bytes of weights of a sweep.
pub const MAX_WEIGHT_BYTES: u64 = 8 << 30;

/// The folder of the files.
const FOLDER: &str = "weights";

/// What a row of `runs.csv` says of the moments that its trial reached.
struct Reached {
    /// Whether it has a loss before the first step.
    starts: bool,
    steps: u64,
    /// Whether it stayed finite to its end.
    is_finite: bool,
}

impl Reached {
    fn has(&self, moment: Moment) -> bool {
        match moment {
            Moment::Initial => self.starts,
            // What made a trial non-finite is no step whose weights are kept.
            Moment::Step(step) => step < self.steps || self.is_finite && step == self.steps,
            Moment::Final => self.is_finite,
        }
    }
}

/// The logged steps whose weights a spec of one condition wants, besides the first and the last.
///
/// # Errors
///
/// If one of them is not logged.
pub(super) fn steps(spec: &Spec, schedule: &Schedule) -> Result<Vec<u64>, InputError> {
    let logged = &schedule.logged;
    match &spec.record.weights_at {
        WeightsAt::Logged => Ok(logged.clone()),
        WeightsAt::Steps(steps) => match steps.iter().find(|step| logged.binary_search(step).is_err()) {
            None => Ok(steps.clone()),
            Some(step) => {
                let next = logged.partition_point(|own| own < step);
                let near = [next.checked_sub(1), Some(next)].into_iter().flatten().filter_map(|at| logged.get(at));
                let near: Vec<String> = near.map(u64::to_string).collect();
                let message = format!("step {step} is not logged; next to it are {}", near.join(" and "));
                let help = "train.log_every says which steps are: weights are kept where losses are known";
                Err(spec.error("record.weights_at", message).with_help(help))
            }
        },
    }
}

/// The trials whose weights a spec wants, ascending.
pub(super) fn choose(spec: &Spec, conditions: &[Condition], trials: &Trials) -> Result<Vec<usize>, InputError> {
    if !spec.record.keeps_weights() {
        return Ok(Vec::new());
    }
    let each = conditions.iter().map(|condition| files_of(spec, condition)).min().unwrap_or(1);
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

/// The most files that a trial of a condition has.
fn files_of(spec: &Spec, condition: &Condition) -> u64 {
    let ends = u64::from(spec.record.weights.initial()) + u64::from(spec.record.weights.is_final());
    ends + condition.kept_steps.len() as u64
}

/// The most files that these trials have, and the bytes of their tensors.
pub(super) fn size(spec: &Spec, conditions: &[Condition], trials: &Trials, kept: &[usize]) -> (u64, u64) {
    let of = |index: &usize| {
        let condition = &conditions[trials.place(*index).condition];
        let number = if condition.spec.train.precision == Precision::F32 { 4 } else { 8 };
        let files = files_of(spec, condition);
        (files, files.saturating_mul(condition.model.parameters() * number))
    };
    kept.iter().map(of).fold((0, 0), |sum, own| (sum.0.saturating_add(own.0), sum.1.saturating_add(own.1)))
}

/// The files of weights of a run: written one by one as blocks finish, beside the rows, and moved to the results when
/// the sweep is complete.
pub(super) struct WeightFiles {
    /// The trials whose weights are kept, ascending.
    kept: Vec<usize>,
    /// For each condition the networks, the precision of their numbers, and the moments; nothing where no weights are kept.
    networks: Vec<Option<(Architecture, Precision, Vec<Moment>)>>,
    /// For each of these trials, its condition.
    conditions: Vec<usize>,
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
                let initial = spec.record.weights.initial().then_some(Moment::Initial);
                let last = spec.record.weights.is_final().then_some(Moment::Final);
                let steps = condition.kept_steps.iter().copied().map(Moment::Step);
                let moments = initial.into_iter().chain(steps).chain(last).collect();
                Some((shape.architecture(), condition.spec.train.precision, moments))
            }
            _ => None,
        };
        let networks = plan.conditions.iter().map(network).collect();
        let conditions = plan.kept.iter().map(|index| plan.trials.place(*index).condition).collect();
        let (kept, rows, results) = (plan.kept.clone(), rows.join(FOLDER), results.join(FOLDER));
        let leading = 3 + plan.hyperparameter_names().len();
        Self { kept, networks, conditions, leading, rows, results }
    }

    /// The names of the files of a kept trial of this index.
    fn files(&self, index: usize, key: impl Display, reached: &Reached) -> Vec<String> {
        let network = self.kept.binary_search(&index).ok().and_then(|at| self.networks[self.conditions[at]].as_ref());
        let moments = network.into_iter().flat_map(|(.., moments)| moments);
        moments.filter(|moment| reached.has(**moment)).map(|moment| moment.file(&key)).collect()
    }

    /// Whether all files of a trial of this index are there, and those beside its rows as these say: its row of `runs.csv`,
    /// and the hashes of its files.
    pub fn are_there(&self, (index, key): (usize, Key), row: &[u8], hashes: &[u8]) -> io::Result<bool> {
        let rows = |bytes| csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
        let mut cells = csv::StringRecord::new();
        rows(row).read_record(&mut cells)?;
        let cell = |column: &str| {
            let place = record::run_column(column).map(|place| self.leading + place);
            place.and_then(|place| cells.get(place)).filter(|cell| !cell.is_empty())
        };
        let reached = Reached {
            starts: cell("initial_train_loss").is_some(),
            steps: cell("steps").and_then(|cell| cell.parse().ok()).unwrap_or(0),
            is_finite: cell("final_train_loss").is_some(),
        };
        let hashes: HashMap<String, String> = rows(hashes)
            .into_records()
            .map(|row| row.map(|row| (row[1].to_owned(), row[2].to_owned())))
            .collect::<Result<_, _>>()?;
        for name in self.files(index, key, &reached) {
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
        atomic::create_folder(&self.rows)?;
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
        let Some((architecture, precision, moments)) = self.networks[condition].as_ref().filter(|_| is_kept) else {
            return Ok(Vec::new());
        };
        // Where the folder of the rows is gone, it shall not come back half empty.
        match fs::create_dir(&self.rows) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let mut written = Vec::new();
        for moment in moments {
            let parameters = match moment {
                Moment::Initial => outcome.start(),
                Moment::Step(step) => outcome.after(*step),
                Moment::Final => outcome.end(),
            };
            let Some(parameters) = parameters else { continue };
            let bytes = tensors::to_bytes(architecture, *precision, parameters);
            let name = moment.file(key);
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
    pub fn rows(&self, runs: &Path) -> Result<Vec<(usize, Run)>, RecordError> {
        let mut rows = Vec::new();
        let mut trial = 0;
        if !self.kept.is_empty() {
            record::visit_runs(runs, |run| {
                if self.kept.binary_search(&trial).is_ok() {
                    rows.push((trial, run));
                }
                trial += 1;
                Ok::<(), RecordError>(())
            })?;
        }
        Ok(rows)
    }

    /// Moves the files of the trials that have these rows to the results, and removes those of an earlier sweep there;
    /// returns their names. May be interrupted and done again.
    pub fn publish(&self, runs: &[(usize, Run)]) -> io::Result<Vec<String>> {
        let files = |(index, run): &(usize, Run)| {
            // A trial has an initial loss if it has a start, and a final one if it stayed finite to its end.
            let (starts, is_finite) = (run.initial_train_loss.is_some(), run.final_train_loss.is_some());
            self.files(*index, &run.key, &Reached { starts, steps: run.steps, is_finite })
        };
        let names: Vec<String> = runs.iter().flat_map(files).collect();
        if !names.is_empty() {
            atomic::create_folder(&self.results)?;
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
            if Moment::of_file(name).is_some() {
                fs::remove_file(self.results.join(name))?;
            }
        }
        Ok(())
    }
}
