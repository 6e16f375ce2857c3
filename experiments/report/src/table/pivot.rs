//! A metric by any one or two axes.

use super::{Cell, Column, Table};
use crate::figure::{is_meant, words};
use crate::findings::{Criterion, interval, number, percent, settings_but};
use thalweg_record::nearest;
use thalweg_record::record::{LABEL, Precision, Setting};
use thalweg_record::stats::{Configuration, choose_best_of};

use thiserror::Error;

/// Why there is no such pivot.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum PivotError {
    /// No axis has that name.
    #[error("the trials have no axis `{name}`{}; there are {axes}", meant(nearest.as_deref()))]
    NoAxis {
        /// The name.
        name: String,
        /// The most similar name, if one is.
        nearest: Option<String>,
        /// All names.
        axes: String,
    },
}

fn meant(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!(", did you mean `{name}`?"))
}

/// One of the axes.
#[derive(Clone, Copy)]
enum Axis {
    Problem,
    Optimizer,
    Setting(usize),
}

impl Axis {
    fn named(name: &str, first: &Configuration<'_>) -> Result<Self, PivotError> {
        match name {
            "problem" => return Ok(Self::Problem),
            "optimizer" | LABEL => return Ok(Self::Optimizer),
            _ => {}
        }
        let known = first.hyperparameters();
        known.iter().position(|own| own == name).map(Self::Setting).ok_or_else(|| {
            let names: Vec<&str> =
                ["problem", "optimizer"].into_iter().chain(known.iter().map(String::as_str)).collect();
            let nearest = nearest(name, names.iter().copied()).map(str::to_owned);
            PivotError::NoAxis { name: name.to_owned(), nearest, axes: names.join(", ") }
        })
    }

    /// The value as people read it, and its place among the others: numbers by size, names as they come.
    fn value(self, configuration: &Configuration<'_>) -> Option<(String, f64)> {
        match self {
            Self::Problem => Some((configuration.problem().to_owned(), 0.0)),
            Self::Optimizer => Some((configuration.series().to_owned(), 0.0)),
            Self::Setting(at) => {
                let setting = configuration.setting_of(at)?;
                Some(setting.number().map_or_else(|| (setting.text(), 0.0), |value| (number(value), value)))
            }
        }
    }

    /// All values, in their order.
    fn values(self, configurations: &[Configuration<'_>]) -> Vec<String> {
        let mut values: Vec<(String, f64)> = Vec::new();
        for value in configurations.iter().filter_map(|one| self.value(one)) {
            if !values.iter().any(|(known, _)| *known == value.0) {
                values.push(value);
            }
        }
        // The sort is stable: names stay as they come.
        values.sort_by(|a, b| a.1.total_cmp(&b.1));
        values.into_iter().map(|(text, _)| text).collect()
    }
}

/// Whether a configuration has this value in a column, `problem` and `optimizer` among them: a number that is meant, one of a
/// range `LOW..HIGH`, or a text.
pub fn has(one: &Configuration<'_>, column: &str, value: &str) -> bool {
    match column {
        "problem" => one.problem() == value,
        "optimizer" | LABEL => one.series() == value,
        _ => one.setting(column).is_some_and(|setting| is_wanted(&setting, value)),
    }
}

/// Whether a setting is what was asked for: the number that is meant, a number of the range `LOW..HIGH`, both ends included and
/// either left out, or the text.
pub(super) fn is_wanted(setting: &Setting, wanted: &str) -> bool {
    let Some(own) = setting.number() else { return setting.text() == wanted };
    let end = |text: &str, open: f64| if text.is_empty() { Ok(open) } else { text.parse::<f64>() };
    match wanted.split_once("..").map(|(low, high)| (end(low, f64::NEG_INFINITY), end(high, f64::INFINITY))) {
        Some((Ok(low), Ok(high))) => (low..=high).contains(&own),
        _ => wanted.parse::<f64>().map_or_else(|_| setting.text() == wanted, |wanted| is_meant(wanted, own)),
    }
}

/// The values of a column, in their order, separated by commas.
///
/// # Errors
/// If there is no such column.
pub fn values_of(configurations: &[Configuration<'_>], column: &str) -> Result<String, PivotError> {
    let Some(first) = configurations.first() else { return Ok(String::new()) };
    Ok(Axis::named(column, first)?.values(configurations).join(", "))
}

/// A metric by one axis, with its interval, or by two, one of them from left to right: the median of the best settings of all
/// else. Bold is the best of each row of a pivot of two axes, or of the whole one.
///
/// # Errors
/// If there is no such axis.
pub fn pivot(
    configurations: &[Configuration<'_>],
    criterion: Criterion,
    (rows, columns): (&str, Option<&str>),
) -> Result<Table, PivotError> {
    let Some(first) = configurations.first() else { return Ok(empty(criterion)) };
    let down = Axis::named(rows, first)?;
    let across = columns.map(|name| Axis::named(name, first)).transpose()?;
    let text = |axis: Axis, one: &Configuration<'_>| axis.value(one).map(|(text, _)| text);
    let place = |one: &Configuration<'_>| (text(down, one), across.map(|axis| text(axis, one)));
    let has_place = |one: &&Configuration<'_>| {
        let (down, across) = place(one);
        down.is_some() && across != Some(None)
    };
    let shown: Vec<Configuration<'_>> = configurations.iter().filter(has_place).copied().collect();
    let best = choose_best_of(&shown, criterion.chosen_by, |one, other| place(one) == place(other));
    let median = |one: &Configuration<'_>| one.spread(criterion.shown).map(|spread| spread.median);
    let label = criterion.shown.label();
    let mut heads = vec![Column::text(rows, &rows.replace('_', " "))];
    let at = |value: &String, other: Option<&String>| {
        best.iter().find(|one| {
            text(down, one).as_ref() == Some(value) && across.and_then(|axis| text(axis, one)).as_ref() == other
        })
    };
    let names = down.values(&shown);
    let table: Vec<Vec<Cell>> = match (across, columns) {
        (Some(across), Some(name)) => {
            let others = across.values(&shown);
            heads.extend(others.iter().map(|other| Column::number(other, &heading(name, other))));
            names
                .iter()
                .map(|value| {
                    cells((rows, value), others.iter().map(|other| at(value, Some(other)).and_then(median)), criterion)
                })
                .collect()
        }
        _ => {
            heads.push(Column::number(criterion.shown.name(), &format!("median {label}")));
            heads.extend([
                Column::text("interval", "95 % interval"),
                Column::number("trials", "trials"),
                Column::number("diverged_share", "diverged"),
                Column::text("settings", "best with"),
            ]);
            let row = |value: &String| {
                let one = at(value, None)?;
                Some(single((rows, value), &besides(one, &shown, rows), one, criterion))
            };
            let mut rows: Vec<Vec<Cell>> = names.iter().filter_map(row).collect();
            mark_best(rows.iter_mut().map(|row| &mut row[1]), criterion);
            rows
        }
    };
    let by = columns.map_or_else(|| rows.to_owned(), |name| format!("{rows} and {name}"));
    let title = format!("Median {label} by {}: {}", by.replace('_', " "), criterion.text());
    Ok(Table {
        title,
        columns: heads,
        rows: table,
        notes: vec!["Bold: the best of its row, or of the column.".to_owned()],
    })
}

fn empty(criterion: Criterion) -> Table {
    Table { title: criterion.text(), columns: Vec::new(), rows: Vec::new(), notes: Vec::new() }
}

/// The first cell of a row: a value of an axis, and its text.
pub(super) fn head(axis: &str, (value, text): (&str, &str)) -> Cell {
    let text = match axis {
        "problem" | "optimizer" | LABEL => heading(axis, value),
        _ => text.to_owned(),
    };
    Cell { text, ..Cell::of(value) }
}

pub(super) fn heading(column: &str, value: &str) -> String {
    match column {
        "problem" => words::problem(value),
        "optimizer" | LABEL => words::method(value),
        _ => format!("{} = {value}", column.replace('_', " ")),
    }
}

fn cells((axis, value): (&str, &str), medians: impl Iterator<Item = Option<f64>>, criterion: Criterion) -> Vec<Cell> {
    let mut cells: Vec<Cell> = std::iter::once(head(axis, (value, value)))
        .chain(medians.map(|median| median.map(Cell::number).unwrap_or_default()))
        .collect();
    mark_best(cells[1..].iter_mut(), criterion);
    cells
}

/// The method and the settings of a cell, but for the axis that it stands by.
fn besides(one: &Configuration<'_>, all: &[Configuration<'_>], axis: &str) -> String {
    let has_methods = all.iter().any(|other| other.series() != one.series());
    let method = (has_methods && !["optimizer", LABEL].contains(&axis)).then(|| words::method(one.series()));
    let settings = Some(settings_but(one, all, axis)).filter(|settings| !settings.is_empty());
    method.into_iter().chain(settings).collect::<Vec<_>>().join(", ")
}

fn single((axis, value): (&str, &str), settings: &str, one: &Configuration<'_>, criterion: Criterion) -> Vec<Cell> {
    let share = one.diverged_share();
    vec![
        head(axis, (value, value)),
        one.spread(criterion.shown).map(|spread| Cell::number(spread.median)).unwrap_or_default(),
        Cell::of(one.interval(criterion.shown).map(|own| interval(&own)).unwrap_or_default()),
        Cell::count(one.runs().len()),
        Cell { text: percent(share), value: Precision::F64.format(share), is_best: false },
        Cell::of(settings),
    ]
}

/// Marks the best of some cells of numbers.
fn mark_best<'a>(cells: impl Iterator<Item = &'a mut Cell>, criterion: Criterion) {
    let mut cells: Vec<&mut Cell> = cells.collect();
    let sign = if criterion.shown.lower_is_better() { 1.0 } else { -1.0 };
    let cost = |cell: &Cell| thalweg_record::record::parse_number(&cell.value).map(|value| sign * value);
    let least = cells.iter().filter_map(|cell| cost(cell)).min_by(f64::total_cmp).filter(|cost| cost.is_finite());
    for cell in &mut cells {
        cell.is_best = least.is_some() && cost(cell) == least;
    }
}
