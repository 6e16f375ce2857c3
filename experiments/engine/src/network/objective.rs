//! A network on data as an objective: its gradient on a batch, its loss on a split.

use std::ops::Range;

use thalweg_kernels::loss::{Gradient, Loss, Value};
use thalweg_kernels::math::Elementary;
use thalweg_kernels::product::{self, Input, PIECE, Start};
use thalweg_kernels::table::{Family, Table};
use thalweg_kernels::{Isa, Real, optimizer};

use super::initial::Initials;
use super::sample::{Sampled, chunks};
use super::scratch::{Order, Scratch};
use super::shuffled::Shuffled;
use super::{Architecture, Batches, Examples, Initializer, Layer, Orders};
use crate::train::team::{Both, Rows, RowsMut, share};
use crate::train::{self, Evaluation, Lane, Layout, Objective, Sample, Setting, Split, Team, Trainer, TrainingPath};

/// A network, the data it learns from, and how its weights start.
#[derive(Debug)]
pub struct Network<T> {
    architecture: Architecture,
    initializer: Initializer,
    pub(super) splits: [Examples<T>; 3],
    pub(super) batches: Batches,
    pub(super) orders: Orders,
    pub(super) shuffled: Shuffled<T>,
    initials: Initials<T>,
    chunk: Option<usize>,
    /// The most examples of a split that an evaluation covers.
    evaluated: usize,
}

/// The most bytes that the activations of a chunk of examples and their gradients take on the population path: somewhat
/// more than the 32 KiB of the first-level cache, since fewer and larger chunks save calls (measured on W1).
const CHUNK_BYTES: usize = 56 << 10;

/// Examples of a chunk on the dense path, where the weights are packed anew for each.
const DENSE_CHUNK: usize = 256;

impl<T: Elementary> Network<T> {
    /// A network on the splits `[training, validation, test]`; an empty split does not count as one. `chunk` overrides
    /// how many examples go through the network at a time, which changes its speed and nothing else.
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
        let orders = Orders::new(batches.examples, batches.replacement);
        let initials = Initials::new(architecture.parameters());
        let shuffled = Shuffled::default();
        Self { architecture, initializer, splits, batches, orders, shuffled, initials, chunk, evaluated: usize::MAX }
    }

    /// Limits evaluations to the first `examples` examples of each split.
    #[must_use]
    pub fn evaluated_on(self, examples: usize) -> Self {
        Self { evaluated: examples, ..self }
    }

    /// The shape of the network.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }
}

/// How many examples go through the network at a time: `chunk`, or, if that is not given, as many as keep the activations
/// of one register of lanes in the first-level cache, but enough to be worth reading and writing the gradient of weights
/// that this cache does not hold.
pub(super) fn chunk_size<T>(architecture: &Architecture, layout: Layout, chunk: Option<usize>) -> usize
where
    T: Elementary,
{
    let preferred = || {
        if layout.path == TrainingPath::Dense {
            return DENSE_CHUNK;
        }
        let register = layout.lanes::<T>() * size_of::<T>();
        let units: usize = architecture.layers().iter().map(|layer| layer.outputs).sum();
        (CHUNK_BYTES / ((units + 2 * architecture.widest()) * register) / 8 * 8).clamp(32, 64)
    };
    chunk.unwrap_or_else(preferred).clamp(1, PIECE)
}

/// Behind pointers, so that the training loop is compiled here and not where it is called.
static TRAINER: Table<TrainerOf> = Table { f32: train::trainer, f64: train::trainer };

#[derive(Clone, Copy)]
struct TrainerOf;
impl Family for TrainerOf {
    type Member<T: Real> = for<'a> fn(&'a Network<T>, Setting<'a>) -> Box<dyn Trainer + 'a>;
}

impl<T: Elementary> Objective<T> for Network<T> {
    type Scratch = Scratch<T>;

    fn trainer<'a>(&'a self, setting: Setting<'a>) -> Box<dyn Trainer + 'a> {
        TRAINER.get::<T>()(self, setting)
    }

    fn parameters(&self) -> usize {
        self.architecture.parameters()
    }

    fn layers(&self) -> Vec<optimizer::Layer> {
        let place = |layer: &Layer| optimizer::Layer {
            weights: layer.weights.clone(),
            rows: layer.outputs,
            columns: layer.inputs,
            bias: layer.bias.clone(),
        };
        self.architecture.layers().iter().map(place).collect()
    }

    fn scratch(&self, layout: Layout, team: &Team) -> Scratch<T> {
        let chunk = chunk_size::<T>(&self.architecture, layout, self.chunk);
        Scratch::new(&self.architecture, layout, team, chunk, self.batches.size > PIECE)
    }

    fn start(&self, scratch: &mut Scratch<T>, lanes: &[Lane<'_>], weights: &mut [T]) {
        let width = scratch.lanes;
        scratch.init_seeds.clear();
        // Losses are kept by seed, so only for initial weights without an offset.
        if lanes.iter().all(|lane| lane.init_offset == 0.0) {
            scratch.init_seeds.extend(lanes.iter().map(|lane| lane.init_seed));
        }
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
                let initial = self.initials.weights(lane.init_seed, || self.draw(lane.init_seed));
                weights.chunks_exact_mut(width).zip(initial.iter()).for_each(|(row, weight)| row[at] = *weight);
            }
            let first = &self.architecture.layers()[0].weights;
            for (at, lane) in lanes.iter().enumerate().filter(|(_, lane)| lane.init_offset != 0.0) {
                let rows = weights[first.start * width..first.end * width].chunks_exact_mut(width);
                rows.for_each(|row| row[at] += T::from_f64(lane.init_offset));
            }
        }
    }

    fn gradient_of(
        &self,
        scratch: &mut Scratch<T>,
        sample: Sample,
        weights: &[T],
        gradient: &mut [T],
        alarm: &mut [T],
    ) {
        self.step(scratch, sample, weights, gradient, alarm, None);
    }

    fn hessian_product(
        &self,
        scratch: &mut Scratch<T>,
        sample: Sample,
        weights: &[T],
        direction: &[T],
        product: &mut [T],
    ) {
        self.product(scratch, sample, weights, direction, product);
    }

    fn hessian_cost(&self) -> f64 {
        self.product_cost()
    }

    fn evaluate_with_gradient(
        &self,
        scratch: &mut Scratch<T>,
        step: u64,
        weights: &[T],
        gradient: &mut [T],
        alarm: &mut [T],
        evaluation: &mut Evaluation,
    ) {
        if self.batches.shuffled || self.evaluated < self.batches.examples {
            self.evaluate(scratch, step, Split::Train, weights, evaluation);
            self.gradient(scratch, step, weights, gradient, alarm);
        } else {
            // The batch is the whole split, in the order in which an evaluation adds.
            evaluation.reset(scratch.lanes * scratch.groups.len());
            self.step(scratch, Sample::Batch(step), weights, gradient, alarm, Some(evaluation));
            evaluation.finish(self.batches.examples);
        }
    }

    fn evaluate(&self, scratch: &mut Scratch<T>, step: u64, split: Split, weights: &[T], evaluation: &mut Evaluation) {
        let drawn = step == 0 && !scratch.init_seeds.is_empty();
        if drawn && self.initials.recall(&scratch.init_seeds, split, evaluation) {
            return;
        }
        self.evaluate_split(scratch, split, weights, evaluation);
        if drawn {
            self.initials.keep(&scratch.init_seeds, split, evaluation);
        }
    }

    fn has(&self, split: Split) -> bool {
        self.splits[split as usize].count > 0
    }

    fn classifies(&self) -> bool {
        self.architecture.loss.task != thalweg_kernels::loss::Task::Regression
    }
}

impl<T: Elementary> Network<T> {
    /// The initial parameters of a seed.
    fn draw(&self, seed: u64) -> Vec<T> {
        let mut weights = vec![T::default(); self.parameters()];
        self.initializer.draw(&self.architecture, seed, |parameter, weight| weights[parameter] = T::from_f64(weight));
        weights
    }

    /// The loss, and the share of correct answers, on a split.
    fn evaluate_split(&self, scratch: &mut Scratch<T>, split: Split, weights: &[T], evaluation: &mut Evaluation) {
        let lanes = scratch.lanes;
        let loss = if split == Split::Train { &self.architecture.loss } else { &self.architecture.test_loss };
        let split = &self.splits[split as usize];
        let (width, target) =
            (self.architecture.inputs(), self.architecture.loss.target_width(self.architecture.outputs()));
        evaluation.reset(lanes * scratch.groups.len());
        let count = split.count.min(self.evaluated);
        let mut effective = std::mem::take(&mut scratch.effective);
        for (group, weights) in weights.chunks_exact(self.parameters() * lanes).enumerate() {
            let weights = self.architecture.effective(weights, lanes, &mut effective);
            for from in (0..count).step_by(scratch.chunk) {
                let to = count.min(from + scratch.chunk);
                let examples = to - from;
                self.forward(scratch, weights, Input::Shared(&split.inputs[from * width..to * width]), examples);
                let targets = Input::Shared(&split.targets[from * target..to * target]);
                self.add_losses(scratch, loss, targets, examples, group, evaluation);
            }
        }
        scratch.effective = effective;
        evaluation.finish(count);
    }

    /// The gradient of all groups on some examples; adds its losses to `evaluation`, if they are wanted.
    fn step(
        &self,
        scratch: &mut Scratch<T>,
        sample: Sample,
        weights: &[T],
        gradient: &mut [T],
        alarm: &mut [T],
        mut evaluation: Option<&mut Evaluation>,
    ) {
        let size = self.parameters() * scratch.lanes;
        let arrays = weights.chunks_exact(size).zip(gradient.chunks_exact_mut(size));
        // The groups leave the scratch while the rest of it works on them; this allocates nothing.
        let mut groups = std::mem::take(&mut scratch.groups);
        let lanes = arrays.zip(alarm.chunks_exact_mut(scratch.lanes));
        for (index, (order, ((weights, gradient), alarm))) in groups.iter_mut().zip(lanes).enumerate() {
            let sums = Sums { group: index, gradient, alarm, evaluation: evaluation.as_deref_mut() };
            self.group_gradient(scratch, order, sample, weights, sums);
        }
        scratch.groups = groups;
    }

    /// Adds the losses of a chunk, whose outputs the last layer's values hold, to the sums of a group.
    fn add_losses(
        &self,
        scratch: &mut Scratch<T>,
        loss: &Loss,
        targets: Input<'_, T>,
        examples: usize,
        group: usize,
        evaluation: &mut Evaluation,
    ) {
        let (lanes, units) = (scratch.lanes, self.architecture.outputs());
        let outputs = &scratch.values[self.architecture.layers().len() - 1][..examples * units * lanes];
        let losses = &mut scratch.losses[..examples * lanes];
        let correct = &mut scratch.correct[..examples * lanes];
        scratch.criterion.value(loss, Value { outputs, targets, units, losses, correct });
        evaluation.add(group * lanes, lanes, losses, correct);
    }

    /// The gradient of one group on some examples.
    fn group_gradient(
        &self,
        scratch: &mut Scratch<T>,
        order: &mut Order<T>,
        sample: Sample,
        weights: &[T],
        mut sums: Sums<'_, T>,
    ) {
        let sampled = self.sampled(order, sample);
        let mut effective = std::mem::take(&mut scratch.effective);
        let weights = self.architecture.effective(weights, scratch.lanes, &mut effective);
        let mut piece = std::mem::take(&mut scratch.piece);
        for (index, range) in sampled.pieces().enumerate() {
            if index > 0 {
                piece.at_least(sums.gradient.len());
            }
            for (range, start) in chunks(range, scratch.chunk) {
                let gradient: &mut [T] = if index == 0 { &mut *sums.gradient } else { &mut piece };
                let evaluation = sums.evaluation.as_deref_mut();
                let sums = Sums { group: sums.group, gradient, alarm: &mut *sums.alarm, evaluation };
                self.chunk_gradient(scratch, &sampled, range, weights, sums, start);
            }
            if index > 0 {
                add(scratch.layout.isa, &scratch.team, sums.gradient, &piece);
            }
        }
        self.architecture.scale_gradient(sums.gradient, scratch.lanes);
        scratch.effective = effective;
        scratch.piece = piece;
    }

    /// Adds the gradient of a chunk of examples, and its losses if they are wanted, to `sums`.
    fn chunk_gradient(
        &self,
        scratch: &mut Scratch<T>,
        sampled: &Sampled<'_, T>,
        range: Range<usize>,
        weights: &[T],
        sums: Sums<'_, T>,
        start: Start,
    ) {
        let (lanes, units, examples) = (scratch.lanes, self.architecture.outputs(), range.len());
        let mut inputs = std::mem::take(&mut scratch.inputs);
        let mut targets = std::mem::take(&mut scratch.targets);
        let [x, y] = sampled.examples(&scratch.team, lanes, range, [&mut inputs, &mut targets]);
        self.forward(scratch, weights, x, examples);
        if let Some(evaluation) = sums.evaluation {
            self.add_losses(scratch, &self.architecture.loss, y, examples, sums.group, evaluation);
        }
        let outputs = &mut scratch.values[self.architecture.layers().len() - 1][..examples * units * lanes];
        let batch = Gradient { outputs, targets: y, units, scale: sampled.scale(), alarm: sums.alarm };
        scratch.criterion.gradient(&self.architecture.loss, batch);
        self.backward(scratch, weights, x, examples, sums.gradient, start);
        scratch.inputs = inputs;
        scratch.targets = targets;
    }
}

/// Adds products to those before, such as the chains of a piece.
pub(super) fn add<T: Real>(isa: Isa, team: &Team, sums: &mut [T], terms: &[T]) {
    let parts = team.parts(sums.len(), sums.len() / 2);
    share(parts, Both(RowsMut(sums, 1), Rows(terms, 1)), &|Both(RowsMut(sums, _), Rows(terms, _))| {
        product::add(isa, sums, terms);
    });
}

/// What a group's examples are added to.
struct Sums<'a, T> {
    /// The number of the group.
    group: usize,
    gradient: &'a mut [T],
    alarm: &'a mut [T],
    /// The losses, if they are wanted.
    evaluation: Option<&'a mut Evaluation>,
}
