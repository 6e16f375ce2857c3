//! Whether what figures select is in the plan.

use std::collections::HashSet;

use thalweg_kernels::optimizer::Domain;

use super::error::{InputError, instead};
use super::figure::Figure;
use super::grid::Grid;
use super::{Condition, Spec, lr_scale_name};
use crate::figure::{PROBLEM, Selection, is_meant};
use crate::record::{LABEL, Setting};
use crate::train::OPTIONS;

/// The most values of an axis that are looked at.
const MOST_VALUES: u64 = 1 << 20;

/// Checks that every selection of every figure is of some trial.
pub(super) fn check_selections(spec: &Spec) -> Result<(), InputError> {
    let labels = spec.labels();
    for (index, figure) in spec.figures.iter().enumerate() {
        for (item, selection) in figure.options.selection.iter().enumerate() {
            check_selection(spec, &labels, selection, &format!("figure.{index}.select.{item}"))?;
        }
    }
    Ok(())
}

fn check_selection(spec: &Spec, labels: &[String], selection: &Selection, path: &str) -> Result<(), InputError> {
    let Selection { optimizer, settings } = selection;
    let grids: Vec<(usize, &Grid)> = selected_grids(spec, labels, optimizer.as_deref()).collect();
    let levels = |factor: usize| spec.conditions.iter().filter_map(move |condition| condition.levels[factor].clone());
    for (name, wanted) in settings {
        let found: Vec<Setting> = match factor_of(spec, name) {
            None if name == PROBLEM => problems(spec),
            Some(factor) => levels(factor).collect(),
            None if grids.iter().any(|grid| of_grid(labels, *grid, name).is_none()) => continue,
            None => grids.iter().filter_map(|grid| of_grid(labels, *grid, name)).flatten().collect(),
        };
        if !found.iter().any(|value| agree(wanted, value)) {
            let error = spec.error(&format!("{path}.{name}"), format!("no trial has {name} = {}", wanted.text()));
            return Err(error.with_help(instead(wanted, &found)));
        }
    }
    if conditions_of(spec, labels, selection).next().is_some() {
        return Ok(());
    }
    Err(spec.error(path, "no trial has all of these settings"))
}

/// The conditions that have trials with all of a selection's settings.
fn conditions_of<'a>(
    spec: &'a Spec,
    labels: &[String],
    Selection { optimizer, settings }: &'a Selection,
) -> impl Iterator<Item = &'a Condition> {
    let is_of_condition = |name: &str| name == PROBLEM || factor_of(spec, name).is_some();
    let (own, of_trials): (Vec<_>, Vec<_>) = settings.iter().partition(|(name, _)| is_of_condition(name));
    let has = |grid: (usize, &Grid), (name, wanted): &(String, Setting)| {
        of_grid(labels, grid, name).is_none_or(|values| values.iter().any(|value| agree(wanted, value)))
    };
    let grids = selected_grids(spec, labels, optimizer.as_deref());
    let grids = grids.filter(|grid| of_trials.iter().all(|setting| has(*grid, setting)));
    let grids: Vec<usize> = grids.map(|(at, _)| at).collect();
    let value = |condition: &Condition, name: &str| match factor_of(spec, name) {
        Some(factor) => condition.levels[factor].clone(),
        None => Some(Setting::Choice(condition.problem.name().to_owned())),
    };
    spec.conditions.iter().filter(move |condition| {
        let is_tried = grids.iter().any(|grid| !condition.without.contains(grid));
        is_tried && own.iter().all(|(name, wanted)| value(condition, name).is_some_and(|own| agree(wanted, &own)))
    })
}

/// The values of a setting in a table; nothing if they are too many, or drawn.
fn of_grid(labels: &[String], (at, grid): (usize, &Grid), name: &str) -> Option<Vec<Setting>> {
    if name != LABEL {
        return values(grid, name);
    }
    labels.get(at).map(|label| vec![Setting::Choice(label.clone())])
}

/// The place of the factor that has this column.
fn factor_of(spec: &Spec, column: &str) -> Option<usize> {
    spec.factors.iter().position(|factor| factor.column == column)
}

impl Spec {
    /// The problems that have trials which a figure shows.
    pub fn shown(&self, figure: &Figure) -> Vec<&str> {
        let (labels, selection) = (self.labels(), &figure.options.selection);
        let own = selection.iter().flat_map(|one| conditions_of(self, &labels, one));
        let own: HashSet<&str> = own.map(|condition| condition.problem.name()).collect();
        self.problems().into_iter().filter(|problem| selection.is_empty() || own.contains(problem)).collect()
    }
}

/// The tables of optimizers that a selection is of, by the name or the label that it has.
pub(super) fn selected_grids<'a>(
    spec: &'a Spec,
    labels: &[String],
    name: Option<&str>,
) -> impl Iterator<Item = (usize, &'a Grid)> {
    let is_own = move |(at, grid): &(usize, &Grid)| {
        name.is_none_or(|name| grid.optimizer.name == name || labels.get(*at).is_some_and(|label| label == name))
    };
    spec.optimizers.iter().enumerate().filter(is_own)
}

fn problems(spec: &Spec) -> Vec<Setting> {
    spec.problems().into_iter().map(|problem| Setting::Choice(problem.to_owned())).collect()
}

/// Whether a value is the one that a figure asks for.
fn agree(wanted: &Setting, value: &Setting) -> bool {
    match (wanted.number(), value.number()) {
        (Some(wanted), Some(value)) => is_meant(wanted, value),
        _ => wanted == value,
    }
}

/// The values of a setting in a grid, none if it has no such setting; nothing if they are too many, or drawn.
fn values(grid: &Grid, name: &str) -> Option<Vec<Setting>> {
    let own = grid.optimizer.hyperparameters.iter().zip(&grid.axes);
    let options = grid.options.iter().map(|(at, axis)| (&OPTIONS[*at], axis));
    let scales = grid.lr_scale.iter().enumerate();
    let scale = || scales.clone().find(|(layer, _)| lr_scale_name(*layer) == name).map(|(_, axis)| (None, axis));
    let known = own.chain(options).find(|(known, _)| known.name == name);
    let known = known.map(|(known, axis)| (Some(known.domain), axis)).or_else(scale);
    let Some((domain, axis)) = known else { return Some(Vec::new()) };
    let setting = |value: f64| match domain {
        Some(Domain::Choice(names)) => Setting::Choice(names[value as usize].to_owned()),
        _ => Setting::Number(value),
    };
    let is_listed = axis.count() <= MOST_VALUES && (grid.draw.is_none() || axis.is_single());
    is_listed.then(|| axis.values(name).into_iter().map(setting).collect())
}
