//! `[problem]`: the data that the networks learn.

use super::error::InputError;
use super::idx::Idx;
use super::landscape::{Landscape, Starts};
use super::reader::{Field, Interval, Named, Table};
use super::synthetic::{Cloud, Teacher};

/// The most examples of a problem.
pub const MAX_SAMPLES: u64 = 100_000_000;

/// The data of a sweep, its splits and its scaling.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Where the examples come from.
    pub source: Source,
    /// How features are scaled, by what the training split shows.
    pub scale: Scale,
    /// The share of the examples that is set aside for testing.
    pub test_fraction: f64,
    /// The share of the examples that is set aside for validation.
    pub validation_fraction: f64,
    /// The seed of the examples and of their split, which all trials share.
    pub seed: u64,
}

/// Where examples come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// Two interleaving half circles.
    Moons {
        /// The number of points.
        samples: usize,
        /// The standard deviation of the noise on both coordinates.
        noise: f64,
    },
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

/// A kind of prediction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// One of several classes.
    Classification,
    /// A number.
    Regression,
}

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

/// Every kind of problem, with its parameters and their defaults.
pub const PROBLEMS: &[(&str, &str)] = &[
    ("moons", "two interleaving half circles, two classes; samples, noise = 0.1 (standard deviation)"),
    ("csv", "a table with a header; path, target (a column), task = \"classification\" or \"regression\""),
    ("gaussian", "standard normal features and targets; samples, inputs, outputs = 1, or classes for random labels"),
    ("uniform", "features and targets uniform on [0, 1); samples, inputs, outputs = 1, or classes for random labels"),
    (
        "teacher",
        "standard normal features that a random network labels; samples, inputs, outputs = 1, hidden, activation = \
         \"tanh\", noise = 0.0 (standard deviation)",
    ),
    (
        "idx",
        "IDX files as MNIST's, plain or gzip; images, labels, and for a test split of its own test_images, test_labels",
    ),
    (
        "landscape",
        "a function to descend; function, start (a point, a list, a grid or a sample), spectrum (of a quadratic: a list or a \
         range), rotation (a seed, none by default), gradient_noise = 0.0 (standard deviation)",
    ),
];

impl Problem {
    /// A short name for tables and titles: the generator's, or that of the file without its ending.
    pub fn name(&self) -> &str {
        match &self.source {
            Source::Moons { .. } => "moons",
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
            Source::Moons { .. } | Source::Idx(_) => Task::Classification,
            Source::Csv { task, .. } => *task,
            Source::Gaussian(cloud) | Source::Uniform(cloud) => cloud.task(),
            Source::Teacher(_) => Task::Regression,
            Source::Landscape(_) => Task::Regression,
        }
    }

    /// The landscape, if it is one.
    pub fn landscape(&self) -> Option<&Landscape> {
        if let Source::Landscape(landscape) = &self.source { Some(landscape) } else { None }
    }

    pub(super) fn read(table: &Table<'_>) -> Result<Self, InputError> {
        let kinds: Vec<&str> = PROBLEMS.iter().map(|(name, _)| *name).collect();
        let kind = table.required("kind", &kinds.join(" or "))?.choice(&kinds)?;
        if kinds[kind] == "landscape" {
            return Self::read_landscape(table);
        }
        const SHARED: [&str; 5] = ["kind", "scale", "test_fraction", "validation_fraction", "seed"];
        let (own, read): (&[&str], Reader) = match kinds[kind] {
            "moons" => (&["samples", "noise"], read_moons),
            "gaussian" => (Cloud::KEYS, |table| Cloud::read(table).map(Source::Gaussian)),
            "uniform" => (Cloud::KEYS, |table| Cloud::read(table).map(Source::Uniform)),
            "teacher" => (Teacher::KEYS, |table| Teacher::read(table).map(Source::Teacher)),
            "idx" => (Idx::KEYS, |table| Idx::read(table).map(Source::Idx)),
            _ => (&["path", "target", "task"], read_csv),
        };
        table.allow(&[&SHARED, own].concat())?;
        let source = read(table)?;
        let has_own_test = matches!(&source, Source::Idx(idx) if idx.test.is_some());
        if let Some(field) = table.optional("test_fraction").filter(|_| has_own_test)
            && field.as_number() != Some(0.0)
        {
            return Err(field.expected("0, since the test split has files of its own"));
        }
        let fraction = |key, default| {
            const FRACTION: Interval = Interval { low: (0.0, true), high: (1.0, false) };
            table.optional(key).map_or(Ok(default), |field| field.number(FRACTION))
        };
        let problem = Self {
            source,
            scale: table.optional("scale").map_or(Ok(Scale::Standard), |field| Scale::read(&field))?,
            test_fraction: fraction("test_fraction", if has_own_test { 0.0 } else { 0.25 })?,
            validation_fraction: fraction("validation_fraction", 0.0)?,
            seed: table.optional("seed").map_or(Ok(0), |field| field.seed())?,
        };
        if problem.test_fraction + problem.validation_fraction >= 1.0 {
            return Err(table.error("`problem`: test_fraction and validation_fraction leave nothing to train on"));
        }
        Ok(problem)
    }

    fn read_landscape(table: &Table<'_>) -> Result<Self, InputError> {
        table.allow(&["kind", "function", "spectrum", "rotation", "gradient_noise", "start", "seed"])?;
        let landscape = Landscape::read(table)?;
        let seed = match table.optional("seed") {
            Some(field) if !matches!(landscape.starts, Starts::Sample { .. }) => {
                return Err(field.error("only a sample of starts has a seed"));
            }
            field => field.map_or(Ok(0), |field| field.seed())?,
        };
        let source = Source::Landscape(landscape);
        Ok(Self { source, scale: Scale::None, test_fraction: 0.0, validation_fraction: 0.0, seed })
    }
}

/// What reads the keys of one kind of problem.
type Reader = fn(&Table<'_>) -> Result<Source, InputError>;

/// The name of a file without its folder and this ending.
fn stem<'a>(path: &'a str, ending: &str) -> &'a str {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    file.strip_suffix(ending).unwrap_or(file)
}

fn read_moons(table: &Table<'_>) -> Result<Source, InputError> {
    const NOISE: Interval = Interval { low: (0.0, true), high: (f64::INFINITY, false) };
    Ok(Source::Moons {
        samples: table.required("samples", "the number of points")?.integer(2..=MAX_SAMPLES)? as usize,
        noise: table.optional("noise").map_or(Ok(0.1), |field| field.number(NOISE))?,
    })
}

fn read_csv(table: &Table<'_>) -> Result<Source, InputError> {
    let path = table.required("path", "a CSV file, or the name of a shipped data set")?;
    if path.string()?.is_empty() {
        return Err(path.expected("the name of a CSV file"));
    }
    Ok(Source::Csv {
        path: path.string()?.to_owned(),
        target: table.required("target", "the name of the column to predict")?.string()?.to_owned(),
        task: table.required("task", "classification or regression")?.named()?,
    })
}

impl Scale {
    /// Its name in specs, unless it is a division.
    pub fn name(self) -> Option<&'static str> {
        SCALES.iter().find(|(_, scale)| *scale == self).map(|(name, _)| *name)
    }

    fn read(field: &Field<'_>) -> Result<Self, InputError> {
        if let Some(table) = field.as_table() {
            table.allow(&["divide"])?;
            return Ok(Self::Divide(table.required("divide", "a positive number")?.number(Interval::POSITIVE)?));
        }
        if field.as_str().is_none() {
            return Err(field.expected("standard, minmax, none or { divide = … }"));
        }
        Ok(SCALES[field.choice(&SCALES.map(|(name, _)| name))?].1)
    }
}
