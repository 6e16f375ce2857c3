//! Sets of examples: generators, which make them from a few numbers and a seed, and the tables that come with the program.

mod generator;
mod plane;
mod shipped;

use thalweg_kernels::parts;

pub use blobs::blobs;
pub use checkerboard::checkerboard;
pub use circles::circles;
pub use friedman::friedman1;
pub use generator::{Domain, Generated, Generator, MAX_SAMPLES, Parameter, SAMPLES, inputs, noise};
pub use linear::linear;
pub use moons::moons;
pub use shipped::{SHIPPED, ShippedData};
pub use sinusoid::sinusoid;
pub use spirals::spirals;
pub use xor::{xor_clusters, xor_continuous};

parts! {
    /// Every generator that is built in.
    GENERATORS: Generator = [
        moons::MOONS,
        circles::CIRCLES,
        spirals::SPIRALS,
        blobs::BLOBS,
        xor::XOR,
        checkerboard::CHECKERBOARD,
        linear::LINEAR,
        sinusoid::SINUSOID,
        friedman::FRIEDMAN1,
    ]
}

/// A kind of prediction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// One of several classes.
    Classification,
    /// A number.
    Regression,
}

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
