//! What the training loop needs, from a plan.

use thalweg_kernels::math::Elementary;

use super::{Plan, Trial};
use crate::data::{Dataset, Splits, Targets};
use crate::network::{Architecture, Batches, Examples, Network};
use crate::spec::{Spec, metric};
use crate::train::{self, Lane, Metric, Split};

/// The networks of a plan on their data.
pub(super) fn network<T: Elementary>(spec: &Spec, plan: &Plan, data: &Splits) -> Network<T> {
    let shape = &plan.shape;
    let architecture = Architecture::new(&shape.layers, shape.bias, spec.network.activation, shape.loss);
    let width = shape.loss.target_width(shape.outputs());
    let splits = [&data.train, &data.validation, &data.test].map(|split| examples(split, width));
    let batches = Batches {
        examples: plan.schedule.train,
        size: plan.schedule.batch,
        drop_last: spec.train.drop_last,
        shuffled: spec.train.batch != crate::spec::Batch::Full,
    };
    Network::new(architecture, spec.network.init, splits, batches, spec.engine.chunk)
}

/// A split with targets of `width` numbers: classes are their index, or one-hot where a loss wants a number an output.
fn examples<T: Elementary>(data: &Dataset, width: usize) -> Examples<T> {
    let targets: Vec<f64> = match &data.targets {
        Targets::Values { values, .. } => values.clone(),
        Targets::Classes { labels, .. } if width == 1 => labels.iter().map(|&label| f64::from(label)).collect(),
        Targets::Classes { labels, .. } => labels
            .iter()
            .flat_map(|&label| (0..width).map(move |class| if class == label as usize { 1.0 } else { 0.0 }))
            .collect(),
    };
    Examples::new(&data.features, &targets, data.len())
}

/// What the training loop needs to know of a trial.
pub(super) fn lane(trial: &Trial) -> Lane<'_> {
    let Trial { hyperparameters, init_seed, order_seed, .. } = trial;
    Lane { hyperparameters, init_seed: *init_seed, order_seed: *order_seed, ..Lane::default() }
}

/// When the training loop evaluates, and what it aims at.
pub(super) fn train_schedule(spec: &Spec, plan: &Plan) -> train::Schedule {
    let target = spec.train.target.map(|target| train::Target {
        metric: measure(target.metric),
        threshold: target.threshold,
        stop: target.stop,
    });
    train::Schedule {
        steps: plan.schedule.steps,
        logged: plan.schedule.logged.clone(),
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
