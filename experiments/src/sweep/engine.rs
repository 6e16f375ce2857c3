//! What the training loop needs, from a plan.

use thalweg_kernels::Isa;
use thalweg_kernels::math::Elementary;

use super::{Condition, Initial, Model, Plan, Shape, Trial};
use crate::data::{Features, Splits};
use crate::dataset::{Dataset, Targets};
use crate::descent::Descent;
use crate::network::{Batches, Examples, Initializer, Network};
use crate::record::{Change, Precision};
use crate::spec::{self, Perturbation, Weights, metric};
use crate::train::{self, Keep, Lane, Metric, Objective, Options, Split};

/// Something to do with an objective, whichever it is, in whichever precision.
pub(super) trait WithObjective {
    type Output;
    fn call<T: Elementary, O: Objective<T>>(self, objective: &O) -> Self::Output;
}

/// Does `work` with what the trials of a condition are to minimise.
pub(super) fn with_objective<W: WithObjective>(condition: &Condition, data: &Splits, work: W) -> W::Output {
    match condition.spec.train.precision {
        Precision::F32 => with_objective_in::<f32, W>(condition, data, work),
        Precision::F64 => with_objective_in::<f64, W>(condition, data, work),
    }
}

fn with_objective_in<T: Elementary, W: WithObjective>(condition: &Condition, data: &Splits, work: W) -> W::Output {
    match &condition.model {
        Model::Network(shape) => work.call(&network::<T>(condition, shape, data)),
        Model::Landscape(landscape) => work.call(&descent::<T>(landscape)),
    }
}

/// The objective of trials on a landscape.
pub(super) fn descent<T: Elementary>(landscape: &spec::Landscape) -> Descent<T> {
    let descent = Descent::new(landscape.function, landscape.starts.dimensions(), &landscape.spectrum)
        .with_gradient_noise(landscape.gradient_noise);
    landscape.rotation.into_iter().fold(descent, Descent::rotated)
}

/// The networks of a condition on their data.
fn network<T: Elementary>(condition: &Condition, shape: &Shape, data: &Splits) -> Network<T> {
    let Condition { spec, schedule, .. } = condition;
    let width = shape.loss.target_width(shape.outputs());
    let splits = [&data.train, &data.validation, &data.test].map(|split| examples(split, width));
    let batches = Batches {
        examples: schedule.train,
        size: schedule.batch,
        drop_last: spec.train.drop_last,
        shuffled: spec.train.batch_for(schedule.train) != spec::Batch::Full,
        replacement: spec.train.replacement,
    };
    let initializer = match shape.init {
        Initial::Drawn(initializer) => initializer,
        // Every lane brings its parameters.
        Initial::Loaded { .. } => Initializer::Zeros,
    };
    let network = Network::new(shape.architecture(), initializer, splits, batches, spec.engine.chunk);
    spec.train.log_examples.into_iter().fold(network, |network, examples| network.evaluated_on(examples as usize))
}

/// A split with targets of `width` numbers: classes are their index, or one-hot where a loss wants one number per
/// output.
pub(super) fn examples<T: Elementary>(data: &Dataset<Features>, width: usize) -> Examples<T> {
    let round = T::from_f64;
    let targets = match &data.targets {
        Targets::Values { values, .. } => values.iter().map(|value| round(*value)).collect(),
        Targets::Classes { labels, .. } if width == 1 => labels.iter().map(|&label| round(f64::from(label))).collect(),
        Targets::Classes { labels, .. } => labels
            .iter()
            .flat_map(|&label| (0..width).map(move |class| round(if class == label as usize { 1.0 } else { 0.0 })))
            .collect(),
    };
    Examples { inputs: data.features.shared(), targets, count: data.len() }
}

/// What changes when the weight that a spec names does, in the network of the first trial as it starts.
pub(super) fn perturbed(plan: &Plan, data: &Splits, shape: &Shape, of: &Perturbation, isa: Isa) -> Vec<Change> {
    network::<f64>(&plan.conditions[0], shape, data).perturbed(isa, lane(plan, 0, &plan.trials.get(0)), of)
}

/// What the training loop needs to know of a trial; `index` is its place in the plan.
pub(super) fn lane<'a>(plan: &'a Plan, index: usize, trial: &'a Trial) -> Lane<'a> {
    let Condition { spec, model, .. } = plan.condition(trial);
    let keep = match model {
        Model::Network(_) if plan.keeps_weights(index) => match spec.record.weights {
            Weights::None => Keep::Nothing,
            Weights::Initial => Keep::Start,
            Weights::Final => Keep::End,
            Weights::Both => Keep::Ends,
        },
        Model::Network(_) => Keep::Nothing,
        Model::Landscape(_) if spec.record.trajectory => Keep::All,
        Model::Landscape(_) => Keep::Ends,
    };
    let (start, init_offset) = match model {
        Model::Landscape(_) => (trial.start.as_slice(), 0.0),
        Model::Network(shape) => (shape.loaded().unwrap_or_default(), trial.start.first().copied().unwrap_or(0.0)),
    };
    let keep_at = if plan.keeps_weights(index) { plan.condition(trial).kept_steps.as_slice() } else { &[] };
    Lane {
        hyperparameters: &trial.hyperparameters,
        lr_scale: &trial.lr_scale,
        init_offset,
        options: Options::new(&trial.options),
        init_seed: trial.init_seed,
        order_seed: trial.order_seed,
        start,
        keep,
        keep_at,
    }
}

/// When the training loop evaluates, and what it aims at.
pub(super) fn train_schedule(condition: &Condition) -> train::Timetable {
    let Condition { spec, schedule, .. } = condition;
    let target = spec.train.target.map(|target| train::Target {
        metric: measure(target.metric),
        threshold: target.threshold,
        stop: target.stop,
    });
    train::Timetable {
        steps: schedule.steps,
        logged: schedule.logged.clone(),
        divergence_factor: spec.train.divergence_factor,
        target,
    }
}

fn measure(name: &str) -> Metric {
    let split = match name {
        name if name.starts_with("validation") => Split::Validation,
        name if name.starts_with("test") => Split::Test,
        _ => Split::Train,
    };
    if metric::is_accuracy(name) { Metric::Accuracy(split) } else { Metric::Loss(split) }
}
