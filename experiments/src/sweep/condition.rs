//! A condition of a plan: what the trials of a problem, a network and a way to train it have in common.

use super::key::KeyMaker;
use super::{Model, Schedule, Shape, check_lr_scale, check_perturbation, spectrum};
use crate::data::{Extent, InputFile, Splits};
use crate::record::Setting;
use crate::spec::{INIT_OFFSET, InputError, Problem, Spec};

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
    /// What trials learn: see [`Spec::instances`]. All have the same number of examples, features and classes.
    pub instances: Vec<Problem>,
    /// Where trials start: the points on a landscape; for networks the offsets of their initial weights, or a single
    /// empty one if there are none.
    pub starts: Vec<Vec<f64>>,
    /// How much memory its examples take.
    pub extent: Extent,
    /// Where the files of the examples are among those of the plan.
    pub(super) files: usize,
    /// The first condition with the same examples.
    pub(super) examples: usize,
    /// One per instance.
    pub(super) keys: Vec<KeyMaker>,
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
        let starts = starts(&spec);
        check_lr_scale(&spec, &model)?;
        check_perturbation(&spec, &model)?;
        spectrum::check_size(&spec, &model, data)?;
        let schedule = Schedule::new(&spec, data.train.len())?;
        let instances = spec.instances();
        let keys = instances.iter().map(|problem| KeyMaker::new(&spec, problem, data, &model, &schedule)).collect();
        let problem = spec.problem.name().to_owned();
        let extent = Extent::of(data);
        Ok(Self { spec, problem, model, schedule, instances, starts, extent, files, examples, keys })
    }

    /// The same condition with fewer seeds and starts, those of `few`.
    pub(super) fn with_few(&self, few: Spec) -> Self {
        let (starts, instances) = (starts(&few), few.instances());
        let keys = self.keys[..instances.len()].to_vec();
        Self { spec: few, starts, instances, keys, ..self.clone() }
    }

    /// The file of the initial weights, if there is one.
    pub(super) fn initial_file(&self) -> Option<&InputFile> {
        if let Model::Network(shape) = &self.model { shape.init.file() } else { None }
    }

    /// Whether initial weights of networks have offsets.
    pub(super) fn has_offsets(&self) -> bool {
        matches!(self.model, Model::Network(_)) && !self.starts[0].is_empty()
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

/// Where the trials of a spec with one condition start.
fn starts(spec: &Spec) -> Vec<Vec<f64>> {
    match (&spec.network, spec.problem.landscape()) {
        (None, Some(landscape)) => landscape.starts.points(spec.problem.seed),
        (network, _) => {
            let offsets = network.as_ref().and_then(|network| network.init_offset.as_ref());
            let offsets = offsets.map(|axis| axis.values(INIT_OFFSET).into_iter().map(|offset| vec![offset]));
            offsets.map_or_else(|| vec![Vec::new()], Iterator::collect)
        }
    }
}
