//! Keys: a trial is known by the hash of everything that can change its numbers. A part that is not built in counts with
//! its package and version.

use std::fmt::{Display, Write};

use thalweg_kernels::optimizer::{Domain, Optimizer};

use super::overlap::Role;
use super::{Initial, Model, Schedule, Shape, Trial};
use crate::data::Splits;
use crate::network::Parameterisation;
use crate::record::Key;
use crate::spec::{Batch, INIT_OFFSET, Named, Spec, number, point as numbers, quoted, unusual};
use crate::train::OPTIONS;

/// What the descriptions of all trials of a condition begin with. Files count by their content, wherever they are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct KeyMaker {
    /// What stands before and after the seed of the examples.
    before: String,
    after: String,
    examples: Examples,
    relevant: Relevant,
}

/// The seed of the examples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Examples {
    /// There is none.
    None,
    /// All trials have this one.
    Fixed(u64),
    /// That of the trial.
    OfTrial,
    /// It has been left out.
    Any,
}

/// Which properties of a trial matter, and as what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Relevant {
    /// Whether the initial parameters are drawn.
    init_seed: bool,
    /// Whether something is drawn after the start: the order of examples, or noise.
    order_seed: bool,
    /// Whether a start is a point on a landscape; else it is an offset of initial weights.
    point: bool,
}

/// What distinguishes a trial, besides its seeds.
#[derive(Clone, Copy)]
pub(super) struct Point<'a> {
    pub hyperparameters: &'a [f64],
    /// Empty where all options have their defaults.
    pub options: &'a [f64],
    /// Empty where all layers have the same learning rate.
    pub lr_scale: &'a [f64],
    /// Coordinates on a landscape; for a network the offset of its initial weights, if it has one.
    pub start: &'a [f64],
}

impl<'a> Point<'a> {
    /// That of a trial.
    pub fn of(trial: &'a Trial) -> Self {
        let Trial { hyperparameters, options, lr_scale, start, .. } = trial;
        Self { hyperparameters, options, lr_scale, start }
    }
}

/// The hash of what the descriptions of all trials of one optimizer begin with, and a buffer for the rest.
#[derive(Debug)]
pub(super) struct OptimizerKeys {
    optimizer: &'static Optimizer,
    relevant: Relevant,
    hasher: blake3::Hasher,
    rest: String,
}

impl KeyMaker {
    /// That of a spec with one condition.
    pub fn new(spec: &Spec, data: &Splits, model: &Model, schedule: &Schedule) -> Self {
        let mut text = format!("contract = {}\n", thalweg_kernels::CONTRACT);
        let mut line = |key: &str, value: &dyn Display| write_line(&mut text, key, value);
        match model {
            Model::Network(shape) => {
                let batch = spec.train.batch_for(schedule.train);
                write_network(&mut line, spec, batch, &spec.problem.lines(data.content), shape);
            }
            Model::Landscape(landscape) => {
                line("problem.kind", &quoted("landscape"));
                line("problem.function", &quoted(landscape.function.facts.name));
                if let Some(origin) = landscape.function.origin {
                    line("problem.function.origin", &quoted(&origin.to_string()));
                }
                if !landscape.spectrum.is_empty() {
                    line("problem.spectrum", &numbers(&landscape.spectrum));
                }
                if let Some(seed) = landscape.rotation {
                    line("problem.rotation", &seed);
                }
                if landscape.gradient_noise > 0.0 {
                    line("problem.gradient_noise", &number(landscape.gradient_noise));
                }
            }
        }
        line("train.steps", &schedule.steps);
        line("train.log_every", &schedule.log_every);
        if let Some(examples) = spec.train.log_examples {
            line("train.log_examples", &examples);
        }
        line("train.precision", &quoted(spec.train.precision.name()));
        line("train.divergence_factor", &number(spec.train.divergence_factor));
        if let Some(target) = spec.train.target {
            line("train.target.metric", &quoted(target.metric));
            line("train.target.threshold", &number(target.threshold));
            line("train.target.stop", &target.stop);
        }
        let relevant = match model {
            Model::Network(shape) => {
                Relevant { init_seed: matches!(shape.init, Initial::Drawn(_)), order_seed: true, point: false }
            }
            Model::Landscape(landscape) => {
                Relevant { init_seed: false, order_seed: landscape.gradient_noise > 0.0, point: true }
            }
        };
        // The seed of the examples is the last line on them.
        let problem = &spec.problem;
        let seed = problem.lines(None).pop().filter(|(key, _)| *key == "seed" && !relevant.point);
        let Some((before, after)) = seed.and_then(|(_, seed)| cut(&text, &format!("problem.seed = {seed}\n"))) else {
            return Self { before: text, after: String::new(), examples: Examples::None, relevant };
        };
        let examples = if problem.each_trial { Examples::OfTrial } else { Examples::Fixed(problem.seed) };
        Self { before, after, examples, relevant }
    }

    /// The same for any seed of examples.
    pub fn without_seed(&self) -> Self {
        let examples = if self.examples == Examples::None { Examples::None } else { Examples::Any };
        Self { examples, ..self.clone() }
    }

    /// What the seed of a trial decides: its examples, its initial weights, its order of examples.
    pub fn roles(&self, spec: &Spec) -> [Role; 3] {
        let role = |is_relevant: bool, fixed: Option<u64>| match fixed {
            _ if !is_relevant => Role::Unused,
            Some(seed) => Role::Fixed(seed),
            None => Role::OfTrial,
        };
        let examples = match self.examples {
            Examples::None | Examples::Any => Role::Unused,
            Examples::Fixed(seed) => Role::Fixed(seed),
            Examples::OfTrial => Role::OfTrial,
        };
        let Relevant { init_seed, order_seed, .. } = self.relevant;
        [examples, role(init_seed, spec.train.init_seed), role(order_seed, spec.train.order_seed)]
    }

    /// What the descriptions of trials begin with whose examples may have this seed.
    fn shared(&self, seed: u64) -> String {
        let seed = match self.examples {
            Examples::None | Examples::Any => return self.before.clone(),
            Examples::Fixed(fixed) => fixed,
            Examples::OfTrial => seed,
        };
        format!("{}problem.seed = {seed}\n{}", self.before, self.after)
    }

    /// The keys of the trials of one optimizer, and of this seed if it is that of their examples.
    pub fn of_optimizer(&self, seed: u64, optimizer: &'static Optimizer) -> OptimizerKeys {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.shared(seed).as_bytes());
        OptimizerKeys { optimizer, relevant: self.relevant, hasher, rest: String::new() }
    }

    /// The description of a trial.
    pub fn describe(&self, seed: u64, trial: &Trial) -> String {
        let mut text = self.shared(seed);
        write_trial(&mut text, trial.optimizer, Point::of(trial), self.relevant, [trial.init_seed, trial.order_seed]);
        text
    }
}

impl OptimizerKeys {
    /// The key of a trial.
    pub fn key(&mut self, point: Point<'_>, init_seed: u64, order_seed: u64) -> Key {
        self.rest.clear();
        write_trial(&mut self.rest, self.optimizer, point, self.relevant, [init_seed, order_seed]);
        Key::of(&self.hasher.clone().update(self.rest.as_bytes()).finalize())
    }
}

/// What is before and after a part of a text.
fn cut(text: &str, part: &str) -> Option<(String, String)> {
    text.split_once(part).map(|(before, after)| (before.to_owned(), after.to_owned()))
}

fn write_network(
    line: &mut impl FnMut(&str, &dyn Display),
    spec: &Spec,
    batch: Batch,
    problem: &[(&'static str, String)],
    shape: &Shape,
) {
    for (key, value) in problem {
        line(&format!("problem.{key}"), value);
    }
    if let Some(origin) = spec.problem.origin() {
        line("problem.origin", &quoted(&origin.to_string()));
    }
    line("network.hidden", &format!("{:?}", &shape.layers[1..shape.layers.len() - 1]));
    line("network.activation", &quoted(shape.activation.name));
    if let Some(origin) = shape.activation.origin {
        line("network.activation.origin", &quoted(&origin.to_string()));
    }
    if let Some((parameter, value)) = unusual(shape.activation.parameter, shape.activation.setting()) {
        line(&format!("network.{}", parameter.name), &number(value));
    }
    line("network.bias", &shape.bias);
    if shape.parameterisation != Parameterisation::default() {
        line("network.parameterisation", &quoted(shape.parameterisation.name()));
    }
    if shape.gain != 1.0 {
        line("network.gain", &number(shape.gain));
    }
    match &shape.init {
        Initial::Drawn(initializer) => {
            line("network.init", &quoted(initializer.name()));
            if let Some(scale) = initializer.stated_scale() {
                line("network.init_scale", &number(scale));
            }
        }
        Initial::Loaded { file, .. } => line("network.init_content", &quoted(&file.hash.to_hex())),
    }
    line("network.loss", &quoted(shape.loss.name));
    if shape.test_loss != shape.loss {
        line("network.test_loss", &quoted(shape.test_loss.name));
    }
    for (key, loss) in [("loss", shape.loss), ("test_loss", shape.test_loss)] {
        if let Some(origin) = loss.origin {
            line(&format!("network.{key}.origin"), &quoted(&origin.to_string()));
        }
    }
    let mut losses = [shape.loss, shape.test_loss].into_iter();
    if let Some((parameter, value)) = losses.find_map(|loss| unusual(loss.parameter, loss.setting())) {
        line(&format!("network.{}", parameter.name), &number(value));
    }
    match batch {
        // Not the same as a batch of that size: the order of examples may differ.
        Batch::Full => line("train.batch", &quoted("full")),
        Batch::Size(size) | Batch::AtMost(size) => line("train.batch", &size),
    }
    line("train.drop_last", &spec.train.drop_last);
    if spec.train.replacement {
        line("train.replacement", &true);
    }
}

fn write_trial(
    text: &mut String,
    optimizer: &Optimizer,
    point: Point<'_>,
    relevant: Relevant,
    [init_seed, order_seed]: [u64; 2],
) {
    write_line(text, "optimizer", &quoted(optimizer.name));
    if let Some(origin) = optimizer.origin {
        write_line(text, "optimizer.origin", &quoted(&origin.to_string()));
    }
    let options = OPTIONS.iter().zip(point.options);
    for (hyperparameter, &value) in optimizer.hyperparameters.iter().zip(point.hyperparameters).chain(options) {
        if hyperparameter.omit_default && value == hyperparameter.default {
            continue;
        }
        // A choice is described by its name, so that a new one can be listed anywhere.
        let value = match hyperparameter.domain {
            Domain::Number { .. } => number(value),
            Domain::Choice(names) => quoted(names[value as usize]),
        };
        write_line(text, hyperparameter.name, &value);
    }
    if !point.lr_scale.is_empty() {
        write_line(text, "lr_scale", &numbers(point.lr_scale));
    }
    match point.start {
        [] => {}
        start if relevant.point => write_line(text, "start", &numbers(start)),
        // An offset of zero is not described.
        [0.0] => {}
        offset => write_line(text, INIT_OFFSET, &number(offset[0])),
    }
    if relevant.init_seed {
        write_line(text, "init_seed", &init_seed);
    }
    if relevant.order_seed {
        write_line(text, "order_seed", &order_seed);
    }
}

fn write_line(text: &mut String, key: &str, value: &dyn Display) {
    writeln!(text, "{key} = {value}").expect("writing to a string does not fail");
}
