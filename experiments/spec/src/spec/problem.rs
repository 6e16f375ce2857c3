//! `[problem]`: the data that the networks learn.

use thalweg_kernels::Origin;

use super::canonical::{self, number, quoted};
use super::corruption::Corruption;
use super::error::InputError;
use super::generated;
use super::grid;
use super::idx::Idx;
use super::key::{Key, Values, Without, names, names_of};
use super::kinds::{self, KIND, SHARED};
use super::landscape::{Landscape, Starts};
use super::reader::{Field, Interval, Named, Table};
use super::synthetic::{Cloud, Teacher};
use crate::dataset::{Generated, ShippedData, Task};

/// The data of a sweep, its splits and its scaling.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Its name in tables and figures, if it has one of its own.
    pub label: Option<String>,
    /// Where the examples come from.
    pub source: Source,
    /// How features are scaled, by what the training split shows.
    pub scale: Scale,
    /// How the targets of a regression are scaled, by what the training split shows.
    pub target_scale: Scale,
    /// What is done to the training split alone.
    pub corruption: Corruption,
    /// The share of the examples that is set aside for testing.
    pub test_fraction: f64,
    /// The share of the examples that is set aside for validation.
    pub validation_fraction: f64,
    /// The seed of the examples and of their split; see [`Self::each_trial`].
    pub seed: u64,
    /// Whether each trial has examples of its own, whose seed is the trial's, in place of `seed`.
    pub each_trial: bool,
}

/// Where examples come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// A generator with its parameters.
    Generated(Generated),
    /// A table with a header.
    Csv {
        /// The file, relative to the folder of the spec; the bare name of a shipped data set means that.
        path: String,
        /// The column to predict.
        target: String,
        /// What kind of prediction.
        task: Task,
    },
    /// Standard normal features; random classes, or standard normal targets.
    Gaussian(Cloud),
    /// Features uniform on [0, 1); random classes, or targets uniform on [0, 1).
    Uniform(Cloud),
    /// Standard normal features that a random network labels.
    Teacher(Teacher),
    /// Images and their labels, as MNIST comes.
    Idx(Idx),
    /// No examples at all, but a function of a few coordinates; there is no network then.
    Landscape(Landscape),
}

/// The value of `seed` that gives each trial a problem of its own.
const TRIAL: &str = "trial";

impl Named for Task {
    const NAMES: &'static [(&'static str, Self)] =
        &[("classification", Self::Classification), ("regression", Self::Regression)];
}

/// How features are scaled. What is fitted is fitted to the training split and applied to all splits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scale {
    /// Each column gets mean 0 and (population) standard deviation 1; a constant column becomes 0.
    Standard,
    /// Each column gets minimum 0 and maximum 1; a constant column becomes 0.
    MinMax,
    /// As they are.
    None,
    /// Every feature is divided by this number.
    Divide(f64),
}

const SCALES: [(&str, Scale); 3] = [("standard", Scale::Standard), ("minmax", Scale::MinMax), ("none", Scale::None)];

/// A share that is set aside.
pub(super) const FRACTION: Interval = Interval { low: (0.0, true), high: (1.0, false) };

/// The keys of a table with a header.
pub(super) const CSV_KEYS: &[Key] = &[
    Key::needed("path", "the table", Values::Words("a CSV file, or the name of a shipped data set")),
    Key::needed("target", "the column to predict; all others are features", Values::Words("its name")),
    Key::new(
        "task",
        "what kind of prediction",
        Values::Name(names_of::<Task>),
        Without::Words("that of a shipped data set; needed for a file"),
    ),
];

/// The keys of a scale as a table.
pub(super) const SCALE_KEYS: &[Key] =
    &[Key::needed("divide", "what every number is divided by", Values::Number(Interval::POSITIVE))];

impl Problem {
    /// A short name for tables and titles: its label, the generator's name, or that of the file without its ending.
    pub fn name(&self) -> &str {
        if let Some(label) = &self.label {
            return label;
        }
        match &self.source {
            Source::Generated(generated) => generated.generator.name,
            Source::Csv { path, .. } => stem(path, ".csv"),
            Source::Gaussian(_) => "gaussian",
            Source::Uniform(_) => "uniform",
            Source::Teacher(_) => "teacher",
            Source::Idx(idx) => stem(&idx.images, ".gz"),
            Source::Landscape(landscape) => landscape.function.facts.name,
        }
    }

    /// Whether there is a test split: a share of the examples, or examples of its own.
    pub fn has_test(&self) -> bool {
        self.test_fraction > 0.0 || matches!(&self.source, Source::Idx(idx) if idx.test.is_some())
    }

    /// What kind of prediction the problem asks for.
    pub fn task(&self) -> Task {
        match &self.source {
            Source::Generated(generated) => generated.generator.task,
            Source::Csv { task, .. } => *task,
            Source::Gaussian(cloud) | Source::Uniform(cloud) => cloud.task(),
            Source::Idx(_) => Task::Classification,
            Source::Teacher(_) | Source::Landscape(_) => Task::Regression,
        }
    }

    /// Where the generator, or the activation of a teacher, comes from if it is not built in.
    pub fn origin(&self) -> Option<Origin> {
        match &self.source {
            Source::Generated(generated) => generated.generator.origin,
            Source::Teacher(teacher) => teacher.activation.origin,
            _ => None,
        }
    }

    /// The landscape, if it is one.
    pub fn landscape(&self) -> Option<&Landscape> {
        if let Source::Landscape(landscape) = &self.source { Some(landscape) } else { None }
    }

    /// Its keys and values as specs write them, except those of a landscape. Files are identified by the hash of their
    /// content, if it is given.
    pub fn lines(&self, content: Option<blake3::Hash>) -> Vec<(&'static str, String)> {
        let mut lines = self.source.lines(content.map(|hash| quoted(&hash.to_hex())));
        lines.push(("scale", canonical::scale(self.scale)));
        if self.target_scale != Scale::None {
            lines.push(("target_scale", canonical::scale(self.target_scale)));
        }
        lines.push(("test_fraction", number(self.test_fraction)));
        lines.push(("validation_fraction", number(self.validation_fraction)));
        lines.extend(self.corruption.lines());
        lines.push(("seed", if self.each_trial { quoted(TRIAL) } else { self.seed.to_string() }));
        lines
    }

    pub(super) fn read(table: &Table<'_>) -> Result<Self, InputError> {
        let kinds = kinds::names(table.registry());
        let kind = kinds[table.required("kind", &kinds.join(" or "))?.choice(&kinds)?];
        if kind == "landscape" {
            return Self::read_landscape(table);
        }
        let allow = |own: &[&str]| table.allow(&[&[KIND.name], own, names(SHARED).as_slice()].concat());
        let source = match kind {
            "csv" => allow(&names(CSV_KEYS)).and_then(|()| read_csv(table))?,
            "gaussian" => allow(&names(Cloud::KEYS)).and_then(|()| Cloud::read(table)).map(Source::Gaussian)?,
            "uniform" => allow(&names(Cloud::KEYS)).and_then(|()| Cloud::read(table)).map(Source::Uniform)?,
            "teacher" => allow(&names(Teacher::KEYS)).and_then(|()| Teacher::read(table)).map(Source::Teacher)?,
            "idx" => allow(&names(Idx::KEYS)).and_then(|()| Idx::read(table)).map(Source::Idx)?,
            _ => {
                let mut generators = table.registry().generators().iter();
                let generator = generators.find(|known| known.name == kind).expect("all other kinds are generators");
                let own: Vec<&str> = generator.parameters.iter().map(|parameter| parameter.name).collect();
                allow(&own).and_then(|()| generated::read(table, generator)).map(Source::Generated)?
            }
        };
        let has_own_test = matches!(&source, Source::Idx(idx) if idx.test.is_some());
        if let Some(field) = table.optional("test_fraction").filter(|_| has_own_test)
            && field.as_number() != Some(0.0)
        {
            return Err(field.expected("0, since the test split has files of its own"));
        }
        let fraction = |key, default| table.optional(key).map_or(Ok(default), |field| field.number(FRACTION));
        let mut problem = Self {
            label: read_label(table)?,
            source,
            target_scale: Scale::None,
            corruption: Corruption::default(),
            scale: table.optional("scale").map_or(Ok(Scale::Standard), |field| Scale::read(&field))?,
            test_fraction: fraction("test_fraction", if has_own_test { 0.0 } else { 0.25 })?,
            validation_fraction: fraction("validation_fraction", 0.0)?,
            seed: 0,
            each_trial: false,
        };
        if problem.test_fraction + problem.validation_fraction >= 1.0 {
            return Err(table.error("`problem`: test_fraction and validation_fraction leave nothing to train on"));
        }
        if let Some(field) = table.optional("target_scale") {
            if problem.task() != Task::Regression {
                return Err(field.error("only the targets of a regression are scaled, and these are classes"));
            }
            problem.target_scale = Scale::read(&field)?;
        }
        problem.corruption = Corruption::read(table, problem.task())?;
        match table.optional("seed") {
            Some(field) if field.as_str() == Some(TRIAL) => {
                if problem.corruption.imbalance.is_some() {
                    // Splits ignore classes, whose sizes would differ.
                    return Err(field.error("all trials have the same examples where classes are made unequal"));
                }
                problem.each_trial = true;
            }
            Some(field) => problem.seed = field.seed_or(" or \"trial\"")?,
            None => {}
        }
        Ok(problem)
    }

    fn read_landscape(table: &Table<'_>) -> Result<Self, InputError> {
        table.allow(&[&[KIND.name], names(Landscape::KEYS).as_slice()].concat())?;
        let landscape = Landscape::read(table)?;
        let seed = match table.optional("seed") {
            Some(field) if !matches!(landscape.starts, Starts::Sample { .. }) => {
                return Err(field.error("only a sample of starts has a seed"));
            }
            field => field.map_or(Ok(0), |field| field.seed())?,
        };
        let source = Source::Landscape(landscape);
        let corruption = Corruption::default();
        let (scale, target_scale) = (Scale::None, Scale::None);
        let each_trial = false;
        let [test_fraction, validation_fraction] = [0.0; 2];
        let label = read_label(table)?;
        Ok(Self {
            label,
            source,
            scale,
            target_scale,
            corruption,
            test_fraction,
            validation_fraction,
            seed,
            each_trial,
        })
    }
}

fn read_label(table: &Table<'_>) -> Result<Option<String>, InputError> {
    table.optional(kinds::LABEL.name).map(|field| grid::read_label(&field)).transpose()
}

impl Source {
    fn lines(&self, content: Option<String>) -> Vec<(&'static str, String)> {
        let (kind, own) = match (self, content) {
            (Self::Generated(generated), _) => (generated.generator.name, generated::lines(generated)),
            (Self::Csv { path, target, task }, content) => {
                let file = content.map_or_else(|| ("path", quoted(path)), |hash| ("content", hash));
                ("csv", vec![file, ("target", quoted(target)), ("task", quoted(task.name()))])
            }
            (Self::Gaussian(cloud), _) => ("gaussian", cloud.lines()),
            (Self::Uniform(cloud), _) => ("uniform", cloud.lines()),
            (Self::Teacher(teacher), _) => ("teacher", teacher.lines()),
            (Self::Idx(_), Some(hash)) => ("idx", vec![("content", hash)]),
            (Self::Idx(idx), None) => ("idx", idx.lines()),
            (Self::Landscape(_), _) => ("landscape", Vec::new()),
        };
        [("kind", quoted(kind))].into_iter().chain(own).collect()
    }
}

/// The name of a file without its folder and this ending.
fn stem<'a>(path: &'a str, ending: &str) -> &'a str {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    file.strip_suffix(ending).unwrap_or(file)
}

fn read_csv(table: &Table<'_>) -> Result<Source, InputError> {
    let path = table.required("path", "a CSV file, or the name of a shipped data set")?;
    if path.string()?.is_empty() {
        return Err(path.expected("the name of a CSV file"));
    }
    Ok(Source::Csv {
        path: path.string()?.to_owned(),
        target: table.required("target", "the name of the column to predict")?.string()?.to_owned(),
        task: match (table.optional("task"), ShippedData::find(path.string()?)) {
            (Some(field), _) => field.named()?,
            (None, Some(shipped)) => shipped.task,
            (None, None) => table.required("task", "classification or regression")?.named()?,
        },
    })
}

impl Scale {
    /// Its name in specs, unless it is a division.
    pub fn name(self) -> Option<&'static str> {
        SCALES.iter().find(|(_, scale)| *scale == self).map(|(name, _)| *name)
    }

    fn read(field: &Field<'_>) -> Result<Self, InputError> {
        if let Some(table) = field.as_table() {
            table.allow(&names(SCALE_KEYS))?;
            return Ok(Self::Divide(table.required("divide", "a positive number")?.number(Interval::POSITIVE)?));
        }
        if field.as_str().is_none() {
            return Err(field.expected("standard, minmax, none or { divide = … }"));
        }
        Ok(SCALES[field.choice(&SCALES.map(|(name, _)| name))?].1)
    }
}
