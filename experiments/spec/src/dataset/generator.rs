//! Generators: what makes examples from a few numbers and a seed.

pub use thalweg_engine::parameter::{Domain, Parameter};
use thalweg_kernels::Origin;

use super::{Dataset, Task};

/// The most examples of a problem.
pub const MAX_SAMPLES: u64 = 100_000_000;

/// A source of examples that are computed.
#[derive(Debug)]
pub struct Generator {
    /// Its name in specs.
    pub name: &'static str,
    /// What it makes, in a line.
    pub summary: &'static str,
    /// What kind of prediction it asks for.
    pub task: Task,
    /// Its parameters, in the order in which specs and keys write them; `samples` is one of them.
    pub parameters: &'static [Parameter],
    /// The name of the parameter that counts the classes, if their number can be chosen.
    pub classes: Option<&'static str>,
    /// Where it comes from, if it is not built in.
    pub origin: Option<Origin>,
    /// Makes the examples of a seed.
    pub generate: fn(&Generated, u64) -> Dataset,
}

/// The number of examples, which every generator has.
pub const SAMPLES: Parameter = Parameter {
    name: "samples",
    summary: "examples",
    domain: Domain::Count { low: 2, high: MAX_SAMPLES },
    default: None,
};

/// The standard deviation of normal noise.
pub const fn noise(summary: &'static str, default: f64) -> Parameter {
    let domain = Domain::Number { low: (0.0, true), high: (f64::INFINITY, false) };
    Parameter { name: "noise", summary, domain, default: Some(default) }
}

/// The number of features.
pub const fn inputs(low: u64, default: u64) -> Parameter {
    let domain = Domain::Count { low, high: 65_536 };
    Parameter { name: "inputs", summary: "features", domain, default: Some(default as f64) }
}

/// A generator with a value for each of its parameters.
#[derive(Clone, Debug)]
pub struct Generated {
    /// The generator.
    pub generator: &'static Generator,
    /// Its values, in the order of its parameters; a choice is stored as its index.
    pub values: Vec<f64>,
}

/// Generators are entries of one list, told apart by their names.
impl PartialEq for Generated {
    fn eq(&self, other: &Self) -> bool {
        self.generator.name == other.generator.name && self.values == other.values
    }
}

impl Generated {
    /// The examples of a seed.
    pub fn dataset(&self, seed: u64) -> Dataset {
        (self.generator.generate)(self, seed)
    }

    /// The value of a parameter, if there is one of this name.
    pub fn value(&self, name: &str) -> Option<f64> {
        self.generator.parameters.iter().position(|parameter| parameter.name == name).map(|at| self.values[at])
    }

    /// Gives a parameter another value, if there is one of this name.
    pub fn set(&mut self, name: &str, value: f64) {
        let at = self.generator.parameters.iter().position(|parameter| parameter.name == name);
        at.into_iter().for_each(|at| self.values[at] = value);
    }

    /// The value of a number.
    ///
    /// # Panics
    ///
    /// If the generator has no such parameter.
    #[track_caller]
    pub fn number(&self, name: &str) -> f64 {
        self.value(name).expect("generators ask for parameters that they list")
    }

    /// The value of a count.
    ///
    /// # Panics
    ///
    /// If the generator has no such parameter.
    #[track_caller]
    pub fn count(&self, name: &str) -> usize {
        self.number(name) as usize
    }
}
