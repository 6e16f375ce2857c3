//! The keys of specs, the kinds of figures and the columns of tables.

use super::entry::{Entry, Group};
use super::plain;
use crate::figure;
use crate::registry::Registry;
use crate::spec::{FIGURE_KEYS, Key, SECTIONS, Section};
use crate::train::COLUMNS;

pub(super) fn keys(registry: &Registry) -> Group {
    let entry = |section: &Section| Entry {
        name: section.name.to_owned(),
        text: section.summary.to_owned(),
        rows: rows(registry, &(section.keys)(registry)),
    };
    Group { title: "Keys of the tables of a spec".to_owned(), entries: SECTIONS.iter().map(entry).collect() }
}

/// Keys, and what is to be known of each.
pub(super) fn rows(registry: &Registry, keys: &[Key]) -> Vec<(String, String)> {
    keys.iter().map(|key| (key.name.to_owned(), key.describe(registry))).collect()
}

pub(super) fn columns() -> Group {
    let rows = COLUMNS.iter().map(|column| (column.name, column.summary.to_owned()));
    plain("Columns (of runs.csv, in record.columns)", rows)
}

pub(super) fn figures(registry: &Registry) -> Group {
    let entry = |kind: &&'static figure::Kind| {
        let text = format!("{}; metrics: {}", kind.summary, (kind.metrics)().join(", "));
        Entry { name: kind.name.to_owned(), text, rows: figure_rows(registry, kind) }
    };
    Group { title: "Figures".to_owned(), entries: registry.figures().iter().map(entry).collect() }
}

/// The keys of a kind besides kind and metric; it may need some that others do not.
fn figure_rows(registry: &Registry, kind: &figure::Kind) -> Vec<(String, String)> {
    let (needed, optional) = kind.keys.split_at(kind.required);
    let row = |name: &str| {
        let key = FIGURE_KEYS.iter().find(|key| key.name == name)?;
        let text = if needed.contains(&name) {
            format!("{}: {} [needed]", key.meaning, key.domain(registry))
        } else {
            key.describe(registry)
        };
        Some((name.to_owned(), text))
    };
    needed.iter().chain(&["title", "name"]).chain(optional).filter_map(|name| row(name)).collect()
}
