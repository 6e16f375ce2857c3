//! How much memory the examples of an instance take.

use super::{Features, Size, Splits};
use crate::dataset::Dataset;

/// The size of the three splits, and what making them took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Examples of each split.
    pub examples: [u64; 3],
    /// Features of an example.
    pub inputs: u64,
    /// Bytes of a feature.
    pub feature: u64,
    /// Bytes of all features.
    pub features: u64,
    /// Bytes of features and targets.
    pub bytes: u64,
    /// The most bytes of memory that reading the files took.
    pub reading: u64,
    /// The most bytes of memory that making the features took.
    pub making: u64,
}

impl Extent {
    /// That of these splits.
    pub fn of(data: &Splits) -> Self {
        let splits: [&Dataset<Features>; 3] = [&data.train, &data.validation, &data.test];
        let feature = Features::bytes(data.train.features.precision());
        let features = splits.map(|split| split.features.len() as u64 * feature).iter().sum();
        let targets: u64 = splits.map(|split| Size::of_dataset(split).bytes(0)).iter().sum();
        Self {
            examples: splits.map(|split| split.len() as u64),
            inputs: data.train.inputs as u64,
            feature,
            features,
            bytes: features + targets,
            reading: data.reading,
            making: data.making,
        }
    }
}
