//! Plans: the trials of a spec, each with its key, in the order of the results.

mod collision;
mod compute;
mod condition;
mod data_table;
mod demand;
mod engine;
#[cfg(feature = "cli")]
mod estimate;
mod extension;
mod figures;
mod finish;
mod folder;
mod guard;
mod identity;
mod initial;
mod key;
mod lock;
mod outputs;
mod overlap;
mod path;
mod remainder;
mod rows;
pub mod run;
mod salvage;
mod schedule;
mod selection;
mod shape;
pub mod shards;
mod spectrum;
mod starts;
mod status;
mod subset;
mod training;
mod transfer;
mod trial_range;
mod trials;
mod undrawn;
mod watch;
mod weights;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;
use std::sync::Arc;

use thalweg_kernels::optimizer::{Domain, Optimizer};

use crate::data::{DataFiles, InputFile, Splits, features_in};
use crate::memory::Memory;
use crate::record::{LABEL, Setting};
use crate::spec::{self, INIT_OFFSET, InputError, Spec, lr_scale_name};
use crate::train::OPTIONS;

pub use compute::{Computed, Table, compute};
pub use condition::Condition;
pub use data_table::{DATA, DATA_COLUMNS, MAX_DATA, check_data, data_cells, data_key, write_data, write_data_to};
use engine::{WithObjective, descent, lane, perturbed, train_schedule, with_objective};
#[cfg(feature = "cli")]
pub use estimate::Estimate;
pub use extension::{AtEdge, Extension, edges};
pub use figures::{Drawn, Figures};
pub use guard::guarded;
pub use initial::Initial;
pub use lock::FolderLock;
pub use outputs::{SPEC, chart, figure_files};
pub use path::Choice;
pub use schedule::{MAX_LOGGED, Schedule};
pub use shape::{MAX_OUTPUTS, MAX_PARAMETERS, Shape};
pub use spectrum::{MAX_DESIGN, MAX_SPECTRUM, Quadratic};
pub use starts::Starts;
pub use status::{ChunksInProgress, RowsInProgress, Status};
pub use trial_range::{MAX_RUN, TrialRange};
use trials::Place;
pub use trials::{Namer, Trial, Trials};
pub use undrawn::{DrawError, FigureFailure};
pub use watch::Watch;
use weights::WeightFiles;
pub use weights::{MAX_WEIGHT_BYTES, MAX_WEIGHT_FILES};

/// Everything that a spec asks for, worked out.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What trials have in common; there is at least one.
    pub conditions: Arc<[Condition]>,
    /// The files that the numbers of the trials depend on: those of examples, and those of initial weights. Data sets
    /// that come with the program are none.
    pub inputs: Vec<InputFile>,
    /// The trials in plan order.
    pub trials: Trials,
    /// The names of what differs between conditions.
    factors: Vec<String>,
    /// The label of each table of the spec; none where names of optimizers are enough.
    labels: Vec<String>,
    hyperparameters: Vec<&'static str>,
    /// The options that some grid has, in their order.
    options: Vec<usize>,
    /// Layers with learning rates of their own; 0 if no grid has any.
    lr_scales: usize,
    /// The trials whose weights are kept, ascending.
    kept: Vec<usize>,
}

/// What is trained; the same for all trials of a condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Model {
    /// Networks of this shape.
    Network(Box<Shape>),
    /// The coordinates of points on a landscape.
    Landscape(spec::Landscape),
}

impl Model {
    /// Parameters of a trial.
    pub fn parameters(&self) -> u64 {
        match self {
            Self::Network(shape) => shape.parameters,
            Self::Landscape(landscape) => landscape.starts.dimensions() as u64,
        }
    }
}

/// Trials that can share the lanes of a block: all of an instance that use one optimizer.
#[derive(Clone, Copy, Debug)]
pub struct Population {
    /// Their condition.
    pub condition: usize,
    /// What they learn, among the instances of the condition.
    pub instance: u64,
    /// Their optimizer.
    pub optimizer: &'static Optimizer,
    /// How many they are, at most.
    pub trials: usize,
    /// The first grid of their optimizer.
    grid: usize,
}

impl Plan {
    fn of(
        spec: &Spec,
        conditions: Vec<Condition>,
        mut inputs: Vec<InputFile>,
        part: Option<&TrialRange>,
    ) -> Result<Self, InputError> {
        let trials = Trials::new(spec, &conditions);
        if trials.all() == 0 {
            return Err(spec.error("sweep.skip", "nothing is left"));
        }
        let trials = match part {
            Some(part) => part.of(spec, trials)?,
            None => trials,
        };
        let kept = weights::choose(spec, &conditions, &trials)?;
        let mut hyperparameters = Vec::new();
        for grid in &spec.optimizers {
            for hyperparameter in grid.optimizer.hyperparameters.iter().filter(|h| grid.mentions(h)) {
                if !hyperparameters.contains(&hyperparameter.name) {
                    hyperparameters.push(hyperparameter.name);
                }
            }
        }
        let in_use =
            |option: &usize| spec.optimizers.iter().any(|grid| grid.options.iter().any(|(at, _)| at == option));
        let options: Vec<usize> = (0..OPTIONS.len()).filter(in_use).collect();
        let lr_scales = spec.optimizers.iter().map(|grid| grid.lr_scale.len()).max().unwrap_or(0);
        let factors = spec.factors.iter().map(|factor| factor.column.clone()).collect();
        for file in conditions.iter().filter_map(Condition::initial_file) {
            if !inputs.contains(file) {
                inputs.push(file.clone());
            }
        }
        Ok(Self {
            conditions: conditions.into(),
            inputs,
            trials,
            factors,
            labels: spec.labels(),
            hyperparameters,
            options,
            lr_scales,
            kept,
        })
    }

    /// The plan of a spec, with what the files of its problems hold, and the examples of its first one. Files whose
    /// examples are needed once are not kept.
    ///
    /// # Errors
    ///
    /// Those of [`DataFiles::read`] and of [`Splits::of_instance`]; and if spec and data do not fit together: a batch that is
    /// larger than the training split, a loss for another number of classes, a network with too many parameters, a file of
    /// weights of another network, more weights to keep than there may be, a Hessian too large for its spectrum.
    pub fn read(spec: &Spec, memory: Memory) -> Result<(Vec<DataFiles>, Splits, Self), InputError> {
        Self::read_part(spec, None, memory)
    }

    /// The same for a part of the trials.
    ///
    /// # Errors
    ///
    /// Those of [`Self::read`], and if there is no such part.
    pub fn read_part(
        spec: &Spec,
        part: Option<&TrialRange>,
        memory: Memory,
    ) -> Result<(Vec<DataFiles>, Splits, Self), InputError> {
        let specs: Vec<Spec> = (0..spec.conditions.len()).map(|condition| spec.under(condition)).collect();
        let is_single = specs.len() == 1 && specs[0].instances() == 1;
        let (mut sources, mut files): (HashMap<String, usize>, Vec<DataFiles>) = (HashMap::new(), Vec::new());
        let (mut conditions, mut inputs) = (Vec::<Condition>::new(), Vec::new());
        let (mut first, mut current): (Option<Splits>, Option<Splits>) = (None, None);
        let mut known: HashMap<String, usize> = HashMap::new();
        for (at, of) in specs.iter().enumerate() {
            let place = match sources.entry(format!("{:?}", of.problem.source)) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(new) => {
                    let read = DataFiles::read(of, memory)?;
                    inputs.extend(read.inputs().iter().cloned());
                    files.push(read);
                    *new.insert(files.len() - 1)
                }
            };
            let examples = *known.entry(examples_of(of)).or_insert(at);
            let is_there = if examples == 0 { first.is_some() } else { conditions[at - 1].examples == examples };
            if !is_there {
                let problem = &of.instance(0);
                let made = if is_single {
                    Splits::of_last_instance(of, &mut files[place], problem)?
                } else {
                    Splits::of_instance(of, &files[place], problem)?
                };
                match &first {
                    None => first = Some(made),
                    Some(_) => current = Some(made),
                }
            }
            let data = if examples == 0 { &first } else { &current };
            let data =
                data.as_ref().expect("the examples of this condition were just made, or those of the one before");
            conditions.push(Condition::new(of.clone(), data, [place, examples])?);
        }
        let plan = Self::of(spec, conditions, inputs, part)?;
        Ok((files, first.expect("a spec has a condition"), plan))
    }

    /// The plan of some of the trials, by their numbers among all that the spec lists: ranges that ascend and do not touch.
    ///
    /// # Panics
    ///
    /// If they do not ascend, or this plan has not all of them.
    pub(super) fn part(&self, ranges: Vec<Range<u64>>) -> Self {
        let trials = self.trials.part(ranges);
        let index = |kept: &usize| trials.index(self.trials.number(*kept));
        let kept = self.kept.iter().filter_map(index).collect();
        Self { trials, kept, conditions: Arc::clone(&self.conditions), ..self.clone() }
    }

    /// The plan of `few`, a spec with some of the conditions, those of these numbers, and fewer trials.
    ///
    /// # Errors
    ///
    /// If more weights are to be kept than there may be.
    pub fn with_few(&self, few: &Spec, conditions: &[usize]) -> Result<Self, InputError> {
        let of = |(at, number): (usize, &usize)| self.conditions[*number].with_few(few.under(at));
        Self::of(few, conditions.iter().enumerate().map(of).collect(), Vec::new(), None)
    }

    /// The columns of `runs.csv` for settings: the names of what differs between conditions, of the label of optimizers
    /// where they have some, of all hyperparameters of the optimizers in use, in order of appearance, of the options
    /// that the spec has, of the factors of the layers' learning rates, and of the offsets of initial weights. A
    /// hyperparameter and an option with the same name have one column.
    pub fn hyperparameter_names(&self) -> Vec<String> {
        let label = (!self.labels.is_empty()).then(|| LABEL.to_owned());
        let names = self.factors.iter().cloned().chain(label).chain(self.names().map(str::to_owned));
        let offset = self.has_offsets().then(|| INIT_OFFSET.to_owned());
        names.chain((0..self.lr_scales).map(lr_scale_name)).chain(offset).collect()
    }

    /// Whether initial weights of networks have offsets, in some conditions.
    fn has_offsets(&self) -> bool {
        self.conditions.iter().any(Condition::has_offsets)
    }

    /// The names of the optimizers' hyperparameters and options.
    fn names(&self) -> impl Iterator<Item = &'static str> {
        let options = self.options.iter().map(|at| OPTIONS[*at].name);
        self.hyperparameters.iter().copied().chain(options.filter(|name| !self.hyperparameters.contains(name)))
    }

    /// The first trial of each condition and optimizer.
    pub(super) fn first_of_each(&self) -> Vec<usize> {
        let firsts = |condition| self.trials.of_optimizers(condition).into_iter().map(|(.., first)| first);
        let numbers = (0..self.conditions.len()).flat_map(firsts);
        numbers.filter_map(|number| self.trials.index(number)).collect()
    }

    /// Some trials, given in ascending order, by population: first by condition, then by instance, then by optimizer in
    /// the order of the spec. The trials of a population are sorted by `order_seed`, so that the lanes of a block share
    /// batches.
    pub fn lists(&self, trials: &[u32]) -> Vec<(Population, Vec<u32>)> {
        let mut lists: Vec<((usize, u64, usize), Vec<u32>)> = Vec::new();
        for &trial in trials {
            let Place { condition, instance, grid, .. } = self.trials.place(trial as usize);
            let own = (condition, instance, self.trials.alike(grid));
            let place = lists.binary_search_by_key(&own, |(place, _)| *place);
            let place = place.unwrap_or_else(|place| {
                lists.insert(place, (own, Vec::new()));
                place
            });
            lists[place].1.push(trial);
        }
        let list = |((condition, instance, grid), mut trials): ((usize, u64, usize), Vec<u32>)| {
            // A stable sort: within an order seed, plan order remains.
            trials.sort_by_cached_key(|&index| self.trials.seeds(index as usize)[1]);
            let populations = self.populations_of(condition);
            let of = populations.into_iter().find(|population| population.grid == grid);
            (Population { instance, ..of.expect("an optimizer with a trial has a population") }, trials)
        };
        lists.into_iter().map(list).collect()
    }

    /// The trials in groups that are trained together, but for other instances of a condition than its first, which are like
    /// it.
    pub fn populations(&self) -> impl Iterator<Item = Population> + '_ {
        (0..self.conditions.len()).flat_map(|condition| self.populations_of(condition))
    }

    /// The populations of a condition's first instance; those of all others are alike.
    pub fn populations_of(&self, condition: usize) -> Vec<Population> {
        let instances = self.conditions[condition].instances();
        let population = |(grid, count, _): (usize, u64, u64)| {
            let trials = usize::try_from(count.div_ceil(instances)).unwrap_or(usize::MAX).min(self.trials.len());
            Population { condition, instance: 0, optimizer: self.trials.optimizer(grid), trials, grid }
        };
        self.trials.of_optimizers(condition).into_iter().map(population).collect()
    }

    /// The condition of a trial.
    pub fn condition(&self, trial: &Trial) -> &Condition {
        &self.conditions[trial.condition]
    }

    /// Whether weights of the trial of this index are kept.
    pub fn keeps_weights(&self, index: usize) -> bool {
        self.kept.binary_search(&index).is_ok()
    }

    /// How many files of weights there are at most, and their bytes without headers.
    pub fn weight_files(&self, spec: &Spec) -> (u64, u64) {
        weights::size(spec, &self.conditions, &self.trials, &self.kept)
    }

    /// A trial's values of [`Self::hyperparameter_names`]; none where its optimizer has no such hyperparameter.
    pub fn settings(&self, trial: &Trial) -> Vec<Option<Setting>> {
        let setting = |name: &str| {
            let own = trial.optimizer.hyperparameters;
            let (of, value) = match own.iter().position(|own| own.name == name) {
                Some(at) => (&own[at], trial.hyperparameters[at]),
                None => {
                    let at = *self.options.iter().find(|at| OPTIONS[**at].name == name)?;
                    (&OPTIONS[at], trial.options.get(at).copied().unwrap_or(OPTIONS[at].default))
                }
            };
            Some(match of.domain {
                Domain::Number { .. } if of.is_whole => Setting::Whole(value),
                Domain::Number { .. } => Setting::Number(value),
                Domain::Choice(names) => Setting::Choice(names[value as usize].to_owned()),
            })
        };
        let lr_scale = |layer: usize| trial.lr_scale.get(layer).copied().map(Setting::Number);
        let levels = self.condition(trial).levels().iter().cloned();
        let own = self.names().map(setting).chain((0..self.lr_scales).map(lr_scale));
        let has_own = self.condition(trial).has_offsets();
        let offset = self.has_offsets().then(|| has_own.then(|| Setting::Number(trial.start[0])));
        let label = self.labels.get(trial.grid).map(|label| Some(Setting::Choice(label.clone())));
        levels.chain(label).chain(own).chain(offset).collect()
    }

    /// The description whose hash is a trial's key: everything that can change its numbers, and nothing else.
    pub fn describe(&self, trial: &Trial) -> String {
        self.trials.describe(trial)
    }

    /// Floating-point operations of the matrix products of all trials; see [`Condition::flops_per_trial`].
    pub fn flops(&self) -> u128 {
        let of = |(at, condition): (usize, &Condition)| condition.flops_per_trial() * u128::from(self.trials.under(at));
        self.conditions.iter().enumerate().map(of).sum()
    }
}

/// A text that two conditions share if their examples are the same, instance by instance.
fn examples_of(spec: &Spec) -> String {
    let seeds = spec.problem.each_trial.then_some(&spec.train.seeds);
    let lines: Vec<String> =
        spec.problem.lines(None).into_iter().map(|(key, value)| format!("{key} = {value}")).collect();
    format!("{}\n{:?}\n{seeds:?}", lines.join("\n"), features_in(spec))
}

/// A factor of the learning rate belongs to a layer, and every layer has one.
fn check_lr_scale(spec: &Spec, model: &Model) -> Result<(), InputError> {
    for grid in spec.optimizers.iter().filter(|grid| !grid.lr_scale.is_empty()) {
        let message = match model {
            Model::Landscape(_) => "a landscape has no layers".to_owned(),
            Model::Network(shape) if grid.lr_scale.len() != shape.layers.len() - 1 => {
                let (found, layers) = (grid.lr_scale.len(), shape.layers.len() - 1);
                format!("expected an entry for each of the {layers} layers, found {found}")
            }
            Model::Network(_) => continue,
        };
        return Err(spec.error(&format!("optimizer.{}.lr_scale", grid.table), message));
    }
    Ok(())
}

/// A weight that is to be changed is one of the networks'.
fn check_perturbation(spec: &Spec, model: &Model) -> Result<(), InputError> {
    let (Some(perturbation), Model::Network(shape)) = (&spec.record.perturb, model) else { return Ok(()) };
    let failed = |key: &str, message: String| Err(spec.error(&format!("record.perturb.{key}"), message));
    let layers = shape.layers.len() - 1;
    if perturbation.layer > layers {
        return failed("layer", format!("the networks have {layers} layers after the inputs"));
    }
    let units = [shape.layers[perturbation.layer], shape.layers[perturbation.layer - 1]];
    for ((key, unit), units) in [("unit", perturbation.unit), ("from", perturbation.from)].into_iter().zip(units) {
        if unit >= units {
            return failed(key, format!("that layer has {units} units, counted from 0"));
        }
    }
    Ok(())
}
