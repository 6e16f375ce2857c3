//! Extending axes outward: where the best setting of an optimizer is the first or the last of an axis, a better one may lie
//! beyond.
//!
//! The values beyond an end follow from the axis alone ([`spec::Axis::outward`]), so that an extended sweep is a sweep like
//! any other: its spec lists the values, and its trials are those that a spec with that list has.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use thalweg_kernels::optimizer::Hyperparameter;

use super::folder::row_folders;
use super::lock::WORKSHOP;
use super::outputs::SPEC;
use super::salvage::Stamp;
use crate::record::Trials;
use crate::spec::{Axis, Grid, Spec};
use crate::stats::{self, AtEnd, Configuration, Metric};
use crate::train::OPTIONS;

/// How many values axes have beyond their ends in a spec, below and above, by table `[[optimizer]]` and key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extension(BTreeMap<(usize, &'static str), [usize; 2]>);

/// An axis of which an end is the best value.
#[derive(Clone, Debug, PartialEq)]
pub struct AtEdge {
    /// The problem.
    pub problem: String,
    /// The series of the optimizer.
    pub series: String,
    /// The axis.
    pub name: String,
    /// The value.
    pub value: f64,
    /// Whether it is the largest.
    pub is_last: bool,
    /// The table of the spec, and its key; none where axes of other sections are meant, which are not extended.
    axis: Option<(usize, &'static str)>,
}

impl AtEdge {
    /// Whether there may be values beyond it.
    pub fn is_extended(&self) -> bool {
        self.axis.is_some()
    }
}

/// Values that are added beyond an end at once: one more run trains them all. There are multiples of it at every end, up to the
/// bound, so that a sweep that is extended twice ends as one that is extended once.
const AT_ONCE: usize = 3;

impl Extension {
    /// The changes of the spec, as `--set` has them.
    pub fn overrides(&self, spec: &Spec) -> Vec<String> {
        let changed = self.0.iter().filter_map(|(&(table, name), counts)| {
            let (hyperparameter, axis) = find(spec.optimizers.iter().find(|grid| grid.table == table)?, name)?;
            let values = axis.outward(hyperparameter, *counts);
            let texts: Vec<String> = values.iter().map(|value| format!("{value:e}")).collect();
            Some(format!("optimizer.{table}.{name}=[{}]", texts.join(", ")))
        });
        changed.collect()
    }

    /// That of a spec which a folder holds results of, or trials in progress, if axes are all that it has more of; of several
    /// the one with the most values.
    ///
    /// # Errors
    ///
    /// If the folder cannot be read.
    pub fn of_folder(spec: &Spec, folder: &Path) -> io::Result<Self> {
        let mut texts: Vec<String> = Vec::new();
        let in_progress = folder.join(WORKSHOP);
        if in_progress.is_dir() {
            texts.extend(row_folders(&in_progress)?.iter().filter_map(|rows| Some(Stamp::read(rows)?.text)));
        }
        texts.extend(fs::read_to_string(folder.join(SPEC)).ok());
        let known = texts.iter().filter_map(|text| {
            let other = Spec::parse_with(spec.registry(), SPEC, text, folder, &[]).ok()?;
            Self::between(spec, &other)
        });
        Ok(known.max_by_key(|known| known.0.values().flatten().sum::<usize>()).unwrap_or_default())
    }

    /// What a spec has more than another on the axes of its optimizers, if these are the other's extended.
    fn between(spec: &Spec, extended: &Spec) -> Option<Self> {
        let mut found = Self::default();
        for grid in &spec.optimizers {
            let is_same = |other: &&Grid| {
                (other.optimizer.name, &other.label, &other.only) == (grid.optimizer.name, &grid.label, &grid.only)
            };
            let mut others = extended.optimizers.iter().filter(is_same);
            let (other, None) = (others.next()?, others.next()) else { return None };
            for (hyperparameter, axis) in axes(grid) {
                let own = axis.outward(hyperparameter, [0, 0]);
                let (_, longer) = find(other, hyperparameter.name)?;
                let longer = longer.outward(hyperparameter, [0, 0]);
                let (first, last) = (own.first()?, own.last()?);
                let below = longer.iter().filter(|value| *value < first).count();
                let above = longer.iter().filter(|value| *value > last).count();
                if axis.outward(hyperparameter, [below, above]) != longer {
                    return None;
                }
                if below + above > 0 {
                    found.0.insert((grid.table, hyperparameter.name), [below, above]);
                }
            }
        }
        Some(found)
    }

    /// Adds values beyond these edges, up to so many beyond each end of the spec's axes; whether there are any to add.
    pub fn grow(&mut self, spec: &Spec, edges: &[AtEdge], most: usize) -> bool {
        let mut grows = false;
        for edge in edges {
            let Some((table, name)) = edge.axis else { continue };
            let Some(grid) = spec.optimizers.iter().find(|grid| grid.table == table) else { continue };
            let Some((hyperparameter, axis)) = find(grid, name) else { continue };
            let old = self.0.get(&(table, name)).copied().unwrap_or_default();
            // The edge of one problem may be that of another as well, which has moved it already.
            let own = axis.outward(hyperparameter, old);
            let is_still = own.first() == Some(&edge.value) || own.last() == Some(&edge.value);
            let mut new = old;
            let side = &mut new[usize::from(edge.is_last)];
            *side = ((*side / AT_ONCE + 1) * AT_ONCE).min(most.max(*side));
            let values = axis.outward(hyperparameter, new);
            if is_still && values.len() > own.len() {
                let added = values.len() - own.len();
                new[usize::from(edge.is_last)] = old[usize::from(edge.is_last)] + added;
                self.0.insert((table, name), new);
                grows = true;
            }
        }
        grows
    }
}

/// Where the best settings of the trials of a spec are ends of axes: of each optimizer on each problem, those with the best
/// median loss over the validation split, or over the training split where there is no other.
pub fn edges(spec: &Spec, trials: &Trials) -> Vec<AtEdge> {
    let all = stats::configurations(trials);
    let mut found = Vec::new();
    for metric in [Metric::FinalValidationLoss, Metric::FinalTrainLoss] {
        let is_meant = |one: &&Configuration<'_>| Metric::FinalTestLoss.criterion(one) == metric;
        let own: Vec<Configuration<'_>> = all.iter().filter(is_meant).copied().collect();
        for chosen in stats::choose_best(&own, metric) {
            let alike = |one: &&Configuration<'_>| one.problem() == chosen.problem() && one.series() == chosen.series();
            let candidates: Vec<Configuration<'_>> = own.iter().filter(alike).copied().collect();
            found.extend(stats::at_ends(&chosen, &candidates).iter().map(|end| at_edge(spec, &chosen, end)));
        }
    }
    found
}

fn at_edge(spec: &Spec, chosen: &Configuration<'_>, end: &AtEnd<'_>) -> AtEdge {
    let grid = spec.optimizers.iter().find(|grid| grid.optimizer.name == chosen.optimizer() && has(grid, chosen));
    let axis = grid.and_then(|grid| Some((grid.table, find(grid, end.name)?.0.name)));
    AtEdge {
        problem: chosen.problem().to_owned(),
        series: chosen.series().to_owned(),
        name: end.name.to_owned(),
        value: chosen.number(end.name).unwrap_or(f64::NAN),
        is_last: end.is_last,
        axis,
    }
}

/// Whether a table has a configuration among its points.
fn has(grid: &Grid, chosen: &Configuration<'_>) -> bool {
    axes(grid).all(|(hyperparameter, axis)| {
        let number = chosen.number(hyperparameter.name);
        matches!(axis, Axis::Choices(_)) || number.is_none_or(|own| axis.values(hyperparameter.name).contains(&own))
    })
}

/// The axes of a table, but for the factors of layers.
fn axes(grid: &Grid) -> impl Iterator<Item = (&'static Hyperparameter, &Axis)> {
    let options = grid.options.iter().map(|(at, axis)| (&OPTIONS[*at], axis));
    grid.optimizer.hyperparameters.iter().zip(&grid.axes).chain(options)
}

fn find<'a>(grid: &'a Grid, name: &str) -> Option<(&'static Hyperparameter, &'a Axis)> {
    axes(grid).find(|(hyperparameter, _)| hyperparameter.name == name)
}
