//! The trials of a plan, each made when it is asked for.

use std::collections::HashSet;
use std::ops::Range;

use rayon::prelude::*;
use thalweg_kernels::optimizer::Optimizer;

use super::Population;
use super::key::{KeyMaker, OptimizerKeys, Point};
use crate::record::Key;
use crate::spec::{GridPoint, GridPoints, Seeds, Spec};

/// One training run.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The beginning of the BLAKE3 hash of its description: see [`super::Plan::describe`].
    pub key: Key,
    /// The index of what it learns among the plan's instances.
    pub instance: usize,
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

/// The trials of a plan: by combination of the problem's parameters, then by table of the spec, then along its grid
/// (the last hyperparameter moves fastest), then by start, then by seed. A trial that several grids contain is here
/// once, where it comes first.
///
/// Of a trial, memory holds only its key and, if the spec lists some of them twice, its number: a plan may have
/// millions.
#[derive(Clone, Debug)]
pub struct Trials {
    grids: Vec<(&'static Optimizer, GridPoints)>,
    /// For each grid, how many trials it and those before it have for one combination of the problem's parameters.
    ends: Vec<usize>,
    starts: usize,
    seeds: Seeds,
    init_seed: Option<u64>,
    order_seed: Option<u64>,
    /// For each grid, the first one of its optimizer.
    alike: Vec<usize>,
    instances: usize,
    /// The instances of a combination of the problem's parameters: one, or one per seed.
    together: usize,
    keys: Vec<Key>,
    /// The number of each trial among all that the spec lists, if it lists some of them twice.
    numbers: Option<Vec<u32>>,
}

/// The place of a trial in what the spec lists.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
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

impl Trials {
    /// The trials of a spec, which has been checked to have at most [`crate::spec::MAX_TRIALS`]; there is one maker of
    /// keys per instance.
    pub(super) fn new(spec: &Spec, makers: &[KeyMaker], starts: &[Vec<f64>]) -> Self {
        let train = &spec.train;
        let (seeds, together) =
            (train.seeds.count() as usize, if spec.problem.each_trial { train.seeds.count() as usize } else { 1 });
        let grids: Vec<_> = spec.optimizers.iter().map(|grid| (grid.optimizer, grid.points())).collect();
        let trials = |(_, points): &(_, GridPoints)| points.count() * starts.len() * seeds;
        let ends: Vec<usize> = grids
            .iter()
            .scan(0, |end, grid| {
                *end += trials(grid);
                Some(*end)
            })
            .collect();
        let alike = |(optimizer, _): &(&Optimizer, _)| grids.iter().position(|(other, _)| other == optimizer);
        let alike = grids.iter().filter_map(alike).collect();
        let mut all = Self {
            grids,
            alike,
            instances: makers.len(),
            ends,
            starts: starts.len(),
            seeds: train.seeds.clone(),
            init_seed: train.init_seed,
            order_seed: train.order_seed,
            together,
            keys: Vec::new(),
            numbers: None,
        };
        all.find_keys(makers, starts);
        all
    }

    /// Finds the keys of all trials, and which of them are repeated.
    fn find_keys(&mut self, makers: &[KeyMaker], starts: &[Vec<f64>]) {
        let at_once = (KEYS_AT_ONCE / (starts.len() * self.seeds.count() as usize)).max(1);
        let mut pieces = Vec::new();
        for makers in makers.chunks(self.together) {
            for (optimizer, points) in &self.grids {
                let firsts = (0..points.count()).step_by(at_once);
                pieces.extend(
                    firsts.map(|first| (makers, *optimizer, points, first..points.count().min(first + at_once))),
                );
            }
        }
        let keys =
            |(makers, optimizer, points, range): &(&[KeyMaker], &'static Optimizer, &GridPoints, Range<usize>)| {
                let mut makers: Vec<OptimizerKeys> = makers.iter().map(|maker| maker.of_optimizer(optimizer)).collect();
                let mut keys = Vec::with_capacity(range.len() * starts.len() * self.seeds.count() as usize);
                for point in range.clone().map(|point| points.get(point)) {
                    let GridPoint { hyperparameters, options, lr_scale } = &point;
                    for start in starts {
                        let point = Point { hyperparameters, options, lr_scale, start };
                        for (at, seed) in self.seeds.iter().enumerate() {
                            let [init_seed, order_seed] = self.both(seed);
                            keys.push(makers[at % self.together].key(point, init_seed, order_seed));
                        }
                    }
                }
                keys
            };
        let keys: Vec<Vec<Key>> = pieces.par_iter().map(keys).collect();
        (self.keys, self.numbers) = without_repetition(keys.concat());
    }

    /// The seeds of initial weights and of the order of examples.
    fn both(&self, seed: u64) -> [u64; 2] {
        [self.init_seed.unwrap_or(seed), self.order_seed.unwrap_or(seed)]
    }

    /// The trials in groups that can share the lanes of a block, in plan order; and for each pair of an instance and an
    /// optimizer ([`Self::population`]) the place of its group.
    pub(super) fn populations(&self) -> (Vec<Population>, Vec<usize>) {
        let pairs = self.instances * self.grids.len();
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
            let (instance, optimizer) = (pair / self.grids.len(), self.grids[pair % self.grids.len()].0);
            Population { instance, optimizer, trials: counts[*pair].0, first: counts[*pair].1 }
        });
        (populations.collect(), places)
    }

    /// The number of a trial's pair of an instance and an optimizer: grids of one optimizer count as the first of them.
    pub(super) fn population(&self, index: usize) -> usize {
        let Place { instance, grid, .. } = self.place(index);
        instance * self.grids.len() + self.alike[grid]
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
        let Place { instance, grid, point, start, .. } = self.place(index);
        let (optimizer, points) = &self.grids[grid];
        let GridPoint { hyperparameters, options, lr_scale } = points.get(point);
        let [init_seed, order_seed] = self.seeds(index);
        let key = self.keys[index];
        Trial { key, instance, optimizer, hyperparameters, options, lr_scale, init_seed, order_seed, start }
    }

    /// The seeds of the initial weights and of the order of examples of the trial of this index.
    pub(super) fn seeds(&self, index: usize) -> [u64; 2] {
        self.both(self.seeds.get(self.place(index).seed))
    }

    /// The place of the trial of this index.
    pub(super) fn place(&self, index: usize) -> Place {
        let number = self.numbers.as_ref().map_or(index, |numbers| numbers[index] as usize);
        let of_combination = self.ends[self.ends.len() - 1];
        let (combination, rest) = (number / of_combination, number % of_combination);
        let grid = self.ends.partition_point(|end| *end <= rest);
        let rest = rest - grid.checked_sub(1).map_or(0, |before| self.ends[before]);
        let seeds = self.seeds.count() as usize;
        let (rest, seed) = (rest / seeds, rest % seeds);
        let instance = combination * self.together + seed % self.together;
        Place { instance, grid, point: rest / self.starts, start: rest % self.starts, seed }
    }
}
