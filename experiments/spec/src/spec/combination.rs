//! `[sweep]`: which combinations of values a sweep is made of, where it is not all of them.

use super::axis::Axis;
use super::draw::Draw;
use super::error::{Fault, InputError};
use super::grid::Grid;
use super::key::{Key, Values, Without, names};
use super::predicate::{Predicate, path};
use super::reader::Table;
use super::values::AxisValues;
use crate::record::Setting;

/// The keys of `[sweep]`.
pub(super) const KEYS: &[Key] = &[
    Key::new(
        "together",
        "keys of [problem], [network], [train] and [[optimizer]] that have equally many values and take their first, \
         second, … together",
        Values::Words("a list of lists, such as [[\"train.batch\", \"optimizer.lr\"]]"),
        Without::Words("each combines with all others"),
    ),
    Key::new(
        "draw",
        "points drawn jointly from all axes of an optimizer, the problem, the network and the training, in place of the \
         product; each runs with all seeds and starts",
        Values::Words("{ halton = n } or { random = n }"),
        Without::Words("the product of all axes"),
    ),
    Key::new(
        "skip",
        "combinations that are left out",
        Values::Words("a list such as [\"train.batch = 256 and optimizer.lr = 1\"]; optimizer.kind is that of a table"),
        Without::Words("none"),
    ),
];

/// How dotted keys of optimizers begin.
const OF_OPTIMIZER: &str = "optimizer.";

/// What a sweep says of its combinations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Combinations {
    /// Dotted keys that move together.
    pub together: Vec<Vec<String>>,
    /// What is left out.
    pub skip: Vec<Predicate>,
    /// What is drawn in place of the product.
    pub draw: Option<Draw>,
}

impl Combinations {
    pub(super) fn read(table: Option<&Table<'_>>) -> Result<Self, InputError> {
        let Some(table) = table else { return Ok(Self::default()) };
        table.allow(&names(KEYS))?;
        // Without the draw, axes need what they do not need in it: what else is wrong can only be told when it is right.
        let draw = |field| Draw::read(&field).map_err(|error| error.about(Fault::Across));
        let draw = table.optional("draw").map(draw).transpose()?;
        let mut combinations = Self { draw, ..Self::default() };
        if let Some(field) = table.optional("together") {
            for group in field.list("a list of lists of keys")? {
                let keys = group.list("a list of keys, such as [\"train.batch\", \"train.steps\"]")?;
                if keys.len() < 2 {
                    return Err(group.expected("two keys or more"));
                }
                let keys =
                    keys.iter().map(|key| path(key, key.string()?).map(|(section, key)| format!("{section}.{key}")));
                combinations.together.push(keys.collect::<Result<_, _>>()?);
            }
        }
        if let Some(field) = table.optional("skip") {
            let rules = field.list("a list of texts such as \"train.batch = 256\"")?;
            combinations.skip = rules.iter().map(Predicate::read).collect::<Result<_, _>>()?;
        }
        Ok(combinations)
    }

    /// For each group that keys of optimizers move in, these, and where a condition has the place of its value of the others,
    /// if there are others.
    pub fn ties(&self) -> impl Iterator<Item = (Vec<&str>, Option<usize>)> {
        let mut next = 0;
        let tie = |group: &Vec<String>| {
            let has_others = group.iter().any(|key| !key.starts_with(OF_OPTIMIZER));
            let place = has_others.then_some(next);
            next += usize::from(has_others);
            place
        };
        let places: Vec<Option<usize>> = self.together.iter().map(tie).collect();
        let groups = self.together.iter().zip(places);
        groups.map(|(group, place)| (of_optimizers(group), place)).filter(|(keys, _)| !keys.is_empty())
    }

    /// Checks that the keys of optimizers that move together have as many values as the others of their group.
    pub(super) fn check(&self, grids: &[Grid], lengths: &[usize]) -> Result<(), String> {
        for (keys, place) in self.ties() {
            let mut wanted = place.and_then(|place| lengths.get(place)).map(|count| *count as u64);
            let mut is_tied = false;
            for grid in grids {
                for key in &keys {
                    let Some((_, axis)) = grid.axis(key).filter(|(_, axis)| !axis.is_single()) else { continue };
                    is_tied = true;
                    if grid.draw.is_some() {
                        return Err(format!("where points are drawn, optimizer.{key} moves with no other key"));
                    }
                    if AxisValues::new(axis, key).count() != axis.count() {
                        return Err(format!("optimizer.{key} has a value twice"));
                    }
                    if matches!(axis, Axis::Sample { .. }) {
                        return Err(format!("optimizer.{key} is random, and moves with no other key"));
                    }
                    let count = axis.count();
                    let most = *wanted.get_or_insert(count);
                    if most != count {
                        return Err(format!("optimizer.{key} has {count} values, and the others have {most}"));
                    }
                }
            }
            if !is_tied {
                return Err(format!("no table has several values of optimizer.{}", keys[0]));
            }
        }
        Ok(())
    }

    /// The lines of the table in a canonical text; none if it says nothing.
    pub(super) fn lines(&self) -> Vec<(&'static str, String)> {
        use super::canonical::{list, quoted};
        let mut lines = Vec::new();
        lines.extend(self.draw.iter().map(|draw| ("draw", draw.text())));
        if !self.together.is_empty() {
            lines.push(("together", list(&self.together, |keys| list(keys, |key| quoted(key)))));
        }
        if !self.skip.is_empty() {
            lines.push(("skip", list(&self.skip, |rule| quoted(&rule.text()))));
        }
        lines
    }
}

/// Whether a table may have a rule's values of optimizers.
pub(super) fn concerns(rule: &Predicate, grids: &[Grid]) -> bool {
    let own = rule.of_optimizers();
    let has = |grid: &Grid, key: &str, setting: &Setting| match (setting, grid.axis(key)) {
        (Setting::Choice(name), None) => key == "kind" && name == grid.optimizer.name,
        (_, axis) => axis.is_some(),
    };
    own.is_empty() || grids.iter().any(|grid| own.iter().all(|(key, setting)| has(grid, key, setting)))
}

/// The keys of optimizers in a group.
fn of_optimizers(group: &[String]) -> Vec<&str> {
    group.iter().filter_map(|key| key.strip_prefix(OF_OPTIMIZER)).collect()
}
