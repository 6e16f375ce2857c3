//! Rules on keys and their values, such as `train.batch = 256 and network.hidden = [64, 64]`.

use toml::de::DeValue;

use super::document::Node;
use super::error::{InputError, instead, suggestion};
use super::factor::{SECTIONS, Written, setting, text};
use super::reader::Field;
use crate::record::Setting;

/// The table of optimizers.
const OPTIMIZER: &str = "optimizer";

/// Values that come together.
#[derive(Clone, Debug, PartialEq)]
pub struct Predicate(Vec<Equation>);

/// A dotted key and a value.
#[derive(Clone, Debug, PartialEq)]
struct Equation {
    section: &'static str,
    key: String,
    value: Setting,
    /// The value as specs write it.
    text: String,
}

impl Predicate {
    pub(super) fn read(field: &Field<'_>) -> Result<Self, InputError> {
        let equation = |part: &str| {
            let Some((left, right)) = part.split_once('=') else {
                return Err(field.expected("KEY = VALUE, or several of them joined by `and`"));
            };
            let (section, key) = path(field, left.trim())?;
            let value = DeValue::parse(right.trim()).map_err(|error| {
                let message = error.message().trim_end();
                field.error(format!("{:?} is no value: {message}; names stand in quotes", right.trim()))
            })?;
            let node = Node::from_toml(value, 0);
            Ok(Equation { section, key, value: setting(&node), text: text(&node) })
        };
        field.string()?.split(" and ").map(equation).collect::<Result<_, _>>().map(Self)
    }

    /// Reads one rule or a list of them, on conditions alone.
    pub(super) fn read_some(field: &Field<'_>) -> Result<Vec<Self>, InputError> {
        let read = |field: &Field<'_>| {
            let rule = Self::read(field)?;
            match rule.0.iter().find(|equation| equation.section == OPTIMIZER) {
                Some(Equation { key, .. }) => {
                    let sections = SECTIONS.join(", ");
                    Err(field.error(format!("expected keys of {sections}, found optimizer.{key}")))
                }
                None => Ok(rule),
            }
        };
        match field.as_list() {
            Some(rules) if rules.is_empty() => Err(field.expected("at least one rule")),
            Some(rules) => rules.iter().map(read).collect(),
            None => Ok(vec![read(field)?]),
        }
    }

    pub(super) fn text(&self) -> String {
        self.0.iter().map(Equation::text).collect::<Vec<_>>().join(" and ")
    }

    /// Whether a condition has all of its values but those of optimizers.
    pub(super) fn holds(&self, condition: &Written) -> bool {
        self.0.iter().all(|equation| equation.section == OPTIMIZER || equation.holds(condition))
    }

    /// Whether no condition can have the values of both.
    pub(super) fn contradicts(&self, other: &Self) -> bool {
        let is_of = |one: &Equation, other: &Equation| (one.section, &one.key) == (other.section, &other.key);
        self.0.iter().any(|one| other.0.iter().any(|other| is_of(one, other) && one.value != other.value))
    }

    /// What of it no condition has, and what there is instead; nothing if it holds for one.
    pub(super) fn unmet(&self, conditions: &[&Written]) -> Option<(String, String)> {
        if conditions.iter().any(|condition| self.holds(condition)) {
            return None;
        }
        let unmet = |equation: &Equation| !conditions.iter().any(|condition| equation.holds(condition));
        let Some(equation) = self.0.iter().find(|equation| unmet(equation)) else {
            return Some((format!("no condition has both: {}", self.text()), String::new()));
        };
        let Equation { section, key, value, .. } = equation;
        let found: Vec<Setting> = conditions.iter().filter_map(|condition| condition.value(section, key)).collect();
        if found.is_empty() {
            let known: Vec<&str> = conditions.iter().flat_map(|condition| condition.keys(section)).collect();
            return Some((format!("no condition has a key {section}.{key}"), suggestion(key, &distinct(known))));
        }
        let names: Vec<String> = found.iter().filter(|value| value.number().is_none()).map(Setting::text).collect();
        let help = match value.number() {
            None => suggestion(&value.text(), &distinct(names.iter().map(String::as_str).collect())),
            Some(_) => instead(value, &found),
        };
        Some((format!("no condition has {}", equation.text()), help))
    }

    /// Its keys of optimizers, and their values.
    pub fn of_optimizers(&self) -> Vec<(&str, &Setting)> {
        let own = self.0.iter().filter(|equation| equation.section == OPTIMIZER);
        own.map(|equation| (equation.key.as_str(), &equation.value)).collect()
    }
}

impl Equation {
    fn text(&self) -> String {
        format!("{}.{} = {}", self.section, self.key, self.text)
    }

    fn holds(&self, condition: &Written) -> bool {
        condition.value(self.section, &self.key).as_ref() == Some(&self.value)
    }
}

/// Each of them once, in order.
fn distinct(mut names: Vec<&str>) -> Vec<&str> {
    names.sort_unstable();
    names.dedup();
    names
}

/// The table and the key of a dotted key.
pub(super) fn path(field: &Field<'_>, text: &str) -> Result<(&'static str, String), InputError> {
    let (table, key) = text.split_once('.').unwrap_or((text, ""));
    let sections = || SECTIONS.into_iter().chain([OPTIMIZER]);
    let section = sections().find(|section| *section == table);
    section.filter(|_| !key.is_empty()).map(|section| (section, key.to_owned())).ok_or_else(|| {
        let sections: Vec<&str> = sections().collect();
        field.error(format!("expected a key of {}, such as train.batch, found {text:?}", sections.join(", ")))
    })
}
