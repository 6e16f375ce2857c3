//! Whether what figures select is in the plan.

use thalweg_kernels::optimizer::Domain;

use super::error::InputError;
use super::grid::Grid;
use super::{Spec, lr_scale_name};
use crate::figure::{Selection, is_meant};
use crate::record::{LABEL, Setting};
use crate::train::OPTIONS;

/// The most values of an axis that are looked at.
const MOST_VALUES: u64 = 1 << 20;

/// The most names that are listed where one is missing.
const MOST_NAMES: usize = 20;

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
    let label = |at: usize| labels.get(at).map(|label| vec![Setting::Choice(label.clone())]);
    let is_own = |grid: &Grid| optimizer.as_ref().is_none_or(|name| grid.optimizer.name == name);
    let grids: Vec<(usize, &Grid)> = spec.optimizers.iter().enumerate().filter(|(_, grid)| is_own(grid)).collect();
    let of_grid = |(at, grid): (usize, &Grid), name: &str| if name == LABEL { label(at) } else { values(grid, name) };
    let is_factor = |name: &str| spec.factors.iter().position(|factor| factor.column == name);
    let levels = |factor: usize| spec.conditions.iter().filter_map(move |condition| condition.levels[factor].clone());
    // Each setting for itself.
    for (name, wanted) in settings {
        let found: Vec<Setting> = match is_factor(name) {
            Some(factor) => levels(factor).collect(),
            None if grids.iter().any(|grid| of_grid(*grid, name).is_none()) => continue,
            None => grids.iter().filter_map(|grid| of_grid(*grid, name)).flatten().collect(),
        };
        if !found.iter().any(|value| agree(wanted, value)) {
            let error = spec.error(&format!("{path}.{name}"), format!("no trial has {name} = {}", wanted.text()));
            return Err(error.with_help(nearest(wanted, &found)));
        }
    }
    // All settings together.
    let has = |values: Option<Vec<Setting>>, wanted: &Setting| {
        values.is_none_or(|values| values.iter().any(|value| agree(wanted, value)))
    };
    let of_trials = settings.iter().filter(|(name, _)| is_factor(name).is_none()).collect::<Vec<_>>();
    let is_in_grid = grids.iter().any(|grid| of_trials.iter().all(|(name, wanted)| has(of_grid(*grid, name), wanted)));
    let of_conditions: Vec<(usize, &Setting)> =
        settings.iter().filter_map(|(name, wanted)| Some((is_factor(name)?, wanted))).collect();
    let is_in_condition = spec.conditions.iter().any(|condition| {
        of_conditions.iter().all(|(at, wanted)| condition.levels[*at].as_ref().is_some_and(|own| agree(wanted, own)))
    });
    if is_in_grid && is_in_condition {
        return Ok(());
    }
    Err(spec.error(path, "no trial has all of these settings"))
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

/// The values on both sides of a number that is missing, or all names.
fn nearest(wanted: &Setting, found: &[Setting]) -> String {
    let Some(wanted) = wanted.number() else {
        let mut names: Vec<String> = found.iter().map(Setting::text).collect();
        names.sort_unstable();
        names.dedup();
        names.truncate(MOST_NAMES);
        return format!("there are: {}", names.join(", "));
    };
    let numbers = found.iter().filter_map(Setting::number);
    let below = numbers.clone().filter(|value| *value < wanted).reduce(f64::max);
    let above = numbers.filter(|value| *value > wanted).reduce(f64::min);
    let texts: Vec<String> = below.into_iter().chain(above).map(|value| Setting::Number(value).text()).collect();
    if texts.is_empty() { String::new() } else { format!("the nearest: {}", texts.join(" and ")) }
}
