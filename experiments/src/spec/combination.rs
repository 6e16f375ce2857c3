//! `[sweep]`: which combinations of values a sweep is made of, where it is not all of them.

use toml::de::DeValue;

use super::document::Node;
use super::draw::Draw;
use super::error::InputError;
use super::factor::{SECTIONS, Written, setting, text};
use super::key::{Key, Values, Without, names};
use super::reader::{Field, Table};
use crate::record::Setting;

/// The keys of `[sweep]`.
pub(super) const KEYS: &[Key] = &[
    Key::new(
        "together",
        "keys of [problem], [network] and [train] that have equally many values and take their first, second, … together",
        Values::Words("a list of lists, such as [[\"train.batch\", \"train.steps\"]]"),
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
        Values::Words("a list such as [\"train.batch = 256 and network.hidden = [64, 64]\"]"),
        Without::Words("none"),
    ),
];

/// What a sweep says of its combinations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Combinations {
    /// Dotted keys that move together.
    pub together: Vec<Vec<String>>,
    /// What is left out.
    pub skip: Vec<Skip>,
    /// What is drawn in place of the product.
    pub draw: Option<Draw>,
}

/// Values that are left out where they come together.
#[derive(Clone, Debug, PartialEq)]
pub struct Skip(Vec<Equation>);

/// A dotted key and a value.
#[derive(Clone, Debug, PartialEq)]
struct Equation {
    section: &'static str,
    key: String,
    value: Setting,
    /// The value as specs write it.
    text: String,
}

impl Combinations {
    pub(super) fn read(table: Option<&Table<'_>>) -> Result<Self, InputError> {
        let Some(table) = table else { return Ok(Self::default()) };
        table.allow(&names(KEYS))?;
        let mut combinations = Self::default();
        combinations.draw = table.optional("draw").map(|field| Draw::read(&field)).transpose()?;
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
            combinations.skip = rules.iter().map(Skip::read).collect::<Result<_, _>>()?;
        }
        Ok(combinations)
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

impl Skip {
    fn read(field: &Field<'_>) -> Result<Self, InputError> {
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

    fn text(&self) -> String {
        let equation = |Equation { section, key, text, .. }: &Equation| format!("{section}.{key} = {text}");
        self.0.iter().map(equation).collect::<Vec<_>>().join(" and ")
    }

    /// Whether a condition has all of its values.
    pub(super) fn holds(&self, condition: &Written) -> bool {
        let has =
            |Equation { section, key, value, .. }: &Equation| condition.value(section, key).as_ref() == Some(value);
        self.0.iter().all(has)
    }
}

/// The table and the key of a dotted key.
fn path(field: &Field<'_>, text: &str) -> Result<(&'static str, String), InputError> {
    let (table, key) = text.split_once('.').unwrap_or((text, ""));
    let section = SECTIONS.into_iter().find(|section| *section == table);
    section.filter(|_| !key.is_empty()).map(|section| (section, key.to_owned())).ok_or_else(|| {
        field.error(format!("expected a key of {}, such as train.batch, found {text:?}", SECTIONS.join(", ")))
    })
}
