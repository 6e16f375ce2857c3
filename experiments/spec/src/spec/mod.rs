//! Specs: a sweep as a TOML file, read into types that can be relied on.
//!
//! A spec that was read is valid as far as its text shows; what depends on the data (the column to predict, the number
//! of classes) is checked by the crate `thalweg`, with errors that point into the spec all the same.

mod axis;
mod canonical;
mod check;
mod combination;
mod condition;
mod conditions;
mod corruption;
mod difference;
mod document;
mod draw;
mod drawing;
mod error;
mod excerpt;
mod factor;
mod faults;
mod figure;
mod figure_columns;
mod figure_keys;
mod figure_networks;
mod generated;
mod grid;
mod idx;
mod key;
mod kinds;
mod landscape;
pub mod metric;
mod network;
mod observe;
mod output;
mod outward;
mod overrides;
mod parameter;
mod perturbation;
mod predicate;
mod problem;
mod reader;
mod section;
mod selection;
pub mod shipped;
mod spectrum;
mod style;
mod synthetic;
mod train;
mod values;
mod weights;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use axis::{Axis, Distribution};
pub use canonical::{number, point, quoted};
pub use combination::Combinations;
pub use condition::Condition;
use condition::choose;
pub use corruption::{Corruption, Imbalance};
pub use difference::Difference;
use document::Document;
pub use draw::{Draw, Sequence};
pub use drawing::{Drawing, Functions, Member, Source as DrawingSource, Study};
pub use error::shortened;
pub use error::{InputError, suggestion};
use factor::Product;
pub use factor::{Factor, MAX_CONDITIONS};
pub use figure::{Figure, defaults_of};
pub use figure_keys::FIGURE_KEYS;

pub use grid::{Grid, GridPoint, GridPoints, lr_scale_name};
pub use idx::{Idx, Pair};
pub use key::{Key, Without};
use key::{Values, names, names_of};
pub use kinds::{KINDS, Kind, SHARED};
pub use landscape::{Landscape, Lattice, MAX_DIMENSIONS, MAX_ROTATED, Starts};
pub use network::{AUTO, INIT_OFFSET, Init, MAX_DEPTH, MAX_WIDTH, Network, suiting, unusual};
pub use observe::Observation;
pub use output::{Curves, Record, Tuning};
pub use predicate::Predicate;
pub use problem::{Problem, Scale, Source};
pub use reader::Named;
use reader::{Field, Table};
pub use section::{SECTIONS, Section};
pub use style::{override_style, read_style};
pub use synthetic::{Cloud, MAX_NUMBERS, RandomTargets, Teacher};
pub use thalweg_engine::network::Perturbation;
pub use thalweg_record::nearest;
pub use train::{Batch, Length, LogEvery, MAX_STEPS, MAX_TRIALS, Precision, Seeds, Target, Train};
pub use values::{AxisValues, Spaced};
pub use weights::{RECORD, Weights, WeightsAt, WeightsOf};

use crate::figure::Appearance;
use crate::registry::Registry;

/// A sweep: which networks are trained, on what, how, and what is drawn of it.
#[derive(Clone, Debug)]
pub struct Spec {
    /// Its name, which is also that of the folder of its results.
    pub name: String,
    /// Its title in reports.
    pub title: String,
    /// How long it takes.
    pub tier: Tier,
    /// The data; those of the first condition, as are network and training.
    pub problem: Problem,
    /// The networks; none on a landscape.
    pub network: Option<Network>,
    /// The training.
    pub train: Train,
    /// Under which conditions trials are made: one, unless keys of these three have several values.
    pub conditions: Vec<Condition>,
    /// What differs between the conditions.
    pub factors: Vec<Factor>,
    /// Which combinations they are.
    pub combinations: Combinations,
    /// The optimizers and their grids.
    pub optimizers: Vec<Grid>,
    /// What is kept.
    pub record: Record,
    /// What is drawn.
    pub figures: Vec<Figure>,
    /// How figures look.
    pub style: Appearance,
    /// How it is computed.
    pub engine: Tuning,
    document: Arc<Document>,
    /// How the conditions are written.
    products: Arc<[Product]>,
    /// All combinations, those that are skipped among them.
    written: Arc<[Condition]>,
    folder: PathBuf,
}

/// Where a spec was written is not part of what it says.
impl PartialEq for Spec {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && self.title == other.title
            && self.tier == other.tier
            && self.problem == other.problem
            && self.network == other.network
            && self.train == other.train
            && self.conditions == other.conditions
            && self.factors == other.factors
            && self.combinations == other.combinations
            && self.optimizers == other.optimizers
            && self.record == other.record
            && self.figures == other.figures
            && self.style == other.style
            && self.engine == other.engine
    }
}

/// How long a shipped study takes, and what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// Minutes.
    Standard,
    /// Longer.
    Full,
    /// As long as it takes to measure its speed; `reproduce` leaves it out.
    Workload,
}

impl Named for Tier {
    const NAMES: &'static [(&'static str, Self)] =
        &[("standard", Self::Standard), ("full", Self::Full), ("workload", Self::Workload)];
}

const NAME: Key = Key::needed(
    "name",
    "its name, and that of the folder of its results",
    Values::Words("letters, digits, -, _ and ."),
);

const TITLE: Key = Key::new("title", "its title in reports", Values::Words("a text"), Without::Words("the name"));

const TIER: Key = Key::new(
    "tier",
    "how long a shipped study takes: reproduce leaves out workloads, and the full tier unless it is asked for",
    Values::Name(names_of::<Tier>),
    Without::Value("\"standard\""),
);

const STYLE: Key = Key::new(
    "style",
    "how figures look, which changes no number",
    Values::Words("a table [style]"),
    Without::Words("all defaults"),
);

/// The keys of a spec.
const KEYS: &[Key] = &[
    NAME,
    TITLE,
    TIER,
    Key::needed("problem", "what is learned or descended", Values::Words("a table [problem]")),
    Key::needed("network", "the networks; a landscape has none", Values::Words("a table [network]")),
    Key::needed("train", "how long, on which batches, from which seeds", Values::Words("a table [train]")),
    Key::needed("optimizer", "the optimizers and their grids", Values::Words("tables [[optimizer]]")),
    Key::new(
        "sweep",
        "which combinations of values there are",
        Values::Words("a table [sweep]"),
        Without::Words("all"),
    ),
    Key::new("record", "what is kept", Values::Words("a table [record]"), Without::Words("all defaults")),
    Key::new("figure", "what is drawn", Values::Words("tables [[figure]]"), Without::Words("nothing")),
    STYLE,
    Key::new(
        "engine",
        "how it is computed, which changes no byte",
        Values::Words("a table [engine]"),
        Without::Words("all defaults"),
    ),
];

impl Spec {
    /// Reads a spec of built-in parts; see [`Self::parse_with`].
    ///
    /// # Errors
    ///
    /// The same.
    pub fn parse(name: &str, text: &str, folder: &Path, overrides: &[String]) -> Result<Self, InputError> {
        Self::parse_with(&Arc::new(Registry::builtin()), name, text, folder, overrides)
    }

    /// Reads a spec.
    ///
    /// `registry` has the parts that it can name; `name` is the name of the file, for errors; relative paths in the spec start
    /// from `folder`; `overrides` are `KEY=VALUE` texts, applied in order before the spec is checked.
    ///
    /// # Errors
    ///
    /// All that is not right in the text, each with its place.
    pub fn parse_with(
        registry: &Arc<Registry>,
        name: &str,
        text: &str,
        folder: &Path,
        overrides: &[String],
    ) -> Result<Self, InputError> {
        let mut document = Document::parse(registry, name, text)?;
        document.set_all(overrides)?;
        faults::read_all(&document, &|document| {
            let spec = Self::read(document, folder)?;
            check::check(&spec).map(|()| spec)
        })
    }

    /// The spec as it is kept beside its results: without what changes the speed only.
    #[must_use]
    pub fn of_results(&self) -> Self {
        Self { engine: Tuning::default(), ..self.clone() }
    }

    /// The spec of the rows of its trials alone: without what names, summarises or draws them, or is computed beside them. Specs
    /// that have the same one have the same rows.
    #[must_use]
    pub fn of_trials(&self) -> Self {
        let record = Record {
            tables: true,
            surface: None,
            perturb: None,
            spectrum: false,
            data: false,
            summary: None,
            ..self.record.clone()
        };
        Self {
            name: String::new(),
            title: String::new(),
            tier: Tier::Standard,
            record,
            figures: Vec::new(),
            style: Appearance::default(),
            engine: Tuning::default(),
            ..self.clone()
        }
    }

    /// The spec of one of its conditions alone.
    #[must_use]
    pub fn under(&self, condition: usize) -> Self {
        let only = &self.conditions[condition];
        // Not by way of a clone of all conditions, of which there may be thousands.
        Self {
            name: self.name.clone(),
            title: self.title.clone(),
            tier: self.tier,
            problem: only.problem.clone(),
            network: only.network.clone(),
            train: only.train.clone(),
            conditions: vec![only.clone()],
            factors: self.factors.clone(),
            combinations: self.combinations.clone(),
            optimizers: self.optimizers.clone(),
            record: self.record.clone(),
            figures: self.figures.clone(),
            style: self.style.clone(),
            engine: self.engine,
            document: Arc::clone(&only.document),
            products: Arc::clone(&self.products),
            written: Arc::clone(&self.written),
            folder: self.folder.clone(),
        }
    }

    fn read(document: &Document, folder: &Path) -> Result<Self, InputError> {
        let root = Table::root(document);
        root.allow(&names(KEYS))?;
        let name = read_name(&root.required("name", "the name of the sweep")?)?;
        root.required("problem", "a table [problem]")?;
        root.required("train", "a table [train]")?;
        let optional = |key| root.optional(key).map(|field| field.table()).transpose();
        let optimizers = root.required("optimizer", "at least one table [[optimizer]]")?;
        let optimizers = tables(&optimizers, "[[optimizer]]")?;
        let figures = root.optional("figure").map_or(Ok(Vec::new()), |field| tables(&field, "[[figure]]"))?;
        let figures = figures.iter().map(Figure::read).collect::<Result<_, _>>()?;
        let record = Record::read(optional("record")?.as_ref())?;
        let style = style::of(&root)?;
        let engine = Tuning::read(optional("engine")?.as_ref())?;
        let title = root.optional("title").map_or(Ok(name.as_str()), |field| field.string())?.to_owned();
        let tier = root.optional("tier").map_or(Ok(Tier::Standard), |field| field.named())?;
        let combinations = Combinations::read(optional("sweep")?.as_ref())?;
        let products = Product::all_of(document, &combinations)?;
        let before = products.iter().map(Product::coordinates).max().unwrap_or(0);
        let draw = combinations.draw.map(|draw| Draw { before, ..draw });
        let grids = optimizers.iter().enumerate().map(|table| Grid::read_all(table, draw.as_ref()));
        let grids = grids.collect::<Result<Vec<_>, _>>()?.concat();
        for product in &products {
            let checked = combinations.check(&grids, &product.lengths(&combinations.together));
            checked.map_err(|message| {
                document.error(document.locate("sweep.together"), format!("`sweep.together`: {message}"))
            })?;
        }
        let written = products.iter().flat_map(|product| product.combinations(&combinations.together));
        let written: Vec<Condition> = written.map(Condition::read).collect::<Result<_, _>>()?;
        network::check_parameters(&written)?;
        let (conditions, factors) = choose(&root, &written, &combinations.skip, &grids)?;
        let Condition { problem, network, train, document, .. } = conditions[0].clone();
        Ok(Self {
            name,
            title,
            tier,
            problem,
            network,
            train,
            conditions,
            factors,
            combinations,
            optimizers: grids,
            record,
            figures,
            style,
            engine,
            document,
            products: products.into(),
            written: written.into(),
            folder: folder.to_owned(),
        })
    }

    /// How many problems the trials of the first condition have: one, or one per seed if each trial has examples of its
    /// own.
    pub fn instances(&self) -> u64 {
        if self.problem.each_trial { self.train.seeds.count() } else { 1 }
    }

    /// One of the problems of the trials of the first condition.
    ///
    /// # Panics
    ///
    /// If it has no such problem.
    pub fn instance(&self, number: u64) -> Problem {
        let seed = if self.problem.each_trial { self.train.seeds.get(number) } else { self.problem.seed };
        Problem { seed, each_trial: false, ..self.problem.clone() }
    }

    /// The label of each table `[[optimizer]]`; none where names are enough.
    pub fn labels(&self) -> Vec<String> {
        grid::labels(&self.optimizers)
    }

    /// The short names of the problems, each once.
    pub fn problems(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for condition in &self.conditions {
            if !names.contains(&condition.problem.name()) {
                names.push(condition.problem.name());
            }
        }
        names
    }

    /// The parts that it can name.
    pub fn registry(&self) -> &Arc<Registry> {
        &self.document.registry
    }

    /// The folder from which relative paths in the spec start.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// An error about the value of a dotted key, such as `optimizer.0.lr`; it points to where that was written, or to
    /// the table where it could have been.
    pub fn error(&self, key: &str, message: impl std::fmt::Display) -> InputError {
        self.document.error(self.document.locate(key), format!("`{key}`: {message}"))
    }
}

/// The items of an array of tables.
fn tables<'a>(field: &Field<'a>, header: &str) -> Result<Vec<Table<'a>>, InputError> {
    let items = field.list(&format!("tables {header}"))?;
    if items.is_empty() {
        return Err(field.expected(format!("at least one table {header}")));
    }
    items.iter().map(Field::table).collect()
}

fn read_name(field: &Field<'_>) -> Result<String, InputError> {
    const LONGEST: usize = 100;
    let name = field.string()?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if name.is_empty() || name.len() > LONGEST || name.starts_with(['.', '-']) || !name.chars().all(is_plain) {
        // It becomes the name of a folder.
        return Err(field.expected("letters, digits, -, _ and . (at most 100, not starting with - or .)"));
    }
    Ok(name.to_owned())
}
