//! The product of the Hessian of the mean training loss with a direction, exactly and without the Hessian.
//!
//! The gradient is a function of the weights W, and its derivative along a direction V is the product of the Hessian with V.
//! With R{·} for that derivative, what forward and back propagation compute is differentiated line by line, layer by layer:
//! for z = W a + b, a' = g(z) and δ = dL/dz,
//!
//! ```text
//! Rz = V a + V_b + W Ra                  Ra' = g'(z) · Rz
//! R(dL/da) = Wᵀ Rδ + Vᵀ δ                Rδ = g''(z) · Rz · dL/da' + g'(z) · R(dL/da')
//! R(dL/dW) = Rδ aᵀ + δ Raᵀ               R(dL/db) = Rδ 1
//! ```
//!
//! and Rδ of the outputs is (d²L/dz²) Rz / m. The inputs do not depend on the weights: their Ra is zero.
//!
//! Sources: Pearlmutter, Fast exact multiplication by the Hessian, Neural Computation 6, 1994; Griewank and Walther,
//! Evaluating derivatives, 2008 (forward over reverse).

use thalweg_kernels::Isa;
use thalweg_kernels::activation::Tangent;
use thalweg_kernels::loss::{Curvature, Gradient};
use thalweg_kernels::math::Elementary;
use thalweg_kernels::product::{Finish, Input, Shape, Start};

use super::objective::add;
use super::propagation::{parameters, parts};
use super::sample::chunks;
use super::scratch::{Order, Scratch};
use super::tangents::Tangents;
use super::{Layer, Network};
use crate::train::team::{Both, Rows, RowsMut, share};
use crate::train::{Sample, Team};

/// Parameters, and the direction along which they change, as products take them.
#[derive(Clone, Copy)]
struct Point<'a, T> {
    weights: &'a [T],
    direction: &'a [T],
}

/// A chunk of examples.
#[derive(Clone, Copy)]
struct Chunk<'a, T> {
    inputs: Input<'a, T>,
    targets: Input<'a, T>,
    count: usize,
    /// 1/m of the sample.
    scale: T,
    start: Start,
}

/// The two chains of the product over the examples.
struct Chains<'a, T> {
    /// Rδ aᵀ, and Rδ 1 for biases.
    first: &'a mut [T],
    /// δ Raᵀ of all layers but the first.
    second: &'a mut [T],
}

impl<T: Elementary> Network<T> {
    /// The products of all groups.
    pub(super) fn product(
        &self,
        scratch: &mut Scratch<T>,
        sample: Sample,
        weights: &[T],
        direction: &[T],
        product: &mut [T],
    ) {
        assert!(weights.len() == direction.len() && weights.len() == product.len());
        let new = || Box::new(Tangents::new(self.architecture(), scratch.layout, scratch.chunk));
        let mut tangents = scratch.tangents.take().unwrap_or_else(new);
        let size = self.architecture().parameters() * scratch.lanes;
        let points = weights.chunks_exact(size).zip(direction.chunks_exact(size));
        let mut groups = std::mem::take(&mut scratch.groups);
        for ((order, (weights, direction)), product) in
            groups.iter_mut().zip(points).zip(product.chunks_exact_mut(size))
        {
            self.group_product(scratch, &mut tangents, order, sample, Point { weights, direction }, product);
        }
        scratch.groups = groups;
        scratch.tangents = Some(tangents);
    }

    /// How many gradients a product costs, by their multiply-adds.
    pub(super) fn product_cost(&self) -> f64 {
        let (mut sums, curves) = ([0.0, 0.0], self.architecture().activation.curves());
        for (index, layer) in self.architecture().layers().iter().enumerate() {
            let counts = match index {
                0 => [3.0, 2.0],
                1 if !curves => [7.0, 3.0],
                _ => [8.0, 3.0],
            };
            let size = (layer.inputs * layer.outputs) as f64;
            sums.iter_mut().zip(counts).for_each(|(sum, products)| *sum += products * size);
        }
        sums[0] / sums[1]
    }

    /// The product of one group.
    fn group_product(
        &self,
        scratch: &mut Scratch<T>,
        tangents: &mut Tangents<T>,
        order: &mut Order<T>,
        sample: Sample,
        point: Point<'_, T>,
        product: &mut [T],
    ) {
        let (lanes, sampled) = (scratch.lanes, self.sampled(order, sample));
        let mut inputs = std::mem::take(&mut scratch.inputs);
        let mut targets = std::mem::take(&mut scratch.targets);
        let mut effective = [&mut scratch.effective, &mut tangents.direction].map(std::mem::take);
        let mut sums = [&mut tangents.second, &mut tangents.piece].map(std::mem::take);
        let [weights, direction] = &mut effective;
        let point = Point {
            weights: self.architecture().effective(point.weights, lanes, weights),
            direction: self.architecture().effective(point.direction, lanes, direction),
        };
        let [second, piece] = &mut sums;
        for (index, range) in sampled.pieces().enumerate() {
            let first: &mut [T] = if index == 0 { &mut *product } else { piece.at_least(product.len()) };
            for (range, start) in chunks(range, tangents.chunk) {
                let count = range.len();
                let [x, y] = sampled.examples(&scratch.team, lanes, range, [&mut inputs, &mut targets]);
                let chunk = Chunk { inputs: x, targets: y, count, scale: sampled.scale(), start };
                self.chunk_product(scratch, tangents, chunk, point, Chains { first: &mut *first, second });
            }
            for layer in &self.architecture().layers()[1..] {
                let weights = layer.weights.start * lanes..layer.weights.end * lanes;
                add(scratch.layout.isa, &scratch.team, &mut first[weights.clone()], &second[weights]);
            }
            if index > 0 {
                add(scratch.layout.isa, &scratch.team, product, piece);
            }
        }
        self.architecture().scale_gradient(product, lanes);
        [scratch.effective, tangents.direction] = effective;
        [tangents.second, tangents.piece] = sums;
        (scratch.inputs, scratch.targets) = (inputs, targets);
    }

    /// Adds what a chunk of examples gives to the chains.
    fn chunk_product(
        &self,
        scratch: &mut Scratch<T>,
        tangents: &mut Tangents<T>,
        chunk: Chunk<'_, T>,
        point: Point<'_, T>,
        chains: Chains<'_, T>,
    ) {
        let Chunk { inputs, targets, count, scale, .. } = chunk;
        self.forward(scratch, point.weights, inputs, count);
        self.forward_tangents(scratch, tangents, chunk, point);
        let (last, units) = (self.architecture().layers().len() - 1, self.architecture().outputs());
        let [outputs, tangent] = [&mut scratch.values[last], &mut tangents.values[last]]
            .map(|rows| &mut rows[..count * units * scratch.lanes]);
        let loss = &self.architecture().loss;
        scratch.criterion.curvature(loss, Curvature { outputs, tangent, targets, units, scale });
        scratch.criterion.gradient(loss, Gradient { outputs, targets, units, scale, alarm: &mut tangents.alarm });
        self.backward_tangents(scratch, tangents, chunk, point, chains);
    }

    /// Ra of every layer after a forward pass, and Rz of those that curve.
    fn forward_tangents(
        &self,
        scratch: &mut Scratch<T>,
        tangents: &mut Tangents<T>,
        chunk: Chunk<'_, T>,
        point: Point<'_, T>,
    ) {
        let Scratch { values, arguments, products, layout, lanes, team, .. } = scratch;
        let (lanes, layers) = (*lanes, self.architecture().layers());
        for (index, layer) in layers.iter().enumerate() {
            let (before, after) = tangents.values.split_at_mut(index);
            let (shape, [incoming, outgoing]) = (chunk.shape(layer), chunk.sizes(layer, lanes));
            let tangent = &mut after[0][..outgoing];
            let inputs = if index == 0 { chunk.inputs } else { Input::PerLane(&values[index - 1][..incoming]) };
            let (matrix, bias) = parameters(point.direction, layer, lanes);
            products.forward(shape, matrix, Finish { bias, relu: false }, inputs, tangent);
            if let Some(before) = before.last() {
                let (matrix, term) = (parameters(point.weights, layer, lanes).0, &mut tangents.upstream[0][..outgoing]);
                products.forward(shape, matrix, Finish::NOTHING, Input::PerLane(&before[..incoming]), term);
                add(layout.isa, team, tangent, term);
            }
            if index + 1 < layers.len() {
                if let Some(kept) = tangents.arguments.get_mut(index) {
                    kept[..outgoing].copy_from_slice(tangent);
                }
                let known = &arguments.get(index).unwrap_or(&values[index])[..outgoing];
                self.times_slopes(layout.isa, team, known, tangent);
            }
        }
    }

    /// Adds the product of a chunk to its chains: the last layer's values hold dL/dz, its tangents R(dL/dz).
    fn backward_tangents(
        &self,
        scratch: &mut Scratch<T>,
        tangents: &mut Tangents<T>,
        chunk: Chunk<'_, T>,
        point: Point<'_, T>,
        chains: Chains<'_, T>,
    ) {
        let Scratch { values, arguments, upstream: [gradient, below], products, layout, lanes, team, .. } = scratch;
        let Tangents { arguments: changes, values: changed, upstream: [tangent, tangent_below], .. } = tangents;
        let (lanes, layers, activation) = (*lanes, self.architecture().layers(), self.architecture().activation);
        // The gradients with respect to the last layer's outputs stand where their values were.
        std::mem::swap(&mut values[layers.len() - 1], gradient);
        std::mem::swap(&mut changed[layers.len() - 1], tangent);
        for (index, layer) in layers.iter().enumerate().rev() {
            let (shape, [incoming, outgoing]) = (chunk.shape(layer), chunk.sizes(layer, lanes));
            let (dz, tangent_dz) = (&gradient[..outgoing], &tangent[..outgoing]);
            let (matrix, bias) = parts(chains.first, 0, layer, lanes);
            let Some(before) = index.checked_sub(1) else {
                products.weight_gradient(shape, tangent_dz, chunk.inputs, matrix, bias, chunk.start);
                return;
            };
            let a = Input::PerLane(&values[before][..incoming]);
            products.weight_gradient(shape, tangent_dz, a, matrix, bias, chunk.start);
            let (a, matrix) = (Input::PerLane(&changed[before][..incoming]), parts(chains.second, 0, layer, lanes).0);
            products.weight_gradient(shape, dz, a, matrix, None, chunk.start);
            let known = &arguments.get(before).unwrap_or(&values[before])[..incoming];
            let rectified = activation.is_relu().then_some(known);
            let [weights, direction] = [point.weights, point.direction].map(|of| parameters(of, layer, lanes).0);
            // The last look at Ra was for the chain.
            let [dx, tangent_dx, term] =
                [&mut *below, &mut *tangent_below, &mut changed[before]].map(|rows| &mut rows[..incoming]);
            products.input_gradient(shape, weights, tangent_dz, rectified, tangent_dx);
            products.input_gradient(shape, direction, dz, rectified, term);
            add(layout.isa, team, tangent_dx, term);
            // Below the first hidden layer, nobody asks for dL/dz; above, only what curves.
            let is_needed = before > 0 || activation.curves();
            if is_needed {
                products.input_gradient(shape, weights, dz, rectified, dx);
            }
            if rectified.is_none() && is_needed {
                let changes = changes.get(before).map_or(&[][..], |changes| &changes[..incoming]);
                let (isa, parts) = (layout.isa, team.parts(incoming, 2 * incoming));
                let work = Both(Both(Rows(known, 1), Rows(changes, 1)), Both(RowsMut(dx, 1), RowsMut(tangent_dx, 1)));
                share(parts, work, &|Both(Both(Rows(x, _), Rows(arguments, _)), Both(gradient, tangent))| {
                    let (RowsMut(gradient, _), RowsMut(tangent, _)) = (gradient, tangent);
                    activation.backward_with_tangent(isa, Tangent { x, arguments, gradient, tangent });
                });
            } else if rectified.is_none() {
                self.times_slopes(layout.isa, team, known, tangent_dx);
            }
            std::mem::swap(gradient, below);
            std::mem::swap(tangent, tangent_below);
        }
    }

    /// Multiplies tangents by g', from what back propagation takes of the units.
    fn times_slopes(&self, isa: Isa, team: &Team, known: &[T], tangent: &mut [T]) {
        let (activation, parts) = (&self.architecture().activation, team.parts(known.len(), known.len()));
        let work = Both(Rows(known, 1), RowsMut(tangent, 1));
        share(parts, work, &|Both(Rows(known, _), RowsMut(tangent, _))| activation.backward(isa, known, tangent));
    }
}

impl<T> Chunk<'_, T> {
    /// The size of its products in a layer.
    fn shape(&self, layer: &Layer) -> Shape {
        Shape { outputs: layer.outputs, inputs: layer.inputs, examples: self.count }
    }

    /// Numbers of the inputs and outputs of a layer.
    fn sizes(&self, layer: &Layer, lanes: usize) -> [usize; 2] {
        [layer.inputs, layer.outputs].map(|units| self.count * units * lanes)
    }
}
