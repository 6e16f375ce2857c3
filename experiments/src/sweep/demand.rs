//! How much memory a sweep needs.

use thalweg_kernels::Isa;
use thalweg_kernels::math::Elementary;

use super::identity::{chunk, together};
use super::{Choice, Condition, Model, Plan, Population, Watch};
use crate::data::Size;
use crate::memory::{Memory, OVERCOMMIT};
use crate::network;
use crate::record::Precision;
use crate::spec::{Batch, Curves, InputError, Source, Weights};
use crate::train::{Engine, Layout, Point, SCHEDULE, TrainingPath, composite};

/// What the process takes with nothing to do.
const PROCESS: u64 = 13 << 20;

/// Bytes that a trial takes while it is run: where its rows are, its place among those that are trained together, and in the
/// end its key, to see that no other one has it. Those of rows that are taken over are sorted with their numbers.
const PLACE: u64 = 24;

/// Bytes that an order of examples takes besides its numbers.
const ORDER: u64 = 90;

/// Bytes of a row of `curves.csv`, or of `runs.csv`, on their way to the disk: of networks, and of landscapes, which have
/// no splits.
const ROW: u64 = 110;
const LANDSCAPE_ROW: u64 = 70;

/// The most bytes of finished rows that wait, twice as many while they are sorted.
const BACKLOG: u64 = 32 << 20;

/// How often the rows of a chunk are in memory while they are gathered in order, at most.
const SEALED: u64 = 3;

/// The bytes of a list of numbers in a list.
fn vector(numbers: u64) -> u64 {
    24 + (8 * numbers + 8).next_multiple_of(16).max(32)
}

impl Plan {
    /// The most bytes of memory that the sweep needs at a time, until its tables are written: for examples, for the
    /// places of the trials, and for worker threads. Drawing takes its own.
    pub fn memory(&self, isa: Isa, threads: usize) -> u64 {
        let (_, bytes) = self.hungriest(isa, threads);
        bytes.saturating_add(self.list())
    }

    /// Checks that the sweep fits the memory.
    ///
    /// # Errors
    ///
    /// If it needs more: how much, and how much there is.
    pub fn check_memory(&self, isa: Isa, threads: usize, memory: Memory) -> Result<(), InputError> {
        self.check_training(isa, threads, memory)?;
        memory.check(self.memory(isa, threads)).map_err(|shortage| {
            let message = format!("the list of {} trials needs {shortage}", self.trials.len());
            let help = format!("--trials FIRST..END runs a part of them; {OVERCOMMIT}");
            self.conditions[0].spec.error("train", message).with_help(help)
        })
    }

    /// Checks that what is trained at a time fits the memory.
    ///
    /// # Errors
    ///
    /// If it needs more: how much, and how much there is.
    pub fn check_training(&self, isa: Isa, threads: usize, memory: Memory) -> Result<(), InputError> {
        let (condition, bytes) = self.hungriest(isa, threads);
        memory.check(bytes).map_err(|shortage| {
            let spec = &condition.spec;
            let key = if spec.network.is_some() { "network" } else { "problem" };
            let help = format!("fewer --threads, or smaller engine.lanes, need less; {OVERCOMMIT}");
            spec.error(key, format!("the sweep needs {shortage}")).with_help(help)
        })
    }

    /// The bytes of what is kept of all trials.
    fn list(&self) -> u64 {
        PLACE.saturating_mul(self.trials.len() as u64)
    }

    /// The condition whose training needs the most memory, and how much that is.
    fn hungriest(&self, isa: Isa, threads: usize) -> (&Condition, u64) {
        let bytes = (0..self.conditions.len()).map(|number| {
            let under = Under { plan: self, number, condition: &self.conditions[number], isa, threads };
            match under.condition.spec.train.precision {
                Precision::F32 => under.memory::<f32>(),
                Precision::F64 => under.memory::<f64>(),
            }
        });
        let (number, most) = bytes.enumerate().max_by_key(|(_, bytes)| *bytes).unwrap_or((0, 0));
        (&self.conditions[number], most)
    }
}

/// A condition of a plan, and how it is trained.
struct Under<'a> {
    plan: &'a Plan,
    number: usize,
    condition: &'a Condition,
    isa: Isa,
    threads: usize,
}

impl Under<'_> {
    fn memory<T: Elementary>(&self) -> u64 {
        let Self { plan, condition, isa, threads, .. } = *self;
        let Condition { spec, model, schedule, .. } = condition;
        let worker = |population: &Population| {
            let choice = Choice::new(condition, population, isa, threads);
            let engine = Engine { isa, threads, path: choice.path, lanes: choice.lanes };
            // Blocks do not reach beyond what is trained at a time.
            let together = population.trials.min(together(plan, threads));
            let lanes = engine.block_lanes::<T>(together).min(together);
            let workers = threads.min(together.div_ceil(lanes)) as u64;
            // Who helps has copies of what the products read.
            let helpers = if choice.path == TrainingPath::Dense { threads as u64 - workers } else { 0 };
            (self.worker::<T>(population, choice.path, lanes as u64))
                .saturating_mul(workers)
                .saturating_add(helpers * self.packed::<T>(threads as u64))
        };
        let workers = plan.populations_of(self.number).iter().map(worker).max().unwrap_or(0);
        // Rows wait while their trials are trained; those of a chunk are gathered in order beside the training of others.
        let trial = (self.row() + self.leading()) * (1 + schedule.recorded.len() as u64);
        let trial = trial.saturating_add(self.trajectory::<T>()).saturating_add(self.observed());
        let rows = |trials: usize| trial.saturating_mul(trials.min(plan.trials.len()) as u64);
        let together = together(plan, threads);
        let sealing = SEALED.saturating_mul(rows(chunk(plan)));
        let is_single = plan.trials.len() <= together;
        let shared = self.examples::<T>().saturating_add(self.initials::<T>());
        let training = workers.saturating_add(rows(together).min(BACKLOG));
        let training = if is_single { training.max(sealing) } else { training.saturating_add(sealing) };
        let training = shared.saturating_add(training);
        let surface = spec.record.surface.as_ref().and_then(|surface| surface.count()).unwrap_or(0);
        let surface = surface * (8 + vector(model.parameters()) * 4 / 3);
        let loaded = if let Model::Network(shape) = model { 8 * shape.loaded().map_or(0, <[f64]>::len) } else { 0 };
        PROCESS + loaded as u64 + training.max(self.loading()).max(surface)
    }

    /// The bytes of the cells that all rows of a trial begin with: about those of the first.
    fn leading(&self) -> u64 {
        self.plan.leading(0).bytes()
    }

    /// The bytes of a trial's rows of `trajectory.csv`.
    fn trajectory<T: Elementary>(&self) -> u64 {
        let Condition { spec, model, schedule, .. } = self.condition;
        let Model::Landscape(landscape) = model else { return 0 };
        if !spec.record.trajectory {
            return 0;
        }
        let numbers = 1 + landscape.starts.dimensions() as u64;
        (schedule.logged.len() as u64).saturating_mul(self.leading() + 13 + 2 * size_of::<T>() as u64 * numbers)
    }

    /// The bytes of a trial's rows of observers.
    fn observed(&self) -> u64 {
        let leading = self.leading();
        self.condition.watches().iter().map(|watch| watch.text_bytes(leading)).fold(0, u64::saturating_add)
    }

    fn row(&self) -> u64 {
        if matches!(self.condition.model, Model::Network(_)) { ROW } else { LANDSCAPE_ROW }
    }

    /// The bytes of the initial weights that are kept for other trials of the same seeds, or of those that are drawn.
    fn initials<T: Elementary>(&self) -> u64 {
        let Condition { spec, model: Model::Network(shape), .. } = self.condition else { return 0 };
        if shape.loaded().is_some() {
            return 0;
        }
        let seeds = if spec.train.init_seed.is_some() { 1 } else { spec.train.seeds.count() };
        let each = shape.parameters * size_of::<T>() as u64;
        each.saturating_mul(seeds).min(network::CACHED_WEIGHTS as u64).max(2 * each)
    }

    /// The bytes of the examples while networks are trained on them.
    fn examples<T: Elementary>(&self) -> u64 {
        let Condition { model: Model::Network(shape), extent, .. } = self.condition else { return 0 };
        let width = shape.loss.target_width(shape.outputs()) as u64;
        let size = size_of::<T>() as u64;
        // Features that are in the precision of the sweep are taken as they are.
        let numbers = width + if extent.feature == size { 0 } else { extent.inputs };
        let examples: u64 = extent.examples.iter().sum();
        let rounded = examples.saturating_mul(numbers).saturating_mul(size);
        self.kept() + rounded.saturating_add(self.orders())
    }

    /// Whether there are examples besides those of this condition's first instance.
    fn has_others(&self) -> bool {
        self.plan.conditions.len() > 1 || self.condition.instances() > 1
    }

    /// The bytes of the examples that are in memory while networks are trained on them: those of the first instance, those
    /// of another one, and what their files hold.
    fn kept(&self) -> u64 {
        let Condition { spec, extent, .. } = self.condition;
        if !self.has_others() {
            return extent.bytes;
        }
        let from_files = matches!(spec.problem.source, Source::Csv { .. } | Source::Idx(_));
        let files = if from_files { extent.making.saturating_sub(extent.features) } else { 0 };
        self.plan.conditions[0].extent.bytes + extent.bytes + files
    }

    /// The bytes of examples while they are made or read: their features, their targets in the order of their source and of
    /// their split, and both orders; those of the first instance stay.
    fn loading(&self) -> u64 {
        let Condition { spec, extent, .. } = self.condition;
        let made = Size::of(&spec.problem.source).made_from;
        let order = 4 * extent.examples.iter().sum::<u64>();
        let first = if self.has_others() { self.plan.conditions[0].extent.bytes } else { 0 };
        (first + extent.making + 2 * (extent.bytes - extent.features) + order + made).max(extent.reading)
    }

    /// The bytes of the orders of examples that are kept for other trials of the same seeds.
    fn orders(&self) -> u64 {
        let Condition { spec, schedule, .. } = self.condition;
        if spec.train.batch_for(schedule.train) == Batch::Full {
            return 0;
        }
        let train = schedule.train as u64;
        let epochs = 1 + schedule.steps / schedule.steps_per_epoch;
        let seeds = if spec.train.order_seed.is_some() { 1 } else { spec.train.seeds.count() };
        epochs.saturating_mul(seeds).min(network::CACHED_ORDERS as u64 / train + 1) * (4 * train + ORDER)
    }

    /// The bytes of what products copy, for one of so many threads that share them.
    fn packed<T: Elementary>(&self, threads: u64) -> u64 {
        size_of::<T>() as u64 * self.condition.model.parameters() / threads.max(1)
    }

    /// The bytes of a worker thread.
    fn worker<T: Elementary>(&self, population: &Population, path: TrainingPath, lanes: u64) -> u64 {
        let Condition { spec, model, schedule, .. } = self.condition;
        let (parameters, size) = (model.parameters(), size_of::<T>() as u64);
        let own = spec.optimizers.iter().filter(|grid| grid.optimizer.name == population.optimizer.name);
        let options: Vec<usize> = own.flat_map(|grid| &grid.options).map(|(option, _)| *option).collect();
        let composites = options.iter().any(|at| composite(*at).is_some());
        let adjusts = options.iter().any(|at| *at < SCHEDULE && composite(*at).is_none());
        // Weights, gradient, the weights before a logged step, and what the optimizer keeps and needs; gradients that are
        // clipped or decayed have an array of their own, those that are made of several two.
        let own = population.optimizer.state + population.optimizer.scratch;
        let arrays = 3 + own as u64 + u64::from(adjusts) + 2 * u64::from(composites);
        let arrays = arrays.saturating_mul(parameters).saturating_mul(size * lanes);
        let watches = self.condition.watches();
        let scratch = match model {
            Model::Network(shape) => {
                let (layout, architecture) = (Layout { isa: self.isa, path, groups: 1 }, shape.architecture());
                let (gradients, products) = watches.iter().fold((false, false), |(gradients, products), watch| {
                    (gradients || watch.cost.gradients > 0, products || watch.cost.products > 0)
                });
                // Observers may ask about all examples.
                let most = if gradients || products { schedule.train } else { schedule.batch };
                let tangents = || network::tangent_bytes::<T>(&architecture, layout, spec.engine.chunk, most);
                let own = network::scratch_bytes::<T>(&architecture, layout, spec.engine.chunk, most);
                own.saturating_add(if products { tangents() } else { 0 })
            }
            Model::Landscape(_) => 0,
        };
        let points = schedule.logged.len() as u64;
        let trajectory = spec.record.trajectory && matches!(model, Model::Landscape(_));
        let positions = match (model, spec.record.weights) {
            (Model::Landscape(_), _) if trajectory => points,
            (Model::Landscape(_), _) => 2,
            (_, Weights::None) => 0,
            (_, Weights::Both) => 2,
            _ => 1,
        };
        let positions: u64 = positions + self.condition.kept_steps.len() as u64;
        let kept = positions.saturating_mul(8 * (1 + parameters));
        // Products pack the weights of a trial that has a block of its own.
        let packed = if path == TrainingPath::Dense { self.packed::<T>(1) } else { 0 };
        // The bytes of a file on its way to the disk.
        let file = if spec.record.keeps_weights() { size * parameters } else { 0 };
        let seen = watches.iter().map(Watch::outcome_bytes).fold(0, u64::saturating_add);
        let logged = (points * size_of::<Point>() as u64).saturating_add(seen);
        // What observers keep from look to look.
        let rooms = watches.iter().map(|watch| watch.cost.bytes).fold(0, u64::saturating_add);
        // Buffers double as they grow.
        let row = self.row() + 2 * self.leading();
        let rows = if spec.record.curves == Curves::None { 0 } else { row * schedule.recorded.len() as u64 };
        let others = self.trajectory::<T>().saturating_add(self.observed()).saturating_mul(2);
        let outcome = [kept, logged, rooms, rows, others].into_iter().fold(0, u64::saturating_add);
        [scratch, packed, file, outcome.saturating_mul(lanes)].into_iter().fold(arrays, u64::saturating_add)
    }
}
