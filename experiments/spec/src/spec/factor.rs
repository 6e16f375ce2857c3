//! Factors: what differs between the conditions of a sweep, which is their product.
//!
//! Whatever a key of `[problem]`, `[network]` or `[train]` may hold, it may hold several of: the sweep then has a condition for
//! each combination. That is done on the tree of the document, before anything is read from it: who reads a key never meets
//! more than one value, and a new key can be a factor without a word here.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use toml::de::DeValue;

use super::axis::{Axis, Use};
use super::canonical::{Lines, list, number, quoted};
use super::combination::Combinations;
use super::document::{Document, Entry, Node, Value};
use super::draw::{Coordinate, Draw};
use super::error::{Fault, InputError};
use super::overrides::EXCLUSIVE;
use super::reader::{Interval, Table};
use super::train::ON_LANDSCAPE;
use super::values::AxisValues;
use crate::record::{LABEL, Setting};

/// The most conditions of a sweep.
pub const MAX_CONDITIONS: usize = 10_000;

/// The tables whose keys can be factors; the keys of the last one move fastest.
pub(super) const SECTIONS: [&str; 3] = ["problem", "network", "train"];

/// Keys that hold a list or a range by nature: several of them stand in `{ values = [...] }`.
const LISTS: [&str; 4] = ["problem.hidden", "problem.spectrum", "problem.start", "network.hidden"];

/// How a range is written.
const RANGES: [&str; 6] = ["linear", "log", "integers", "uniform", "log_uniform", "one_minus_log_uniform"];

/// Keys whose several values are told apart by the trials of a condition.
const OF_TRIALS: [&str; 2] = ["network.init_offset", "train.seeds"];

/// A key with several values, in one of the tables `[[problem]]` and those beside it.
#[derive(Clone, Debug)]
pub(super) struct Levels {
    pub section: &'static str,
    pub key: String,
    /// Its values.
    pub nodes: Vec<Node>,
    /// The range that they are drawn from, one for each point, and how it is written; nothing if they are listed.
    pub range: Option<(Axis, Node)>,
}

/// The conditions of one table `[[problem]]`.
#[derive(Clone, Debug)]
pub(super) struct Product {
    /// The document with this table alone, and the first value of each key.
    first: Document,
    pub levels: Vec<Levels>,
    /// The places of those that move together, each alone if none does: the last ones move fastest.
    axes: Vec<Vec<usize>>,
    /// The combinations that are drawn, the number of the value of each key, with the points that have them; all, if none
    /// are.
    drawn: Option<Vec<(Vec<usize>, Vec<u64>)>>,
}

/// A combination of values.
pub(super) struct Combination {
    /// The document with these values.
    pub document: Document,
    /// The points of a draw that have it; all, if none are drawn.
    pub draws: Option<Vec<u64>>,
    /// For each group of keys that move together, the place of their values.
    pub places: Vec<usize>,
}

/// A key that differs between conditions with a problem of the same name, which the column `problem` has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Factor {
    /// The name of its column in `runs.csv`: the key, or the dotted key where another column has that name.
    pub column: String,
    section: &'static str,
    key: String,
}

impl Product {
    /// Those of a document: one per table `[[problem]]`.
    ///
    /// # Errors
    ///
    /// If a key has no value, or one of them twice, or there are too many combinations.
    pub fn all_of(document: &Document, combinations: &Combinations) -> Result<Vec<Self>, InputError> {
        let problem = document.root.child("problem");
        let firsts = match problem.map(|node| &node.value) {
            Some(Value::List(tables)) if tables.iter().all(|table| matches!(table.value, Value::Table(_))) => {
                let is_mixed = tables.iter().any(is_landscape) && !tables.iter().all(is_landscape);
                tables.iter().map(|table| alone(document, table, is_mixed)).collect()
            }
            Some(Value::Table(_)) => problem.map(|table| alone(document, table, false)).into_iter().collect(),
            _ => vec![document.clone()],
        };
        let products: Vec<Self> =
            firsts.into_iter().map(|first| Self::of(first, combinations)).collect::<Result<_, _>>()?;
        let count = products.iter().try_fold(0_usize, |sum, product| sum.checked_add(product.count()?));
        if count.is_none_or(|count| count > MAX_CONDITIONS) {
            let widest = products.iter().flat_map(|product| &product.levels).max_by_key(|levels| levels.nodes.len());
            let (place, key) = match widest {
                Some(levels) => (&levels.nodes[0].place, format!("{}.{}", levels.section, levels.key)),
                None => (&document.root.place, "problem".to_owned()),
            };
            let count = count.map_or_else(|| "more than 2⁶⁴".to_owned(), |count| count.to_string());
            let message = format!(
                "`{key}`: problems, networks and training have {count} combinations, more than {MAX_CONDITIONS}"
            );
            return Err(document.error(place, message));
        }
        Ok(products)
    }

    fn of(mut document: Document, combinations: &Combinations) -> Result<Self, InputError> {
        let draw = combinations.draw.as_ref();
        let mut all = Vec::new();
        for section in SECTIONS {
            let Some(Value::Table(entries)) = document.root.child(section).map(|node| &node.value) else { continue };
            for Entry { key, .. } in entries {
                all.extend(levels(&document, section, key, draw)?);
            }
        }
        for levels in all.iter().filter(|levels| levels.range.is_none()) {
            levels.set(&mut document, 0);
        }
        all.retain(|levels| levels.nodes.len() != 1);
        let axes = axes(&document, &all, &combinations.together)?;
        let product = Self { first: document, levels: all, axes, drawn: None };
        Ok(match draw {
            Some(draw) if !product.axes.is_empty() => product.drawn(draw),
            _ => product,
        })
    }

    /// The combinations that a draw has, in the order in which it first has them.
    fn drawn(mut self, draw: &Draw) -> Self {
        let mut coordinates: Vec<Option<Coordinate>> = vec![None; self.levels.len()];
        for (at, axis) in self.axes.iter().enumerate() {
            let coordinate = draw.coordinate(at, &self.levels[axis[0]].path());
            axis.iter().for_each(|of| coordinates[*of] = Some(coordinate.clone()));
        }
        for (levels, coordinate) in self.levels.iter_mut().zip(&coordinates) {
            if let (Some((axis, node)), Some(coordinate)) = (&levels.range, coordinate) {
                // More than these are an error.
                let points = 0..draw.count.min(MAX_CONDITIONS as u64 + 1);
                levels.nodes = points.map(|point| drawn(axis.at(coordinate.get(point)), node)).collect();
            }
        }
        self.levels.iter().for_each(|levels| levels.set(&mut self.first, 0));
        let mut found: HashMap<Vec<usize>, usize> = HashMap::new();
        let mut drawn: Vec<(Vec<usize>, Vec<u64>)> = Vec::new();
        for point in 0..draw.count {
            let place = |(levels, coordinate): (&Levels, &Option<Coordinate>)| match (&levels.range, coordinate) {
                (None, Some(coordinate)) => share_of(levels.nodes.len(), coordinate.get(point)),
                _ => point as usize,
            };
            let places: Vec<usize> = self.levels.iter().zip(&coordinates).map(place).collect();
            let at = *found.entry(places.clone()).or_insert_with(|| {
                drawn.push((places, Vec::new()));
                drawn.len() - 1
            });
            drawn[at].1.push(point);
        }
        Self { drawn: Some(drawn), ..self }
    }

    /// How many coordinates of the points of a draw it takes.
    pub fn coordinates(&self) -> usize {
        if self.drawn.is_some() { self.axes.len() } else { 0 }
    }

    /// How many there are, if that fits.
    pub fn count(&self) -> Option<usize> {
        if let Some(drawn) = &self.drawn {
            return Some(drawn.len());
        }
        self.axes.iter().try_fold(1_usize, |product, axis| product.checked_mul(self.length(axis)))
    }

    fn length(&self, axis: &[usize]) -> usize {
        self.levels[axis[0]].nodes.len()
    }

    /// Each of them, in order: the last key moves fastest; or in the order in which they are drawn.
    pub fn combinations(&self, together: &[Vec<String>]) -> Vec<Combination> {
        let combination = |(places, draws): (Vec<usize>, Option<Vec<u64>>)| {
            let mut document = self.first.clone();
            self.levels.iter().zip(&places).for_each(|(levels, place)| levels.set(&mut document, *place));
            let place = |keys: &Vec<String>| {
                let at = self.levels.iter().position(|levels| keys.contains(&levels.path()))?;
                Some(places[at])
            };
            Combination { document, draws, places: together.iter().filter_map(place).collect() }
        };
        if let Some(drawn) = &self.drawn {
            return drawn.iter().map(|(places, points)| combination((places.clone(), Some(points.clone())))).collect();
        }
        let places = |number: usize| {
            let (mut places, mut rest) = (vec![0; self.levels.len()], number);
            for axis in self.axes.iter().rev() {
                axis.iter().for_each(|of| places[*of] = rest % self.length(axis));
                rest /= self.length(axis);
            }
            (places, None)
        };
        (0..self.count().unwrap_or(0)).map(|number| combination(places(number))).collect()
    }

    /// For each group of keys that move together of which it has some, how many values they have.
    pub fn lengths(&self, together: &[Vec<String>]) -> Vec<usize> {
        let length = |keys: &Vec<String>| {
            let levels = self.levels.iter().find(|levels| keys.contains(&levels.path()))?;
            Some(levels.nodes.len())
        };
        together.iter().filter_map(length).collect()
    }

    /// Whether combinations are drawn.
    pub fn is_drawn(&self) -> bool {
        self.drawn.is_some()
    }

    /// The number of the condition in which one key, and those that move with it, has its value of this number, and all
    /// others their first one.
    pub fn place(&self, of: usize, at: usize) -> usize {
        let axis = self.axes.iter().position(|axis| axis.contains(&of)).unwrap_or_default();
        at * self.axes[axis + 1..].iter().map(|axis| self.length(axis)).product::<usize>()
    }
}

impl Levels {
    /// Its dotted key.
    fn path(&self) -> String {
        format!("{}.{}", self.section, self.key)
    }

    /// Whether a list of values would be read as a single one.
    pub fn is_list(&self) -> bool {
        LISTS.contains(&self.path().as_str())
    }

    fn set(&self, document: &mut Document, number: usize) {
        let key = document.root.child_mut(self.section).and_then(|section| section.child_mut(&self.key));
        *key.expect("the key was found here") = self.nodes[number].clone();
    }
}

fn is_landscape(problem: &Node) -> bool {
    matches!(problem.child("kind").map(|kind| &kind.value), Some(Value::String(kind)) if kind == "landscape")
}

/// The document with one problem, whose tables `network` and `train` say what the ones of all problems do not. Of these,
/// a landscape that `is_mixed` with networks has what landscapes can have.
fn alone(document: &Document, problem: &Node, is_mixed: bool) -> Document {
    let mut root = document.root.clone();
    let mut problem = problem.clone();
    if is_mixed && is_landscape(&problem) {
        root.remove("network");
        let is_random = problem.child("gradient_noise").is_some();
        if let Some(train) = root.child_mut("train") {
            train.retain(|key| ON_LANDSCAPE.contains(&key) && (key != "seeds" || is_random));
        }
    }
    for section in ["network", "train"] {
        let Some(own) = problem.remove(section) else { continue };
        let Value::Table(entries) = own.node.value.clone() else {
            // Who reads the problem says what is wrong.
            problem.put(own);
            continue;
        };
        if root.child(section).is_none() {
            root.put(Entry { node: Node { value: Value::Table(Vec::new()), ..own.node }, ..own });
        }
        let Some(table) = root.child_mut(section) else { continue };
        for entry in entries {
            let replaced = EXCLUSIVE.iter().find(|(one, _)| section == "train" && *one == entry.key);
            replaced.map(|(_, other)| table.remove(other));
            table.put(entry);
        }
    }
    if let Some(place) = root.child_mut("problem") {
        *place = problem;
    }
    document.with_root(root)
}

/// The places of levels that move together; what is in no group is alone, and a group stands where its first key is.
fn axes(document: &Document, levels: &[Levels], together: &[Vec<String>]) -> Result<Vec<Vec<usize>>, InputError> {
    let path = Levels::path;
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (number, keys) in together.iter().enumerate() {
        let failed = |message: String| {
            Err(document.error(
                document.locate(&format!("sweep.together.{number}")),
                format!("`sweep.together.{number}`: {message}"),
            ))
        };
        let mut group = Vec::new();
        // Those of optimizers move with the place of these.
        let is_alone = keys.iter().any(|key| key.starts_with("optimizer."));
        for key in keys.iter().filter(|key| !key.starts_with("optimizer.")) {
            let Some(at) = levels.iter().position(|of| path(of) == *key) else {
                return failed(format!("{key} does not have several values"));
            };
            if group.contains(&at) || groups.iter().any(|group| group.contains(&at)) {
                return failed(format!("{key} occurs twice"));
            }
            group.push(at);
        }
        let count = |at: &usize| levels[*at].nodes.len();
        // Ranges that are drawn from have a value for every coordinate.
        let lists: Vec<usize> = group.iter().copied().filter(|at| levels[*at].range.is_none()).collect();
        if let Some(other) = lists.iter().find(|at| count(at) != count(&lists[0])) {
            let (one, other) = (&levels[lists[0]], &levels[*other]);
            let counts = (one.nodes.len(), other.nodes.len());
            return failed(format!("{} has {} values, and {} has {}", path(one), counts.0, path(other), counts.1));
        }
        group.sort_unstable();
        if !(is_alone && group.is_empty()) {
            groups.push(group);
        }
    }
    let alone = (0..levels.len()).filter(|at| !groups.iter().any(|group| group.contains(at)));
    let mut axes: Vec<Vec<usize>> = alone.map(|at| vec![at]).collect();
    axes.append(&mut groups);
    axes.sort_unstable();
    Ok(axes)
}

/// The values of a key that may have several, if it is written as such.
fn levels(
    document: &Document,
    section: &'static str,
    key: &str,
    draw: Option<&Draw>,
) -> Result<Option<Levels>, InputError> {
    let new = |nodes, range| Ok(Some(Levels { section, key: key.to_owned(), nodes, range }));
    let path = format!("{section}.{key}");
    if OF_TRIALS.contains(&path.as_str()) {
        return Ok(None);
    }
    let root = Table::root(document);
    let Some(field) = root.optional(section).and_then(|section| section.as_table()?.optional(key)) else {
        return Ok(None);
    };
    let is_list = LISTS.contains(&path.as_str());
    let nodes = match (&field.node().value, field.as_table()) {
        (Value::List(items), _) if !is_list => items.clone(),
        (_, Some(table)) if table.optional("values").is_some() => {
            table.allow(&["values"])?;
            let values = table.required("values", "a list")?;
            match &values.node().value {
                Value::List(items) => items.clone(),
                _ => return Err(values.expected("a list of values")),
            }
        }
        (_, Some(table)) if !is_list && RANGES.iter().any(|of| table.optional(of).is_some()) => {
            let of = if draw.is_some() { Use::Draw } else { Use::Product };
            let axis = Axis::read_numbers(&field, Interval::FINITE, of)?;
            if draw.is_some() && !axis.is_single() {
                return new(Vec::new(), Some((axis, field.node().clone())));
            }
            if axis.count() > MAX_CONDITIONS as u64 {
                return Err(field.error(format!("{} values are more than {MAX_CONDITIONS}", axis.count())));
            }
            AxisValues::new(&axis, key).iter().map(|value| drawn(value, field.node())).collect()
        }
        _ => return Ok(None),
    };
    if nodes.is_empty() {
        return Err(field.expected("at least one value"));
    }
    let mut seen = HashSet::new();
    // As text, 1 and 1.0 are one value.
    if let Some(again) = nodes.iter().find(|node| !seen.insert(setting(node).text())) {
        let error = document.error(&again.place, format!("`{path}`: {} occurs twice", again.describe()));
        return Err(error.about(Fault::Value(None)));
    }
    new(nodes, None)
}

/// Which of so many equal parts a share is in.
fn share_of(parts: usize, share: f64) -> usize {
    ((share * parts as f64) as usize).min(parts - 1)
}

/// A value of a range that is written here.
fn drawn(value: f64, range: &Node) -> Node {
    Node { value: whole(value), place: range.place.clone() }
}

/// A number as specs may write it, so that a key of integers can have a range as well.
fn whole(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 1e15 { Value::Integer(Some(value as i128)) } else { Value::Float(value) }
}

/// A value as a table has it in a cell.
pub(super) fn setting(node: &Node) -> Setting {
    match &node.value {
        Value::Integer(Some(number)) => Setting::Whole(*number as f64),
        Value::Float(number) => Setting::Number(*number + 0.0),
        Value::String(text) => Setting::Choice(text.clone()),
        Value::List(items) if items.is_empty() => Setting::Choice("none".to_owned()),
        // So that the width of a single layer is a number, with a place on an axis.
        Value::List(items) if items.len() == 1 => setting(&items[0]),
        Value::List(items) => {
            Setting::Choice(items.iter().map(|item| setting(item).text()).collect::<Vec<_>>().join("-"))
        }
        _ => Setting::Choice(text(node)),
    }
}

/// A value as specs write it.
pub(super) fn text(node: &Node) -> String {
    match &node.value {
        Value::Integer(Some(number)) => number.to_string(),
        Value::Float(value) => number(*value),
        Value::String(text) => quoted(text),
        Value::List(items) => list(items, text),
        Value::Table(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|entry| format!("{} = {}", entry.key, text(&entry.node))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        Value::Boolean(truth) => truth.to_string(),
        Value::Integer(None) | Value::Datetime => node.describe(),
    }
}

/// What a condition was read from, and what it means.
pub(super) struct Written {
    /// The short name of the problem.
    pub problem: String,
    /// Its tables, with every default written out.
    pub lines: [Lines; 3],
    pub document: Arc<Document>,
}

impl Written {
    /// The keys of one of its tables.
    pub fn keys(&self, section: &str) -> impl Iterator<Item = &str> {
        let at = SECTIONS.iter().position(|known| *known == section);
        at.into_iter().flat_map(|at| &self.lines[at].0).map(|(key, _)| key.as_str())
    }

    /// The value of a key, if it has one there.
    pub fn value(&self, section: &str, key: &str) -> Option<Setting> {
        let at = SECTIONS.iter().position(|known| *known == section)?;
        let written = line(&self.lines[at], key).and_then(|text| DeValue::parse(text).ok());
        match written {
            Some(value) => Some(setting(&Node::from_toml(value, 0))),
            // A default that goes without saying was said.
            None => self.document.root.child(section)?.child(key).map(setting),
        }
    }
}

impl Factor {
    /// Whether examples depend on it, which are rounded to the precision of the trials.
    pub fn is_of_examples(&self) -> bool {
        self.section == "problem" || self.key == "precision"
    }

    /// What differs between conditions; `taken` are the names of other columns.
    pub(super) fn all_of(conditions: &[&Written], taken: impl Fn(&str) -> bool) -> Vec<Self> {
        let mut factors: Vec<Self> = Vec::new();
        for (at, section) in SECTIONS.into_iter().enumerate() {
            let mut keys: Vec<&str> = Vec::new();
            for (key, _) in conditions.iter().flat_map(|condition| &condition.lines[at].0) {
                // A label is what the column `problem` has.
                if !keys.contains(&key.as_str()) && (section, key.as_str()) != ("problem", LABEL) {
                    keys.push(key);
                }
            }
            for key in keys {
                let factor = Self { column: key.to_owned(), section, key: key.to_owned() };
                if factor.differs(conditions) {
                    factors.push(factor);
                }
            }
        }
        let names: Vec<String> = factors.iter().map(|factor| factor.key.clone()).collect();
        for factor in &mut factors {
            let is_shared = names.iter().filter(|name| **name == factor.key).count() > 1;
            if is_shared || taken(&factor.key) {
                factor.column = format!("{}.{}", factor.section, factor.key);
            }
        }
        factors
    }

    /// Whether problems of one name have different values.
    fn differs(&self, conditions: &[&Written]) -> bool {
        let mut first: Vec<(&str, Option<Setting>)> = Vec::new();
        conditions.iter().any(|condition| {
            let (name, value) = (condition.problem.as_str(), self.of(condition));
            match first.iter().find(|(known, _)| *known == name) {
                Some((_, other)) => *other != value,
                None => {
                    first.push((name, value));
                    false
                }
            }
        })
    }

    /// Its value in a condition, if it has one there.
    pub(super) fn of(&self, condition: &Written) -> Option<Setting> {
        condition.value(self.section, &self.key)
    }
}

fn line<'a>(lines: &'a Lines, key: &str) -> Option<&'a str> {
    lines.0.iter().find(|(known, _)| known == key).map(|(_, text)| text.as_str())
}
