//! The text of a spec as a tree whose nodes know where they were written.

use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{InputError, shortened};
use crate::registry::Registry;

/// Where something was written: the text (0 is the spec, overrides follow) and the bytes in it.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub source: usize,
    pub span: Range<usize>,
}

/// A TOML value.
#[derive(Clone, Debug)]
pub(super) enum Value {
    String(String),
    /// `None` if it does not even fit 128 bits.
    Integer(Option<i128>),
    Float(f64),
    Boolean(bool),
    Datetime,
    List(Vec<Node>),
    Table(Vec<Entry>),
}

/// A value and its place. The place of a table with a header is that of the header.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub value: Value,
    pub place: Place,
}

/// A key of a table and its value.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub key: String,
    pub place: Place,
    pub node: Node,
}

/// A text that is part of the input.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub name: String,
    pub text: String,
}

/// A spec with its overrides applied, and the parts that it can name.
#[derive(Clone, Debug)]
pub(super) struct Document {
    pub registry: Arc<Registry>,
    pub sources: Arc<Vec<Source>>,
    pub root: Node,
}

impl Document {
    /// Reads TOML.
    pub fn parse(registry: &Arc<Registry>, name: &str, text: &str) -> Result<Self, InputError> {
        let table = DeTable::parse(text).map_err(|error| syntax_error(name, text, &error))?;
        let place = Place { source: 0, span: 0..0 };
        let root = Node { value: table_value(table.into_inner(), 0), place };
        let source = Source { name: name.to_owned(), text: text.to_owned() };
        Ok(Self { registry: Arc::clone(registry), sources: Arc::new(vec![source]), root })
    }

    /// An error at a place.
    pub fn error(&self, place: &Place, message: impl Into<String>) -> InputError {
        let source = &self.sources[place.source];
        InputError::new(&source.name, &source.text, place.span.clone(), message).at(place)
    }

    /// The same texts with another tree.
    pub fn with_root(&self, root: Node) -> Self {
        Self { registry: Arc::clone(&self.registry), sources: Arc::clone(&self.sources), root }
    }

    /// The place of a dotted path, or of the innermost table around it that was written.
    pub fn locate(&self, path: &str) -> &Place {
        let mut node = &self.root;
        for segment in path.split('.') {
            match node.child(segment) {
                Some(child) => node = child,
                None => break,
            }
        }
        &node.place
    }
}

impl Node {
    /// The value of a key, or the item of that number.
    pub fn child(&self, segment: &str) -> Option<&Self> {
        match &self.value {
            Value::Table(entries) => entries.iter().find(|entry| entry.key == segment).map(|entry| &entry.node),
            Value::List(items) => items.get(segment.parse::<usize>().ok()?),
            _ => None,
        }
    }

    /// The value of a key, to be changed.
    pub fn child_mut(&mut self, key: &str) -> Option<&mut Self> {
        let Value::Table(entries) = &mut self.value else { return None };
        entries.iter_mut().find(|entry| entry.key == key).map(|entry| &mut entry.node)
    }

    /// Takes a key out of a table.
    pub fn remove(&mut self, key: &str) -> Option<Entry> {
        let Value::Table(entries) = &mut self.value else { return None };
        let at = entries.iter().position(|entry| entry.key == key)?;
        Some(entries.remove(at))
    }

    /// Puts a key into a table, in the place of what it was before.
    pub fn put(&mut self, new: Entry) {
        let Value::Table(entries) = &mut self.value else { return };
        match entries.iter_mut().find(|entry| entry.key == new.key) {
            Some(entry) => *entry = new,
            None => entries.push(new),
        }
    }

    /// Keeps those keys of a table that are wanted.
    pub fn retain(&mut self, is_wanted: impl Fn(&str) -> bool) {
        if let Value::Table(entries) = &mut self.value {
            entries.retain(|entry| is_wanted(&entry.key));
        }
    }

    /// Says of it, and all in it, that it was written at a place.
    pub fn relocate(&mut self, place: &Place) {
        self.place = place.clone();
        match &mut self.value {
            Value::List(items) => items.iter_mut().for_each(|item| item.relocate(place)),
            Value::Table(entries) => entries.iter_mut().for_each(|entry| {
                entry.place = place.clone();
                entry.node.relocate(place);
            }),
            _ => {}
        }
    }

    /// What it is, for "found …".
    pub fn describe(&self) -> String {
        match &self.value {
            Value::String(text) => format!("{:?}", shortened(text)),
            Value::Integer(Some(number)) => number.to_string(),
            Value::Integer(None) => "a huge integer".to_owned(),
            Value::Float(number) => format!("{number:?}"),
            Value::Boolean(truth) => truth.to_string(),
            Value::Datetime => "a date".to_owned(),
            Value::List(items) if items.is_empty() => "an empty list".to_owned(),
            Value::List(_) => "a list".to_owned(),
            Value::Table(_) => "a table".to_owned(),
        }
    }

    /// Takes a value over from the parser.
    pub fn from_toml(value: Spanned<DeValue<'_>>, source: usize) -> Self {
        let place = Place { source, span: value.span() };
        let value = match value.into_inner() {
            DeValue::String(text) => Value::String(text.into_owned()),
            DeValue::Integer(number) => Value::Integer(i128::from_str_radix(number.as_str(), number.radix()).ok()),
            // The parser has checked the syntax, which is a part of Rust's.
            DeValue::Float(number) => Value::Float(number.as_str().parse().unwrap_or(f64::NAN)),
            DeValue::Boolean(truth) => Value::Boolean(truth),
            DeValue::Datetime(_) => Value::Datetime,
            DeValue::Array(items) => Value::List(items.into_iter().map(|item| Self::from_toml(item, source)).collect()),
            DeValue::Table(table) => table_value(table, source),
        };
        Self { value, place }
    }
}

pub(super) fn table_value(table: DeTable<'_>, source: usize) -> Value {
    let mut entries: Vec<Entry> = table
        .into_iter()
        .map(|(key, value)| Entry {
            place: Place { source, span: key.span() },
            key: key.into_inner().into_owned(),
            node: Node::from_toml(value, source),
        })
        .collect();
    // The parser sorts by key; of several errors, the topmost is to be reported.
    entries.sort_by_key(|entry| entry.place.span.start);
    Value::Table(entries)
}

/// An error of TOML's syntax.
pub(super) fn syntax_error(name: &str, text: &str, error: &toml::de::Error) -> InputError {
    InputError::new(name, text, error.span().unwrap_or(0..0), format!("not valid TOML: {}", error.message()))
}
