//! Values of the parameters of generators and of observers.

use thalweg_engine::parameter::{Domain, Parameter};

use super::canonical::{number, quoted};
use super::error::InputError;
use super::reader::{Interval, Table};

/// Reads the value of a parameter; a choice by its index.
pub(super) fn read(table: &Table<'_>, parameter: &Parameter) -> Result<f64, InputError> {
    let field = match (table.optional(parameter.name), parameter.default) {
        (Some(field), _) => field,
        (None, Some(default)) => return Ok(default),
        (None, None) => table.required(parameter.name, &format!("the number of {}", parameter.summary))?,
    };
    match parameter.domain {
        Domain::Count { low, high } => field.integer(low..=high).map(|count| count as f64),
        Domain::Number { low, high } => field.number(Interval { low, high }),
        Domain::Choice(names) => field.choice(names).map(|index| index as f64),
    }
}

/// A value as specs write it.
pub(super) fn text(parameter: &Parameter, value: f64) -> String {
    match parameter.domain {
        Domain::Count { .. } => (value as u64).to_string(),
        Domain::Number { .. } => number(value),
        Domain::Choice(names) => quoted(names[value as usize]),
    }
}
