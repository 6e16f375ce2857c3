//! The canonical text of what conditions are made of: keys with several values have all of them.

use thalweg_kernels::optimizer::Domain;

use super::Spec;
use super::canonical::{Lines, Writer, axis_text, number, sections};
use super::document::{Document, Node, Value};
use super::factor::{Levels, Product, text};

/// The names of the tables, in the order of [`sections`].
const TABLES: [&str; 3] = ["problem", "network", "train"];

impl Spec {
    /// Writes the tables of problems, networks and training.
    pub(super) fn write_conditions(&self, out: &mut Writer) {
        let mut first = 0;
        let mut tables = Vec::new();
        for product in self.products.iter() {
            tables.push(self.tables(product, first));
            first += product.count().unwrap_or(0);
        }
        let header = if tables.len() > 1 { "[[problem]]" } else { "[problem]" };
        // The tables of all problems are those of the first one with a network.
        let base = tables.iter().position(|[_, network, _]| !network.0.is_empty()).unwrap_or(0);
        let mut first = 0;
        for (product, tables_of) in self.products.iter().zip(&tables) {
            write(out, header, &tables_of[0]);
            for (at, name) in TABLES.iter().enumerate().skip(1).filter(|(at, _)| !tables_of[*at].0.is_empty()) {
                let own = own_lines(&tables_of[at], &tables[base][at], &self.written[first].document, name);
                if !own.is_empty() {
                    out.line(name, format!("{{ {} }}", own.join(", ")));
                }
            }
            first += product.count().unwrap_or(0);
        }
        for (at, name) in TABLES.iter().enumerate().skip(1) {
            write(out, &format!("[{name}]"), &tables[base][at]);
        }
    }

    /// The tables of a product, the first condition of which has this number.
    fn tables(&self, product: &Product, first: usize) -> [Lines; 3] {
        let mut all = sections(&self.written[first]);
        if product.is_drawn() {
            for levels in &product.levels {
                let section = TABLES.iter().position(|table| *table == levels.section).unwrap_or_default();
                put(&mut all[section], &levels.key, drawn(levels));
            }
            return all;
        }
        let lines_at = |of: usize, at: usize| sections(&self.written[first + product.place(of, at)]);
        for (of, levels) in product.levels.iter().enumerate() {
            let section = TABLES.iter().position(|table| *table == levels.section).unwrap_or_default();
            let each: Vec<Lines> = (0..levels.nodes.len()).map(|at| lines_at(of, at)[section].clone()).collect();
            // A line that the first value makes superfluous may be there with another one.
            each.iter().for_each(|lines| add_missing(&mut all[section], lines));
            let value = several(levels, &each);
            put(&mut all[section], &levels.key, value);
        }
        // What only some kinds have has its default: a spec that says it of all kinds is refused.
        for (of, levels) in product.levels.iter().enumerate().filter(|(_, levels)| levels.key == "kind") {
            let section = TABLES.iter().position(|table| *table == levels.section).unwrap_or_default();
            for lines in (0..levels.nodes.len()).map(|at| lines_at(of, at)) {
                all[section].0.retain(|(key, _)| lines[section].0.iter().any(|(own, _)| own == key));
            }
        }
        all
    }
}

/// Puts a value in the place of the one that a key has, or adds the key.
fn put(lines: &mut Lines, key: &str, value: String) {
    match lines.0.iter_mut().find(|(known, _)| known == key) {
        Some((_, text)) => *text = value,
        None => lines.0.push((key.to_owned(), value)),
    }
}

/// What values of a key are drawn from.
fn drawn(levels: &Levels) -> String {
    if let Some((axis, _)) = &levels.range {
        return axis_text(axis, &Domain::Choice(&[]));
    }
    let are_real = levels.nodes.iter().any(|node| matches!(node.value, Value::Float(_)));
    let texts: Vec<String> = levels.nodes.iter().map(|node| own(node, are_real)).collect();
    listed(levels, &texts)
}

/// A value as specs write it, a whole number among `are_real` ones as one of them.
fn own(node: &Node, are_real: bool) -> String {
    match node.value {
        Value::Integer(Some(integer)) if are_real => number(integer as f64),
        _ => text(node),
    }
}

/// Several values of a key.
fn listed(levels: &Levels, texts: &[String]) -> String {
    let list = format!("[{}]", texts.join(", "));
    if levels.is_list() { format!("{{ values = {list} }}") } else { list }
}

fn write(out: &mut Writer, header: &str, lines: &Lines) {
    if !lines.0.is_empty() {
        out.header(header);
        lines.0.iter().for_each(|(key, value)| out.line(key, value));
    }
}

/// What a problem says besides the tables of all problems, as items of an inline table.
fn own_lines(own: &Lines, base: &Lines, document: &Document, section: &str) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    for (key, value) in own.0.iter().filter(|line| !base.0.contains(line)) {
        items.push(format!("{key} = {value}"));
    }
    for (key, _) in base.0.iter().filter(|(key, _)| !own.0.iter().any(|(known, _)| known == key)) {
        // A default that goes without saying, unless another problem has something else.
        let said = document.root.child(section).and_then(|table| table.child(key));
        items.extend(said.map(|node| format!("{key} = {}", text(node))));
    }
    items
}

/// Adds the lines of keys that are not there, each after its neighbour.
fn add_missing(all: &mut Lines, others: &Lines) {
    for (at, (key, value)) in others.0.iter().enumerate() {
        if all.0.iter().any(|(known, _)| known == key) {
            continue;
        }
        let before = at.checked_sub(1).and_then(|at| all.0.iter().position(|(known, _)| *known == others.0[at].0));
        all.0.insert(before.map_or(0, |at| at + 1), (key.clone(), value.clone()));
    }
}

/// All values of a key, as its lines have them; a value that is its default and has no line is written like the others.
fn several(levels: &Levels, each: &[Lines]) -> String {
    let line = |lines: &Lines| lines.0.iter().find(|(key, _)| *key == levels.key).map(|(_, text)| text.clone());
    let lines: Vec<Option<String>> = each.iter().map(line).collect();
    let is_real = |text: &String| text.contains(['.', 'e']) && text.parse::<f64>().is_ok();
    let are_real = lines.iter().flatten().any(is_real);
    let text = |(line, node): (Option<String>, &Node)| line.unwrap_or_else(|| own(node, are_real));
    let texts: Vec<String> = lines.into_iter().zip(&levels.nodes).map(text).collect();
    listed(levels, &texts)
}
