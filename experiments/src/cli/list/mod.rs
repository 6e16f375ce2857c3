//! `thalweg list`.

mod entry;
mod functions;
mod observers;
mod optimizers;
mod problems;
mod tables;

use std::io::{self, Write};
use std::sync::Arc;

use clap::Args;

use super::CliError;
use crate::registry::Registry;
use crate::spec::{SECTIONS, shortened, suggestion};
use entry::{Entry, Group};

/// Show what specs can name and say, with meanings, ranges and defaults.
#[derive(Debug, Args)]
#[command(
    after_help = "Lists: specs, problems, landscapes, data, optimizers, schedules, activations, losses, initializers,
parameterisations, observers, columns, figures, keys
Tables of a spec: problem, network, train, optimizer, axis, record, figure, style, engine,
drawing, functions
Names: whatever is in a list, such as adam, moons or tanh, and keys, such as batch or train.batch

Examples:
  thalweg list
  thalweg list optimizers losses
  thalweg list train adam digits.csv"
)]
pub(super) struct List {
    /// Only these lists, tables of a spec, or things of this name [default: everything].
    what: Vec<String>,
}

/// Makes a list.
type MakeList = fn(&Arc<Registry>) -> Result<Vec<Group>, CliError>;

/// Every list by its name.
const LISTS: &[(&str, MakeList)] = &[
    ("specs", problems::specs),
    ("problems", |registry| Ok(vec![problems::problems(registry)])),
    ("landscapes", |registry| Ok(vec![functions::landscapes(registry)])),
    ("data", |_| Ok(vec![problems::data()])),
    ("optimizers", |registry| Ok(vec![optimizers::optimizers(registry)])),
    ("schedules", |_| Ok(vec![optimizers::schedules()])),
    ("activations", |registry| Ok(vec![functions::activations(registry)])),
    ("losses", |registry| Ok(vec![functions::losses(registry)])),
    ("initializers", |_| Ok(vec![functions::initializers()])),
    ("parameterisations", |_| Ok(vec![functions::parameterisations()])),
    ("observers", |registry| Ok(vec![observers::observers(registry)])),
    ("columns", |_| Ok(vec![tables::columns()])),
    ("figures", |registry| Ok(vec![tables::figures(registry)])),
    ("keys", |registry| Ok(vec![tables::keys(registry)])),
];

impl List {
    pub fn run(self, registry: &Arc<Registry>) -> Result<(), CliError> {
        let groups =
            LISTS.iter().map(|(name, groups)| Ok((*name, groups(registry)?))).collect::<Result<Vec<_>, CliError>>()?;
        let everything = || groups.iter().flat_map(|(_, groups)| groups);
        let shown = if self.what.is_empty() {
            everything().cloned().collect()
        } else {
            let found = self.what.iter().map(|name| find(name, &groups)).collect::<Result<Vec<_>, _>>()?;
            found.into_iter().flatten().collect::<Vec<_>>()
        };
        let mut out = io::stdout().lock();
        for (index, group) in shown.iter().enumerate() {
            if index > 0 {
                writeln!(out)?;
            }
            group.show(&mut out)?;
        }
        Ok(out.flush()?)
    }
}

/// What goes by a name: a list, a table of a spec, what is in a list; or else a key of any of it.
fn find(name: &str, lists: &[(&str, Vec<Group>)]) -> Result<Vec<Group>, CliError> {
    let mut found: Vec<Group> = lists.iter().filter(|(list, _)| *list == name).flat_map(|(_, g)| g.clone()).collect();
    let groups = || lists.iter().flat_map(|(_, groups)| groups);
    found.extend(groups().filter_map(|group| group.only(|entry| entry.goes_by(name))));
    // A path such as train.batch may be that of a table as well.
    if found.is_empty() || name.contains('.') {
        found.extend(groups().filter_map(|group| group.only_rows(name)));
    }
    if !found.is_empty() {
        return Ok(found);
    }
    let mut known: Vec<&str> = lists.iter().map(|(name, _)| *name).chain(SECTIONS.iter().map(|s| s.name)).collect();
    for entry in groups().flat_map(|group| &group.entries) {
        known.extend(std::iter::once(entry.name.as_str()).chain(entry.rows.iter().map(|(key, _)| key.as_str())));
    }
    let help = suggestion(name, &known);
    let help = if help.is_empty() { "`thalweg list` shows everything".to_owned() } else { help };
    Err(CliError::NoEntry { name: shortened(name).into_owned(), help })
}

/// Entries of a name and a text each, without keys.
fn plain<'a>(title: &str, rows: impl IntoIterator<Item = (&'a str, String)>) -> Group {
    let entry = |(name, text): (&str, String)| Entry { name: name.to_owned(), text, rows: Vec::new() };
    Group { title: title.to_owned(), entries: rows.into_iter().map(entry).collect() }
}
