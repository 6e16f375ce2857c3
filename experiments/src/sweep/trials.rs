//! The trials of a plan, each made when it is asked for.

use std::collections::HashSet;
use std::ops::Range;

use rayon::prelude::*;
use thalweg_kernels::optimizer::Optimizer;

use super::key::{OptimizerKeys, Point};
use super::{Condition, Population};
use crate::record::Key;
use crate::spec::{GridPoint, GridPoints, Seeds, Spec};

/// One training run.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The beginning of the BLAKE3 hash of its description: see [`super::Plan::describe`].
    pub key: Key,
    /// Its condition, by its number in the plan.
    pub condition: usize,
    /// The index of what it learns among the instances of its condition.
    pub instance: usize,
    /// Its table of the spec, by number.
    pub grid: usize,
    /// Its optimizer.
    pub optimizer: &'static Optimizer,
    /// One value per hyperparameter, in the order of the optimizer's metadata; a choice is stored as its index.
    pub hyperparameters: Vec<f64>,
    /// One value per option ([`crate::train::OPTIONS`]); empty where all of them have their defaults.
    pub options: Vec<f64>,
    /// One factor of the learning rate per layer; empty where all layers have the same one.
    pub lr_scale: Vec<f64>,
    /// The seed of the initial weights.
    pub init_seed: u64,
    /// The seed of the order of examples. Trials with the same one share their batches.
    pub order_seed: u64,
    /// The number of its starting point; see [`super::Plan::start`].
    pub start: usize,
}

/// The trials of a plan: by condition, then by table of the spec, then along its grid (the last hyperparameter moves
/// fastest), then by start, then by seed. A trial that several grids or conditions contain is here once, where it comes
/// first.
///
/// Of a trial, memory holds only its key and, if the spec lists some of them twice, its number: a plan may have
/// millions.
#[derive(Clone, Debug)]
pub struct Trials {
    grids: Vec<(&'static Optimizer, GridPoints)>,
    /// For each grid, the first one of its optimizer.
    alike: Vec<usize>,
    conditions: Vec<OfCondition>,
    /// For each condition, how many trials it and those before it have.
    ends: Vec<usize>,
    keys: Vec<Key>,
    /// The number of each trial among all that the spec lists, if it lists some of them twice.
    numbers: Option<Vec<u32>>,
}

/// What the trials of a condition are a product of, besides the grids.
#[derive(Clone, Debug)]
struct OfCondition {
    starts: usize,
    seeds: Seeds,
    init_seed: Option<u64>,
    order_seed: Option<u64>,
    /// Its instances: one, or one per seed.
    instances: usize,
    /// The number of its first pair of an instance and an optimizer.
    first_pair: usize,
    /// For each grid, how many trials it and those before it have.
    ends: Vec<usize>,
}

/// The place of a trial in what the spec lists.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub condition: usize,
    pub instance: usize,
    /// The table of the spec.
    pub grid: usize,
    /// The point of its grid.
    point: usize,
    start: usize,
    /// The number of its seed.
    pub seed: usize,
}

/// How many keys a thread makes at once, about.
const KEYS_AT_ONCE: usize = 4096;

/// Each key once, where it comes first; and if that leaves some out, the places of the others.
fn without_repetition(keys: Vec<Key>) -> (Vec<Key>, Option<Vec<u32>>) {
    let mut sorted = keys.clone();
    sorted.par_sort_unstable();
    if sorted.windows(2).all(|pair| pair[0] != pair[1]) {
        return (keys, None);
    }
    let mut seen = HashSet::with_capacity(keys.len());
    let (keys, places) = keys.into_iter().zip(0..).filter(|(key, _)| seen.insert(*key)).unzip();
    (keys, Some(places))
}

impl OfCondition {
    /// The seeds of initial weights and of the order of examples.
    fn both(&self, seed: u64) -> [u64; 2] {
        [self.init_seed.unwrap_or(seed), self.order_seed.unwrap_or(seed)]
    }

    fn trials(&self) -> usize {
        self.ends[self.ends.len() - 1]
    }
}

/// What a thread makes keys of at once: points of a grid under a condition.
type Points<'a> = (usize, &'a (&'static Optimizer, GridPoints), Range<usize>);

impl Trials {
    /// The trials of a spec, which has been checked to have at most [`crate::spec::MAX_TRIALS`].
    pub(super) fn new(spec: &Spec, conditions: &[Condition]) -> Self {
        let grids: Vec<_> = spec.optimizers.iter().map(|grid| (grid.optimizer, grid.points())).collect();
        let alike = |(optimizer, _): &(&Optimizer, _)| grids.iter().position(|(other, _)| other == optimizer);
        let alike = grids.iter().filter_map(alike).collect();
        let (mut first_pair, mut end) = (0, 0);
        let (mut all, mut ends) = (Vec::with_capacity(conditions.len()), Vec::with_capacity(conditions.len()));
        for condition in conditions {
            let train = &condition.spec.train;
            let each = condition.starts.len() * train.seeds.count() as usize;
            let add = |sum: &mut usize, (_, points): &(_, GridPoints)| {
                *sum += points.count() * each;
                Some(*sum)
            };
            let of = OfCondition {
                starts: condition.starts.len(),
                seeds: train.seeds.clone(),
                init_seed: train.init_seed,
                order_seed: train.order_seed,
                instances: condition.instances.len(),
                first_pair,
                ends: grids.iter().scan(0, add).collect(),
            };
            first_pair += of.instances * grids.len();
            end += of.trials();
            all.push(of);
            ends.push(end);
        }
        let mut trials = Self { grids, alike, conditions: all, ends, keys: Vec::new(), numbers: None };
        (trials.keys, trials.numbers) = without_repetition(trials.all_keys(conditions));
        trials
    }

    /// The keys of all trials that the spec lists.
    fn all_keys(&self, conditions: &[Condition]) -> Vec<Key> {
        let mut pieces: Vec<Points<'_>> = Vec::new();
        for (condition, of) in self.conditions.iter().enumerate() {
            let at_once = (KEYS_AT_ONCE / (of.starts * of.seeds.count() as usize)).max(1);
            for grid in &self.grids {
                let count = grid.1.count();
                let firsts = (0..count).step_by(at_once);
                pieces.extend(firsts.map(|first| (condition, grid, first..count.min(first + at_once))));
            }
        }
        let keys = |piece: &Points<'_>| self.keys_of(&conditions[piece.0], piece);
        let keys: Vec<Vec<Key>> = pieces.par_iter().map(keys).collect();
        keys.concat()
    }

    fn keys_of(&self, condition: &Condition, (at, (optimizer, points), range): &Points<'_>) -> Vec<Key> {
        let of = &self.conditions[*at];
        let mut makers: Vec<OptimizerKeys> = condition.keys.iter().map(|maker| maker.of_optimizer(optimizer)).collect();
        let mut keys = Vec::with_capacity(range.len() * of.starts * of.seeds.count() as usize);
        for point in range.clone().map(|point| points.get(point)) {
            let GridPoint { hyperparameters, options, lr_scale } = &point;
            for start in &condition.starts {
                let point = Point { hyperparameters, options, lr_scale, start };
                for (at, seed) in of.seeds.iter().enumerate() {
                    let [init_seed, order_seed] = of.both(seed);
                    keys.push(makers[at % of.instances].key(point, init_seed, order_seed));
                }
            }
        }
        keys
    }

    /// The trials in groups that can share the lanes of a block, in plan order; and for each combination of a
    /// condition, an instance and an optimizer ([`Self::population`]) the place of its group.
    pub(super) fn populations(&self) -> (Vec<Population>, Vec<usize>) {
        let grids = self.grids.len();
        let pairs = self.conditions.iter().map(|of| of.instances * grids).sum();
        let none = || vec![(0_usize, usize::MAX); pairs];
        let count = |mut counts: Vec<(usize, usize)>, index: usize| {
            let (count, first) = &mut counts[self.population(index)];
            (*count, *first) = (*count + 1, index.min(*first));
            counts
        };
        let add = |mut one: Vec<(usize, usize)>, other: Vec<(usize, usize)>| {
            for (one, other) in one.iter_mut().zip(other) {
                *one = (one.0 + other.0, one.1.min(other.1));
            }
            one
        };
        // Few folds: there may be many pairs.
        let least = (self.len() / (4 * rayon::current_num_threads())).max(1);
        let counts = (0..self.len()).into_par_iter().with_min_len(least).fold(none, count).reduce(none, add);
        let mut order: Vec<usize> = (0..pairs).filter(|pair| counts[*pair].0 > 0).collect();
        order.sort_by_key(|pair| counts[*pair].1);
        let mut places = vec![usize::MAX; pairs];
        let populations = order.iter().enumerate().map(|(place, pair)| {
            places[*pair] = place;
            let condition = self.conditions.partition_point(|of| of.first_pair <= *pair) - 1;
            let instance = (pair - self.conditions[condition].first_pair) / grids;
            let (optimizer, (trials, first)) = (self.grids[pair % grids].0, counts[*pair]);
            Population { condition, instance, optimizer, trials, first }
        });
        (populations.collect(), places)
    }

    /// The number of a trial's combination of a condition, an instance and an optimizer: grids of one optimizer count as
    /// the first of them.
    pub(super) fn population(&self, index: usize) -> usize {
        let Place { condition, instance, grid, .. } = self.place(index);
        self.conditions[condition].first_pair + instance * self.grids.len() + self.alike[grid]
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Their keys.
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// All of them.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Trial> + '_ {
        (0..self.len()).map(|index| self.get(index))
    }

    /// The trial of this index.
    ///
    /// # Panics
    ///
    /// If there is no such trial.
    pub fn get(&self, index: usize) -> Trial {
        let Place { condition, instance, grid, point, start, .. } = self.place(index);
        let (optimizer, points) = &self.grids[grid];
        let GridPoint { hyperparameters, options, lr_scale } = points.get(point);
        let [init_seed, order_seed] = self.seeds(index);
        let key = self.keys[index];
        Trial {
            key,
            condition,
            instance,
            grid,
            optimizer,
            hyperparameters,
            options,
            lr_scale,
            init_seed,
            order_seed,
            start,
        }
    }

    /// The seeds of the initial weights and of the order of examples of the trial of this index.
    pub(super) fn seeds(&self, index: usize) -> [u64; 2] {
        let Place { condition, seed, .. } = self.place(index);
        let of = &self.conditions[condition];
        of.both(of.seeds.get(seed))
    }

    /// The place of the trial of this index.
    pub(super) fn place(&self, index: usize) -> Place {
        let number = self.numbers.as_ref().map_or(index, |numbers| numbers[index] as usize);
        let (condition, rest) = within(&self.ends, number);
        let of = &self.conditions[condition];
        let (grid, rest) = within(&of.ends, rest);
        let seeds = of.seeds.count() as usize;
        let (rest, seed) = (rest / seeds, rest % seeds);
        let instance = seed % of.instances;
        Place { condition, instance, grid, point: rest / of.starts, start: rest % of.starts, seed }
    }
}

/// Which of several ranges, given by their ends, a number is in, and its place there.
fn within(ends: &[usize], number: usize) -> (usize, usize) {
    let range = ends.partition_point(|end| *end <= number);
    (range, number - range.checked_sub(1).map_or(0, |before| ends[before]))
}
