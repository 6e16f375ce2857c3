//! A condition of a plan: what the trials of a problem, a network and a way to train it have in common.

use super::key::KeyMaker;
use super::starts::Starts;
use super::{Model, Schedule, Shape, check_lr_scale, check_perturbation, spectrum, weights};
use crate::data::{Extent, InputFile, Splits};
use crate::record::Setting;
use crate::spec::{InputError, Problem, Spec};

/// What the trials of a condition have in common, worked out.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The spec of this condition alone.
    pub spec: Spec,
    /// The problem's short name.
    pub problem: String,
    /// What is trained.
    pub model: Model,
    /// Steps, batches and evaluations.
    pub schedule: Schedule,
    /// Where trials start.
    pub starts: Starts,
    /// How much memory its examples take.
    pub extent: Extent,
    /// Where the files of the examples are among those of the plan.
    pub(super) files: usize,
    /// The first condition with the same examples.
    pub(super) examples: usize,
    pub(super) keys: KeyMaker,
    /// The logged steps whose weights are kept, besides the first and the last.
    pub kept_steps: Vec<u64>,
}

impl Condition {
    /// The condition of a spec that has one, for its data, those of its first instance.
    ///
    /// # Errors
    ///
    /// If spec and data do not fit together.
    pub(super) fn new(spec: Spec, data: &Splits, [files, examples]: [usize; 2]) -> Result<Self, InputError> {
        let model = match (&spec.network, spec.problem.landscape()) {
            (Some(network), _) => Model::Network(Box::new(Shape::new(&spec, network, &data.train)?)),
            (None, landscape) => Model::Landscape(landscape.expect("a spec without a network has a landscape").clone()),
        };
        let starts = Starts::of(&spec);
        check_lr_scale(&spec, &model)?;
        check_perturbation(&spec, &model)?;
        spectrum::check_size(&spec, &model, data)?;
        let schedule = Schedule::new(&spec, data.train.len())?;
        let kept_steps = weights::steps(&spec, &schedule)?;
        let keys = KeyMaker::new(&spec, data, &model, &schedule);
        let problem = spec.problem.name().to_owned();
        let extent = Extent::of(data);
        Ok(Self { spec, problem, model, schedule, starts, extent, files, examples, keys, kept_steps })
    }

    /// The same condition with fewer seeds and starts, those of `few`.
    pub(super) fn with_few(&self, few: Spec) -> Self {
        Self { starts: Starts::of(&few), spec: few, ..self.clone() }
    }

    /// How many problems its trials learn: see [`Spec::instances`]. All have the same number of examples, features and
    /// classes.
    pub fn instances(&self) -> u64 {
        self.spec.instances()
    }

    /// One of the problems that its trials learn.
    ///
    /// # Panics
    ///
    /// If there is no such problem.
    pub fn instance(&self, number: u64) -> Problem {
        self.spec.instance(number)
    }

    /// The file of the initial weights, if there is one.
    pub(super) fn initial_file(&self) -> Option<&InputFile> {
        if let Model::Network(shape) = &self.model { shape.init.file() } else { None }
    }

    /// Whether initial weights of networks have offsets.
    pub(super) fn has_offsets(&self) -> bool {
        self.starts.are_offsets()
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

    /// What differs from other conditions, as the rows of its trials have it.
    pub fn levels(&self) -> &[Option<Setting>] {
        &self.spec.conditions[0].levels
    }
}
