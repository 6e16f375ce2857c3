//! Data: where examples come from, how they are split and scaled.

mod cloud;
mod csv;
mod idx;
mod moons;
mod scale;
mod shipped;
mod split;
mod teacher;

use std::fs;

use crate::spec::{InputError, Source, Spec, Task};

pub use cloud::{gaussian, uniform};
pub use csv::parse as parse_csv;
pub use idx::{Elements, read as read_idx};
pub use moons::moons;
pub use scale::Scaling;
pub use shipped::{SHIPPED, ShippedData};
pub use split::{Indices, split};
pub use teacher::teacher;

/// Examples: features and what is to be predicted from them.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// The features, an example after the other.
    pub features: Vec<f64>,
    /// What is to be predicted.
    pub targets: Targets,
    /// Features of an example.
    pub inputs: usize,
}

/// What is to be predicted.
#[derive(Clone, Debug, PartialEq)]
pub enum Targets {
    /// One of several classes.
    Classes {
        /// The class of each example, as an index into `classes`.
        labels: Vec<u32>,
        /// The names of the classes.
        classes: Vec<String>,
    },
    /// Numbers.
    Values {
        /// The values, an example after the other.
        values: Vec<f64>,
        /// Values of an example.
        outputs: usize,
    },
}

/// The data of a sweep, ready to train on.
#[derive(Clone, Debug, PartialEq)]
pub struct Splits {
    /// What networks learn from; also what the scaling is fitted to.
    pub train: Dataset,
    /// What choices may be based on. Empty if the spec sets none aside.
    pub validation: Dataset,
    /// What is left for the end. Empty if the spec sets none aside.
    pub test: Dataset,
    /// The BLAKE3 hash of the file or files that the examples come from; none for generated ones.
    pub content: Option<blake3::Hash>,
}

impl Dataset {
    /// The number of examples.
    pub fn len(&self) -> usize {
        match &self.targets {
            Targets::Classes { labels, .. } => labels.len(),
            Targets::Values { values, outputs } => values.len() / outputs,
        }
    }

    /// Whether there are no examples.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The features of one example.
    ///
    /// # Panics
    ///
    /// If there is no such example.
    #[track_caller]
    pub fn example(&self, index: usize) -> &[f64] {
        &self.features[index * self.inputs..][..self.inputs]
    }

    /// These examples, in this order.
    ///
    /// # Panics
    ///
    /// If one of them does not exist.
    #[must_use]
    #[track_caller]
    pub fn select(&self, indices: &[u32]) -> Self {
        let mut features = Vec::with_capacity(indices.len() * self.inputs);
        for &index in indices {
            features.extend_from_slice(self.example(index as usize));
        }
        let targets = match &self.targets {
            Targets::Classes { labels, classes } => Targets::Classes {
                labels: indices.iter().map(|&index| labels[index as usize]).collect(),
                classes: classes.clone(),
            },
            Targets::Values { values, outputs } => Targets::Values {
                values: indices
                    .iter()
                    .flat_map(|&index| &values[index as usize * outputs..][..*outputs])
                    .copied()
                    .collect(),
                outputs: *outputs,
            },
        };
        Self { features, targets, inputs: self.inputs }
    }
}

impl Targets {
    /// The number of classes; none for regression.
    pub fn classes(&self) -> Option<usize> {
        match self {
            Self::Classes { classes, .. } => Some(classes.len()),
            Self::Values { .. } => None,
        }
    }
}

impl Splits {
    /// What a landscape has: no examples.
    fn none() -> Self {
        let targets = Targets::Values { values: Vec::new(), outputs: 1 };
        let none = Dataset { features: Vec::new(), targets, inputs: 0 };
        Self { train: none.clone(), validation: none.clone(), test: none, content: None }
    }

    /// Makes or reads the examples of a spec, splits and scales them. A landscape has none.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is not a table of numbers, lacks the target, or is too small to be split.
    pub fn load(spec: &Spec) -> Result<Self, InputError> {
        let problem = &spec.problem;
        let (dataset, test, content) = match &problem.source {
            Source::Moons { samples, noise } => (moons(*samples, *noise, problem.seed), None, None),
            Source::Csv { path, target, task } => {
                let (dataset, content) = load_csv(spec, path, target, *task)?;
                (dataset, None, Some(content))
            }
            Source::Gaussian(cloud) => (gaussian(cloud, problem.seed), None, None),
            Source::Uniform(cloud) => (uniform(cloud, problem.seed), None, None),
            Source::Teacher(network) => (teacher(network, problem.seed), None, None),
            Source::Idx(files) => {
                let (dataset, test, content) = idx::load(spec, files)?;
                (dataset, test, Some(content))
            }
            Source::Landscape(_) => return Ok(Self::none()),
        };
        let indices = split(dataset.len(), problem.test_fraction, problem.validation_fraction, problem.seed)
            .map_err(|(key, message)| spec.error(&format!("problem.{key}"), message))?;
        let mut splits = Self {
            train: dataset.select(&indices.train),
            validation: dataset.select(&indices.validation),
            test: test.unwrap_or_else(|| dataset.select(&indices.test)),
            content,
        };
        let scaling = Scaling::fit(problem.scale, &splits.train);
        for split in [&mut splits.train, &mut splits.validation, &mut splits.test] {
            scaling.apply(split);
            if split.features.iter().any(|feature| !feature.is_finite()) {
                return Err(spec.error("problem.scale", "scaled features are too large to be represented"));
            }
        }
        Ok(splits)
    }
}

fn load_csv(spec: &Spec, path: &str, target: &str, task: Task) -> Result<(Dataset, blake3::Hash), InputError> {
    // A bare name of a shipped data set always means that one, so that a spec does not change its meaning with the
    // folder; `./digits.csv` is the file.
    let bytes = match ShippedData::find(path) {
        Some(shipped) => shipped.bytes.into(),
        None => std::borrow::Cow::Owned(read_file(spec, path)?),
    };
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        spec.error("problem.path", format!("{path} is not UTF-8 text, see byte {}", error.valid_up_to()))
    })?;
    // A column that does not exist is a slip in the spec, all else is in the file.
    csv::check_target(text, target).map_err(|(message, help)| {
        let error = spec.error("problem.target", format!("{path} {message}"));
        if help.is_empty() { error } else { error.with_help(help) }
    })?;
    Ok((csv::parse(path, text, target, task)?, blake3::hash(&bytes)))
}

fn read_file(spec: &Spec, path: &str) -> Result<Vec<u8>, InputError> {
    let file = spec.folder().join(path);
    fs::read(&file).map_err(|error| {
        let names: Vec<&str> = SHIPPED.iter().map(|data| data.name).collect();
        spec.error("problem.path", format!("cannot read {}: {error}", file.display()))
            .with_help(format!("paths start from the folder of the spec; shipped data sets: {}", names.join(", ")))
    })
}
