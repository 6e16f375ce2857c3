//! Forward and back propagation of a chunk of examples.

use thalweg_kernels::activation::{self, BelowOutput, ShallowGradient};
use thalweg_kernels::math::Elementary;
use thalweg_kernels::product::{Finish, Input, Shape, Start};

use super::scratch::Scratch;
use super::{Layer, Network};
use crate::train::team::{Both, Rows, RowsMut, share};
use crate::train::{Layout, TrainingPath};

/// The most inputs of a layer for which loading them again for each example costs no more than keeping them.
const NARROW: usize = 2;

impl<T: Elementary> Network<T> {
    /// Whether the first layer, on inputs that trials share, is fused with its activation.
    fn fuses_input(&self, path: TrainingPath) -> bool {
        let (layers, activation) = (self.architecture().layers(), self.architecture().activation);
        path == TrainingPath::Population && layers.len() > 1 && layers[0].inputs <= NARROW && activation.is_fused()
    }

    /// Whether it is a hidden layer and a single output, on inputs that trials share, whose passes are one kernel each.
    fn is_shallow(&self, path: TrainingPath) -> bool {
        self.fuses_input(path) && self.architecture().layers().len() == 2 && self.architecture().outputs() == 1
    }

    /// Runs a chunk of examples through the network; `scratch.values` holds every layer's activations afterwards.
    pub(super) fn forward(&self, scratch: &mut Scratch<T>, weights: &[T], inputs: Input<'_, T>, examples: usize) {
        let (lanes, Layout { isa, path, .. }) = (scratch.lanes, scratch.layout);
        let layers = self.architecture().layers();
        for (index, layer) in layers.iter().enumerate() {
            let (before, after) = scratch.values.split_at_mut(index);
            let inputs = before.last().map_or(inputs, |a| Input::PerLane(&a[..examples * layer.inputs * lanes]));
            let (outputs, after) = after.split_first_mut().expect("every layer has values");
            let outputs = &mut outputs[..examples * layer.outputs * lanes];
            let shape = Shape { outputs: layer.outputs, inputs: layer.inputs, examples };
            let (matrix, bias) = parameters(weights, layer, lanes);
            if let Input::Shared(inputs) = inputs
                && self.fuses_input(path)
            {
                let layer = activation::Layer { shape, weights: matrix, bias, inputs };
                let above = self.is_shallow(path).then(|| {
                    let (weights, bias) = parameters(weights, &layers[1], lanes);
                    activation::Output { weights, bias, values: &mut after[0][..examples * lanes] }
                });
                let is_all = above.is_some();
                self.architecture().activation.forward_layer(isa, layer, outputs, above);
                if is_all {
                    return;
                }
                continue;
            }
            let hidden = index + 1 < layers.len();
            let relu = hidden && self.architecture().activation.is_relu();
            scratch.products.forward(shape, matrix, Finish { bias, relu }, inputs, outputs);
            if hidden && !relu {
                if let Some(z) = scratch.arguments.get_mut(index) {
                    z[..outputs.len()].copy_from_slice(outputs);
                }
                let activation = &self.architecture().activation;
                let parts = scratch.team.parts(outputs.len(), outputs.len());
                share(parts, RowsMut(outputs, 1), &|RowsMut(outputs, _)| activation.forward(isa, outputs));
            }
        }
    }

    /// Adds the gradient of a chunk to `gradient`: the last layer's values hold dL/dz, the others their activations.
    pub(super) fn backward(
        &self,
        scratch: &mut Scratch<T>,
        weights: &[T],
        inputs: Input<'_, T>,
        examples: usize,
        gradient: &mut [T],
        start: Start,
    ) {
        let (lanes, layers) = (scratch.lanes, self.architecture().layers());
        let (last, activation) = (layers.len() - 1, self.architecture().activation);
        let Scratch { values, arguments, upstream: [upstream, downstream], products, layout, team, .. } = scratch;
        if let Input::Shared(inputs) = inputs
            && self.is_shallow(layout.path)
        {
            let [x, dz] = [0, 1].map(|index| &values[index][..examples * layers[index].outputs * lanes]);
            let below = BelowOutput { x, weights: parameters(weights, &layers[1], lanes).0, output_gradient: dz };
            let (of_layer, of_output) = gradient.split_at_mut(layers[1].weights.start * lanes);
            let (weights, bias) = parts(of_layer, 0, &layers[0], lanes);
            let (output_weights, output_bias) = parts(of_output, layers[1].weights.start, &layers[1], lanes);
            let gradient = ShallowGradient { weights, bias, output_weights, output_bias };
            return activation.shallow_gradient(layout.isa, below, inputs, gradient, start);
        }
        // The gradient with respect to the last layer's outputs stands where its values were.
        std::mem::swap(&mut values[last], upstream);
        for (index, layer) in layers.iter().enumerate().rev() {
            let shape = Shape { outputs: layer.outputs, inputs: layer.inputs, examples };
            let before = match index {
                0 => inputs,
                _ => Input::PerLane(&values[index - 1][..examples * layer.inputs * lanes]),
            };
            let dz = &upstream[..examples * layer.outputs * lanes];
            let (matrix, bias) = parts(gradient, 0, layer, lanes);
            products.weight_gradient(shape, dz, before, matrix, bias, start);
            if index > 0 {
                let dx = &mut downstream[..examples * layer.inputs * lanes];
                let (matrix, _) = parameters(weights, layer, lanes);
                let known = &arguments.get(index - 1).unwrap_or(&values[index - 1])[..dx.len()];
                if layer.outputs == 1 && layout.path == TrainingPath::Population && activation.is_fused() {
                    let below = BelowOutput { x: known, weights: matrix, output_gradient: dz };
                    activation.backward_from_output(layout.isa, below, dx);
                } else if activation.is_relu() {
                    products.input_gradient(shape, matrix, dz, Some(known), dx);
                } else {
                    products.input_gradient(shape, matrix, dz, None, dx);
                    let (isa, parts) = (layout.isa, team.parts(dx.len(), dx.len()));
                    share(parts, Both(Rows(known, 1), RowsMut(dx, 1)), &|Both(Rows(known, _), RowsMut(dx, _))| {
                        activation.backward(isa, known, dx);
                    });
                }
                std::mem::swap(upstream, downstream);
            }
        }
    }
}

/// A layer's weights and biases.
pub(super) fn parameters<'a, T>(weights: &'a [T], layer: &Layer, lanes: usize) -> (&'a [T], Option<&'a [T]>) {
    let bias = (!layer.bias.is_empty()).then(|| &weights[layer.bias.start * lanes..layer.bias.end * lanes]);
    (&weights[layer.weights.start * lanes..layer.weights.end * lanes], bias)
}

/// The places of a layer's weights and biases in a gradient that begins with parameter `first`.
pub(super) fn parts<'a, T>(
    gradient: &'a mut [T],
    first: usize,
    layer: &Layer,
    lanes: usize,
) -> (&'a mut [T], Option<&'a mut [T]>) {
    let (weights, bias) = gradient[(layer.weights.start - first) * lanes..].split_at_mut(layer.weights.len() * lanes);
    (weights, (!layer.bias.is_empty()).then(|| &mut bias[..layer.bias.len() * lanes]))
}
