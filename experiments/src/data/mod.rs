//! Data: where examples come from, how they are split and scaled.

mod arrange;
mod blobs;
mod blocks;
mod checkerboard;
mod circles;
mod cloud;
mod corruption;
mod csv;
mod extent;
mod features;
mod files;
mod friedman;
mod generator;
mod idx;
mod imbalance;
mod linear;
mod moons;
mod plane;
mod scale;
mod shipped;
mod sinusoid;
mod size;
mod source;
mod spirals;
mod split;
mod splits;
mod teacher;
mod xor;

pub use blobs::blobs;
pub use checkerboard::checkerboard;
pub use circles::circles;
pub use cloud::{gaussian, uniform};
pub use corruption::{add_label_noise, add_outliers};
pub use csv::parse as parse_csv;
pub use extent::Extent;
pub use features::Features;
pub use files::{DataFiles, InputFile};
pub use friedman::friedman1;
pub use generator::{Domain, GENERATORS, Generated, Generator, Parameter};
pub use idx::{Elements, IdxFile};
pub use imbalance::thin_out;
pub use linear::linear;
pub use moons::moons;
pub use scale::Scaling;
pub use shipped::{SHIPPED, ShippedData};
pub use sinusoid::sinusoid;
pub use size::Size;
pub use spirals::spirals;
pub use split::{Indices, split};
pub use splits::Splits;
pub(crate) use splits::features_in;
pub use teacher::teacher;
pub use xor::{xor_clusters, xor_continuous};

/// Examples: features and what is to be predicted from them.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset<F = Vec<f64>> {
    /// The features, one example after another.
    pub features: F,
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
        /// The values, one example after another.
        values: Vec<f64>,
        /// Values of an example.
        outputs: usize,
    },
}

impl<F> Dataset<F> {
    /// The number of examples.
    pub fn len(&self) -> usize {
        self.targets.len()
    }

    /// Whether there are no examples.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Dataset {
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
        Self { features, targets: self.targets.select(indices), inputs: self.inputs }
    }
}

impl Targets {
    /// The number of examples.
    pub fn len(&self) -> usize {
        match self {
            Self::Classes { labels, .. } => labels.len(),
            Self::Values { values, outputs } => values.len() / outputs,
        }
    }

    /// Whether there are no examples.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Those of these examples, in this order.
    ///
    /// # Panics
    ///
    /// If one of them does not exist.
    #[must_use]
    #[track_caller]
    pub fn select(&self, indices: &[u32]) -> Self {
        match self {
            Self::Classes { labels, classes } => Self::Classes {
                labels: indices.iter().map(|&index| labels[index as usize]).collect(),
                classes: classes.clone(),
            },
            Self::Values { values, outputs } => Self::Values {
                values: indices
                    .iter()
                    .flat_map(|&index| &values[index as usize * outputs..][..*outputs])
                    .copied()
                    .collect(),
                outputs: *outputs,
            },
        }
    }

    /// The number of classes; none for regression.
    pub fn classes(&self) -> Option<usize> {
        match self {
            Self::Classes { classes, .. } => Some(classes.len()),
            Self::Values { .. } => None,
        }
    }
}
