//! The parameters of a generator.

use super::error::InputError;
use super::parameter;
use super::reader::Table;
use super::synthetic::MAX_NUMBERS;
use crate::dataset::{Generated, Generator, Parameter};

/// Reads the parameters of a generator, whose keys have been checked to be its own.
pub(super) fn read(table: &Table<'_>, generator: &'static Generator) -> Result<Generated, InputError> {
    let values = generator.parameters.iter().map(|own| parameter::read(table, own)).collect::<Result<_, _>>()?;
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
    let text = |(own, value): (&Parameter, &f64)| (own.name, parameter::text(own, *value));
    generated.generator.parameters.iter().zip(&generated.values).map(text).collect()
}
