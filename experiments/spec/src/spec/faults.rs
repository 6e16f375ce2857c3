//! All that is wrong with a document, where its readers stop at the first thing.
//!
//! What an error points to is mended by the name that was probably meant, or else taken out, and the document is read again,
//! until nothing new is found. What follows from an error is none of its own: a key is not missing where one was taken out, and
//! values do not contradict each other where one of them is not what the user meant.

use toml::de::DeTable;

use super::document::{Document, Entry, Node, Place, Source, Value, table_value};
use super::error::{Fault, InputError};

use std::sync::Arc;

/// The most errors that are shown.
const MOST_ERRORS: usize = 20;

/// The most times that a document is read.
const MOST_ROUNDS: usize = 100;

/// What is read in place of a table that is given up: nothing is wrong with it.
const PLACEHOLDERS: &str = r#"
name = "name"
problem = { kind = "moons", samples = 100 }
network = { hidden = [1] }
train = { steps = 1 }
optimizer = [{ kind = "sgd" }]
figure = [{ kind = "sensitivity", metric = "final_train_loss" }]
members = ["member"]
functions = { activations = "all", x = { linear = [0, 1], points = 2 } }
bench = "bench.csv"
"#;

/// Values of keys that are needed.
const VALUES: &str = r#"
problem = { samples = 100 }
network = { hidden = [1] }
train = { steps = 1, epochs = 1 }
"#;

/// Reads a document; where that fails, finds all that is wrong with it.
pub(super) fn read_all<T>(
    document: &Document,
    read: &dyn Fn(&Document) -> Result<T, InputError>,
) -> Result<T, InputError> {
    read(document).map_err(|first| {
        let mut search = Search::new(document.clone());
        let mut found = Some(first);
        for _ in 0..MOST_ROUNDS {
            let Some(error) = found.take() else { break };
            if !search.note(error) || search.errors.len() == MOST_ERRORS {
                break;
            }
            found = read(&search.document).err();
        }
        InputError::all(search.errors).expect("the first error follows from no other")
    })
}

/// The keys and numbers of items that lead to a value.
type Path = Vec<String>;

struct Search {
    document: Document,
    /// The source of what was never written.
    unwritten: usize,
    errors: Vec<InputError>,
    /// What was taken out.
    lost: Vec<Path>,
    /// Keys that were probably meant.
    guessed: Vec<Path>,
}

impl Search {
    fn new(mut document: Document) -> Self {
        let unwritten = document.sources.len();
        Arc::make_mut(&mut document.sources).push(Source { name: String::new(), text: String::new() });
        Self { document, unwritten, errors: Vec::new(), lost: Vec::new(), guessed: Vec::new() }
    }

    /// Notes an error, unless it follows from others, and mends what it points to; whether to read on.
    fn note(&mut self, error: InputError) -> bool {
        let place = error.place().cloned();
        let path = place.as_ref().filter(|place| place.source != self.unwritten).and_then(|place| self.find(place));
        let Some(path) = path else {
            // It is about what was never written, or the first one is not about the document.
            self.errors.extend(self.errors.is_empty().then_some(error));
            return false;
        };
        let fault = error.fault().clone();
        let follows = match &fault {
            Fault::Key(_) => false,
            Fault::Value(_) => self.lost.iter().any(|lost| lost.starts_with(&path)),
            // Whether there are networks depends on the problem.
            Fault::Missing(key) if path.is_empty() => {
                self.lost.iter().any(|lost| lost[0] == *key || section(lost) == lost && lost[0] == "problem")
            }
            Fault::Missing(_) => self.lost.iter().any(|lost| lost[..lost.len() - 1] == path),
            Fault::Within => {
                self.lost.iter().any(|lost| section(lost) == section(&path)) || self.guessed.contains(&path)
            }
            Fault::Across => !self.lost.is_empty(),
        };
        if !follows {
            self.errors.push(error);
        }
        // All in an override is at one place.
        let is_exact = place.is_some_and(|place| place.source == 0);
        match fault {
            Fault::Key(Some(name)) if is_exact && self.rename(&path, &name) => true,
            Fault::Value(Some(name)) if self.replace(&path, &name) => true,
            Fault::Missing(key) if path.is_empty() => self.take_out(vec![key]),
            // Figures say nothing of each other.
            Fault::Across if !follows && path[0] == "figure" && path.len() > 1 => self.put_placeholder(section(&path)),
            Fault::Across => false,
            _ => self.take_out(path),
        }
    }

    /// The way to what was written at a place.
    fn find(&self, place: &Place) -> Option<Path> {
        let mut path = Vec::new();
        find(&self.document.root, place, &mut path).then_some(path)
    }

    /// Gives a key another name, if its table does not have that.
    fn rename(&mut self, path: &[String], name: &str) -> bool {
        let Some((key, table)) = path.split_last() else { return false };
        let Some(Value::Table(entries)) = at(&mut self.document.root, table).map(|node| &mut node.value) else {
            return false;
        };
        if entries.iter().any(|entry| entry.key == name) {
            return false;
        }
        entries.iter_mut().filter(|entry| entry.key == *key).for_each(|entry| name.clone_into(&mut entry.key));
        self.guessed.push([table, &[name.to_owned()]].concat());
        true
    }

    /// Puts a name in the place of a wrong one.
    fn replace(&mut self, path: &[String], name: &str) -> bool {
        let node = at(&mut self.document.root, path).filter(|node| matches!(node.value, Value::String(_)));
        node.map(|node| node.value = Value::String(name.to_owned())).is_some()
    }

    /// Takes a key out, or that of the list which the item is in; a table that is needed is replaced by one that is valid.
    fn take_out(&mut self, mut path: Path) -> bool {
        while path.len() > section(&path).len() && path.last().is_some_and(|key| key.parse::<usize>().is_ok()) {
            path.pop();
        }
        if path.len() == section(&path).len() && self.put_placeholder(&path) {
            self.lost.push(path);
            return true;
        }
        let value = self.unwritten(VALUES).and_then(|mut known| at(&mut known, &path).cloned());
        let is_out = match (value, at(&mut self.document.root, &path)) {
            (Some(value), Some(old)) => {
                *old = value;
                true
            }
            _ => {
                let Some((key, table)) = path.split_last() else { return false };
                at(&mut self.document.root, table).is_some_and(|table| table.remove(key).is_some())
            }
        };
        self.lost.push(path);
        is_out
    }

    /// What was never written.
    fn unwritten(&self, text: &str) -> Option<Node> {
        let table = DeTable::parse(text).ok()?.into_inner();
        let place = Place { source: self.unwritten, span: 0..0 };
        let mut node = Node { value: table_value(table, self.unwritten), place: place.clone() };
        node.relocate(&place);
        Some(node)
    }

    /// Puts a valid value in the place of a key of the whole document, or an item of it, if such a value is known.
    fn put_placeholder(&mut self, path: &[String]) -> bool {
        let (key, item) = (&path[0], path.get(1));
        let Some(entry) = self.unwritten(PLACEHOLDERS).and_then(|mut known| known.remove(key)) else { return false };
        let place = entry.place;
        let node = match (entry.node.value, item) {
            (Value::List(mut items), Some(_)) => items.remove(0),
            (value, None) => Node { value, place: place.clone() },
            _ => return false,
        };
        match item {
            None => self.document.root.put(Entry { key: key.clone(), place, node }),
            Some(_) => match at(&mut self.document.root, path) {
                Some(old) => *old = node,
                None => return false,
            },
        }
        true
    }
}

/// The part of the document that a path leads into: a table, or an item of a list of tables.
fn section(path: &[String]) -> &[String] {
    let is_item = path.get(1).is_some_and(|key| key.parse::<usize>().is_ok());
    &path[..path.len().min(if is_item { 2 } else { 1 })]
}

/// The node at the end of a path.
fn at<'a>(root: &'a mut Node, path: &[String]) -> Option<&'a mut Node> {
    path.iter().try_fold(root, |node, segment| match &mut node.value {
        Value::List(items) => items.get_mut(segment.parse::<usize>().ok()?),
        Value::Table(entries) => entries.iter_mut().find(|entry| entry.key == *segment).map(|entry| &mut entry.node),
        _ => None,
    })
}

/// Extends the path to the outermost key or value that was written at a place; whether there is one.
fn find(node: &Node, place: &Place, path: &mut Path) -> bool {
    let is_here = |other: &Place| other.source == place.source && other.span == place.span;
    let is_first_of_list = || match &node.value {
        // A list of tables is where its first one is.
        Value::List(items) => place.source == 0 && items.first().is_some_and(|item| is_here(&item.place)),
        _ => false,
    };
    if is_here(&node.place) && !is_first_of_list() {
        return true;
    }
    let mut enter = |segment: String, node: &Node, is_here: bool| {
        path.push(segment);
        let found = is_here || find(node, place, path);
        if !found {
            path.pop();
        }
        found
    };
    match &node.value {
        Value::Table(entries) => {
            entries.iter().any(|entry| enter(entry.key.clone(), &entry.node, is_here(&entry.place)))
        }
        Value::List(items) => items.iter().enumerate().any(|(number, item)| enter(number.to_string(), item, false)),
        _ => false,
    }
}
