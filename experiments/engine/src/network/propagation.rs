//! Forward and back propagation of a chunk of examples.

use thalweg_kernels::activation::{self, BelowOutput};
use thalweg_kernels::math::Elementary;
use thalweg_kernels::product::{Finish, Input, Shape, Start};

use super::scratch::Scratch;
use super::{Layer, Network};
use crate::train::Path;
use crate::train::team::{Both, Rows, RowsMut, share};

/// The most inputs of a layer for which loading them again for each example costs no more than keeping them.
const NARROW: usize = 2;

impl<T: Elementary> Network<T> {
    /// Whether the first layer, on inputs that trials share, is fused with its activation.
    fn fuses_input(&self, path: Path) -> bool {
        let (layers, activation) = (self.architecture().layers(), self.architecture().activation);
        path == Path::Population && layers.len() > 1 && layers[0].inputs <= NARROW && activation.is_fused()
    }

    /// Runs a chunk of examples through the network; `scratch.values` holds every layer's activations afterwards.
    pub(super) fn forward(&self, scratch: &mut Scratch<T>, weights: &[T], inputs: Input<'_, T>, examples: usize) {
        let lanes = scratch.lanes;
        for (index, layer) in self.architecture().layers().iter().enumerate() {
            let (before, after) = scratch.values.split_at_mut(index);
            let inputs = before.last().map_or(inputs, |a| Input::PerLane(&a[..examples * layer.inputs * lanes]));
            let outputs = &mut after[0][..examples * layer.outputs * lanes];
            let shape = Shape { outputs: layer.outputs, inputs: layer.inputs, examples };
            let bias = (!layer.bias.is_empty()).then(|| &weights[layer.bias.start * lanes..layer.bias.end * lanes]);
            let matrix = &weights[layer.weights.start * lanes..layer.weights.end * lanes];
            if let Input::Shared(inputs) = inputs
                && self.fuses_input(scratch.layout.path)
            {
                let layer = activation::Layer { shape, weights: matrix, bias, inputs };
                self.architecture().activation.forward_layer(scratch.layout.isa, layer, outputs);
                continue;
            }
            let hidden = index + 1 < self.architecture().layers().len();
            let relu = hidden && self.architecture().activation.is_relu();
            scratch.products.forward(shape, matrix, Finish { bias, relu }, inputs, outputs);
            if hidden && !relu {
                if let Some(z) = scratch.arguments.get_mut(index) {
                    z[..outputs.len()].copy_from_slice(outputs);
                }
                let (activation, isa) = (&self.architecture().activation, scratch.layout.isa);
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
        let (lanes, last) = (scratch.lanes, self.architecture().layers().len() - 1);
        let first = &self.architecture().layers()[0];
        let Scratch { values, arguments, upstream: [upstream, downstream], products, layout, team, .. } = scratch;
        // The gradient with respect to the last layer's outputs stands where its values were.
        std::mem::swap(&mut values[last], upstream);
        for (index, layer) in self.architecture().layers().iter().enumerate().rev() {
            let shape = Shape { outputs: layer.outputs, inputs: layer.inputs, examples };
            let before = match index {
                0 => inputs,
                _ => Input::PerLane(&values[index - 1][..examples * layer.inputs * lanes]),
            };
            let dz = &upstream[..examples * layer.outputs * lanes];
            let (matrix, bias) = parts(gradient, layer, lanes);
            products.weight_gradient(shape, dz, before, matrix, bias, start);
            if index > 0 {
                let dx = &mut downstream[..examples * layer.inputs * lanes];
                let matrix = &weights[layer.weights.start * lanes..layer.weights.end * lanes];
                let known = &arguments.get(index - 1).unwrap_or(&values[index - 1])[..dx.len()];
                let activation = self.architecture().activation;
                if layer.outputs == 1 && layout.path == Path::Population && activation.is_fused() {
                    let below = BelowOutput { x: known, weights: matrix, output_gradient: dz };
                    if let (1, Input::Shared(inputs)) = (index, inputs)
                        && first.inputs <= NARROW
                    {
                        let (matrix, bias) = parts(gradient, first, lanes);
                        activation.weight_gradient_from_output(layout.isa, below, inputs, matrix, bias, start);
                        return;
                    }
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

/// The places of a layer's weights and biases in the gradient.
fn parts<'a, T>(gradient: &'a mut [T], layer: &Layer, lanes: usize) -> (&'a mut [T], Option<&'a mut [T]>) {
    let (weights, bias) = gradient[layer.weights.start * lanes..].split_at_mut(layer.weights.len() * lanes);
    (weights, (!layer.bias.is_empty()).then(|| &mut bias[..layer.bias.len() * lanes]))
}
