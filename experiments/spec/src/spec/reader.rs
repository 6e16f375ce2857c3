//! Reading typed values from the tree: every error names the key, the place and what was expected.

use std::fmt;
use std::ops::RangeInclusive;

use super::document::{Document, Entry, Node, Place, Value};
use super::error::{Fault, InputError, meant, shortened, suggestion};
use crate::record::Setting;
use crate::registry::{self, Part, Registry};

/// A thing that specs refer to by name.
pub trait Named: Copy + PartialEq + fmt::Debug + 'static {
    /// Every name and what it stands for.
    const NAMES: &'static [(&'static str, Self)];

    /// Its name in specs.
    fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, value)| *value == self).map_or("", |(name, _)| name)
    }
}

/// An interval of numbers: each end, and whether it is included.
#[derive(Clone, Copy, Debug)]
pub(super) struct Interval {
    pub low: (f64, bool),
    pub high: (f64, bool),
}

impl Interval {
    pub const FINITE: Self = Self { low: (f64::NEG_INFINITY, false), high: (f64::INFINITY, false) };
    pub const POSITIVE: Self = Self { low: (0.0, false), high: (f64::INFINITY, false) };

    pub fn contains(&self, x: f64) -> bool {
        (if self.low.1 { x >= self.low.0 } else { x > self.low.0 })
            && (if self.high.1 { x <= self.high.0 } else { x < self.high.0 })
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a number")?;
        let (low, high) = (self.low.0, self.high.0);
        if low > f64::NEG_INFINITY {
            write!(f, " {} {low}", if self.low.1 { "of at least" } else { "above" })?;
        }
        if low > f64::NEG_INFINITY && high < f64::INFINITY {
            write!(f, " and")?;
        }
        if high < f64::INFINITY {
            write!(f, " {} {high}", if self.high.1 { "at most" } else { "below" })?;
        }
        Ok(())
    }
}

/// A table of the spec.
#[derive(Clone)]
pub(super) struct Table<'a> {
    document: &'a Document,
    entries: &'a [Entry],
    place: &'a Place,
    path: String,
}

/// A value of the spec, with the path that leads to it.
#[derive(Clone)]
pub(super) struct Field<'a> {
    document: &'a Document,
    node: &'a Node,
    pub path: String,
}

impl<'a> Table<'a> {
    /// The whole document.
    pub fn root(document: &'a Document) -> Self {
        let entries = match &document.root.value {
            Value::Table(entries) => entries.as_slice(),
            _ => &[],
        };
        Self { document, entries, place: &document.root.place, path: String::new() }
    }

    /// Refuses keys that are not among these. It comes before any key is read, so that a slip is reported as such and
    /// not as a missing key.
    pub fn allow(&self, keys: &[&str]) -> Result<(), InputError> {
        match self.entries.iter().find(|entry| !keys.contains(&entry.key.as_str())) {
            None => Ok(()),
            Some(entry) => Err(self
                .document
                .error(&entry.place, format!("unknown key `{}`", self.path_of(&entry.key)))
                .with_help(suggestion(&entry.key, keys))
                .about(Fault::Key(meant(&entry.key, keys)))),
        }
    }

    /// The value of a key, if the spec has it.
    pub fn optional(&self, key: &str) -> Option<Field<'a>> {
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        Some(Field { document: self.document, node: &entry.node, path: self.path_of(key) })
    }

    /// The value of a key that the spec must have; `expected` says what to write.
    pub fn required(&self, key: &str, expected: &str) -> Result<Field<'a>, InputError> {
        self.optional(key).ok_or_else(|| {
            let error = self.error(format!("missing key `{}`", self.path_of(key)));
            error.with_help(format!("expected {expected}")).about(Fault::Missing(key.to_owned()))
        })
    }

    /// The parts that the spec can name.
    pub fn registry(&self) -> &'a Registry {
        &self.document.registry
    }

    /// An error about the table as a whole.
    pub fn error(&self, message: impl Into<String>) -> InputError {
        self.document.error(self.place, message).about(Fault::Within)
    }

    /// The keys in the order in which they were written.
    pub fn keys(&self) -> impl Iterator<Item = &'a str> {
        self.entries.iter().map(|entry| entry.key.as_str())
    }

    fn path_of(&self, key: &str) -> String {
        let key = shortened(key);
        if self.path.is_empty() { key.into_owned() } else { format!("{}.{key}", self.path) }
    }
}

impl<'a> Field<'a> {
    /// The parts that the spec can name.
    pub fn registry(&self) -> &'a Registry {
        &self.document.registry
    }

    /// An error at this value.
    pub fn error(&self, message: impl fmt::Display) -> InputError {
        self.document.error(&self.node.place, format!("`{}`: {message}", self.path)).about(Fault::Within)
    }

    /// What was written here.
    pub fn node(&self) -> &'a Node {
        self.node
    }

    /// The error that something else was expected here.
    pub fn expected(&self, what: impl fmt::Display) -> InputError {
        self.error(format!("expected {what}, found {}", self.node.describe())).about(Fault::Value(None))
    }

    /// The string here, if it is one.
    pub fn as_str(&self) -> Option<&'a str> {
        if let Value::String(text) = &self.node.value { Some(text) } else { None }
    }

    /// A string.
    pub fn string(&self) -> Result<&'a str, InputError> {
        self.as_str().ok_or_else(|| self.expected("a string"))
    }

    /// One of these names, as its index.
    pub fn choice(&self, names: &[&str]) -> Result<usize, InputError> {
        let text = self.as_str().ok_or_else(|| self.expected(format!("one of {}", names.join(", "))))?;
        names.iter().position(|name| *name == text).ok_or_else(|| {
            self.error(format!("expected one of {}, found {:?}", names.join(", "), shortened(text)))
                .with_help(suggestion(text, names))
                .about(Fault::Value(meant(text, names)))
        })
    }

    /// One of these parts, by its name.
    pub fn part<P: Part>(&self, parts: &[&'static P]) -> Result<&'static P, InputError> {
        Ok(parts[self.choice(&registry::names(parts))?])
    }

    /// A thing with a name.
    pub fn named<T: Named>(&self) -> Result<T, InputError> {
        let names: Vec<&str> = T::NAMES.iter().map(|(name, _)| *name).collect();
        Ok(T::NAMES[self.choice(&names)?].1)
    }

    /// `true` or `false`.
    pub fn boolean(&self) -> Result<bool, InputError> {
        if let Value::Boolean(truth) = self.node.value { Ok(truth) } else { Err(self.expected("true or false")) }
    }

    /// An integer in a range.
    pub fn integer(&self, range: RangeInclusive<u64>) -> Result<u64, InputError> {
        self.integer_or(range, "")
    }

    /// An integer in a range, where something else could stand as well: `or` completes "an integer from 1 to 9".
    pub fn integer_or(&self, range: RangeInclusive<u64>, or: &str) -> Result<u64, InputError> {
        if let Value::Integer(Some(number)) = self.node.value
            && let Ok(number) = u64::try_from(number)
            && range.contains(&number)
        {
            return Ok(number);
        }
        Err(self.expected(format!("an integer from {} to {}{or}", range.start(), range.end())))
    }

    /// A seed: what TOML can write of an unsigned integer.
    pub fn seed(&self) -> Result<u64, InputError> {
        self.seed_or("")
    }

    /// A seed, where something else could stand as well; see [`Self::integer_or`].
    pub fn seed_or(&self, or: &str) -> Result<u64, InputError> {
        self.integer_or(0..=i64::MAX as u64, or)
    }

    /// The number here, if it is one.
    pub fn as_number(&self) -> Option<f64> {
        match self.node.value {
            Value::Integer(number) => number.map(|number| number as f64),
            Value::Float(number) => Some(number),
            _ => None,
        }
    }

    /// A number in an interval; never NaN.
    pub fn number(&self, interval: Interval) -> Result<f64, InputError> {
        let number = self.as_number().filter(|&number| interval.contains(number));
        // Every text keeps the sign of a zero, but two spellings of one value must not be two values.
        number.map(|number| number + 0.0).ok_or_else(|| self.expected(interval))
    }

    /// A setting: a number or the name of a choice.
    pub fn setting(&self) -> Result<Setting, InputError> {
        match (self.as_number(), self.as_str()) {
            (Some(value), _) if !value.is_nan() => Ok(Setting::Number(value + 0.0)),
            (_, Some(choice)) => Ok(Setting::Choice(choice.to_owned())),
            _ => Err(self.expected("a number or a name")),
        }
    }

    /// The items here, if it is a list.
    pub fn as_list(&self) -> Option<Vec<Self>> {
        let Value::List(items) = &self.node.value else { return None };
        let field = |(index, node)| Self { document: self.document, node, path: format!("{}.{index}", self.path) };
        Some(items.iter().enumerate().map(field).collect())
    }

    /// A list.
    pub fn list(&self, expected: &str) -> Result<Vec<Self>, InputError> {
        self.as_list().ok_or_else(|| self.expected(expected))
    }

    /// The table here, if it is one.
    pub fn as_table(&self) -> Option<Table<'a>> {
        let Value::Table(entries) = &self.node.value else { return None };
        Some(Table { document: self.document, entries, place: &self.node.place, path: self.path.clone() })
    }

    /// A table.
    pub fn table(&self) -> Result<Table<'a>, InputError> {
        self.as_table().ok_or_else(|| self.expected("a table"))
    }
}
