//! What the columns of tables hold, for readers that want types.

use std::collections::BTreeMap;

use crate::record::chunk::Chunks;
use crate::record::{LABEL, Setting, is_run_column};
use crate::spec::Spec;
use crate::sweep::Plan;

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    /// Its name.
    pub name: String,
    /// What it holds; any cell may be empty.
    pub kind: Kind,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Names.
    Text,
    /// Integers from 0 on, of 64 bits.
    Count,
    /// Integers.
    Integer,
    /// Real numbers.
    Real,
}

/// Columns of names.
const NAMES: [&str; 6] = ["key", "problem", "optimizer", "status", "file", "blake3"];

/// Columns of integers.
const INTEGERS: [&str; 9] =
    ["init_seed", "order_seed", "steps", "gradients", "diverged_at", "best_step", "steps_to_target", "step", "index"];

/// The tables of chunks with their columns, by name, in the order of the tables.
pub(super) fn columns<'a>(spec: &Spec, plan: &Plan, chunks: &'a Chunks) -> Vec<(&'a str, Vec<Column>)> {
    let settings = setting_kinds(plan);
    // By which rows of a step are told apart.
    let indices = || spec.record.observe.iter().filter_map(|own| own.observer.index());
    let kind = |column: &str| {
        let is_integer = INTEGERS.contains(&column) || indices().any(|index| index.name == column);
        match settings.get(column) {
            Some(kind) if !is_run_column(column) => *kind,
            _ if NAMES.contains(&column) || column == LABEL => Kind::Text,
            _ if is_integer => Kind::Count,
            _ => Kind::Real,
        }
    };
    let of_table = |(table, name): (usize, &'a str)| {
        let header = String::from_utf8_lossy(&chunks.tables[table].1);
        let column = |name: &str| Column { name: name.to_owned(), kind: kind(name) };
        (name, header.trim_end().split(',').map(column).collect())
    };
    chunks.tables().map(of_table).collect()
}

/// What the columns of settings hold, by the settings of the first trial of each condition and optimizer.
fn setting_kinds(plan: &Plan) -> BTreeMap<String, Kind> {
    let mut kinds: BTreeMap<String, Kind> = BTreeMap::new();
    let names = plan.hyperparameter_names();
    for index in plan.first_of_each() {
        for (name, setting) in names.iter().zip(plan.settings(&plan.trials.get(index))) {
            let kind = match setting {
                None => continue,
                Some(Setting::Choice(_) | Setting::Among(_)) => Kind::Text,
                Some(Setting::Whole(_)) => Kind::Integer,
                Some(Setting::Number(_)) => Kind::Real,
            };
            let known = kinds.entry(name.clone()).or_insert(kind);
            if *known != kind {
                // Numbers beside names are names, and integers beside reals are reals.
                *known = if [*known, kind].contains(&Kind::Text) { Kind::Text } else { Kind::Real };
            }
        }
    }
    kinds
}
