//! Networks whose weights were kept, and the examples that they learned: what figures of single trials are drawn from.

use std::fmt;

use thalweg_record::record::{Key, Moment, Trial};
use thalweg_record::stats::Configuration;

/// A moment as a heading.
pub(super) fn heading(moment: Moment) -> String {
    match moment {
        Moment::Initial | Moment::Step(0) => "before training".to_owned(),
        Moment::Step(1) => "after 1 step".to_owned(),
        Moment::Step(step) => format!("after {step} steps"),
        Moment::Final => "after training".to_owned(),
    }
}

/// When the weights that a figure shows were kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum At {
    /// The last that were kept.
    #[default]
    Last,
    /// Those of these moments, a panel each.
    These(Vec<Moment>),
    /// All that were kept, or some of them, evenly spaced.
    All,
}

/// A part of the examples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Split {
    /// What networks learn from.
    #[default]
    Train,
    /// What choices may be based on.
    Validation,
    /// What is left for the end.
    Test,
}

impl Split {
    /// All of them, by the names that tables have.
    pub const NAMES: [(&'static str, Self); 3] =
        [("train", Self::Train), ("validation", Self::Validation), ("test", Self::Test)];

    /// As words have it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Train => "training",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

/// What the numbers that a network ends with mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The numbers that are to be predicted.
    Values,
    /// z, where σ(z) is the probability of the second of two classes.
    Logit,
    /// A number for each class, of which the largest says which one.
    Scores,
}

/// A dense layer: s · W x + b.
#[derive(Clone, Debug, PartialEq)]
pub struct Dense {
    /// Units of the layer before.
    pub inputs: usize,
    /// W, row by row: a row for each unit.
    pub weights: Vec<f64>,
    /// b; empty if units have none.
    pub biases: Vec<f64>,
    /// s.
    pub scale: f64,
}

impl Dense {
    /// How many units it has.
    pub fn units(&self) -> usize {
        self.weights.len() / self.inputs.max(1)
    }

    fn apply(&self, x: &[f64]) -> Vec<f64> {
        let unit = |(unit, row): (usize, &[f64])| {
            let product: f64 = row.iter().zip(x).map(|(weight, x)| weight * x).sum();
            self.scale * product + self.biases.get(unit).copied().unwrap_or(0.0)
        };
        self.weights.chunks_exact(self.inputs.max(1)).enumerate().map(unit).collect()
    }
}

/// A function of hidden units, in place.
pub type Function = Box<dyn Fn(&mut [f64]) + Send + Sync>;

/// A network with its weights.
pub struct Network {
    /// Its layers, at least one.
    pub layers: Vec<Dense>,
    /// What is applied after every layer but the last.
    pub activation: Function,
    /// What its outputs mean.
    pub answer: Answer,
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network").field("layers", &self.layers).field("answer", &self.answer).finish_non_exhaustive()
    }
}

impl Network {
    /// The values of the units of each layer after the inputs, in f64: those of the last one are what the loss takes.
    pub fn values(&self, inputs: &[f64]) -> Vec<Vec<f64>> {
        let mut values: Vec<Vec<f64>> = Vec::with_capacity(self.layers.len());
        for (at, layer) in self.layers.iter().enumerate() {
            let mut own = layer.apply(values.last().map_or(inputs, Vec::as_slice));
            if at + 1 < self.layers.len() {
                (self.activation)(&mut own);
            }
            values.push(own);
        }
        values
    }

    /// The values of the last layer.
    pub fn outputs(&self, inputs: &[f64]) -> Vec<f64> {
        self.values(inputs).pop().unwrap_or_default()
    }

    /// Features of an example.
    pub fn inputs(&self) -> usize {
        self.layers.first().map_or(0, |layer| layer.inputs)
    }

    /// Units of each layer, inputs first.
    pub fn widths(&self) -> Vec<usize> {
        std::iter::once(self.inputs()).chain(self.layers.iter().map(Dense::units)).collect()
    }
}

/// The logistic function σ(z).
pub(super) fn sigmoid(z: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-z))
}

/// An example, as networks see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// Its split.
    pub split: Split,
    /// Its features.
    pub features: Vec<f64>,
    /// What is to be predicted: numbers, or that of the class.
    pub targets: Vec<f64>,
    /// The name of the class, if there are classes.
    pub class: Option<String>,
}

/// What a folder of results keeps of networks.
///
/// What is wrong is said in words that go on "no figure of this kind:".
pub trait Kept: fmt::Debug {
    /// When the weights of a trial were kept, ascending.
    ///
    /// # Errors
    /// If that cannot be found out.
    fn moments(&self, trial: Key) -> Result<Vec<Moment>, String>;

    /// The network of a trial of a configuration at one of these moments.
    ///
    /// # Errors
    /// If its file cannot be read, or is none.
    fn network(&self, configuration: &Configuration<'_>, trial: Key, moment: Moment) -> Result<Network, String>;

    /// The examples of a trial of a configuration, split by split.
    ///
    /// # Errors
    /// If they were not recorded, or cannot be read.
    fn examples(&self, configuration: &Configuration<'_>, trial: Trial<'_>) -> Result<Vec<Example>, String>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_layer_after_layer() {
        let layers = vec![
            Dense { inputs: 2, weights: vec![1.0, -1.0, 0.5, 2.0], biases: vec![0.0, -3.0], scale: 2.0 },
            Dense { inputs: 2, weights: vec![1.0, 10.0], biases: Vec::new(), scale: 1.0 },
        ];
        let relu: Function = Box::new(|z| z.iter_mut().for_each(|z| *z = z.max(0.0)));
        let network = Network { layers, activation: relu, answer: Answer::Logit };
        assert_eq!(network.values(&[3.0, 1.0]), [vec![4.0, 4.0], vec![44.0]]);
        assert_eq!(network.widths(), [2, 2, 1]);
    }
}
