//! Whether a chosen value is the first or the last of its axis: the best one may lie beyond.

use super::configuration::Configuration;
use super::quantile::ascend;

/// The fewest values of an axis that have one inside.
const FEWEST: usize = 3;

/// A chosen value at an end of its axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtEnd<'a> {
    /// The hyperparameter.
    pub name: &'a str,
    /// Whether it is the largest value, not the smallest.
    pub is_last: bool,
}

/// The hyperparameters whose value in `chosen` is the smallest or the largest of all `candidates`, of those that have three
/// values or more, all numbers: of two, each is at an end.
pub fn at_ends<'a>(chosen: &Configuration<'a>, candidates: &[Configuration<'a>]) -> Vec<AtEnd<'a>> {
    let at_end = |(index, name): (usize, &'a String)| {
        let own = chosen.setting_of(index)?.number()?;
        let mut values = candidates.iter().map(|one| one.setting_of(index)?.number()).collect::<Option<Vec<f64>>>()?;
        ascend(&mut values);
        values.dedup();
        let is_last = own == *values.last()?;
        (values.len() >= FEWEST && (is_last || own == values[0])).then_some(AtEnd { name, is_last })
    };
    chosen.hyperparameters().iter().enumerate().filter_map(at_end).collect()
}
