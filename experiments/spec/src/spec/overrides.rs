//! Overrides: `KEY=VALUE` on the command line, applied before the spec is checked.

use std::sync::Arc;

use toml::de::DeValue;

use super::document::{Document, Entry, Node, Place, Source, Value, syntax_error};
use super::error::{InputError, shortened};

/// Keys of `[train]` of which there is one: setting one replaces the other.
pub(super) const EXCLUSIVE: [(&str, &str); 2] = [("steps", "epochs"), ("epochs", "steps")];

impl Document {
    /// Sets values, one after the other; see [`Self::set`].
    pub fn set_all(&mut self, texts: &[String]) -> Result<(), InputError> {
        let errors = texts.iter().filter_map(|text| self.set(text).err()).collect();
        InputError::all(errors).map_or(Ok(()), Err)
    }

    /// Sets the value at a dotted path, such as `train.steps=10` or `optimizer.0.lr=0.1`. The value is TOML; the quotes
    /// of a single word may be left out.
    fn set(&mut self, text: &str) -> Result<(), InputError> {
        let source = self.sources.len();
        Arc::make_mut(&mut self.sources).push(Source { name: "--set".to_owned(), text: text.to_owned() });
        let Some((path, value)) = text.split_once('=').map(|(path, value)| (path.trim(), value)) else {
            let place = Place { source, span: 0..text.len() };
            return Err(self.error(&place, "expected KEY=VALUE, such as train.steps=10"));
        };
        let key = Place { source, span: 0..text.find('=').unwrap_or(0) };
        let node = self.parse_value(value, source)?;
        let replaced = EXCLUSIVE.iter().find(|(one, _)| path.strip_prefix("train.") == Some(one));
        if let (Some((_, other)), Some(train)) = (replaced, self.root.child_mut("train")) {
            train.remove(other);
        }
        self.insert(path, node, &key)
    }

    fn parse_value(&self, value: &str, source: usize) -> Result<Node, InputError> {
        let text = &self.sources[source].text;
        let start = text.len() - value.trim_start().len();
        let span = start..start + value.trim().len();
        let mut node = match DeValue::parse(&text[span.clone()]) {
            Ok(value) => Node::from_toml(value, source),
            Err(_) if is_word(value.trim()) => {
                Node { value: Value::String(value.trim().to_owned()), place: Place { source, span: span.clone() } }
            }
            Err(error) => {
                let error = syntax_error("--set", value.trim(), &error);
                return Err(self.error(&Place { source, span }, error.message().to_owned()));
            }
        };
        // The parser saw only the value: every place in it is the whole value.
        node.relocate(&Place { source, span });
        Ok(node)
    }

    fn insert(&mut self, path: &str, node: Node, key: &Place) -> Result<(), InputError> {
        match enter_all(&mut self.root, path, key) {
            Ok(at) => {
                *at = node;
                Ok(())
            }
            Err(message) => Err(self.error(key, message)),
        }
    }
}

/// The node at a dotted path, created if need be.
fn enter_all<'a>(root: &'a mut Node, path: &str, key: &Place) -> Result<&'a mut Node, String> {
    let mut at = root;
    let mut walked = String::new();
    for segment in path.split('.') {
        at = enter(at, segment, key).map_err(|problem| format!("`{}`: {walked}{problem}", shortened(path)))?;
        walked = format!("{} ", shortened(segment));
    }
    Ok(at)
}

/// The node of one key or item number. An entry belongs to the override from now on only if it is new: an unknown key
/// is then reported where it was written.
fn enter<'a>(at: &'a mut Node, segment: &str, key: &Place) -> Result<&'a mut Node, String> {
    let found = at.describe();
    match &mut at.value {
        Value::Table(_) if segment.is_empty() => Err("a part of the key is empty".to_owned()),
        Value::Table(entries) => {
            let index = entries.iter().position(|entry| entry.key == segment).unwrap_or_else(|| {
                let empty = Node { value: Value::Table(Vec::new()), place: key.clone() };
                entries.push(Entry { key: segment.to_owned(), place: key.clone(), node: empty });
                entries.len() - 1
            });
            Ok(&mut entries[index].node)
        }
        Value::List(items) => {
            let count = items.len();
            let index = segment.parse::<usize>().ok().filter(|&index| index < count);
            index
                .map(move |index| &mut items[index])
                .ok_or_else(|| format!("has {count} items, numbered from 0, and no item {:?}", shortened(segment)))
        }
        _ => Err(format!("is {found}, not a table")),
    }
}

/// Whether a text can only be meant as a string: a name or a path.
fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || "./_~".contains(first))
        && text.chars().all(|c| c.is_alphanumeric() || "-_./~".contains(c))
}
