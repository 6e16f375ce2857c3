//! The networks whose weights are in a folder of results, and their examples.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thalweg_kernels::Isa;

use crate::dataset::Task;
use crate::figure::{Answer, Dense, Example, Kept, Network, Split};
use crate::network::{Architecture, tensors};
use crate::record::{Key, Moment, Setting, Sheet, Trial};
use crate::spec::{self, Spec, suiting};
use crate::stats::Configuration;
use crate::sweep::{DATA, DATA_COLUMNS, data_cells, data_key};

/// The networks of the trials of a spec whose results are in a folder.
#[derive(Clone, Debug)]
pub struct KeptNetworks<'a> {
    spec: &'a Spec,
    folder: &'a Path,
    /// The files of weights that are there, once they are asked for.
    there: OnceCell<Result<HashMap<Key, Vec<Moment>>, String>>,
    /// The examples that were read last, by the cells that are theirs alone.
    read: RefCell<Option<(Vec<String>, Vec<Example>)>>,
}

impl<'a> KeptNetworks<'a> {
    /// Those of a folder of the results of a spec.
    pub fn new(spec: &'a Spec, folder: &'a Path) -> Self {
        Self { spec, folder, there: OnceCell::new(), read: RefCell::default() }
    }

    fn weights(&self) -> PathBuf {
        self.folder.join("weights")
    }

    /// When weights were kept, ascending, of each trial.
    fn find(&self) -> Result<HashMap<Key, Vec<Moment>>, String> {
        let folder = self.weights();
        let failed = |error: io::Error| format!("cannot read {}: {error}", folder.display());
        let mut there: HashMap<Key, Vec<Moment>> = HashMap::new();
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(there),
            entries => entries.map_err(failed)?,
        };
        for entry in entries {
            let name = entry.map_err(failed)?.file_name();
            if let Some((trial, moment)) = name.to_str().and_then(Moment::of_file) {
                there.entry(trial).or_default().push(moment);
            }
        }
        there.values_mut().for_each(|moments| moments.sort_unstable());
        Ok(there)
    }

    /// The spec of the condition that a configuration is of.
    fn under(&self, configuration: &Configuration<'_>) -> Result<Spec, String> {
        let is_alike = |level: &Option<Setting>, own: Option<Setting>| match (level, own) {
            (None, None) => true,
            (Some(level), Some(own)) => match (level.number(), own.number()) {
                (Some(level), Some(own)) => level == own,
                _ => level.text() == own.text(),
            },
            _ => false,
        };
        let is_own = |condition: &spec::Condition| {
            let factors = self.spec.factors.iter().zip(&condition.levels);
            condition.problem.name() == configuration.problem()
                && factors.into_iter().all(|(factor, level)| is_alike(level, configuration.setting(&factor.column)))
        };
        let found = self.spec.conditions.iter().position(is_own);
        let text = configuration.text();
        found.map(|at| self.spec.under(at)).ok_or_else(|| format!("spec.toml has no condition of {text}"))
    }
}

impl Kept for KeptNetworks<'_> {
    fn moments(&self, trial: Key) -> Result<Vec<Moment>, String> {
        let there = self.there.get_or_init(|| self.find()).as_ref().map_err(Clone::clone)?;
        Ok(there.get(&trial).cloned().unwrap_or_default())
    }

    fn network(&self, configuration: &Configuration<'_>, trial: Key, moment: Moment) -> Result<Network, String> {
        let spec = self.under(configuration)?;
        let own = spec.network.as_ref().ok_or("a landscape has no networks")?;
        let path = self.weights().join(moment.file(trial));
        let failed = |what: String| format!("{}: {what}", path.display());
        let bytes = fs::read(&path).map_err(|error| failed(error.to_string()))?;
        let units = tensors::units(&bytes).map_err(|(message, _)| failed(message))?;
        let answer = match (spec.problem.task(), units.last()) {
            (Task::Regression, _) => Answer::Values,
            (Task::Classification, Some(1)) => Answer::Logit,
            (Task::Classification, _) => Answer::Scores,
        };
        let loss = own.loss.unwrap_or_else(|| *suiting(spec.problem.task(), units.last().copied().unwrap_or(0).max(2)));
        let architecture = Architecture::new(&units, own.bias, &own.activation, &loss);
        let architecture = architecture.parameterised(own.parameterisation, own.gain);
        let read = tensors::from_bytes(&architecture, spec.train.precision, &bytes);
        let parameters = read.map_err(|(message, _)| failed(message))?;
        let layer = |layer: &crate::network::Layer| Dense {
            inputs: layer.inputs,
            weights: parameters[layer.weights.clone()].to_vec(),
            biases: parameters[layer.bias.clone()].to_vec(),
            scale: layer.scale,
        };
        let layers = architecture.layers().iter().map(layer).collect();
        let (activation, isa) = (own.activation, Isa::best());
        Ok(Network { layers, activation: Box::new(move |z| activation.forward(isa, z)), answer })
    }

    fn examples(&self, configuration: &Configuration<'_>, trial: Trial<'_>) -> Result<Vec<Example>, String> {
        let spec = self.under(configuration)?;
        let path = self.folder.join(DATA);
        if !path.exists() {
            return Err(format!("{} is not there: record.data = true writes it", path.display()));
        }
        let cells = data_cells(&spec, data_seed(&spec, configuration, trial));
        if let Some((_, examples)) = self.read.borrow().as_ref().filter(|(own, _)| *own == cells) {
            return Ok(examples.clone());
        }
        let sheet = Sheet::open(&path).map_err(|error| error.to_string())?;
        let numbered = |letter: &str, column: &str| {
            column.strip_prefix(letter).is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let columns = |letter: &'static str| sheet.columns().iter().filter(move |column| numbered(letter, column));
        let features: Vec<&str> = columns("x").map(String::as_str).collect();
        let targets: Vec<&str> = columns("target").map(String::as_str).collect();
        let has_classes = sheet.columns().iter().any(|column| column == "class");
        let key = data_key(&spec);
        let split = DATA_COLUMNS[1];
        let mut names: Vec<&str> = key.iter().map(String::as_str).chain([split]).collect();
        names.extend(features.iter().chain(&targets));
        names.extend(has_classes.then_some("class"));
        let (first, second) = (key.len() + 1, key.len() + 1 + features.len());
        let (mut examples, mut unknown) = (Vec::new(), None);
        let read = sheet.visit::<crate::record::RecordError>(&names, |mut row| {
            let is_own = (0..key.len()).all(|at| row.text(at) == cells[at]);
            if !is_own {
                return Ok(());
            }
            let name = row.text(key.len());
            let Some((_, split)) = Split::NAMES.iter().find(|(known, _)| *known == name) else {
                unknown.get_or_insert_with(|| name.to_owned());
                return Ok(());
            };
            let mut numbers = |from: usize, count: usize| -> Result<Vec<f64>, _> {
                let numbers = (from..from + count).map(|at| row.number(at)).collect::<Result<Vec<_>, _>>();
                numbers.map(|numbers| numbers.into_iter().flatten().collect())
            };
            let (features, targets) = (numbers(first, features.len())?, numbers(second, targets.len())?);
            let class = has_classes.then(|| row.text(names.len() - 1)).filter(|class| !class.is_empty());
            examples.push(Example { split: *split, features, targets, class: class.map(str::to_owned) });
            Ok(())
        });
        read.map_err(|error| error.to_string())?;
        if let Some(name) = unknown {
            return Err(format!("{} names a split `{name}`, which there is not", path.display()));
        }
        let is_whole = |example: &Example| !example.targets.is_empty();
        if examples.is_empty() || !examples.iter().all(is_whole) {
            return Err(format!("{} has no examples with targets of {}", path.display(), configuration.text()));
        }
        self.read.replace(Some((cells, examples.clone())));
        Ok(examples)
    }
}

/// The seed of the examples of a trial.
fn data_seed(spec: &Spec, configuration: &Configuration<'_>, trial: Trial<'_>) -> u64 {
    let train = &spec.train;
    if !spec.problem.each_trial {
        return spec.problem.seed;
    }
    // The trial's own seed, unless one is fixed; with both fixed, trials are in the order of their seeds.
    match (train.init_seed, train.order_seed) {
        (None, _) => trial.init_seed(),
        (_, None) => trial.order_seed(),
        _ => {
            let place = configuration.runs().position(|own| own.key() == trial.key()).unwrap_or(0) as u64;
            train.seeds.get(place.min(train.seeds.count().saturating_sub(1)))
        }
    }
}
