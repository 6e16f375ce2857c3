//! The shape of a network, and the places of its parameters.

use std::ops::Range;

use thalweg_kernels::Real;
use thalweg_kernels::activation::Activation;
use thalweg_kernels::loss::Loss;

use super::Parameterisation;

/// One dense layer, and the places of its parameters among the network's.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Units of the layer before.
    pub inputs: usize,
    /// Units.
    pub outputs: usize,
    /// The weights, `[output][input]`.
    pub weights: Range<usize>,
    /// The biases; empty for a layer without any.
    pub bias: Range<usize>,
    /// The factor s of z = s · W x + b; see [`Parameterisation`].
    pub scale: f64,
}

/// A network of dense layers: `activation` after every layer but the last, whose outputs go to the loss as they are
/// (the sigmoid or softmax of a classifier is part of its loss).
#[derive(Clone, Debug)]
pub struct Architecture {
    layers: Vec<Layer>,
    /// The activation of the hidden layers.
    pub activation: Activation,
    /// The loss that training minimises.
    pub loss: Loss,
    /// The loss of validation and test examples.
    pub test_loss: Loss,
}

impl Architecture {
    /// A network with `units` per layer, the inputs first, in the standard parameterisation with a gain of 1.
    ///
    /// # Panics
    ///
    /// If there are fewer than two numbers, or one is zero.
    pub fn new(units: &[usize], bias: bool, activation: &Activation, loss: &Loss) -> Self {
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
            Layer { inputs, outputs, weights, bias, scale: 1.0 }
        });
        Self { layers: layers.collect(), activation: *activation, loss: *loss, test_loss: *loss }
    }

    /// The same network in another parameterisation.
    #[must_use]
    pub fn parameterised(mut self, parameterisation: Parameterisation, gain: f64) -> Self {
        let last = self.layers.len() - 1;
        for (index, layer) in self.layers.iter_mut().enumerate() {
            layer.scale = parameterisation.scale(layer.inputs, index == last, gain);
        }
        self
    }

    /// The same network, judged by another loss of the same outputs and targets on validation and test examples.
    #[must_use]
    pub fn judged_by(self, test_loss: &Loss) -> Self {
        Self { test_loss: *test_loss, ..self }
    }

    /// Whether a layer has a scale other than 1.
    pub fn is_scaled(&self) -> bool {
        self.layers.iter().any(|layer| layer.scale != 1.0)
    }

    /// The parameters that products take, `[parameter][lane]`: those of a group with each layer's weights times its
    /// scale, written to `out`; the parameters themselves if no layer is scaled.
    pub(super) fn effective<'a, T: Real>(&self, parameters: &'a [T], lanes: usize, out: &'a mut [T]) -> &'a [T] {
        if !self.is_scaled() {
            return parameters;
        }
        for layer in &self.layers {
            let (weights, bias) = (layer.weights.start * lanes..layer.weights.end * lanes, &layer.bias);
            let scale = T::from_f64(layer.scale);
            out[weights.clone()].iter_mut().zip(&parameters[weights]).for_each(|(out, w)| *out = scale * *w);
            let bias = bias.start * lanes..bias.end * lanes;
            out[bias.clone()].copy_from_slice(&parameters[bias]);
        }
        out
    }

    /// Turns the gradient with respect to [`Self::effective`] parameters into that with respect to the parameters.
    pub(super) fn scale_gradient<T: Real>(&self, gradient: &mut [T], lanes: usize) {
        for layer in self.layers.iter().filter(|layer| layer.scale != 1.0) {
            let scale = T::from_f64(layer.scale);
            let weights = layer.weights.start * lanes..layer.weights.end * lanes;
            gradient[weights].iter_mut().for_each(|g| *g = scale * *g);
        }
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

    /// Units of the widest layer, inputs and outputs included.
    pub fn widest(&self) -> usize {
        self.layers.iter().map(|layer| layer.inputs.max(layer.outputs)).max().unwrap_or(0)
    }

    /// Weights and biases.
    pub fn parameters(&self) -> usize {
        self.layers[self.layers.len() - 1].bias.end
    }
}
