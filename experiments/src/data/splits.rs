//! The data of a sweep: made or read, split, scaled, and corrupted where the spec asks for it.

use thalweg_kernels::Real;

use super::arrange::{Overflow, gather, gather_from, visit};
use super::cloud::{gaussian_source, uniform_source};
use super::source::Source;
use super::{
    DataFiles, Features, Indices, InputFile, Scaling, add_label_noise, add_outliers, split, teacher, thin_out,
};
use crate::dataset::{Dataset, Targets};
use crate::memory::Memory;
use crate::record::Precision;
use crate::spec::{InputError, Problem, Scale, Source as Origin, Spec};

/// The data of a sweep, ready to train on.
#[derive(Clone, Debug, PartialEq)]
pub struct Splits {
    /// What networks learn from; also what the scaling is fitted to.
    pub train: Dataset<Features>,
    /// What choices may be based on. Empty if the spec sets none aside.
    pub validation: Dataset<Features>,
    /// What is left for the end. Empty if the spec sets none aside.
    pub test: Dataset<Features>,
    /// The BLAKE3 hash of the file or files that the examples come from; none for generated ones.
    pub content: Option<blake3::Hash>,
    /// These files, but for shipped data sets, in the order of the spec.
    pub inputs: Vec<InputFile>,
    /// The most bytes of memory that reading them took.
    pub reading: u64,
    /// The most bytes of memory that making the features took.
    pub making: u64,
}

impl Splits {
    /// What a landscape has: no examples.
    fn none() -> Self {
        let targets = Targets::Values { values: Vec::new(), outputs: 1 };
        let none = Dataset { features: Features::new::<f64>(Vec::new()), targets, inputs: 0 };
        Self {
            train: none.clone(),
            validation: none.clone(),
            test: none,
            content: None,
            inputs: Vec::new(),
            reading: 0,
            making: 0,
        }
    }

    /// The examples of the first of a spec's [instances](Spec::instances); see [`Self::of_instance`].
    ///
    /// # Errors
    ///
    /// Those of [`DataFiles::read`] and of [`Self::of_instance`].
    pub fn load(spec: &Spec) -> Result<Self, InputError> {
        Self::of_last_instance(spec, &mut DataFiles::read(spec, Memory::of_machine())?, &spec.instance(0))
    }

    /// Makes the examples of one of a spec's instances, or takes them from its files, splits and scales them. A
    /// landscape has none. They are computed in f64 and rounded to the precision of the sweep, block by block, on all
    /// threads of the pool.
    ///
    /// In this order: the split; unequal classes ([`thin_out`]); the scalings of features and targets, fitted to the
    /// training split as it is then; wrong labels and outliers ([`add_label_noise`], [`add_outliers`]). All but the
    /// scalings affect the training split only: the others show what was to be learned.
    ///
    /// # Errors
    ///
    /// If there are too few examples to be split, or they cannot be scaled or corrupted as the spec asks.
    pub fn of_instance(spec: &Spec, files: &DataFiles, problem: &Problem) -> Result<Self, InputError> {
        let own = files.examples.as_ref().map(|(examples, test)| (Held::Shared(examples), test.as_ref()));
        Self::make(spec, (files, own), problem)
    }

    /// [`Self::of_instance`] for the last instance that needs the files: their examples are not kept.
    ///
    /// # Errors
    ///
    /// Those of [`Self::of_instance`].
    pub fn of_last_instance(spec: &Spec, files: &mut DataFiles, problem: &Problem) -> Result<Self, InputError> {
        let (examples, test) = files.examples.take().unzip();
        let test = test.flatten();
        let own = examples.map(|examples| (Held::Own(examples), test.as_ref()));
        Self::make(spec, (files, own), problem)
    }

    fn make(
        spec: &Spec,
        (files, read): (&DataFiles, Option<OfFiles<'_>>),
        problem: &Problem,
    ) -> Result<Self, InputError> {
        let mut test = None;
        let examples = match &problem.source {
            Origin::Generated(generated) => Held::numbers(generated.dataset(problem.seed)),
            Origin::Gaussian(cloud) => Held::Own(gaussian_source(cloud, problem.seed)),
            Origin::Uniform(cloud) => Held::Own(uniform_source(cloud, problem.seed)),
            Origin::Teacher(network) => Held::numbers(teacher(network, problem.seed)),
            Origin::Csv { .. } | Origin::Idx(_) => {
                let (examples, own_test) = read.expect("the files of the spec were read");
                test = own_test;
                examples
            }
            Origin::Landscape(_) => return Ok(Self::none()),
        };
        let mut indices = split(examples.get().len(), problem.test_fraction, problem.validation_fraction, problem.seed)
            .map_err(|(key, message)| spec.error(&format!("problem.{key}"), message))?;
        thin_out_training(spec, problem, &examples.get().targets, &mut indices.train)?;
        let mut splits = match features_in(spec) {
            Precision::F32 => arranged::<f32>(problem.scale, examples, test, &indices),
            Precision::F64 => arranged::<f64>(problem.scale, examples, test, &indices),
        }
        .map_err(|Overflow| spec.error("problem.scale", "scaled features are too large to be represented"))?;
        splits.content = files.content;
        splits.inputs.clone_from(&files.inputs);
        splits.reading = files.reading;
        splits.scale_targets(spec, problem)?;
        splits.corrupt(spec, problem)?;
        Ok(splits)
    }

    fn scale_targets(&mut self, spec: &Spec, problem: &Problem) -> Result<(), InputError> {
        let Targets::Values { values, outputs } = &self.train.targets else { return Ok(()) };
        let scaling = Scaling::fit(problem.target_scale, values, *outputs);
        for split in [&mut self.train, &mut self.validation, &mut self.test] {
            if let Targets::Values { values, .. } = &mut split.targets {
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

/// The precision in which a sweep's features are kept: its own, unless something is computed from them in f64.
pub(crate) fn features_in(spec: &Spec) -> Precision {
    if spec.record.perturb.is_some() || spec.record.spectrum { Precision::F64 } else { spec.train.precision }
}

/// Examples as their source has them, which may be needed for other instances.
enum Held<'a> {
    Own(Dataset<Source>),
    Shared(&'a Dataset<Source>),
}

/// Those of a spec's files, and those of the test split if it has files of its own.
type OfFiles<'a> = (Held<'a>, Option<&'a Dataset<Source>>);

impl Held<'_> {
    fn numbers(Dataset { features, targets, inputs }: Dataset) -> Self {
        Self::Own(Dataset { features: Source::Numbers(features), targets, inputs })
    }

    fn get(&self) -> &Dataset<Source> {
        match self {
            Self::Own(examples) => examples,
            Self::Shared(examples) => examples,
        }
    }
}

/// Makes classes of the training split unequal, where the spec asks for it.
fn thin_out_training(
    spec: &Spec,
    problem: &Problem,
    targets: &Targets,
    train: &mut Vec<u32>,
) -> Result<(), InputError> {
    if let (Targets::Classes { .. }, Some(imbalance)) = (targets, &problem.corruption.imbalance) {
        let Targets::Classes { labels, classes } = targets.select(train) else { unreachable!("they are classes") };
        let kept = thin_out(&labels, classes.len(), imbalance, problem.seed)
            .map_err(|message| spec.error("problem.imbalance", message))?;
        *train = kept.into_iter().map(|kept| train[kept as usize]).collect();
    }
    Ok(())
}

/// The splits, with features scaled and rounded, and targets as they are.
fn arranged<T: Real>(
    scale: Scale,
    examples: Held<'_>,
    test: Option<&Dataset<Source>>,
    indices: &Indices,
) -> Result<Splits, Overflow> {
    let Dataset { features: source, targets, inputs } = examples.get();
    let (width, held) = (*inputs, source.bytes());
    let place = |examples: usize| (examples * width * size_of::<T>()) as u64;
    let lists = [&indices.train, &indices.validation, &indices.test].map(Vec::as_slice);
    let pass = &mut |see: &mut dyn FnMut(&[f64])| visit(source, width, lists[0], see);
    let scaling = Scaling::fit_blocks(scale, lists[0].len(), width, pass);
    let targets = lists.map(|list| targets.select(list));
    let mut making = held + place(indices.len());
    let features = match examples {
        Held::Own(Dataset { features: Source::Numbers(numbers), .. }) => {
            // Rounded numbers take the place of those that they were rounded from.
            making = held.max(place(numbers.len() / width.max(1)) + place(indices.len()));
            gather_from::<T>(numbers, width, lists, &scaling)?
        }
        examples => {
            let [train, validation, test] =
                lists.map(|list| gather::<T>(&examples.get().features, width, list, &scaling));
            [train?, validation?, test?]
        }
    };
    let split = |(features, targets)| Dataset { features: Features::new::<T>(features), targets, inputs: width };
    let [x, y, z] = features;
    let [p, q, r] = targets;
    let [train, validation, mut last] = [(x, p), (y, q), (z, r)].map(split);
    if let Some(test) = test {
        let all: Vec<u32> = (0..test.len() as u32).collect();
        making += test.features.bytes() + place(test.len());
        last = split((gather::<T>(&test.features, width, &all, &scaling)?, test.targets.clone()));
    }
    Ok(Splits { train, validation, test: last, content: None, inputs: Vec::new(), reading: 0, making })
}
