//! The data of a sweep: made or read, split, scaled, and corrupted where the spec asks for it.

use std::fs;

use super::{
    Dataset, SHIPPED, Scaling, ShippedData, Targets, add_label_noise, add_outliers, csv, gaussian, idx, split, teacher,
    thin_out, uniform,
};
use crate::spec::{InputError, Problem, Source, Spec, Task};

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

impl Splits {
    /// What a landscape has: no examples.
    fn none() -> Self {
        let targets = Targets::Values { values: Vec::new(), outputs: 1 };
        let none = Dataset { features: Vec::new(), targets, inputs: 0 };
        Self { train: none.clone(), validation: none.clone(), test: none, content: None }
    }

    /// The examples of the first of a spec's [instances](Spec::instances); see [`Self::of_instance`].
    ///
    /// # Errors
    ///
    /// Those of [`Self::of_instance`].
    pub fn load(spec: &Spec) -> Result<Self, InputError> {
        Self::of_instance(spec, &spec.instances()[0].1)
    }

    /// Makes or reads the examples of one of a spec's instances, splits and scales them. A landscape has none.
    ///
    /// In this order: the split; unequal classes ([`thin_out`]); the scalings of features and targets, fitted to the
    /// training split as it is then; wrong labels and outliers ([`add_label_noise`], [`add_outliers`]). All but the
    /// scalings affect the training split only: the others show what was to be learned.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is not a table of numbers, lacks the target, or is too small to be split.
    pub fn of_instance(spec: &Spec, problem: &Problem) -> Result<Self, InputError> {
        let (dataset, test, content) = match &problem.source {
            Source::Generated(generated) => (generated.dataset(problem.seed), None, None),
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
        splits.thin_out(spec, problem)?;
        splits.scale(spec, problem)?;
        splits.corrupt(spec, problem)?;
        Ok(splits)
    }

    fn thin_out(&mut self, spec: &Spec, problem: &Problem) -> Result<(), InputError> {
        if let (Targets::Classes { labels, classes }, Some(imbalance)) =
            (&self.train.targets, &problem.corruption.imbalance)
        {
            let kept = thin_out(labels, classes.len(), imbalance, problem.seed)
                .map_err(|message| spec.error("problem.imbalance", message))?;
            self.train = self.train.select(&kept);
        }
        Ok(())
    }

    fn scale(&mut self, spec: &Spec, problem: &Problem) -> Result<(), InputError> {
        let features = Scaling::fit(problem.scale, &self.train.features, self.train.inputs);
        let targets = match &self.train.targets {
            Targets::Values { values, outputs } => Some(Scaling::fit(problem.target_scale, values, *outputs)),
            Targets::Classes { .. } => None,
        };
        for split in [&mut self.train, &mut self.validation, &mut self.test] {
            features.apply(&mut split.features);
            if split.features.iter().any(|feature| !feature.is_finite()) {
                return Err(spec.error("problem.scale", "scaled features are too large to be represented"));
            }
            if let (Some(scaling), Targets::Values { values, .. }) = (&targets, &mut split.targets) {
                scaling.apply(values);
                if values.iter().any(|value| !value.is_finite()) {
                    return Err(spec.error("problem.target_scale", "scaled targets are too large to be represented"));
                }
            }
        }
        Ok(())
    }

    fn corrupt(&mut self, spec: &Spec, problem: &Problem) -> Result<(), InputError> {
        let (corruption, seed) = (&problem.corruption, problem.seed);
        match &mut self.train.targets {
            Targets::Classes { labels, classes } if corruption.label_noise > 0.0 => {
                add_label_noise(labels, classes.len(), corruption.label_noise, seed)
                    .map_err(|message| spec.error("problem.label_noise", message))
            }
            Targets::Values { values, outputs } if corruption.outliers > 0.0 => {
                add_outliers(values, *outputs, corruption.outliers, corruption.outlier_size, seed)
                    .map_err(|message| spec.error("problem.outliers", message))
            }
            _ => Ok(()),
        }
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
    // A missing column is a mistake in the spec; everything else is one in the file.
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
