//! The parameters of a generator.

use super::canonical::{number, quoted};
use super::error::InputError;
use super::reader::{Interval, Table};
use super::synthetic::MAX_NUMBERS;
use crate::dataset::{Domain, Generated, Generator, Parameter};

/// Reads the parameters of a generator, whose keys have been checked to be its own.
pub(super) fn read(table: &Table<'_>, generator: &'static Generator) -> Result<Generated, InputError> {
    let value = |parameter: &'static Parameter| {
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
    };
    let values = generator.parameters.iter().map(value).collect::<Result<_, _>>()?;
    let generated = Generated { generator, values };
    let samples = table.required("samples", "the number of examples")?;
    let count = samples.integer(1..=u64::MAX)?;
    let inputs = generated.value("inputs").map_or(2, |inputs| inputs as u64);
    if count * (inputs + 1) > MAX_NUMBERS {
        let message = format!("{count} examples of {inputs} features are more than {MAX_NUMBERS} numbers");
        return Err(samples.error(message));
    }
    if let Some(name) = generator.classes
        && let Some(classes) = generated.value(name).filter(|&classes| classes > count as f64)
    {
        return Err(samples.error(format!("{count} examples are too few for one of each of the {classes} {name}")));
    }
    Ok(generated)
}

/// Its keys and values as specs write them.
pub(super) fn lines(generated: &Generated) -> Vec<(&'static str, String)> {
    let text = |(parameter, value): (&Parameter, &f64)| match parameter.domain {
        Domain::Count { .. } => (parameter.name, (*value as u64).to_string()),
        Domain::Number { .. } => (parameter.name, number(*value)),
        Domain::Choice(names) => (parameter.name, quoted(names[*value as usize])),
    };
    generated.generator.parameters.iter().zip(&generated.values).map(text).collect()
}
