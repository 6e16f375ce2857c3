//! How much memory a sweep needs.

use thalweg_kernels::Isa;
use thalweg_kernels::math::Elementary;

use super::identity::piece;
use super::{Choice, Model, Plan, Population};
use crate::data::{self, Features, Size, Splits};
use crate::memory::{Memory, OVERCOMMIT};
use crate::network;
use crate::record::Precision;
use crate::spec::{Batch, Curves, InputError, Source, Spec, Weights};
use crate::train::{Engine, Layout, Path, Point, SCHEDULE};

/// What the process takes with nothing to do.
const PROCESS: u64 = 9 << 20;

/// Bytes that a trial takes while a plan is made and runs: its key, and numbers that say where it belongs.
const PLACE: u64 = 32;

/// Bytes that an instance takes, with the beginning of its trials' descriptions.
const INSTANCE: u64 = 1_500;

/// Bytes that an order of examples takes besides its numbers.
const ORDER: u64 = 90;

/// Bytes of a row of `curves.csv`, or of `runs.csv`, on their way to the disk: of networks, and of landscapes, which have
/// no splits.
const ROW: u64 = 110;
const LANDSCAPE_ROW: u64 = 70;

/// The most bytes of finished rows that wait, twice as many while they are sorted.
const BACKLOG: u64 = 32 << 20;

/// Checks that the places, starts and problems of a spec's trials fit the memory, before any is made.
pub(super) fn check_places(spec: &Spec, memory: Memory) -> Result<(), InputError> {
    memory.check(places(spec)).map_err(|shortage| {
        spec.error("train", format!("the list of the trials needs {shortage}")).with_help(OVERCOMMIT)
    })
}

/// The bytes of what a plan lists.
fn places(spec: &Spec) -> u64 {
    let seeds = spec.train.seeds.count();
    let instances = spec.problem.points().unwrap_or(u64::MAX);
    let points = spec.optimizers.iter().filter_map(|grid| grid.count()).fold(0, u64::saturating_add);
    let (starts, dimensions) = spec
        .problem
        .landscape()
        .map_or((1, 0), |landscape| (landscape.starts.count().unwrap_or(u64::MAX), landscape.starts.dimensions()));
    let trials = [seeds, points, starts].into_iter().fold(instances, u64::saturating_mul);
    let instances = instances.saturating_mul(if spec.problem.each_trial { seeds } else { 1 });
    // Some points of a grid are there twice while the rest is made.
    let starts = if starts > 1 { starts.saturating_mul(vector(dimensions as u64) * 4 / 3) } else { 0 };
    trials.saturating_mul(PLACE).saturating_add(instances.saturating_mul(INSTANCE)).saturating_add(starts)
}

/// The bytes of a list of numbers in a list.
fn vector(numbers: u64) -> u64 {
    24 + (8 * numbers + 8).next_multiple_of(16).max(32)
}

impl Plan {
    /// The most bytes of memory that the sweep needs at a time, until its tables are written: for examples, for the
    /// places of the trials, and for worker threads. Drawing takes its own.
    pub fn memory(&self, spec: &Spec, data: &Splits, isa: Isa, threads: usize) -> u64 {
        match spec.train.precision {
            Precision::F32 => self.memory_in::<f32>(spec, data, isa, threads),
            Precision::F64 => self.memory_in::<f64>(spec, data, isa, threads),
        }
    }

    /// Checks that the sweep fits the memory.
    ///
    /// # Errors
    ///
    /// If it needs more: how much, and how much there is.
    pub fn check_memory(
        &self,
        spec: &Spec,
        data: &Splits,
        isa: Isa,
        threads: usize,
        memory: Memory,
    ) -> Result<(), InputError> {
        memory.check(self.memory(spec, data, isa, threads)).map_err(|shortage| {
            let key = if spec.network.is_some() { "network" } else { "problem" };
            let help = format!("fewer --threads, or smaller engine.lanes, need less; {OVERCOMMIT}");
            spec.error(key, format!("the sweep needs {shortage}")).with_help(help)
        })
    }

    fn memory_in<T: Elementary>(&self, spec: &Spec, data: &Splits, isa: Isa, threads: usize) -> u64 {
        let worker = |population: &Population| {
            let choice = Choice::new(spec, self, population, isa);
            let engine = Engine { isa, threads, path: choice.path, lanes: choice.lanes };
            // Blocks do not reach beyond a piece.
            let piece = population.trials.min(piece(spec, self));
            let lanes = engine.block_lanes::<T>(piece).min(piece);
            let workers = threads.min(piece.div_ceil(lanes)) as u64;
            // Who helps has copies of what the products read.
            let helpers = if choice.path == Path::Dense { threads as u64 - workers } else { 0 };
            (self.worker::<T>(spec, population, choice.path, isa, lanes as u64))
                .saturating_mul(workers)
                .saturating_add(helpers * self.packed::<T>(threads as u64))
        };
        let workers = self.first_populations().map(worker).max().unwrap_or(0);
        let rows = (self.row() * (1 + self.schedule.recorded.len() as u64)).saturating_mul(self.trials.len() as u64);
        let shared = self.examples::<T>(spec, data).saturating_add(self.initials::<T>(spec));
        let training = shared.saturating_add(workers).saturating_add(rows.min(BACKLOG));
        let surface = spec.record.surface.as_ref().and_then(|surface| surface.count()).unwrap_or(0);
        let surface = surface * (8 + vector(self.model.parameters()) * 4 / 3);
        let loaded =
            if let Model::Network(shape) = &self.model { 8 * shape.loaded().map_or(0, <[f64]>::len) } else { 0 };
        PROCESS + places(spec) + loaded as u64 + training.max(loading(self, spec, data)).max(surface)
    }

    fn row(&self) -> u64 {
        if matches!(self.model, Model::Network(_)) { ROW } else { LANDSCAPE_ROW }
    }

    /// The bytes of the initial weights that are kept for other trials of the same seeds, or of those that are drawn.
    fn initials<T: Elementary>(&self, spec: &Spec) -> u64 {
        let Model::Network(shape) = &self.model else { return 0 };
        if shape.loaded().is_some() {
            return 0;
        }
        let seeds = if spec.train.init_seed.is_some() { 1 } else { spec.train.seeds.count() };
        let each = shape.parameters * size_of::<T>() as u64;
        each.saturating_mul(seeds).min(network::CACHED_WEIGHTS as u64).max(2 * each)
    }

    /// The bytes of the examples while networks are trained on them.
    fn examples<T: Elementary>(&self, spec: &Spec, data: &Splits) -> u64 {
        let Model::Network(shape) = &self.model else { return 0 };
        let width = shape.loss.target_width(shape.outputs()) as u64;
        let size = size_of::<T>() as u64;
        // Features that are in the precision of the sweep are taken as they are.
        let numbers = |split: &Examples| {
            let features = if Features::bytes(split.features.precision()) == size { 0 } else { split.inputs as u64 };
            split.len() as u64 * (features + width)
        };
        let rounded = splits(data).map(numbers).into_iter().sum::<u64>().saturating_mul(size);
        kept(self, spec, data) + rounded.saturating_add(self.orders(spec))
    }

    /// The bytes of the orders of examples that are kept for other trials of the same seeds.
    fn orders(&self, spec: &Spec) -> u64 {
        if spec.train.batch_for(self.schedule.train) == Batch::Full {
            return 0;
        }
        let train = self.schedule.train as u64;
        let epochs = 1 + self.schedule.steps / self.schedule.steps_per_epoch;
        let seeds = if spec.train.order_seed.is_some() { 1 } else { spec.train.seeds.count() };
        epochs.saturating_mul(seeds).min(network::CACHED_ORDERS as u64 / train + 1) * (4 * train + ORDER)
    }

    /// The bytes of what products copy, for one of so many threads that share them.
    fn packed<T: Elementary>(&self, threads: u64) -> u64 {
        size_of::<T>() as u64 * self.model.parameters() / threads.max(1)
    }

    /// The bytes of a worker thread.
    fn worker<T: Elementary>(&self, spec: &Spec, population: &Population, path: Path, isa: Isa, lanes: u64) -> u64 {
        let (parameters, size) = (self.model.parameters(), size_of::<T>() as u64);
        let own = spec.optimizers.iter().filter(|grid| grid.optimizer.name == population.optimizer.name);
        let adjusts = own.flat_map(|grid| &grid.options).any(|(option, _)| *option < SCHEDULE);
        // Weights, gradient, the weights before a logged step, and the optimizer's state; gradients that are clipped or
        // decayed have an array of their own.
        let arrays = 3 + population.optimizer.state as u64 + u64::from(adjusts);
        let arrays = arrays.saturating_mul(parameters).saturating_mul(size * lanes);
        let scratch = match &self.model {
            Model::Network(shape) => {
                let layout = Layout { isa, path, groups: 1 };
                let pieces = self.schedule.batch;
                network::scratch_bytes::<T>(&shape.architecture(), layout, spec.engine.chunk, pieces)
            }
            Model::Landscape(_) => 0,
        };
        let points = self.schedule.logged.len() as u64;
        let trajectory = spec.record.trajectory && matches!(self.model, Model::Landscape(_));
        let positions = match (&self.model, spec.record.weights) {
            (Model::Landscape(_), _) if trajectory => points,
            (Model::Landscape(_), _) => 2,
            (_, Weights::None) => 0,
            (_, Weights::Both) => 2,
            _ => 1,
        };
        let kept = positions.saturating_mul(8 * (1 + parameters));
        // Products pack the weights of a trial that has a block of its own.
        let packed = if path == Path::Dense { self.packed::<T>(1) } else { 0 };
        // The bytes of a file on its way to the disk.
        let file = if spec.record.weights == Weights::None { 0 } else { size * parameters };
        let logged = points * size_of::<Point>() as u64;
        let rows =
            if spec.record.curves == Curves::None { 0 } else { self.row() * self.schedule.recorded.len() as u64 };
        let trajectory = if trajectory { points.saturating_mul(26 + 3 * size * (1 + parameters)) } else { 0 };
        let outcome = [kept, logged, rows, trajectory].into_iter().fold(0, u64::saturating_add);
        [scratch, packed, file, outcome.saturating_mul(lanes)].into_iter().fold(arrays, u64::saturating_add)
    }
}

/// A split of the data.
type Examples = data::Dataset<Features>;

fn splits(data: &Splits) -> [&Examples; 3] {
    [&data.train, &data.validation, &data.test]
}

/// The bytes of the examples that are in memory while networks are trained on them: those of the first instance, those of
/// another one, and what their files hold.
fn kept(plan: &Plan, spec: &Spec, data: &Splits) -> u64 {
    if plan.instances.len() == 1 {
        return bytes(data);
    }
    let from_files = matches!(spec.problem.source, Source::Csv { .. } | Source::Idx(_));
    2 * bytes(data) + if from_files { data.making.saturating_sub(features(data)) } else { 0 }
}

/// The bytes of examples while they are made or read: their features, their targets in the order of their source and of
/// their split, and both orders; those of the first instance stay.
fn loading(plan: &Plan, spec: &Spec, data: &Splits) -> u64 {
    let made = Size::of(&spec.problem.source).made_from;
    let order = 4 * splits(data).map(|split| split.len() as u64).into_iter().sum::<u64>();
    let first = if plan.instances.len() > 1 { bytes(data) } else { 0 };
    (first + data.making + 2 * (bytes(data) - features(data)) + order + made).max(data.reading)
}

/// The bytes of the features of an instance.
fn features(data: &Splits) -> u64 {
    splits(data).map(|split| split.features.len() as u64 * Features::bytes(split.features.precision())).iter().sum()
}

/// The bytes of the examples of an instance.
fn bytes(data: &Splits) -> u64 {
    features(data) + splits(data).map(|split| Size::of_dataset(split).bytes(0)).iter().sum::<u64>()
}
