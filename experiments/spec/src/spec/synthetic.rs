//! Examples that are drawn at random, with random targets or with those of a random network.

use thalweg_kernels::activation::{Activation, TANH};

use super::canonical::{list, number, quoted};
use super::error::InputError;
use super::key::{Key, Values, Without};
use super::network::{MAX_DEPTH, MAX_WIDTH};
use super::reader::{Field, Interval, Table};
use crate::dataset::{MAX_SAMPLES, Task};
use crate::registry;

/// The most numbers of a data set that is drawn at random: features and targets together.
pub const MAX_NUMBERS: u64 = 2_000_000_000;

/// Random features with random targets, which can only be learned by heart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cloud {
    /// The number of examples.
    pub samples: usize,
    /// Features of an example.
    pub inputs: usize,
    /// What is to be predicted.
    pub targets: RandomTargets,
}

/// Targets that do not depend on the features.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RandomTargets {
    /// One of this many classes, all equally likely.
    Classes(usize),
    /// This many numbers, distributed like the features.
    Outputs(usize),
}

/// Standard normal features, and the outputs of a random network on them.
#[derive(Clone, Debug, PartialEq)]
pub struct Teacher {
    /// The number of examples.
    pub samples: usize,
    /// Features of an example.
    pub inputs: usize,
    /// Outputs of the network.
    pub outputs: usize,
    /// Units of each of its hidden layers.
    pub hidden: Vec<usize>,
    /// The function of its hidden units.
    pub activation: &'static Activation,
    /// The standard deviation of the noise on its outputs.
    pub noise: f64,
}

const SAMPLES: Key = Key::needed("samples", "examples", Values::Integer(1, MAX_SAMPLES));

const INPUTS: Key = Key::needed("inputs", "features", Values::Integer(1, MAX_NUMBERS));

/// A standard deviation.
const NOISE: Interval = Interval { low: (0.0, true), high: (f64::INFINITY, false) };

/// The sizes of a data set: examples, features, outputs.
fn read_sizes(table: &Table<'_>) -> Result<[usize; 3], InputError> {
    let samples = table.required("samples", "the number of examples")?;
    let inputs = table.required("inputs", "the number of features")?;
    let sizes = [
        samples.integer(1..=MAX_SAMPLES)?,
        inputs.integer(1..=MAX_NUMBERS)?,
        table.optional("outputs").map_or(Ok(1), |field| field.integer(1..=MAX_WIDTH))?,
    ];
    let [count, features, outputs] = sizes;
    if count.checked_mul(features + outputs).is_none_or(|numbers| numbers > MAX_NUMBERS) {
        let message = format!("{count} examples of {features} features and {outputs} outputs");
        return Err(samples.error(format!("{message} are more than {MAX_NUMBERS} numbers")));
    }
    Ok(sizes.map(|size| size as usize))
}

impl Cloud {
    pub(super) const KEYS: &[Key] = &[
        SAMPLES,
        INPUTS,
        Key::new("outputs", "random numbers to predict", Values::Integer(1, MAX_WIDTH), Without::Value("1")),
        Key::new(
            "classes",
            "instead: classes that are all equally likely",
            Values::Integer(2, MAX_WIDTH),
            Without::Words("numbers are to be predicted"),
        ),
    ];

    pub(super) fn read(table: &Table<'_>) -> Result<Self, InputError> {
        let [samples, inputs, outputs] = read_sizes(table)?;
        let targets = match table.optional("classes") {
            None => RandomTargets::Outputs(outputs),
            Some(field) if table.optional("outputs").is_some() => {
                return Err(field.error("expected either `classes` or `outputs`"));
            }
            Some(field) => RandomTargets::Classes(field.integer(2..=MAX_WIDTH)? as usize),
        };
        Ok(Self { samples, inputs, targets })
    }

    /// What kind of prediction it asks for.
    pub fn task(&self) -> Task {
        match self.targets {
            RandomTargets::Classes(_) => Task::Classification,
            RandomTargets::Outputs(_) => Task::Regression,
        }
    }

    /// Its keys and values as specs write them.
    pub(crate) fn lines(&self) -> Vec<(&'static str, String)> {
        let targets = match self.targets {
            RandomTargets::Classes(classes) => ("classes", classes.to_string()),
            RandomTargets::Outputs(outputs) => ("outputs", outputs.to_string()),
        };
        vec![("samples", self.samples.to_string()), ("inputs", self.inputs.to_string()), targets]
    }
}

impl Teacher {
    pub(super) const KEYS: &[Key] = &[
        SAMPLES,
        INPUTS,
        Key::new("outputs", "outputs of the network", Values::Integer(1, MAX_WIDTH), Without::Value("1")),
        Key::needed(
            "hidden",
            "widths of its hidden layers",
            Values::Words("a list of integers from 1 to 65536, such as [16]"),
        ),
        Key::new(
            "activation",
            "function of its hidden units",
            Values::Name(|registry| registry::names(registry.activations())),
            Without::Value("\"tanh\""),
        ),
        Key::new(
            "noise",
            "standard deviation of the noise on its outputs",
            Values::Number(NOISE),
            Without::Number(0.0),
        ),
    ];

    pub(super) fn read(table: &Table<'_>) -> Result<Self, InputError> {
        let [samples, inputs, outputs] = read_sizes(table)?;
        const EXPECTED: &str = "a list of layer widths, such as [16]";
        let hidden = table.required("hidden", EXPECTED)?;
        let widths = hidden.list(EXPECTED)?;
        if widths.len() > MAX_DEPTH {
            return Err(hidden.error(format!("{} layers are more than {MAX_DEPTH}", widths.len())));
        }
        let width = |field: &Field<'_>| field.integer(1..=MAX_WIDTH).map(|width| width as usize);
        Ok(Self {
            samples,
            inputs,
            outputs,
            hidden: widths.iter().map(width).collect::<Result<_, _>>()?,
            activation: (table.optional("activation"))
                .map_or(Ok(&TANH), |field| field.part(table.registry().activations()))?,
            noise: table.optional("noise").map_or(Ok(0.0), |field| field.number(NOISE))?,
        })
    }

    /// Its keys and values as specs write them.
    pub(crate) fn lines(&self) -> Vec<(&'static str, String)> {
        vec![
            ("samples", self.samples.to_string()),
            ("inputs", self.inputs.to_string()),
            ("outputs", self.outputs.to_string()),
            ("hidden", list(&self.hidden, usize::to_string)),
            ("activation", quoted(self.activation.name)),
            ("noise", number(self.noise)),
        ]
    }
}
