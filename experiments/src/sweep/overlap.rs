//! Which points of a grid, and which starts and seeds of a condition, are those of another one: by their axes, not one by
//! one.

use std::collections::HashSet;

use super::remainder::Region;
use super::starts::Starts;
use super::subset::Subset;
use crate::spec::{AxisValues, GridPoint, GridPoints, Seeds};
use crate::train::{COURSES, OPTIONS, SCHEDULE};

/// The numbers of the values that another axis has as well.
fn shared(own: &AxisValues, other: &AxisValues) -> Subset {
    if own == other {
        return Subset::all(own.count());
    }
    match (own, other) {
        (AxisValues::Listed(own), AxisValues::Listed(other)) if own.len() * other.len() > 1 << 12 => {
            let others: HashSet<u64> = other.iter().map(|value| value.to_bits()).collect();
            let is_shared = |(_, value): &(u64, &f64)| others.contains(&value.to_bits());
            Subset::of((0..).zip(own).filter(is_shared).map(|(number, _)| number))
        }
        _ if own.count() <= other.count() => Subset::of(
            (0..).zip(own.iter()).filter(|(_, value)| other.find(*value).is_some()).map(|(number, _)| number),
        ),
        _ => Subset::of(other.iter().filter_map(|value| own.find(value))),
    }
}

/// The values of an option in a grid: those of its axis, and its place there, or its default.
fn values_of(grid: &GridPoints, option: usize) -> (Option<usize>, AxisValues) {
    let axis = grid.options.iter().position(|own| *own == option).map(|at| grid.hyperparameters + at);
    let default = || AxisValues::Listed(vec![OPTIONS[option].default]);
    (axis, axis.map_or_else(default, |axis| grid.axes[axis].clone()))
}

/// Whether the value of an option counts under a schedule: a parameter that the schedule does not read is no part of a
/// point.
fn is_read(option: usize, course: f64) -> bool {
    option <= SCHEDULE || COURSES[course as usize].reads.contains(&OPTIONS[option].name)
}

/// What tells a point of a grid from others.
pub(super) fn bits(point: &GridPoint) -> Vec<u64> {
    let GridPoint { hyperparameters, options, lr_scale } = point;
    let counts = [options.len() as u64, lr_scale.len() as u64];
    let numbers = [hyperparameters, options, lr_scale].into_iter().flatten();
    counts.into_iter().chain(numbers.map(|x| x.to_bits())).collect()
}

/// The points of a product that are this point.
fn places(grid: &GridPoints, point: &GridPoint) -> Option<Region> {
    let course = if point.options.is_empty() { OPTIONS[SCHEDULE].default } else { point.options[SCHEDULE] };
    let layers = grid.axes.len() - grid.hyperparameters - grid.options.len();
    if layers != point.lr_scale.len() {
        return None;
    }
    let value = |option: usize| point.options.get(option).copied().unwrap_or(OPTIONS[option].default);
    for option in (0..OPTIONS.len()).filter(|option| is_read(*option, course)) {
        values_of(grid, option).1.find(value(option))?;
    }
    let options = grid.options.iter().map(|option| is_read(*option, course).then(|| value(*option)));
    let values = point.hyperparameters.iter().copied().map(Some).chain(options);
    let values = values.chain(point.lr_scale.iter().copied().map(Some));
    let place = |(axis, value): (&AxisValues, Option<f64>)| match value {
        Some(value) => axis.find(value).map(|number| Subset::of([number])),
        None => Some(Subset::all(axis.count())),
    };
    grid.axes.iter().zip(values).map(place).collect()
}

/// The points of a grid that are there before, in the same grid: parameters that a schedule does not read have one value.
pub(super) fn repetitions(grid: &GridPoints) -> Vec<Region> {
    if grid.are_drawn() {
        let mut seen = HashSet::new();
        let again = Subset::of((0..grid.count()).filter(|number| !seen.insert(bits(&grid.get(*number)))));
        return if again.is_empty() { Vec::new() } else { vec![vec![again]] };
    }
    let (schedule, courses) = values_of(grid, SCHEDULE);
    let mut regions = Vec::new();
    for (number, course) in (0..).zip(courses.iter()) {
        for (at, option) in grid.options.iter().enumerate() {
            let axis = grid.hyperparameters + at;
            if is_read(*option, course) || grid.axes[axis].count() == 1 {
                continue;
            }
            let mut region: Region = grid.lengths().into_iter().map(Subset::all).collect();
            if let Some(schedule) = schedule {
                region[schedule] = Subset::of([number]);
            }
            region[axis] = Subset::range(1..grid.axes[axis].count());
            regions.push(region);
        }
    }
    regions
}

/// The points of a grid that another one of the same optimizer has.
pub(super) fn shared_points(own: &GridPoints, other: &GridPoints) -> Vec<Region> {
    let all = |grid: &GridPoints| (0..grid.count()).map(|number| grid.get(number)).collect::<Vec<GridPoint>>();
    match (own.are_drawn(), other.are_drawn()) {
        (true, is_drawn) => {
            let others: HashSet<_> = if is_drawn { all(other).iter().map(bits).collect() } else { HashSet::new() };
            let is_shared = |number: &u64| {
                let point = own.get(*number);
                if is_drawn { others.contains(&bits(&point)) } else { places(other, &point).is_some() }
            };
            let shared = Subset::of((0..own.count()).filter(is_shared));
            return if shared.is_empty() { Vec::new() } else { vec![vec![shared]] };
        }
        (false, true) => return all(other).iter().filter_map(|point| places(own, point)).collect(),
        (false, false) => {}
    }
    let layers = |grid: &GridPoints| grid.axes.len() - grid.hyperparameters - grid.options.len();
    if layers(own) != layers(other) {
        return Vec::new();
    }
    let (_, courses) = values_of(own, SCHEDULE);
    let (_, others) = values_of(other, SCHEDULE);
    let region = |(number, course): (u64, f64)| -> Option<Region> {
        others.find(course)?;
        let mut region: Region = own.lengths().into_iter().map(Subset::all).collect();
        for axis in 0..own.hyperparameters {
            region[axis] = shared(&own.axes[axis], &other.axes[axis]);
        }
        for option in (0..OPTIONS.len()).filter(|option| is_read(*option, course)) {
            let ((axis, values), (_, others)) = (values_of(own, option), values_of(other, option));
            let both = if option == SCHEDULE { Subset::of([number]) } else { shared(&values, &others) };
            match axis {
                Some(axis) => region[axis] = both,
                None if both.is_empty() => return None,
                None => {}
            }
        }
        for layer in 1..=layers(own) {
            let [at, of_other] = [own, other].map(|grid| grid.axes.len() - layer);
            region[at] = shared(&own.axes[at], &other.axes[of_other]);
        }
        region.iter().all(|subset| !subset.is_empty()).then_some(region)
    };
    (0..).zip(courses.iter()).filter_map(region).collect()
}

/// The starts that another condition has as well.
pub(super) fn shared_starts(own: &Starts, other: &Starts) -> Vec<Region> {
    let all = || own.lengths().into_iter().map(Subset::all).collect();
    let bits = |point: &[f64]| point.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    let coordinates = |axes: &[AxisValues], point: &[f64]| -> Option<Vec<u64>> {
        (axes.len() == point.len()).then(|| axes.iter().zip(point).map(|(axis, x)| axis.find(*x)).collect())?
    };
    let regions: Vec<Region> = match (own, other) {
        _ if own == other => vec![all()],
        (Starts::Offsets(own), Starts::Offsets(other)) => vec![vec![shared(own, other)]],
        // An offset of zero is none.
        (Starts::Offsets(own), Starts::Plain) => vec![vec![Subset::of(own.find(0.0))]],
        (Starts::Plain, Starts::Offsets(other)) => other.find(0.0).map(|_| all()).into_iter().collect(),
        (Starts::Lattice(own), Starts::Lattice(other)) if own.len() == other.len() => {
            vec![own.iter().zip(other).map(|(own, other)| shared(own, other)).collect()]
        }
        (Starts::Lattice(own), Starts::Points(others)) => {
            let found = others.iter().filter_map(|point| coordinates(own, point));
            found.map(|point| point.into_iter().map(|at| Subset::of([at])).collect()).collect()
        }
        (Starts::Points(own), Starts::Lattice(other)) => {
            let is_shared = |(_, point): &(u64, &Vec<f64>)| coordinates(other, point).is_some();
            vec![vec![Subset::of((0..).zip(own).filter(is_shared).map(|(number, _)| number))]]
        }
        (Starts::Points(own), Starts::Points(others)) => {
            let others: HashSet<Vec<u64>> = others.iter().map(|point| bits(point)).collect();
            let is_shared = |(_, point): &(u64, &Vec<f64>)| others.contains(&bits(point));
            vec![vec![Subset::of((0..).zip(own).filter(is_shared).map(|(number, _)| number))]]
        }
        (Starts::Sample { bounds, count, seed }, Starts::Sample { bounds: b, count: c, seed: s })
            if (bounds, seed) == (b, s) =>
        {
            vec![vec![Subset::all(*count.min(c))]]
        }
        _ => Vec::new(),
    };
    regions.into_iter().filter(|region| region.iter().all(|subset| !subset.is_empty())).collect()
}

/// What a seed decides of a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Nothing: there is nothing random of this kind.
    Unused,
    /// Nothing: all trials of the condition have this seed.
    Fixed(u64),
    /// It is that of the trial.
    OfTrial,
}

/// The seeds of a condition, and what they decide: the examples, the initial weights, the order of examples.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SeedRoles {
    pub seeds: Seeds,
    pub roles: [Role; 3],
}

impl SeedRoles {
    /// How many different trials they make of one.
    pub fn count(&self) -> u64 {
        if self.roles.contains(&Role::OfTrial) { self.seeds.count() } else { 1 }
    }

    /// What a seed decides.
    fn decided(&self, seed: u64) -> [Option<u64>; 3] {
        self.roles.map(|role| match role {
            Role::Unused => None,
            Role::Fixed(fixed) => Some(fixed),
            Role::OfTrial => Some(seed),
        })
    }

    /// Whether one of the seeds decides this.
    fn decides(&self, decided: [Option<u64>; 3]) -> bool {
        let own = self.roles.iter().zip(decided).find(|(role, _)| **role == Role::OfTrial);
        match own {
            Some((_, seed)) => {
                seed.is_some_and(|seed| self.seeds.find(seed).is_some() && self.decided(seed) == decided)
            }
            None => self.decided(0) == decided,
        }
    }

    /// The numbers of the seeds that decide what a seed of another condition decides.
    pub fn shared(&self, other: &Self) -> Subset {
        if self.count() == 1 {
            let is_shared = other.decides(self.decided(self.seeds.get(0)));
            return Subset::all(u64::from(is_shared));
        }
        if self.roles == other.roles {
            return match (&self.seeds, &other.seeds) {
                (Seeds::Range { from, count }, Seeds::Range { from: other, count: others }) => {
                    let (first, end) = (*from.max(other), (from + count).min(other + others));
                    if first < end { Subset::range(first - from..end - from) } else { Subset::default() }
                }
                (Seeds::List(_), Seeds::Range { .. }) => Subset::of(
                    (0..)
                        .zip(self.seeds.iter())
                        .filter(|(_, seed)| other.seeds.find(*seed).is_some())
                        .map(|(at, _)| at),
                ),
                (_, Seeds::List(others)) => Subset::of(others.iter().filter_map(|seed| self.seeds.find(*seed))),
            };
        }
        // Where one of them has a fixed seed that the other varies, that seed alone can be in both.
        let fixed = self.roles.iter().chain(&other.roles).filter_map(|role| match role {
            Role::Fixed(seed) => self.seeds.find(*seed).map(|number| (*seed, number)),
            _ => None,
        });
        Subset::of(fixed.filter(|(seed, _)| other.decides(self.decided(*seed))).map(|(_, number)| number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_shared_where_they_decide_the_same() {
        let range = |from, count| Seeds::Range { from, count };
        let list = |seeds: &[u64]| Seeds::List(seeds.to_vec());
        let (unused, own, fixed) = (Role::Unused, Role::OfTrial, Role::Fixed);
        let roles = [
            [unused, own, own],
            [unused, fixed(2), own],
            [unused, own, fixed(3)],
            [unused, fixed(2), fixed(3)],
            [own, own, own],
            [fixed(4), own, own],
            [unused, unused, unused],
        ];
        let seeds = [range(0, 5), range(2, 5), list(&[3, 9, 2]), list(&[9]), list(&[4, 0, 2])];
        let all: Vec<SeedRoles> = roles
            .iter()
            .flat_map(|roles| seeds.iter().map(|seeds| SeedRoles { seeds: seeds.clone(), roles: *roles }))
            .collect();
        let decided = |of: &SeedRoles| -> Vec<[Option<u64>; 3]> {
            of.seeds.iter().take(of.count() as usize).map(|seed| of.decided(seed)).collect()
        };
        for one in &all {
            for other in &all {
                let others = decided(other);
                let expected =
                    (0..).zip(decided(one)).filter(|(_, seed)| others.contains(seed)).map(|(number, _)| number);
                assert_eq!(one.shared(other), Subset::of(expected), "{one:?} and {other:?}");
            }
        }
    }
}
