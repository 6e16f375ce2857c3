//! The trials of a plan, each made when it is asked for.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;
use thalweg_kernels::optimizer::Optimizer;

use super::Condition;
use super::key::{KeyMaker, OptimizerKeys, Point};
use super::overlap::{SeedRoles, shared_starts};
use super::remainder::{Region, Remainder};
use super::selection::Selection;
use super::starts::Starts;
use super::subset::Subset;
use crate::record::Key;
use crate::spec::{GridPoint, GridPoints, Spec};

/// One training run.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Its condition, by its number in the plan.
    pub condition: usize,
    /// The index of what it learns among the instances of its condition.
    pub instance: u64,
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
    /// The point where it starts on a landscape; for a network the offset of its initial weights, if it has one.
    pub start: Vec<f64>,
}

/// The trials of a plan: by condition, then by table of the spec, then along its grid (the last hyperparameter moves
/// fastest), then by start, then by seed. A trial that several grids or conditions contain is here once, where it comes
/// first.
///
/// A trial follows from its number, and nothing is kept of it: a plan may have a billion. Which of them were there before
/// follows from the axes of the grids and conditions.
#[derive(Clone, Debug)]
pub struct Trials {
    grids: Vec<(&'static Optimizer, GridPoints)>,
    /// For each grid, the first one of its optimizer.
    alike: Vec<usize>,
    conditions: Arc<[OfCondition]>,
    /// For each condition, how many trials it and those before it have.
    ends: Vec<u64>,
    /// Which of all trials these are: ranges that ascend and do not touch.
    ranges: Vec<Range<u64>>,
    /// For each range, how many trials it and those before it have.
    sums: Vec<u64>,
}

/// What the trials of a condition are a product of, besides the grids.
#[derive(Clone, Debug)]
struct OfCondition {
    maker: KeyMaker,
    starts: Starts,
    seeds: SeedRoles,
    /// How many starts and seeds there are.
    counts: [u64; 2],
    /// The seeds of initial weights and of orders of examples that all trials share.
    fixed: [Option<u64>; 2],
    /// Its instances: one, or one per seed.
    instances: u64,
    /// For each grid, which points of its product with the starts and the seeds have not been there before; all where there
    /// is nothing.
    left: Vec<Option<Arc<Remainder>>>,
    /// For each grid, how many trials it and those before it have.
    ends: Vec<u64>,
}

/// The place of a trial in what the spec lists.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub condition: usize,
    pub instance: u64,
    /// The table of the spec.
    pub grid: usize,
    /// The point of its grid.
    pub point: u64,
    pub start: u64,
    /// The number of its seed.
    pub seed: u64,
}

/// How many keys a thread makes at once, about.
const KEYS_AT_ONCE: usize = 4096;

/// For each grid, what was taken out of axes of which lengths last, and what it left: conditions in a row mostly have it in
/// common.
type Known = Vec<Option<(Vec<u64>, Vec<Region>, Arc<Remainder>)>>;

impl OfCondition {
    fn new(condition: &Condition) -> Self {
        let train = &condition.spec.train;
        let fixed = [train.init_seed, train.order_seed];
        let seeds = SeedRoles { seeds: train.seeds.clone(), roles: condition.keys.roles(&condition.spec) };
        Self {
            maker: condition.keys.clone(),
            starts: condition.starts.clone(),
            counts: [condition.starts.count(), seeds.count()],
            seeds,
            fixed,
            instances: condition.instances(),
            left: Vec::new(),
            ends: Vec::new(),
        }
    }

    /// How many values each axis of its starts and seeds has.
    fn lengths(&self) -> Vec<u64> {
        let mut lengths = self.starts.lengths();
        lengths.push(self.seeds.count());
        lengths
    }

    /// The starts and seeds that another condition has as well, where both describe all else alike.
    fn shared(&self, other: &Self) -> Vec<Region> {
        let seeds = self.seeds.shared(&other.seeds);
        if seeds.is_empty() {
            return Vec::new();
        }
        let with_seeds = |mut region: Region| {
            region.push(seeds.clone());
            region
        };
        shared_starts(&self.starts, &other.starts).into_iter().map(with_seeds).collect()
    }

    /// The seeds of initial weights and of the order of examples.
    fn both(&self, seed: u64) -> [u64; 2] {
        self.fixed.map(|fixed| fixed.unwrap_or(seed))
    }

    /// The seed of the examples of an instance.
    fn seed_of(&self, instance: u64) -> u64 {
        self.seeds.seeds.get(instance)
    }

    fn trials(&self) -> u64 {
        self.ends[self.ends.len() - 1]
    }
}

/// Points with these coordinates on some axes, and any on the axes after, of these lengths.
fn widened(region: &Region, after: &[u64]) -> Region {
    region.iter().cloned().chain(after.iter().map(|length| Subset::all(*length))).collect()
}

impl Trials {
    /// The trials of a spec, which has been checked to have at most [`crate::spec::MAX_TRIALS`].
    pub(super) fn new(spec: &Spec, conditions: &[Condition]) -> Self {
        let grids: Vec<_> = spec.optimizers.iter().map(|grid| (grid.optimizer, grid.points())).collect();
        let alike = |(optimizer, _): &(&Optimizer, _)| grids.iter().position(|(other, _)| other == optimizer);
        let alike: Vec<usize> = grids.iter().filter_map(alike).collect();
        let selection = Selection::new(spec, &grids, &alike);
        let points: Vec<Vec<u64>> = grids.iter().map(|(_, points)| points.lengths()).collect();
        let mut all: Vec<OfCondition> = Vec::with_capacity(conditions.len());
        let mut described: HashMap<KeyMaker, Vec<usize>> = HashMap::new();
        let mut known: Known = vec![None; grids.len()];
        for condition in conditions {
            let mut of = OfCondition::new(condition);
            let earlier = described.entry(of.maker.without_seed()).or_default();
            // The starts and seeds of earlier conditions, with the points that these have.
            let shared: Vec<(usize, Region)> = earlier
                .iter()
                .flat_map(|other| of.shared(&all[*other]).into_iter().map(|region| (*other, region)))
                .collect();
            earlier.push(all.len());
            let lengths = of.lengths();
            let own = &condition.spec.conditions[0];
            let gone = selection.gone(own);
            let left = |(grid, (points, gone)): (usize, (&Vec<u64>, &Vec<Region>))| {
                let of_grid = gone.iter().map(|region| widened(region, &lengths));
                let of_others = shared.iter().flat_map(|(other, region)| {
                    let had = selection.had(&conditions[*other].spec.conditions[0], grid);
                    had.into_iter().map(|points| [points, region.clone()].concat())
                });
                let gone: Vec<Region> = of_grid.chain(of_others).collect();
                if gone.is_empty() {
                    return None;
                }
                let lengths = [points.as_slice(), &lengths].concat();
                let last = known[grid].take().filter(|(known, out, _)| *known == lengths && *out == gone);
                let remainder = last.map_or_else(|| Arc::new(Remainder::new(&lengths, &gone)), |(.., known)| known);
                known[grid] = Some((lengths, gone, Arc::clone(&remainder)));
                Some(remainder)
            };
            of.left = points.iter().zip(&gone).enumerate().map(left).collect();
            let count = |(left, (_, points)): (&Option<Arc<Remainder>>, &(_, GridPoints))| {
                left.as_ref().map_or_else(|| points.count() * of.counts[0] * of.counts[1], |left| left.count())
            };
            of.ends = sums(of.left.iter().zip(&grids).map(count));
            all.push(of);
        }
        let ends = sums(all.iter().map(OfCondition::trials));
        let count = ends[ends.len() - 1];
        Self {
            grids,
            alike,
            conditions: all.into(),
            ends,
            ranges: std::iter::once(0..count).collect(),
            sums: vec![count],
        }
    }

    /// Some of all that the spec lists, by their numbers: ranges that ascend and do not touch.
    ///
    /// # Panics
    ///
    /// If they do not ascend, or are not all there.
    pub(super) fn part(&self, ranges: Vec<Range<u64>>) -> Self {
        let is_sound = ranges.iter().is_sorted_by(|one, other| one.end < other.start)
            && ranges.iter().all(|range| range.start < range.end && range.end <= self.all());
        assert!(is_sound, "{} ranges of {} trials", ranges.len(), self.all());
        let sums = sums(ranges.iter().map(|range| range.end - range.start));
        Self { ranges, sums, ..self.clone() }
    }

    /// Which they are of all trials that the spec lists.
    pub fn ranges(&self) -> &[Range<u64>] {
        &self.ranges
    }

    /// The number of the trial of this index among all that the spec lists.
    ///
    /// # Panics
    ///
    /// If there is no such trial.
    pub fn number(&self, index: usize) -> u64 {
        assert!(index < self.len(), "trial {index} of {}", self.len());
        let (range, rest) = within(&self.sums, index as u64);
        self.ranges[range].start + rest
    }

    /// The index of the trial of this number, if it is among these.
    pub(super) fn index(&self, number: u64) -> Option<usize> {
        let range = self.ranges.partition_point(|range| range.end <= number);
        let own = self.ranges.get(range).filter(|own| own.contains(&number))?;
        let before = range.checked_sub(1).map_or(0, |before| self.sums[before]);
        usize::try_from(before + number - own.start).ok()
    }

    /// How many the spec lists.
    pub fn all(&self) -> u64 {
        self.ends[self.ends.len() - 1]
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        usize::try_from(self.sums.last().copied().unwrap_or(0)).unwrap_or(usize::MAX)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The key of each.
    pub fn keys(&self) -> Vec<Key> {
        let firsts: Vec<usize> = (0..self.len()).step_by(KEYS_AT_ONCE).collect();
        let keys = |first: &usize| {
            let (range, mut namer) = (*first..self.len().min(first + KEYS_AT_ONCE), self.namer());
            range.map(|index| namer.key(&self.get(index))).collect()
        };
        let keys: Vec<Vec<Key>> = firsts.par_iter().map(keys).collect();
        keys.concat()
    }

    /// The key of a trial.
    pub fn key(&self, trial: &Trial) -> Key {
        self.namer().key(trial)
    }

    /// What makes keys of one trial after another.
    pub fn namer(&self) -> Namer<'_> {
        Namer { trials: self, last: None }
    }

    /// The description whose hash is a trial's key: everything that can change its numbers, and nothing else.
    pub(super) fn describe(&self, trial: &Trial) -> String {
        let of = &self.conditions[trial.condition];
        of.maker.describe(of.seed_of(trial.instance), trial)
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
        let Place { condition, instance, grid, point, start, seed } = self.place(index);
        let (optimizer, points) = &self.grids[grid];
        let GridPoint { hyperparameters, options, lr_scale } = points.get(point);
        let of = &self.conditions[condition];
        let [init_seed, order_seed] = of.both(of.seeds.seeds.get(seed));
        let start = of.starts.get(start);
        Trial { condition, instance, grid, optimizer, hyperparameters, options, lr_scale, init_seed, order_seed, start }
    }

    /// The seeds of the initial weights and of the order of examples of the trial of this index.
    pub(super) fn seeds(&self, index: usize) -> [u64; 2] {
        let Place { condition, seed, .. } = self.place(index);
        let of = &self.conditions[condition];
        of.both(of.seeds.seeds.get(seed))
    }

    /// The place of the trial of this index.
    pub(super) fn place(&self, index: usize) -> Place {
        let (condition, rest) = within(&self.ends, self.number(index));
        let of = &self.conditions[condition];
        let (grid, rank) = within(&of.ends, rest);
        let rest = of.left[grid].as_ref().map_or(rank, |left| left.get(rank));
        let [starts, seeds] = of.counts;
        let (rest, seed) = (rest / seeds, rest % seeds);
        let instance = if of.instances > 1 { seed } else { 0 };
        Place { condition, instance, grid, point: rest / starts, start: rest % starts, seed }
    }

    /// The first grid of the same optimizer.
    pub(super) fn alike(&self, grid: usize) -> usize {
        self.alike[grid]
    }

    /// For each optimizer that a condition has trials of, its first grid, the number of all these trials, and the index of
    /// the first of them.
    pub(super) fn of_optimizers(&self, condition: usize) -> Vec<(usize, u64, u64)> {
        let of = &self.conditions[condition];
        let start = condition.checked_sub(1).map_or(0, |before| self.ends[before]);
        let mut found: Vec<(usize, u64, u64)> = Vec::new();
        for (grid, end) in of.ends.iter().enumerate() {
            let first = grid.checked_sub(1).map_or(0, |before| of.ends[before]);
            match found.iter_mut().find(|(known, ..)| *known == self.alike[grid]) {
                _ if first == *end => {}
                Some((_, count, _)) => *count += end - first,
                None => found.push((self.alike[grid], end - first, start + first)),
            }
        }
        found
    }

    /// The optimizer of a grid.
    pub(super) fn optimizer(&self, grid: usize) -> &'static Optimizer {
        self.grids[grid].0
    }

    /// How many of these trials a condition has.
    pub(super) fn under(&self, condition: usize) -> u64 {
        let start = condition.checked_sub(1).map_or(0, |before| self.ends[before]);
        let end = self.ends[condition];
        let shared = |range: &Range<u64>| range.end.min(end).saturating_sub(range.start.max(start));
        self.ranges.iter().map(shared).sum()
    }

    /// A hash of all that tells these trials and their order from others.
    pub(super) fn digest(&self) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        let mut put = |text: String| {
            hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
        };
        put(format!("{:?}", self.ranges));
        for (optimizer, points) in &self.grids {
            put(format!("{} {} {:?}", optimizer.name, points.hyperparameters, points.options));
            points.digests().into_iter().for_each(&mut put);
        }
        for OfCondition { maker, seeds, fixed, starts, left, .. } in self.conditions.iter() {
            put(format!("{maker:?} {seeds:?} {fixed:?} {starts:?}"));
            let left = left.iter().flatten().map(|left| left.digest());
            put(left.map(|hash| hash.to_string()).collect());
        }
        hasher.finalize()
    }
}

/// Makes keys, most of all of trials that follow each other: what these have in common is hashed once.
#[derive(Debug)]
pub struct Namer<'a> {
    trials: &'a Trials,
    last: Option<((usize, u64, usize), OptimizerKeys)>,
}

impl Namer<'_> {
    /// The key of a trial.
    pub fn key(&mut self, trial: &Trial) -> Key {
        let Trial { condition, instance, grid, .. } = *trial;
        let place = (condition, instance, self.trials.alike(grid));
        if self.last.as_ref().is_none_or(|(last, _)| *last != place) {
            let of = &self.trials.conditions[condition];
            self.last = Some((place, of.maker.of_optimizer(of.seed_of(instance), trial.optimizer)));
        }
        let (_, keys) = self.last.as_mut().expect("it was just made");
        keys.key(Point::of(trial), trial.init_seed, trial.order_seed)
    }
}

/// The sums of the first number, the first two, and so on.
fn sums(numbers: impl Iterator<Item = u64>) -> Vec<u64> {
    let add = |sum: &mut u64, number| {
        *sum += number;
        Some(*sum)
    };
    numbers.scan(0, add).collect()
}

/// Which of several ranges, given by their ends, a number is in, and its place there.
fn within(ends: &[u64], number: u64) -> (usize, u64) {
    let range = ends.partition_point(|end| *end <= number);
    (range, number - range.checked_sub(1).map_or(0, |before| ends[before]))
}
