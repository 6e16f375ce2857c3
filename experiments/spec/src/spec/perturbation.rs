//! `record.perturb`: a weight that is changed to see what depends on it.

use thalweg_engine::network::Perturbation;

use super::canonical::number;
use super::error::InputError;
use super::key::{Key, Values, names};
use super::network::{MAX_DEPTH, MAX_WIDTH};
use super::reader::{Field, Interval};

/// The keys of `record.perturb`.
pub(super) const KEYS: &[Key] = &[
    Key::needed("layer", "the layer that the weight leads to", Values::Integer(1, MAX_DEPTH as u64 + 1)),
    Key::needed("unit", "the unit of that layer", Values::Integer(0, MAX_WIDTH)),
    Key::needed("from", "the unit of the layer before", Values::Integer(0, MAX_WIDTH)),
    Key::needed("by", "what is added to the weight", Values::Words("a number other than 0")),
];

pub(super) fn read(field: &Field<'_>) -> Result<Perturbation, InputError> {
    const EXPECTED: &str = "a weight and its change: { layer = 1, unit = 0, from = 0, by = 0.1 }";
    let table = field.as_table().ok_or_else(|| field.expected(EXPECTED))?;
    table.allow(&names(KEYS))?;
    let place = |key, expected, range| -> Result<usize, InputError> {
        table.required(key, expected)?.integer(range).map(|place| place as usize)
    };
    let by = table.required("by", "what is added to the weight")?;
    Ok(Perturbation {
        layer: place("layer", "the layer that the weight leads to, from 1", 1..=MAX_DEPTH as u64 + 1)?,
        unit: place("unit", "the unit of that layer, from 0", 0..=MAX_WIDTH)?,
        from: place("from", "the unit of the layer before, from 0", 0..=MAX_WIDTH)?,
        by: match by.number(Interval::FINITE)? {
            0.0 => return Err(by.error("a weight that is changed by 0 changes nothing")),
            by => by,
        },
    })
}

/// It as specs write it.
pub(super) fn text(perturbation: &Perturbation) -> String {
    let Perturbation { layer, unit, from, by } = perturbation;
    format!("{{ layer = {layer}, unit = {unit}, from = {from}, by = {} }}", number(*by))
}
