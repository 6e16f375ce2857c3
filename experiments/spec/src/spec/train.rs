//! `[train]`: how long, on which batches, from which seeds.

use std::collections::HashSet;

use super::error::InputError;
use super::key::{Key, Values, Without, names, names_of};
use super::metric;
use super::reader::{Field, Interval, Named, Table};
use crate::dataset::MAX_SAMPLES;
pub use crate::record::Precision;

/// The most steps of a trial.
pub const MAX_STEPS: u64 = 1_000_000_000;

/// The most trials of a sweep, any range of which can be run.
pub const MAX_TRIALS: u64 = 1_000_000_000_000;

/// How every trial is trained.
#[derive(Clone, Debug, PartialEq)]
pub struct Train {
    /// Examples per step.
    pub batch: Batch,
    /// Whether the last batch of an epoch is left out if it is smaller than the others.
    pub drop_last: bool,
    /// Whether every example of a batch is drawn anew from the whole split; an epoch is as many draws as it has
    /// examples.
    pub replacement: bool,
    /// How long.
    pub length: Length,
    /// The seeds; each configuration is trained once with each.
    pub seeds: Seeds,
    /// The seed of the initial weights, if all trials share it; else it is the trial's seed.
    pub init_seed: Option<u64>,
    /// The seed of the order of examples, if all trials share it; else it is the trial's seed.
    pub order_seed: Option<u64>,
    /// When the splits are evaluated.
    pub log_every: LogEvery,
    /// The number of examples of each split, from the first on, that losses and accuracies are taken over; all if there
    /// is none.
    pub log_examples: Option<u64>,
    /// The numbers that training computes with.
    pub precision: Precision,
    /// A trial has diverged if its last logged training loss is above this multiple of the initial one.
    pub divergence_factor: f64,
    /// What counts as success.
    pub target: Option<Target>,
}

/// Examples per step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Batch {
    /// The whole training split.
    Full,
    /// This many.
    Size(usize),
    /// This many, or the whole training split where it has fewer.
    AtMost(usize),
}

/// How long a trial is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// This many updates.
    Steps(u64),
    /// This many passes over the training split.
    Epochs(u64),
}

/// The seeds of a sweep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seeds {
    /// `count` of them, from `from` on.
    Range {
        /// The first.
        from: u64,
        /// How many.
        count: u64,
    },
    /// These.
    List(Vec<u64>),
}

/// When the splits are evaluated, besides before the first step and after the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogEvery {
    /// At the multiples of this many steps; 0 for never.
    Steps(u64),
    /// At the end of every epoch.
    Epoch,
}

impl Named for Precision {
    const NAMES: &'static [(&'static str, Self)] = &[("f32", Self::F32), ("f64", Self::F64)];
}

/// What counts as success: a value of a metric at a logged step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// A loss or an accuracy of a split, by its name in `curves.csv`.
    pub metric: &'static str,
    /// A loss must be at most this, an accuracy at least.
    pub threshold: f64,
    /// Whether the trial ends there.
    pub stop: bool,
}

impl Seeds {
    /// How many there are.
    pub fn count(&self) -> u64 {
        match self {
            Self::Range { count, .. } => *count,
            Self::List(seeds) => seeds.len() as u64,
        }
    }

    /// The seed of this number, counted from 0.
    ///
    /// # Panics
    ///
    /// If there is no such seed.
    pub fn get(&self, number: u64) -> u64 {
        assert!(number < self.count(), "seed {number} of {}", self.count());
        match self {
            Self::Range { from, .. } => from + number,
            Self::List(seeds) => seeds[number as usize],
        }
    }

    /// The number of a seed, if it is one of them.
    pub fn find(&self, seed: u64) -> Option<u64> {
        match self {
            Self::Range { from, count } => seed.checked_sub(*from).filter(|number| number < count),
            Self::List(seeds) => seeds.iter().position(|own| *own == seed).map(|number| number as u64),
        }
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = u64> + Clone + '_ {
        let (range, list) = match self {
            Self::Range { from, count } => (*from..from + count, &[][..]),
            Self::List(seeds) => (0..0, seeds.as_slice()),
        };
        range.chain(list.iter().copied())
    }

    fn read(field: &Field<'_>) -> Result<Self, InputError> {
        if let Some(table) = field.as_table() {
            table.allow(&names(SEEDS_KEYS))?;
            let from = table.required("from", "the first seed")?.seed()?;
            let count = table.required("count", "the number of seeds")?;
            // The last seed must still be one that TOML can write.
            let most = MAX_TRIALS.min(i64::MAX as u64 - from).max(1);
            return Ok(Self::Range { from, count: count.integer(1..=most)? });
        }
        let Some(items) = field.as_list() else {
            const OR: &str = ", a list of seeds, or { from = …, count = … }";
            return Ok(Self::Range { from: 0, count: field.integer_or(1..=MAX_TRIALS, OR)? });
        };
        if items.is_empty() {
            return Err(field.expected("at least one seed"));
        }
        let mut seen = HashSet::new();
        let mut seeds = Vec::with_capacity(items.len());
        for item in &items {
            let seed = item.seed()?;
            if !seen.insert(seed) {
                return Err(item.error(format!("the seed {seed} occurs twice")));
            }
            seeds.push(seed);
        }
        Ok(Self::List(seeds))
    }
}

impl Target {
    /// Reads a target; `losses` is the interval for the threshold of a loss.
    fn read(field: &Field<'_>, losses: Interval) -> Result<Self, InputError> {
        let table = field.table()?;
        table.allow(&names(TARGET_KEYS))?;
        let names = metric::TARGETS;
        let metric = names[table.required("metric", "a loss or an accuracy")?.choice(names)?];
        let is_accuracy = metric::is_accuracy(metric);
        let (key, other) = if is_accuracy { ("above", "below") } else { ("below", "above") };
        if let Some(field) = table.optional(other) {
            return Err(field.error(format!("the target of {metric} is set by `{key}`")));
        }
        let interval = if is_accuracy { ACCURACY } else { losses };
        Ok(Self {
            metric,
            threshold: table.required(key, "the value to reach")?.number(interval)?,
            stop: table.optional("stop").map_or(Ok(false), |field| field.boolean())?,
        })
    }
}

/// A factor of the initial loss.
const FACTOR: Interval = Interval { low: (1.0, false), high: (f64::INFINITY, true) };

/// The share of examples that are classified correctly.
const ACCURACY: Interval = Interval { low: (0.0, true), high: (1.0, false) };

/// Examples of a step, where nothing is said.
const BATCH: Batch = Batch::AtMost(32);

/// Seeds of networks, where nothing is said.
const SEEDS: Seeds = Seeds::Range { from: 0, count: 10 };

/// The keys of `[train]`.
pub(super) const KEYS: &[Key] = &[
    Key::new(
        "batch",
        "examples a step",
        Values::Words(
            "an integer from 1; \"full\": the whole training split; { at_most = n }: n, or the whole split if it has fewer",
        ),
        Without::Value("{ at_most = 32 }"),
    ),
    Key::new(
        "drop_last",
        "whether the last batch of an epoch is left out if it is smaller",
        Values::Truth,
        Without::Value("false"),
    ),
    Key::new(
        "replacement",
        "whether every example of a batch is drawn anew from the whole training split",
        Values::Truth,
        Without::Value("false"),
    ),
    Key::new(
        "steps",
        "updates of a trial",
        LENGTH,
        Without::Words("`epochs` says how long; on a landscape it is needed"),
    ),
    Key::new("epochs", "passes of a trial over the training split", LENGTH, Without::Words("`steps` says how long")),
    Key::new(
        "seeds",
        "each grid point is trained once from each; on a landscape there is one, and more only with gradient_noise",
        Values::Words("their number, from 0 on; a list of them; or { from = first, count = n }"),
        Without::Value("10"),
    ),
    Key::new("init_seed", "the seed of the initial weights, if all trials share it", SEED, OF_TRIAL),
    Key::new("order_seed", "the seed of the order of examples, if all trials share it", SEED, OF_TRIAL),
    Key::new(
        "log_every",
        "steps from one evaluation of the splits to the next",
        Values::Words("an integer from 0, where 0 is the first and the last only; or \"epoch\", except on a landscape"),
        Without::Value("0"),
    ),
    Key::new(
        "log_examples",
        "examples of each split, from the first on, that losses and accuracies are taken over",
        Values::Integer(1, MAX_SAMPLES),
        Without::Words("all"),
    ),
    Key::new(
        "precision",
        "the numbers that training computes with",
        Values::Name(names_of::<Precision>),
        Without::Value("\"f32\""),
    ),
    Key::new(
        "divergence_factor",
        "a trial has diverged if its last logged training loss is above this multiple of the initial one",
        Values::Number(FACTOR),
        Without::Value("10.0"),
    ),
    Key::new(
        "target",
        "what counts as success, for steps_to_target and gradients_to_target",
        Values::Words("{ metric = …, below = … }, or above = … for an accuracy, and stop = …"),
        Without::Words("nothing counts"),
    ),
];

const LENGTH: Values = Values::Integer(1, MAX_STEPS);
const SEED: Values = Values::Integer(0, i64::MAX as u64);
const OF_TRIAL: Without = Without::Words("the trial's seed");

/// Those of them that a landscape has.
pub(super) const ON_LANDSCAPE: [&str; 6] = ["steps", "seeds", "log_every", "precision", "divergence_factor", "target"];

/// The keys of `train.batch` as a table.
pub(super) const BATCH_KEYS: &[Key] = &[Key::needed(
    "at_most",
    "examples a step; the whole training split if it has fewer",
    Values::Integer(1, MAX_SAMPLES),
)];

/// The keys of `train.seeds` as a table.
pub(super) const SEEDS_KEYS: &[Key] = &[
    Key::needed("from", "the first seed", SEED),
    Key::needed("count", "the number of seeds", Values::Integer(1, MAX_TRIALS)),
];

/// The keys of `train.target`.
pub(super) const TARGET_KEYS: &[Key] = &[
    Key::needed("metric", "the loss or accuracy that is looked at", Values::Name(|_| metric::TARGETS.to_vec())),
    Key::new(
        "below",
        "the loss to reach",
        Values::Words("a number above 0; on a landscape any number"),
        Without::Words("`above`, for an accuracy"),
    ),
    Key::new("above", "the accuracy to reach", Values::Number(ACCURACY), Without::Words("`below`, for a loss")),
    Key::new("stop", "whether a trial ends there", Values::Truth, Without::Value("false")),
];

impl Train {
    /// The examples of a step for a training split of this size.
    pub fn batch_for(&self, examples: usize) -> Batch {
        match self.batch {
            Batch::AtMost(size) if size <= examples => Batch::Size(size),
            // What is drawn anew has a size, be it that of the split.
            Batch::AtMost(_) if self.replacement => Batch::Size(examples),
            Batch::AtMost(_) => Batch::Full,
            batch => batch,
        }
    }

    /// Training on a landscape: no examples, and nothing random unless gradients have noise.
    pub(super) fn read_on_landscape(table: &Table<'_>, is_random: bool) -> Result<Self, InputError> {
        table.allow(&ON_LANDSCAPE)?;
        let seeds = match table.optional("seeds") {
            Some(field) if !is_random => {
                return Err(field.error("on a landscape nothing is random without problem.gradient_noise"));
            }
            field => field.map_or(Ok(Seeds::Range { from: 0, count: 1 }), |field| Seeds::read(&field))?,
        };
        let steps = table.required("steps", "updates of a trial")?.integer(1..=MAX_STEPS)?;
        let log_every = table.optional("log_every").map_or(Ok(0), |field| field.integer(0..=MAX_STEPS))?;
        Ok(Self {
            batch: Batch::Full,
            drop_last: false,
            replacement: false,
            length: Length::Steps(steps),
            seeds,
            init_seed: None,
            order_seed: None,
            log_every: LogEvery::Steps(log_every),
            log_examples: None,
            precision: table.optional("precision").map_or(Ok(Precision::F32), |field| field.named())?,
            divergence_factor: read_divergence_factor(table)?,
            target: table.optional("target").map(|field| Target::read(&field, Interval::FINITE)).transpose()?,
        })
    }

    pub(super) fn read(table: &Table<'_>) -> Result<Self, InputError> {
        table.allow(&names(KEYS))?;
        let train = Self {
            batch: table.optional("batch").map_or(Ok(BATCH), |field| read_batch(&field))?,
            drop_last: table.optional("drop_last").map_or(Ok(false), |field| field.boolean())?,
            replacement: table.optional("replacement").map_or(Ok(false), |field| field.boolean())?,
            length: read_length(table)?,
            seeds: table.optional("seeds").map_or(Ok(SEEDS), |field| Seeds::read(&field))?,
            init_seed: table.optional("init_seed").map(|field| field.seed()).transpose()?,
            order_seed: table.optional("order_seed").map(|field| field.seed()).transpose()?,
            log_every: table.optional("log_every").map_or(Ok(LogEvery::Steps(0)), |field| read_log_every(&field))?,
            log_examples: table.optional("log_examples").map(|field| field.integer(1..=MAX_SAMPLES)).transpose()?,
            precision: table.optional("precision").map_or(Ok(Precision::F32), |field| field.named())?,
            divergence_factor: read_divergence_factor(table)?,
            target: table.optional("target").map(|field| Target::read(&field, Interval::POSITIVE)).transpose()?,
        };
        if train.init_seed.is_some() && train.order_seed.is_some() && train.seeds.count() > 1 {
            let message =
                "`train.seeds`: init_seed and order_seed are both fixed, so that all seeds give the same trial";
            return Err(table.error(message).with_help("fix one of them, or set seeds = 1"));
        }
        Ok(train)
    }
}

fn read_divergence_factor(table: &Table<'_>) -> Result<f64, InputError> {
    table.optional("divergence_factor").map_or(Ok(10.0), |field| field.number(FACTOR))
}

fn read_batch(field: &Field<'_>) -> Result<Batch, InputError> {
    if field.as_str() == Some("full") {
        return Ok(Batch::Full);
    }
    if let Some(table) = field.as_table() {
        table.allow(&names(BATCH_KEYS))?;
        let size = table.required("at_most", "examples a step, at most")?.integer(1..=MAX_SAMPLES)?;
        return Ok(Batch::AtMost(size as usize));
    }
    let size = field.integer_or(1..=MAX_SAMPLES, ", \"full\" or { at_most = … }")?;
    Ok(Batch::Size(size as usize))
}

fn read_length(table: &Table<'_>) -> Result<Length, InputError> {
    match (table.optional("steps"), table.optional("epochs")) {
        (Some(steps), None) => Ok(Length::Steps(steps.integer(1..=MAX_STEPS)?)),
        (None, Some(epochs)) => Ok(Length::Epochs(epochs.integer(1..=MAX_STEPS)?)),
        (Some(_), Some(epochs)) => Err(epochs.error("expected either `steps` or `epochs`, found both")),
        (None, None) => Err(table.error("missing key `train.steps` or `train.epochs`")),
    }
}

fn read_log_every(field: &Field<'_>) -> Result<LogEvery, InputError> {
    if field.as_str() == Some("epoch") {
        return Ok(LogEvery::Epoch);
    }
    Ok(LogEvery::Steps(field.integer_or(0..=MAX_STEPS, " or \"epoch\"")?))
}
