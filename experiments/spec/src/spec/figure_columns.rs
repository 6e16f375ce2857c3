//! Whether trials have the settings and columns that a figure names.

use super::error::InputError;
use super::grid::Grid;
use super::landscape::Landscape;
use super::selection::selected_grids;
use super::{Spec, suggestion};
use crate::figure::{Options, PROBLEM, Selection};
use crate::record::LABEL;
use crate::train::OPTIONS;
use thalweg_kernels::optimizer::Domain;

/// Checks that the spec has the optimizers, and these the hyperparameters, that a figure names; `counts` is what tells the rows
/// of its table apart.
pub(super) fn check_selection(
    spec: &Spec,
    index: usize,
    options: &Options,
    counts: Option<&str>,
) -> Result<(), InputError> {
    let labels = spec.labels();
    let kinds = spec.optimizers.iter().map(|grid| grid.optimizer.name);
    let names: Vec<&str> = kinds.chain(labels.iter().map(String::as_str)).collect();
    let against = options.against.iter().map(|name| ("against".to_owned(), name));
    let selected = options.selection.iter().enumerate();
    let selected = selected.filter_map(|(item, selection)| Some((item, selection.optimizer.as_ref()?)));
    let selected = selected.map(|(item, name)| (format!("select.{item}.optimizer"), name));
    for (key, name) in against.chain(selected) {
        if !names.contains(&name.as_str()) {
            let error = spec.error(&format!("figure.{index}.{key}"), format!("the spec has no optimizer `{name}`"));
            return Err(error.with_help(suggestion(name, &names)));
        }
    }
    for (item, Selection { optimizer, settings }) in options.selection.iter().enumerate() {
        let grids = || selected_grids(spec, &labels, optimizer.as_deref()).map(|(_, grid)| grid);
        let scales = grids().map(|grid| grid.lr_scale.len()).max().unwrap_or(0);
        let of_grid = |grid: &Grid| {
            let options = grid.options.iter().map(|(at, _)| &OPTIONS[*at]);
            grid.optimizer.hyperparameters.iter().chain(options).map(|known| known.name.to_owned()).collect::<Vec<_>>()
        };
        let own = grids().flat_map(of_grid);
        let of_problem = spec.factors.iter().map(|factor| factor.column.clone());
        let label = (!labels.is_empty()).then(|| LABEL.to_owned());
        let own = own.chain((0..scales).map(super::lr_scale_name)).chain(of_problem).chain(label);
        let own: Vec<String> = own.chain([PROBLEM, counts.unwrap_or(PROBLEM)].map(str::to_owned)).collect();
        if let Some((name, _)) = settings.iter().find(|(name, _)| !own.contains(name)) {
            let known: Vec<&str> = own.iter().map(String::as_str).collect();
            let key = format!("figure.{index}.select.{item}.{name}");
            let error = spec.error(
                &key,
                match optimizer {
                    Some(optimizer) => format!("{optimizer} has no hyperparameter `{name}`"),
                    None => format!("no trial has a setting `{name}`"),
                },
            );
            return Err(error.with_help(suggestion(name, &known)));
        }
    }
    Ok(())
}

/// Checks that trials, or their table, have the columns of these keys, and that each has one role.
pub(super) fn check_named<'a>(
    spec: &Spec,
    index: usize,
    columns: impl Iterator<Item = (&'static str, &'a Option<String>)>,
    counts: Option<&str>,
) -> Result<(), InputError> {
    let known = spec.axes();
    let known: Vec<&str> = known.iter().map(String::as_str).chain(counts).collect();
    let mut roles: Vec<(&str, &str)> = Vec::new();
    for (key, column) in columns.filter_map(|(key, column)| Some((key, column.as_deref()?))) {
        let at = format!("figure.{index}.{key}");
        if !known.contains(&column) {
            let error = spec.error(&at, format!("no trial has a setting `{column}`"));
            return Err(error.with_help(suggestion(column, &known)));
        }
        if let Some((other, _)) = roles.iter().find(|(_, known)| *known == column) {
            return Err(spec.error(&at, format!("`{column}` is that of `{other}` already")));
        }
        roles.push((key, column));
    }
    Ok(())
}

/// Checks that trials have the columns of a list, and that each is there once.
pub(super) fn check_listed(spec: &Spec, index: usize, columns: &[String]) -> Result<(), InputError> {
    let known = spec.axes();
    let known: Vec<&str> = known.iter().map(String::as_str).filter(|name| *name != PROBLEM).collect();
    for (item, column) in columns.iter().enumerate() {
        let at = format!("figure.{index}.columns.{item}");
        if !known.contains(&column.as_str()) {
            let error = spec.error(&at, format!("no trial has a setting `{column}`"));
            return Err(error.with_help(suggestion(column, &known)));
        }
        if columns[..item].contains(column) {
            return Err(spec.error(&at, format!("`{column}` has an axis already")));
        }
    }
    Ok(())
}

/// Checks that `runs.csv` will have the columns that a figure names, and one optimizer all of them.
pub(super) fn check_columns(spec: &Spec, index: usize, columns: &[(&str, &String)]) -> Result<(), InputError> {
    let mut extra = spec.problem.landscape().map_or(Vec::new(), Landscape::columns);
    if spec.network.as_ref().is_some_and(|network| network.init_offset.is_some()) {
        extra.push(super::INIT_OFFSET.to_owned());
    }
    extra.extend(spec.record.columns.iter().map(|column| column.name.to_owned()));
    extra.extend(spec.factors.iter().map(|factor| factor.column.clone()));
    let numbers = |grid: &Grid| -> Vec<&'static str> {
        let numbers = grid.optimizer.hyperparameters.iter();
        let numbers = numbers.filter(|h| grid.mentions(h)).chain(grid.options.iter().map(|(at, _)| &OPTIONS[*at]));
        let numbers = numbers.filter(|h| matches!(h.domain, Domain::Number { .. }));
        numbers.map(|hyperparameter| hyperparameter.name).collect()
    };
    let mut known: Vec<String> = Vec::new();
    let mut offer = |name: String| {
        if !known.contains(&name) {
            known.push(name);
        }
    };
    spec.optimizers.iter().flat_map(numbers).for_each(|name| offer(name.to_owned()));
    let scales = spec.optimizers.iter().map(|grid| grid.lr_scale.len()).max().unwrap_or(0);
    (0..scales).for_each(|layer| offer(super::lr_scale_name(layer)));
    extra.iter().for_each(|name| offer(name.clone()));
    for (key, name) in columns {
        if !known.contains(name) {
            let message = format!("runs.csv will have no column of numbers `{name}`");
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            return Err(spec.error(&format!("figure.{index}.{key}"), message).with_help(suggestion(name, &known)));
        }
    }
    let Some(((key, last), before)) = columns.split_last() else { return Ok(()) };
    if before.iter().any(|(_, name)| name == last) {
        let what = if *key == "y" { "on the other axis" } else { "shown" };
        return Err(spec.error(&format!("figure.{index}.{key}"), format!("`{last}` is {what} already")));
    }
    let has = |grid: &Grid, column: &String| {
        let of_layers = (0..grid.lr_scale.len()).any(|layer| super::lr_scale_name(layer) == *column);
        of_layers || numbers(grid).contains(&column.as_str()) || extra.contains(column)
    };
    if !spec.optimizers.iter().any(|grid| columns.iter().all(|(_, column)| has(grid, column))) {
        let names = columns.iter().map(|(_, name)| format!("`{name}`")).collect::<Vec<_>>();
        let both = if names.len() == 2 { "both " } else { "" };
        let message = format!("no optimizer has {both}{}", names.join(" and "));
        return Err(spec.error(&format!("figure.{index}.{key}"), message));
    }
    Ok(())
}
