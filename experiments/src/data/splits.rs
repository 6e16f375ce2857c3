//! The data of a sweep: made or read, split, scaled, and corrupted where the spec asks for it.

use std::borrow::Cow;

use super::{
    DataFiles, Dataset, InputFile, Scaling, Targets, add_label_noise, add_outliers, gaussian, split, teacher, thin_out,
    uniform,
};
use crate::memory::Memory;
use crate::spec::{InputError, Problem, Source, Spec};

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
    /// These files, but for shipped data sets, in the order of the spec.
    pub inputs: Vec<InputFile>,
    /// The most bytes of memory that reading them took.
    pub reading: u64,
}

impl Splits {
    /// What a landscape has: no examples.
    fn none() -> Self {
        let targets = Targets::Values { values: Vec::new(), outputs: 1 };
        let none = Dataset { features: Vec::new(), targets, inputs: 0 };
        Self {
            train: none.clone(),
            validation: none.clone(),
            test: none,
            content: None,
            inputs: Vec::new(),
            reading: 0,
        }
    }

    /// The examples of the first of a spec's [instances](Spec::instances); see [`Self::of_instance`].
    ///
    /// # Errors
    ///
    /// Those of [`DataFiles::read`] and of [`Self::of_instance`].
    pub fn load(spec: &Spec) -> Result<Self, InputError> {
        Self::of_instance(spec, &DataFiles::read(spec, Memory::of_machine())?, &spec.instances()[0].1)
    }

    /// Makes the examples of one of a spec's instances, or takes them from its files, splits and scales them. A
    /// landscape has none.
    ///
    /// In this order: the split; unequal classes ([`thin_out`]); the scalings of features and targets, fitted to the
    /// training split as it is then; wrong labels and outliers ([`add_label_noise`], [`add_outliers`]). All but the
    /// scalings affect the training split only: the others show what was to be learned.
    ///
    /// # Errors
    ///
    /// If there are too few examples to be split, or they cannot be scaled or corrupted as the spec asks.
    pub fn of_instance(spec: &Spec, files: &DataFiles, problem: &Problem) -> Result<Self, InputError> {
        let mut test = None;
        let dataset = match &problem.source {
            Source::Generated(generated) => Cow::Owned(generated.dataset(problem.seed)),
            Source::Gaussian(cloud) => Cow::Owned(gaussian(cloud, problem.seed)),
            Source::Uniform(cloud) => Cow::Owned(uniform(cloud, problem.seed)),
            Source::Teacher(network) => Cow::Owned(teacher(network, problem.seed)),
            Source::Csv { .. } | Source::Idx(_) => {
                let (dataset, own_test) = files.examples.as_ref().expect("the files of the spec were read");
                test = own_test.as_ref();
                Cow::Borrowed(dataset)
            }
            Source::Landscape(_) => return Ok(Self::none()),
        };
        let indices = split(dataset.len(), problem.test_fraction, problem.validation_fraction, problem.seed)
            .map_err(|(key, message)| spec.error(&format!("problem.{key}"), message))?;
        let mut splits = Self {
            train: dataset.select(&indices.train),
            validation: dataset.select(&indices.validation),
            test: test.map_or_else(|| dataset.select(&indices.test), Dataset::clone),
            content: files.content,
            inputs: files.inputs.clone(),
            reading: files.reading,
        };
        // What follows needs memory, too.
        drop(dataset);
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
