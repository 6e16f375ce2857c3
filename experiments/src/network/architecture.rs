//! The shape of a network, and where its parameters stand.

use std::ops::Range;

use thalweg_kernels::activation::Activation;
use thalweg_kernels::loss::Loss;

/// One dense layer, and where its parameters stand among the network's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Units of the layer before.
    pub inputs: usize,
    /// Units.
    pub outputs: usize,
    /// The weights, `[output][input]`.
    pub weights: Range<usize>,
    /// The biases; empty for a layer without.
    pub bias: Range<usize>,
}

/// A network of dense layers: `activation` after every layer but the last, whose outputs go to the loss as they are
/// (the sigmoid or softmax of a classifier is part of its loss).
#[derive(Clone, Debug)]
pub struct Architecture {
    layers: Vec<Layer>,
    /// The activation of the hidden layers.
    pub activation: &'static Activation,
    /// The loss.
    pub loss: &'static Loss,
}

impl Architecture {
    /// A network with `units` per layer, the inputs first.
    ///
    /// # Panics
    ///
    /// If there are fewer than two numbers, or one is zero.
    pub fn new(units: &[usize], bias: bool, activation: &'static Activation, loss: &'static Loss) -> Self {
        assert!(units.len() >= 2 && !units.contains(&0), "a network has inputs and outputs: {units:?}");
        let mut end = 0;
        let mut take = |count: usize| {
            end += count;
            end - count..end
        };
        let layers = units.windows(2).map(|pair| {
            let (inputs, outputs) = (pair[0], pair[1]);
            let weights = take(inputs * outputs);
            let bias = take(if bias { outputs } else { 0 });
            Layer { inputs, outputs, weights, bias }
        });
        Self { layers: layers.collect(), activation, loss }
    }

    /// The layers, first to last.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// Units of the input.
    pub fn inputs(&self) -> usize {
        self.layers[0].inputs
    }

    /// Units of the last layer.
    pub fn outputs(&self) -> usize {
        self.layers[self.layers.len() - 1].outputs
    }

    /// Units of the widest layer, inputs and outputs among them.
    pub fn widest(&self) -> usize {
        self.layers.iter().map(|layer| layer.inputs.max(layer.outputs)).max().unwrap_or(0)
    }

    /// Weights and biases.
    pub fn parameters(&self) -> usize {
        self.layers[self.layers.len() - 1].bias.end
    }
}
