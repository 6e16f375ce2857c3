//! A network on data as an objective: its gradient on a batch, its loss on a split.

use std::ops::Range;
use std::sync::Arc;

use thalweg_kernels::loss::{Gradient, Value};
use thalweg_kernels::math::Elementary;
use thalweg_kernels::product::{Input, PIECE, Shape, Start};

use super::scratch::{Order, Scratch};
use super::{Architecture, Batches, Examples, Initializer, Orders};
use crate::train::{Evaluation, Lane, Layout, Objective, Path, Split};

/// A network, the data it learns from, and how its weights start.
#[derive(Debug)]
pub struct Network<T> {
    architecture: Architecture,
    initializer: Initializer,
    splits: [Examples<T>; 3],
    batches: Batches,
    orders: Orders,
    chunk: Option<usize>,
}

/// What the activations of a chunk of examples and their gradients may take on the population path: somewhat more than
/// the 32 KiB of the first-level cache, since fewer and larger chunks save calls (measured on W1: 32 examples beat 16 and
/// 64).
const CHUNK_BYTES: usize = 56 << 10;

/// Examples of a chunk on the dense path, where the weights are packed anew for each.
const DENSE_CHUNK: usize = 256;

impl<T: Elementary> Network<T> {
    /// A network on the splits `[training, validation, test]`; an empty split is one that is not there. `chunk`
    /// overrides how many examples go through the network at a time, which changes its speed and nothing else.
    ///
    /// # Panics
    ///
    /// If there are no training examples, or a split does not fit the architecture.
    pub fn new(
        architecture: Architecture,
        initializer: Initializer,
        splits: [Examples<T>; 3],
        batches: Batches,
        chunk: Option<usize>,
    ) -> Self {
        let width = architecture.loss.target_width(architecture.outputs());
        for split in &splits {
            assert_eq!(split.inputs.len(), split.count * architecture.inputs());
            assert_eq!(split.targets.len(), split.count * width);
        }
        assert!(batches.examples == splits[0].count && (1..=batches.examples).contains(&batches.size));
        let orders = Orders::new(batches.examples);
        Self { architecture, initializer, splits, batches, orders, chunk }
    }

    /// As many examples as keep the activations of one register of lanes in the first-level cache, but enough for the
    /// register tiles to be worth their loads.
    fn preferred_chunk(&self, path: Path) -> usize {
        const REGISTER: usize = 32;
        if path == Path::Dense {
            return DENSE_CHUNK;
        }
        let units: usize = self.architecture.layers().iter().map(|layer| layer.outputs).sum();
        (CHUNK_BYTES / ((units + 2 * self.architecture.widest()) * REGISTER) / 8 * 8).clamp(16, 64)
    }

    /// The shape of the network.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// Runs a chunk of examples through the network; `scratch.values` holds every layer's activations afterwards.
    fn forward(&self, scratch: &mut Scratch<T>, weights: &[T], inputs: Input<'_, T>, examples: usize) {
        let lanes = scratch.lanes;
        for (index, layer) in self.architecture.layers().iter().enumerate() {
            let (before, after) = scratch.values.split_at_mut(index);
            let inputs = before.last().map_or(inputs, |a| Input::PerLane(&a[..examples * layer.inputs * lanes]));
            let outputs = &mut after[0][..examples * layer.outputs * lanes];
            let shape = Shape { outputs: layer.outputs, inputs: layer.inputs, examples };
            let bias = (!layer.bias.is_empty()).then(|| &weights[layer.bias.start * lanes..layer.bias.end * lanes]);
            let matrix = &weights[layer.weights.start * lanes..layer.weights.end * lanes];
            scratch.products.forward(shape, matrix, bias, inputs, outputs);
            if index + 1 < self.architecture.layers().len() {
                self.architecture.activation.forward(scratch.layout.isa, outputs);
            }
        }
    }

    /// Adds the gradient of a chunk to `gradient`: the last layer's values hold dL/dz, the others their activations.
    fn backward(
        &self,
        scratch: &mut Scratch<T>,
        weights: &[T],
        inputs: Input<'_, T>,
        examples: usize,
        gradient: &mut [T],
        start: Start,
    ) {
        let (lanes, last) = (scratch.lanes, self.architecture.layers().len() - 1);
        let Scratch { values, upstream: [upstream, downstream], products, layout, .. } = scratch;
        // The gradient with respect to the last layer's outputs stands where its values were.
        std::mem::swap(&mut values[last], upstream);
        for (index, layer) in self.architecture.layers().iter().enumerate().rev() {
            let shape = Shape { outputs: layer.outputs, inputs: layer.inputs, examples };
            let before = match index {
                0 => inputs,
                _ => Input::PerLane(&values[index - 1][..examples * layer.inputs * lanes]),
            };
            let dz = &upstream[..examples * layer.outputs * lanes];
            let (matrix, bias) = gradient[layer.weights.start * lanes..].split_at_mut(layer.weights.len() * lanes);
            let bias = (!layer.bias.is_empty()).then(|| &mut bias[..layer.bias.len() * lanes]);
            products.weight_gradient(shape, dz, before, matrix, bias, start);
            if index > 0 {
                let dx = &mut downstream[..examples * layer.inputs * lanes];
                let matrix = &weights[layer.weights.start * lanes..layer.weights.end * lanes];
                products.input_gradient(shape, matrix, dz, dx);
                self.architecture.activation.backward(layout.isa, &values[index - 1][..dx.len()], dx);
                std::mem::swap(upstream, downstream);
            }
        }
    }
}

impl<T: Elementary> Objective<T> for Network<T> {
    type Scratch = Scratch<T>;

    fn parameters(&self) -> usize {
        self.architecture.parameters()
    }

    fn parts(&self) -> Vec<Range<usize>> {
        self.architecture.layers().iter().map(|layer| layer.weights.start..layer.bias.end).collect()
    }

    fn scratch(&self, layout: Layout) -> Scratch<T> {
        let chunk = self.chunk.unwrap_or_else(|| self.preferred_chunk(layout.path)).clamp(1, PIECE);
        Scratch::new(&self.architecture, layout, chunk, self.batches.size > PIECE)
    }

    fn start(&self, scratch: &mut Scratch<T>, lanes: &[Lane<'_>], weights: &mut [T]) {
        let width = scratch.lanes;
        let groups = lanes.chunks_exact(width).zip(weights.chunks_exact_mut(self.parameters() * width));
        for (order, (lanes, weights)) in scratch.groups.iter_mut().zip(groups) {
            order.epoch = None;
            order.seeds.clear();
            order.seeds.extend(lanes.iter().map(|lane| lane.order_seed));
            if !self.batches.shuffled || order.seeds.iter().all(|seed| *seed == order.seeds[0]) {
                order.seeds.truncate(1);
            }
            for (at, lane) in lanes.iter().enumerate() {
                if !lane.start.is_empty() {
                    let rows = weights.chunks_exact_mut(width).zip(lane.start);
                    rows.for_each(|(row, weight)| row[at] = T::from_f64(*weight));
                    continue;
                }
                if at > 0 && lane.init_seed == lanes[at - 1].init_seed && lanes[at - 1].start.is_empty() {
                    weights.chunks_exact_mut(width).for_each(|row| row[at] = row[at - 1]);
                    continue;
                }
                self.initializer.draw(&self.architecture, lane.init_seed, |parameter, weight| {
                    weights[parameter * width + at] = T::from_f64(weight);
                });
            }
        }
    }

    fn gradient(&self, scratch: &mut Scratch<T>, step: u64, weights: &[T], gradient: &mut [T], alarm: &mut [T]) {
        let size = self.parameters() * scratch.lanes;
        let arrays = weights.chunks_exact(size).zip(gradient.chunks_exact_mut(size));
        // The groups leave the scratch while the rest of it is at work for them; that allocates nothing.
        let mut groups = std::mem::take(&mut scratch.groups);
        for (order, ((weights, gradient), alarm)) in
            groups.iter_mut().zip(arrays.zip(alarm.chunks_exact_mut(scratch.lanes)))
        {
            self.group_gradient(scratch, order, step, weights, gradient, alarm);
        }
        scratch.groups = groups;
    }

    fn evaluate(&self, scratch: &mut Scratch<T>, split: Split, weights: &[T], evaluation: &mut Evaluation) {
        let (split, lanes) = (&self.splits[split as usize], scratch.lanes);
        let (width, units) = (self.architecture.inputs(), self.architecture.outputs());
        let target = self.architecture.loss.target_width(units);
        evaluation.reset(lanes * scratch.groups.len());
        let mut effective = std::mem::take(&mut scratch.effective);
        for (group, weights) in weights.chunks_exact(self.parameters() * lanes).enumerate() {
            let weights = self.architecture.effective(weights, lanes, &mut effective);
            for from in (0..split.count).step_by(scratch.chunk) {
                let to = split.count.min(from + scratch.chunk);
                let examples = to - from;
                self.forward(scratch, weights, Input::Shared(&split.inputs[from * width..to * width]), examples);
                let outputs = &scratch.values[self.architecture.layers().len() - 1][..examples * units * lanes];
                let (losses, correct) =
                    (&mut scratch.losses[..examples * lanes], &mut scratch.correct[..examples * lanes]);
                let targets = Input::Shared(&split.targets[from * target..to * target]);
                scratch.criterion.value(self.architecture.loss, Value { outputs, targets, units, losses, correct });
                evaluation.add(
                    group * lanes,
                    lanes,
                    &scratch.losses[..examples * lanes],
                    &scratch.correct[..examples * lanes],
                );
            }
        }
        scratch.effective = effective;
        evaluation.finish(split.count);
    }

    fn has(&self, split: Split) -> bool {
        self.splits[split as usize].count > 0
    }

    fn classifies(&self) -> bool {
        self.architecture.loss.task != thalweg_kernels::loss::Task::Regression
    }
}

impl<T: Elementary> Network<T> {
    /// The gradient of one group on the batch of a step.
    fn group_gradient(
        &self,
        scratch: &mut Scratch<T>,
        order: &mut Order,
        step: u64,
        weights: &[T],
        gradient: &mut [T],
        alarm: &mut [T],
    ) {
        let (epoch, batch) = self.batches.of_step(step);
        if self.batches.shuffled && order.epoch != Some(epoch) {
            order.orders.clear();
            order.orders.extend(order.seeds.iter().map(|seed| self.orders.of_epoch(*seed, epoch)));
            order.epoch = Some(epoch);
        }
        let scale = T::from_f64(1.0 / batch.len() as f64);
        let mut effective = std::mem::take(&mut scratch.effective);
        let weights = self.architecture.effective(weights, scratch.lanes, &mut effective);
        let mut piece = std::mem::take(&mut scratch.piece);
        for begin in batch.clone().step_by(PIECE) {
            let end = batch.end.min(begin + PIECE);
            let first = begin == batch.start;
            let sum: &mut [T] = if first { gradient } else { &mut piece };
            for from in (begin..end).step_by(scratch.chunk) {
                let chunk = Chunk {
                    orders: &order.orders,
                    range: from..end.min(from + scratch.chunk),
                    scale,
                    start: if from == begin { Start::Zero } else { Start::Continue },
                };
                self.chunk_gradient(scratch, &chunk, weights, sum, alarm);
            }
            if !first {
                gradient.iter_mut().zip(piece.iter()).for_each(|(sum, piece)| *sum += *piece);
            }
        }
        self.architecture.scale_gradient(gradient, scratch.lanes);
        scratch.effective = effective;
        scratch.piece = piece;
    }

    /// Adds the gradient of a chunk of examples to `sum`.
    fn chunk_gradient(
        &self,
        scratch: &mut Scratch<T>,
        chunk: &Chunk<'_, T>,
        weights: &[T],
        sum: &mut [T],
        alarm: &mut [T],
    ) {
        let (lanes, units, width) = (scratch.lanes, self.architecture.outputs(), self.architecture.inputs());
        let (range, examples) = (chunk.range.clone(), chunk.range.len());
        let target = self.architecture.loss.target_width(units);
        let mut inputs = std::mem::take(&mut scratch.inputs);
        let mut targets = std::mem::take(&mut scratch.targets);
        let split = &self.splits[Split::Train as usize];
        let (x, y) = if !self.batches.shuffled {
            (
                Input::Shared(&split.inputs[range.start * width..range.end * width]),
                Input::Shared(&split.targets[range.start * target..range.end * target]),
            )
        } else {
            (
                gather(chunk.orders, lanes, range.clone(), &split.inputs, width, &mut inputs),
                gather(chunk.orders, lanes, range, &split.targets, target, &mut targets),
            )
        };
        self.forward(scratch, weights, x, examples);
        let outputs = &mut scratch.values[self.architecture.layers().len() - 1][..examples * units * lanes];
        let batch = Gradient { outputs, targets: y, units, scale: chunk.scale, alarm };
        scratch.criterion.gradient(self.architecture.loss, batch);
        self.backward(scratch, weights, x, examples, sum, chunk.start);
        scratch.inputs = inputs;
        scratch.targets = targets;
    }
}

/// A chunk of the examples of a batch.
struct Chunk<'a, T> {
    /// The epoch's orders.
    orders: &'a [Arc<[u32]>],
    /// Positions in the order.
    range: Range<usize>,
    /// 1/m of the batch.
    scale: T,
    start: Start,
}

/// The rows of `source` at the positions `range` of the order, or of each lane's own order.
fn gather<'a, T: Copy>(
    orders: &[Arc<[u32]>],
    lanes: usize,
    range: Range<usize>,
    source: &[T],
    width: usize,
    out: &'a mut [T],
) -> Input<'a, T> {
    if let [order] = orders {
        let out = &mut out[..range.len() * width];
        let rows = out.chunks_exact_mut(width).zip(&order[range]);
        if let 1 | 2 = width {
            // So few numbers are not worth a call to copy memory.
            for (row, example) in rows {
                row[0] = source[*example as usize * width];
                row[width - 1] = source[(*example as usize + 1) * width - 1];
            }
        } else {
            rows.for_each(|(row, example)| row.copy_from_slice(&source[*example as usize * width..][..width]));
        }
        return Input::Shared(out);
    }
    let out = &mut out[..range.len() * width * lanes];
    for (rows, position) in out.chunks_exact_mut(width * lanes).zip(range) {
        for (lane, order) in orders.iter().enumerate() {
            let row = &source[order[position] as usize * width..][..width];
            for (k, x) in row.iter().enumerate() {
                rows[k * lanes + lane] = *x;
            }
        }
    }
    Input::PerLane(out)
}
