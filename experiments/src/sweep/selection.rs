//! Which points of the grids a condition has: not those that are drawn for others, that move with other values of its keys,
//! that are skipped, of tables that are tried elsewhere, or that were there before.

use std::collections::HashSet;

use thalweg_kernels::optimizer::{Domain, Optimizer};

use super::overlap::{bits, repetitions, shared_points};
use super::remainder::Region;
use super::subset::Subset;
use crate::record::Setting;
use crate::spec::{Condition, Grid, GridPoints, Spec};
use crate::train::OPTIONS;

/// The points of all grids, and what conditions leave out of them.
pub(super) struct Selection<'a> {
    spec: &'a Spec,
    grids: &'a [(&'static Optimizer, GridPoints)],
    alike: &'a [usize],
    /// The points of each grid that were there before, in it or in an earlier one of its optimizer, where nothing is left
    /// out of that.
    before: Vec<Vec<(usize, Region)>>,
}

/// What tells a point of a sweep from others: the first grid of its optimizer, and its values.
type Identity = Vec<u64>;

impl<'a> Selection<'a> {
    pub fn new(spec: &'a Spec, grids: &'a [(&'static Optimizer, GridPoints)], alike: &'a [usize]) -> Self {
        let before = |at: usize| {
            let others = (0..at).filter(|other| alike[*other] == alike[at]);
            let of = |other: usize| {
                if other == at { repetitions(&grids[at].1) } else { shared_points(&grids[at].1, &grids[other].1) }
            };
            let of = |other: usize| of(other).into_iter().map(move |region| (other, region));
            [at].into_iter().chain(others).flat_map(of).collect::<Vec<_>>()
        };
        Self { spec, grids, alike, before: (0..grids.len()).map(before).collect() }
    }

    /// For each grid, the points that a condition does not have, or has in an earlier place.
    pub fn gone(&self, condition: &Condition) -> Vec<Vec<Region>> {
        let is_tried = |grid: &usize| !condition.without.contains(grid);
        let left_out: Vec<Vec<Region>> = (0..self.grids.len()).map(|grid| self.left_out(condition, grid)).collect();
        if (0..self.grids.len()).filter(is_tried).all(|grid| left_out[grid].is_empty()) {
            let before = |grid: usize| match is_tried(&grid) {
                true => {
                    self.before[grid].iter().filter(|(of, _)| is_tried(of)).map(|(_, region)| region.clone()).collect()
                }
                false => left_out[grid].clone(),
            };
            return (0..self.grids.len()).map(before).collect();
        }
        if self.before.iter().all(Vec::is_empty) {
            return left_out;
        }
        // What is left out in its first place may be there in a later one.
        let mut seen = HashSet::new();
        let gone = |grid: usize| {
            if !is_tried(&grid) {
                return left_out[grid].clone();
            }
            let is_gone = |number: &u64| {
                is_in(&left_out[grid], &self.grids[grid].1, *number) || !seen.insert(self.identity(grid, *number))
            };
            let gone: Vec<u64> = (0..self.grids[grid].1.count()).filter(is_gone).collect();
            regions(&self.grids[grid].1, gone)
        };
        (0..self.grids.len()).map(gone).collect()
    }

    /// The points of a grid that a condition has, in this grid or in another one of the same optimizer.
    pub fn had(&self, condition: &Condition, grid: usize) -> Vec<Region> {
        let is_alike = |other: &usize| self.alike[*other] == self.alike[grid] && !condition.without.contains(other);
        let alike = (0..self.grids.len()).filter(is_alike);
        let left_out: Vec<(usize, Vec<Region>)> = alike.map(|of| (of, self.left_out(condition, of))).collect();
        let own = &self.grids[grid].1;
        if left_out.iter().all(|(_, regions)| regions.is_empty()) {
            if !condition.without.contains(&grid) {
                return vec![whole(own)];
            }
            return left_out.iter().flat_map(|(of, _)| shared_points(own, &self.grids[*of].1)).collect();
        }
        let had: HashSet<Identity> = left_out
            .iter()
            .flat_map(|(of, regions)| {
                let points = &self.grids[*of].1;
                let is_there = move |number: &u64| !is_in(regions, points, *number);
                (0..points.count()).filter(is_there).map(|number| self.identity(*of, number))
            })
            .collect();
        regions(own, (0..own.count()).filter(|number| had.contains(&self.identity(grid, *number))).collect())
    }

    fn identity(&self, grid: usize, number: u64) -> Identity {
        let mut identity = bits(&self.grids[grid].1.get(number));
        identity.push(self.alike[grid] as u64);
        identity
    }

    /// The points of a grid that a condition leaves out.
    fn left_out(&self, condition: &Condition, grid: usize) -> Vec<Region> {
        let (of, points) = (&self.spec.optimizers[grid], &self.grids[grid].1);
        if condition.without.contains(&grid) {
            return vec![whole(points)];
        }
        let mut regions = Vec::new();
        if let Some(draws) = &condition.draws {
            regions.push(vec![Subset::of(draws.iter().copied()).others(points.count())]);
        }
        regions.extend(self.spec.combinations.ties().flat_map(|(keys, place)| {
            let place = place.and_then(|place| condition.places.get(place).copied());
            apart(of, points, &keys, place)
        }));
        let skipped = condition
            .skipped
            .iter()
            .filter_map(|rule| skipped(of, points, &self.spec.combinations.skip[*rule].of_optimizers()));
        regions.extend(skipped);
        regions
    }
}

/// All points of a grid.
fn whole(points: &GridPoints) -> Region {
    points.lengths().into_iter().map(Subset::all).collect()
}

/// The points of a grid at which axes that move together have values of different places, or other ones than those of this
/// place.
fn apart(grid: &Grid, points: &GridPoints, keys: &[&str], place: Option<usize>) -> Vec<Region> {
    let axes = keys.iter().filter_map(|key| grid.axis(key)).filter(|(_, axis)| axis.count() > 1);
    let axes: Vec<(usize, Vec<u64>)> = axes
        .map(|(at, axis)| {
            let values = (0..axis.count()).filter_map(|number| points.axes[at].find(axis.value(number)));
            (at, values.collect())
        })
        .collect();
    let region = |parts: &[(usize, Subset)]| {
        let mut region = whole(points);
        parts.iter().for_each(|(at, part)| region[*at] = part.clone());
        region
    };
    let others = |at: usize, number: u64| Subset::of([number]).others(points.axes[at].count());
    if let Some(place) = place {
        return axes.iter().map(|(at, numbers)| region(&[(*at, others(*at, numbers[place]))])).collect();
    }
    let Some(((first, numbers), rest)) = axes.split_first() else { return Vec::new() };
    let pairs = rest.iter().flat_map(|(at, others)| numbers.iter().zip(others).map(move |pair| (*at, pair)));
    pairs.map(|(at, (one, other))| region(&[(*first, Subset::of([*one])), (at, others(at, *other))])).collect()
}

/// The points of a grid with all of these settings; nothing where there are none.
fn skipped(grid: &Grid, points: &GridPoints, settings: &[(&str, &Setting)]) -> Option<Region> {
    let mut region = whole(points);
    for (key, setting) in settings {
        if *key == "kind" {
            let is_own = **setting == Setting::Choice(grid.optimizer.name.to_owned());
            if is_own { continue } else { return None }
        }
        let (at, _) = grid.axis(key)?;
        let value = match setting {
            Setting::Choice(name) => {
                let mut known = grid.optimizer.hyperparameters.iter().chain(&OPTIONS);
                let Domain::Choice(names) = known.find(|known| known.name == *key)?.domain else { return None };
                names.iter().position(|own| own == name)? as f64
            }
            number => number.number()?,
        };
        if points.are_drawn() {
            let before = std::mem::take(&mut region[0]);
            let is_drawn = |number: &u64| points.value(*number, at).to_bits() == value.to_bits();
            region[0] = Subset::of(before.ranges().iter().flat_map(Clone::clone).filter(is_drawn));
        } else {
            region[at] = Subset::of([points.axes[at].find(value)?]);
        }
    }
    Some(region)
}

/// Whether a point of a grid is in one of some regions.
fn is_in(regions: &[Region], points: &GridPoints, number: u64) -> bool {
    if regions.is_empty() {
        return false;
    }
    let point = coordinates(points, number);
    regions.iter().any(|region| region.iter().zip(&point).all(|(subset, at)| subset.contains(*at)))
}

/// These points of a grid.
fn regions(points: &GridPoints, numbers: Vec<u64>) -> Vec<Region> {
    if points.are_drawn() {
        return vec![vec![Subset::of(numbers)]];
    }
    let region = |number| coordinates(points, number).into_iter().map(|at| Subset::of([at])).collect();
    numbers.into_iter().map(region).collect()
}

fn coordinates(points: &GridPoints, number: u64) -> Vec<u64> {
    let (mut rest, mut all) = (number, points.lengths());
    for at in all.iter_mut().rev() {
        let length = *at;
        *at = rest % length;
        rest /= length;
    }
    all
}
