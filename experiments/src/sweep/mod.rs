//! Plans: the trials of a spec, each with its key, in the order of the results.

mod compute;
mod demand;
mod engine;
#[cfg(feature = "cli")]
mod estimate;
mod figures;
mod finish;
mod folder;
mod guard;
mod identity;
mod initial;
mod key;
mod lock;
mod outputs;
mod path;
mod rows;
pub mod run;
mod salvage;
mod schedule;
mod shape;
mod spectrum;
mod training;
mod trials;
mod undrawn;
mod weights;

use thalweg_kernels::optimizer::{Domain, Optimizer};

use crate::data::{DataFiles, InputFile, Splits};
use crate::memory::Memory;
use crate::record::Setting;
use crate::spec::{self, INIT_OFFSET, InputError, Spec, lr_scale_name};
use crate::train::OPTIONS;

pub use compute::{Computed, Table, compute};
use engine::{WithObjective, descent, lane, perturbed, train_schedule, with_objective};
#[cfg(feature = "cli")]
pub use estimate::Estimate;
pub use figures::{Drawn, Figures};
pub use guard::guarded;
pub use initial::Initial;
use key::KeyMaker;
pub use lock::FolderLock;
pub use outputs::SPEC;
pub use path::Choice;
pub use schedule::{MAX_LOGGED, Schedule};
pub use shape::{MAX_OUTPUTS, MAX_PARAMETERS, Shape};
pub use spectrum::{MAX_DESIGN, MAX_SPECTRUM, Quadratic};
pub use trials::{Trial, Trials};
pub use undrawn::{DrawError, FigureFailure};
use weights::WeightFiles;
pub use weights::{MAX_WEIGHT_BYTES, MAX_WEIGHT_FILES};

/// Everything that a spec asks for, worked out.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The problem's short name.
    pub problem: String,
    /// What is trained.
    pub model: Model,
    /// Steps, batches and evaluations.
    pub schedule: Schedule,
    /// What trials learn: see [`Spec::instances`]. All have the same number of examples, features and classes.
    pub instances: Vec<spec::Problem>,
    /// The files that the numbers of the trials depend on: those of examples, and that of the initial weights. Data sets
    /// that come with the program are none.
    pub inputs: Vec<InputFile>,
    /// The trials in plan order.
    pub trials: Trials,
    /// The trials in groups that are trained together, in the order in which the plan first has them.
    pub populations: Vec<Population>,
    /// The place among them of each pair of an instance and an optimizer.
    population_of: Vec<usize>,
    /// The problem's parameters that the spec sweeps.
    parameters: Vec<&'static str>,
    /// Their values in each instance.
    points: Vec<Vec<f64>>,
    hyperparameters: Vec<&'static str>,
    /// The options that some grid has, in their order.
    options: Vec<usize>,
    /// Layers with learning rates of their own; 0 if no grid has any.
    lr_scales: usize,
    /// Where trials start: the points on a landscape; for networks the offsets of their initial weights, or a single
    /// empty one if there are none.
    starts: Vec<Vec<f64>>,
    /// The trials whose weights are kept, ascending.
    kept: Vec<usize>,
    /// One per instance.
    keys: Vec<KeyMaker>,
}

/// What is trained; the same for all trials of a plan.
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
#[derive(Clone, Debug)]
pub struct Population {
    /// What they learn.
    pub instance: usize,
    /// Their optimizer.
    pub optimizer: &'static Optimizer,
    /// How many they are.
    pub trials: usize,
    /// The first of them in the plan.
    pub first: usize,
}

impl Plan {
    /// The plan of a spec for its data, that of its first instance.
    ///
    /// # Errors
    ///
    /// If spec and data do not fit together: a batch that is larger than the training split, a loss for another number
    /// of classes, a network with too many parameters, a file of weights of another network, more weights to keep than
    /// there may be, a Hessian too large for its spectrum.
    pub fn new(spec: &Spec, data: &Splits) -> Result<Self, InputError> {
        let (model, starts) = match (&spec.network, spec.problem.landscape()) {
            (Some(network), _) => {
                let offsets = network.init_offset.as_ref();
                let offsets = offsets.map(|axis| axis.values(INIT_OFFSET).into_iter().map(|offset| vec![offset]));
                let starts = offsets.map_or_else(|| vec![Vec::new()], Iterator::collect);
                (Model::Network(Box::new(Shape::new(spec, network, &data.train)?)), starts)
            }
            (None, landscape) => {
                let landscape = landscape.expect("a spec without a network has a landscape").clone();
                let starts = landscape.starts.points(spec.problem.seed);
                (Model::Landscape(landscape), starts)
            }
        };
        check_lr_scale(spec, &model)?;
        check_perturbation(spec, &model)?;
        spectrum::check_size(spec, &model, data)?;
        let schedule = Schedule::new(spec, data.train.len())?;
        let (points, instances): (Vec<_>, Vec<_>) = spec.instances().into_iter().unzip();
        let keys = instances.iter().map(|problem| KeyMaker::new(spec, problem, data, &model, &schedule));
        let keys: Vec<KeyMaker> = keys.collect();
        let trials = Trials::new(spec, &keys, &starts);
        let kept = weights::choose(spec, &model, &trials)?;
        let (populations, population_of) = trials.populations();
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
        let problem = spec.problem.name().to_owned();
        let lr_scales = spec.optimizers.iter().map(|grid| grid.lr_scale.len()).max().unwrap_or(0);
        let parameters = spec.problem.axes.iter().map(|(name, _)| *name).collect();
        let initial = if let Model::Network(shape) = &model { shape.init.file() } else { None };
        let inputs = data.inputs.iter().chain(initial).cloned().collect();
        Ok(Self {
            problem,
            model,
            inputs,
            schedule,
            instances,
            trials,
            populations,
            population_of,
            parameters,
            points,
            hyperparameters,
            options,
            lr_scales,
            starts,
            kept,
            keys,
        })
    }

    /// The plan of a spec, with what its files hold, if there are other instances, and the examples of its first one.
    ///
    /// # Errors
    ///
    /// Those of [`DataFiles::read`], of [`Splits::of_instance`] and of [`Self::new`], or if the list of the trials does not
    /// fit the memory.
    pub fn read(spec: &Spec, memory: Memory) -> Result<(DataFiles, Splits, Self), InputError> {
        demand::check_places(spec, memory)?;
        let mut files = DataFiles::read(spec, memory)?;
        let instances = spec.instances();
        let data = match &instances[..] {
            [(_, only)] => Splits::of_last_instance(spec, &mut files, only)?,
            _ => Splits::of_instance(spec, &files, &instances[0].1)?,
        };
        let plan = Self::new(spec, &data)?;
        Ok((files, data, plan))
    }

    /// Makes the examples of each combination of the problem's parameters once, to see whether they can be made: seeds
    /// make no difference to that.
    ///
    /// # Errors
    ///
    /// Those of [`Splits::of_instance`].
    pub fn check_instances(&self, spec: &Spec, files: &DataFiles) -> Result<(), InputError> {
        let mut checked = &self.points[0];
        for (point, problem) in self.points.iter().zip(&self.instances) {
            if point != checked {
                Splits::of_instance(spec, files, problem)?;
                checked = point;
            }
        }
        Ok(())
    }

    /// The columns of `runs.csv` for settings: the names of the problem's parameters that are swept, of all
    /// hyperparameters of the optimizers in use, in order of appearance, of the options that the spec has, of the
    /// factors of the layers' learning rates, and of the offsets of initial weights. A hyperparameter and an option
    /// with the same name have one column.
    pub fn hyperparameter_names(&self) -> Vec<String> {
        let names = self.parameters.iter().copied().chain(self.names()).map(str::to_owned);
        let offset = self.has_offsets().then(|| INIT_OFFSET.to_owned());
        names.chain((0..self.lr_scales).map(lr_scale_name)).chain(offset).collect()
    }

    /// Whether initial weights of networks have offsets.
    fn has_offsets(&self) -> bool {
        matches!(self.model, Model::Network(_)) && !self.starts[0].is_empty()
    }

    /// The names of the optimizers' hyperparameters and options.
    fn names(&self) -> impl Iterator<Item = &'static str> {
        let options = self.options.iter().map(|at| OPTIONS[*at].name);
        self.hyperparameters.iter().copied().chain(options.filter(|name| !self.hyperparameters.contains(name)))
    }

    /// Some trials, given in ascending order, by population: first by instance, then by optimizer in the order of the plan.
    /// The trials of a population are sorted by `order_seed`, so that the lanes of a block share batches.
    pub fn lists(&self, trials: &[u32]) -> Vec<(&Population, Vec<u32>)> {
        let mut lists: Vec<(&Population, Vec<u32>)> =
            self.populations.iter().map(|population| (population, Vec::new())).collect();
        for &trial in trials {
            lists[self.population_of[self.trials.population(trial as usize)]].1.push(trial);
        }
        lists.retain(|(_, trials)| !trials.is_empty());
        lists.sort_by_key(|(population, _)| population.instance);
        for (_, list) in &mut lists {
            // A stable sort: within an order seed, plan order remains.
            list.sort_by_cached_key(|&index| self.trials.seeds(index as usize)[1]);
        }
        lists
    }

    /// The populations of the first instance; those of all others are alike.
    pub fn first_populations(&self) -> impl Iterator<Item = &Population> {
        self.populations.iter().filter(|population| population.instance == 0)
    }

    /// The point where a trial starts on a landscape; for a network the offset of its initial weights, if it has one.
    pub fn start(&self, trial: &Trial) -> &[f64] {
        &self.starts[trial.start]
    }

    /// Whether weights of the trial of this index are kept.
    pub fn keeps_weights(&self, index: usize) -> bool {
        self.kept.binary_search(&index).is_ok()
    }

    /// How many files of weights there are at most, and their bytes without headers.
    pub fn weight_files(&self, spec: &Spec) -> (u64, u64) {
        weights::size(spec, &self.model, self.kept.len())
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
                Domain::Number { .. } => Setting::Number(value),
                Domain::Choice(names) => Setting::Choice(names[value as usize].to_owned()),
            })
        };
        let lr_scale = |layer: usize| trial.lr_scale.get(layer).copied().map(Setting::Number);
        let parameters = self.points[trial.instance].iter().map(|value| Some(Setting::Number(*value)));
        let own = self.names().map(setting).chain((0..self.lr_scales).map(lr_scale));
        let offset = self.has_offsets().then(|| Some(Setting::Number(self.start(trial)[0])));
        parameters.chain(own).chain(offset).collect()
    }

    /// The description whose hash is a trial's key: everything that can change its numbers, and nothing else.
    pub fn describe(&self, trial: &Trial) -> String {
        self.keys[trial.instance].describe(trial, self.start(trial))
    }

    /// Floating-point operations of one trial's training, evaluations not counted: 2·m·n·k for each matrix product, of
    /// which every layer has a forward one and a weight gradient, and all but the first an input gradient. A landscape
    /// has no products.
    pub fn flops_per_trial(&self) -> u128 {
        match &self.model {
            Model::Network(shape) => u128::from(shape.flops_per_example()) * self.schedule.examples(),
            Model::Landscape(_) => 0,
        }
    }
}

/// A factor of the learning rate belongs to a layer, and every layer has one.
fn check_lr_scale(spec: &Spec, model: &Model) -> Result<(), InputError> {
    for (index, grid) in spec.optimizers.iter().enumerate().filter(|(_, grid)| !grid.lr_scale.is_empty()) {
        let message = match model {
            Model::Landscape(_) => "a landscape has no layers".to_owned(),
            Model::Network(shape) if grid.lr_scale.len() != shape.layers.len() - 1 => {
                let (found, layers) = (grid.lr_scale.len(), shape.layers.len() - 1);
                format!("expected an entry for each of the {layers} layers, found {found}")
            }
            Model::Network(_) => continue,
        };
        return Err(spec.error(&format!("optimizer.{index}.lr_scale"), message));
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
