//! Columns of observers' tables over the steps of trials.
//!
//! Such a table has rows `key,problem,optimizer,<settings>,step[,<index>],<columns>`: where a step of a trial has several,
//! the index counts them. A figure that names it (in `series`, `colour`, `panel`, `row` or `select`) shows them apart; any other
//! shows the first.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::options::Options;
use thalweg_record::record::{Key, RecordError, Sheet};
use thalweg_record::stats::Configuration;

/// The table and the column of `y = "<table>.<column>"`.
pub(super) fn split(y: &str) -> Option<(&str, &str)> {
    y.split_once('.')
}

/// The name of such a column in text.
pub(super) fn label((table, column): (&str, &str)) -> String {
    let column = column.replace('_', " ");
    let table = table.replace('_', " ");
    if table == "curves" || column.starts_with(&table) { column } else { format!("{column} ({table})") }
}

/// The index of a table, if a figure names it.
pub(super) fn index<'a>(sheet: &'a Sheet, options: &Options) -> Option<&'a str> {
    candidate(sheet).filter(|name| options.mentions(name))
}

/// The column that is an index if any is: that after the step.
fn candidate(sheet: &Sheet) -> Option<&str> {
    let step = sheet.columns().iter().position(|name| name == "step")?;
    sheet.columns().get(step + 1).map(String::as_str)
}

/// The values of a column, ascending.
pub(super) fn values(sheet: &Sheet, column: &str) -> Result<Vec<f64>, RecordError> {
    let mut values: Vec<f64> = Vec::new();
    sheet.visit(&[column], |mut cells| {
        if let Some(value) = cells.number(0)?
            && let Err(place) = values.binary_search_by(|known| known.total_cmp(&value))
        {
            values.insert(place, value);
        }
        Ok::<_, RecordError>(())
    })?;
    Ok(values)
}

/// The numbers of a column of trials, by step.
#[derive(Default)]
pub(super) struct Numbers {
    /// By trial and index, as bits; 0 where the figure does not name it.
    by_trial: HashMap<(Key, u64), BTreeMap<u64, f64>>,
    /// What the index is of the rows that are shown, where there are others.
    pub first: Option<String>,
}

impl Numbers {
    /// Reads those of trials with these keys.
    pub fn read(sheet: &Sheet, column: &str, index: Option<&str>, keys: &HashSet<Key>) -> Result<Self, RecordError> {
        let names: Vec<&str> = ["key", "step", column].into_iter().chain(index.or(candidate(sheet))).collect();
        let mut numbers = Self::default();
        let mut last = None;
        sheet.visit(&names, |mut cells| {
            let Some(key) = Key::parse(cells.text(0).as_bytes()).filter(|key| keys.contains(key)) else {
                return Ok(());
            };
            let step = cells.number(1)?.unwrap_or(0.0) as u64;
            let place = if index.is_some() { cells.number(3)?.unwrap_or(0.0).to_bits() } else { 0 };
            if last.replace((key, step, place)) == Some((key, step, place)) {
                let name = names.get(3).copied().unwrap_or_default();
                numbers.first.get_or_insert_with(|| format!("of each step the first, {} = 1", name.replace('_', " ")));
                return Ok(());
            }
            if let Some(number) = cells.number(2)? {
                numbers.by_trial.entry((key, place)).or_default().insert(step, number);
            }
            Ok::<_, RecordError>(())
        })?;
        Ok(numbers)
    }

    /// Those of a trial of a configuration.
    pub fn of(&self, configuration: &Configuration<'_>, key: Key, index: Option<&str>) -> Option<&BTreeMap<u64, f64>> {
        let place = index.and_then(|name| configuration.number(name)).map_or(0, f64::to_bits);
        self.by_trial.get(&(key, place))
    }
}
