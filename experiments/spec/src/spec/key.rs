//! The keys of a spec's tables: what each says, what it takes, and what holds without it.

use thalweg_kernels::optimizer::{Domain, Hyperparameter};

use super::canonical::{number, quoted};
use super::reader::{Interval, Named};
use crate::registry::Registry;

/// A key of a table of a spec. What a reader allows and what `thalweg list` shows come from the same list of these.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it says, as a clause.
    pub meaning: &'static str,
    values: Values,
    /// What holds where a spec does not have it.
    pub without: Without,
}

/// The values of a key.
#[derive(Clone, Copy, Debug)]
pub(super) enum Values {
    /// `true` or `false`.
    Truth,
    /// Integers, both ends included.
    Integer(u64, u64),
    /// A number.
    Number(Interval),
    /// A number, a list or a range of them.
    Axis(Interval),
    /// One of these names, or a list of them; a default is the place of one.
    Choice(&'static [&'static str]),
    /// One of these names.
    Name(fn(&Registry) -> Vec<&'static str>),
    /// What these words say.
    Words(&'static str),
}

/// What holds where a spec does not have a key.
#[derive(Clone, Copy, Debug)]
pub enum Without {
    /// The key is needed.
    Error,
    /// The same as with this value, as specs write it.
    Value(&'static str),
    /// The same as with this number.
    Number(f64),
    /// What no value of the key says, in words.
    Words(&'static str),
}

impl Key {
    pub(super) const fn new(name: &'static str, meaning: &'static str, values: Values, without: Without) -> Self {
        Self { name, meaning, values, without }
    }

    /// A key that is needed.
    pub(super) const fn needed(name: &'static str, meaning: &'static str, values: Values) -> Self {
        Self::new(name, meaning, values, Without::Error)
    }

    /// The key of a number in the formula of a function.
    pub(super) fn of_parameter(parameter: &'static Hyperparameter) -> Self {
        let Key { values, .. } = Self::of_hyperparameter(parameter);
        let values = if let Values::Axis(interval) = values { Values::Number(interval) } else { values };
        Self::new(parameter.name, parameter.summary, values, Without::Number(parameter.default))
    }

    /// The key of a hyperparameter, or of an option of all optimizers.
    pub(super) fn of_hyperparameter(hyperparameter: &'static Hyperparameter) -> Self {
        let values = match hyperparameter.domain {
            Domain::Number { low, high } => Values::Axis(Interval { low, high }),
            Domain::Choice(names) => Values::Choice(names),
        };
        Self::new(hyperparameter.name, hyperparameter.summary, values, Without::Number(hyperparameter.default))
    }

    /// The values that it takes, in words.
    pub fn domain(&self, registry: &Registry) -> String {
        match self.values {
            Values::Truth => "true or false".to_owned(),
            Values::Integer(low, high) => format!("an integer from {low} to {high}"),
            Values::Number(interval) => interval.to_string(),
            Values::Axis(interval) => format!("{interval}, an axis"),
            Values::Choice(names) => format!("{}, an axis", names.join(", ")),
            Values::Name(names) => names(registry).join(", "),
            Values::Words(words) => words.to_owned(),
        }
    }

    /// Its default as specs write it, if a value says it.
    pub fn default(&self) -> Option<String> {
        match (self.without, self.values) {
            (Without::Value(value), _) => Some(value.to_owned()),
            (Without::Number(place), Values::Choice(names)) => Some(quoted(names[place as usize])),
            (Without::Number(value), _) => Some(number(value)),
            (Without::Error | Without::Words(_), _) => None,
        }
    }

    /// What it says, the values that it takes, and what holds without it.
    pub fn describe(&self, registry: &Registry) -> String {
        let without = match (self.default(), self.without) {
            (Some(default), _) => format!("default: {default}"),
            (None, Without::Words(words)) => format!("without it: {words}"),
            (None, _) => "needed".to_owned(),
        };
        format!("{}: {} [{without}]", self.meaning, self.domain(registry))
    }
}

/// The names of keys.
pub(super) fn names(keys: &[Key]) -> Vec<&'static str> {
    keys.iter().map(|key| key.name).collect()
}

/// The names of the things of a type.
pub(super) fn names_of<T: Named>(_: &Registry) -> Vec<&'static str> {
    T::NAMES.iter().map(|(name, _)| *name).collect()
}
