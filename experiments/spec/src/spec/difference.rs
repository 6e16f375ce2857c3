//! What two specs say differently.

use std::fmt;

use toml::de::DeTable;

use super::Spec;
use super::document::{Node, Value, table_value};
use super::error::shortened;
use super::factor::text;

/// What says nothing of trials, nor of the tables that are kept of them.
const OF_NO_TRIAL: [&str; 6] = ["name", "title", "tier", "figure", "style", "engine"];

/// A key whose value is another one now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The dotted key, such as `optimizer.0.lr`.
    pub key: String,
    /// The value that it had, as specs write it, defaults included; none if it was not there.
    pub old: Option<String>,
    /// The value that it has.
    pub new: Option<String>,
}

impl Spec {
    /// What this spec says of trials and their tables that an older one says differently.
    ///
    /// How it is called, what is drawn and how it is computed are not among it: none of them changes a number.
    pub fn differences(&self, old: &Self) -> Vec<Difference> {
        let (old, new) = (leaves(&old.canonical()), leaves(&self.canonical()));
        let value =
            |of: &[(String, String)], key: &str| of.iter().find(|(known, _)| known == key).map(|(_, v)| v.clone());
        let added = new.iter().filter(|(key, _)| value(&old, key).is_none());
        let keys = old.iter().chain(added).map(|(key, _)| key.clone());
        let differences = keys.map(|key| Difference { old: value(&old, &key), new: value(&new, &key), key });
        differences.filter(|difference| difference.old != difference.new).collect()
    }
}

/// The keys and values of a canonical text that say something of trials.
fn leaves(text: &str) -> Vec<(String, String)> {
    let table = DeTable::parse(text).expect("a canonical text is TOML");
    let Value::Table(entries) = table_value(table.into_inner(), 0) else { return Vec::new() };
    let mut all = Vec::new();
    for entry in entries.iter().filter(|entry| !OF_NO_TRIAL.contains(&entry.key.as_str())) {
        collect(&entry.node, &entry.key, &mut all);
    }
    all
}

fn collect(node: &Node, path: &str, all: &mut Vec<(String, String)>) {
    match &node.value {
        Value::Table(entries) => {
            entries.iter().for_each(|entry| collect(&entry.node, &format!("{path}.{}", entry.key), all));
        }
        Value::List(items) if items.iter().any(|item| matches!(item.value, Value::Table(_))) => {
            items.iter().enumerate().for_each(|(number, item)| collect(item, &format!("{path}.{number}"), all));
        }
        _ => all.push((path.to_owned(), text(node))),
    }
}

/// Such as "`train.steps` was 10 and is 20".
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [old, new] = [&self.old, &self.new].map(|value| shortened(value.as_deref().unwrap_or("missing")));
        write!(f, "`{}` was {old} and is {new}", self.key)
    }
}
