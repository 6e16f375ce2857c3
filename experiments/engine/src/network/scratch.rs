//! What a worker needs to train blocks on a network.

use std::sync::Arc;

use thalweg_kernels::activation::Needs;
use thalweg_kernels::loss::{Gradient, Loss, Rows, Value};
use thalweg_kernels::math::Elementary;
use thalweg_kernels::product::{self, PIECE, Products};
use thalweg_kernels::{Buffer, Isa};

use super::Architecture;
use super::objective::chunk_size;
use crate::train::{Layout, Path};

/// What a worker needs to train a block on a network; made once, used for one block after another.
pub struct Scratch<T: Elementary> {
    pub(super) layout: Layout,
    /// Lanes of a group.
    pub(super) lanes: usize,
    /// Examples that go through the network at a time.
    pub(super) chunk: usize,
    pub(super) products: Box<dyn Products<T> + Send>,
    pub(super) criterion: Criterion<T>,
    /// Per layer the activations of a chunk; of the last layer z, and then dL/dz.
    pub(super) values: Vec<Buffer<T>>,
    /// Per hidden layer z, if back propagation through the activation takes it.
    pub(super) arguments: Vec<Buffer<T>>,
    /// dL/dz of the layer that back propagation has reached, and dL/da of the one before.
    pub(super) upstream: [Buffer<T>; 2],
    /// The inputs and targets of a chunk, gathered from the training split.
    pub(super) inputs: Buffer<T>,
    pub(super) targets: Buffer<T>,
    /// The chain of a piece after the first, for batches of more than one piece.
    pub(super) piece: Buffer<T>,
    /// The parameters that products take, if layers are scaled.
    pub(super) effective: Buffer<T>,
    pub(super) losses: Buffer<T>,
    pub(super) correct: Buffer<T>,
    /// The initial seeds of the block's lanes.
    pub(super) init_seeds: Vec<u64>,
    /// One per group of the block.
    pub(super) groups: Vec<Order>,
}

/// The bytes of what a worker needs for batches of `batch` examples, besides the weights that it trains and their
/// gradient; `chunk` is that of [`Network::new`](super::Network::new).
pub fn bytes<T: Elementary>(architecture: &Architecture, layout: Layout, chunk: Option<usize>, batch: usize) -> u64 {
    let (layers, widest) = (architecture.layers(), architecture.widest());
    let units: usize = layers.iter().map(|layer| layer.outputs).sum();
    let arguments = if architecture.activation.needs == Needs::Argument { units } else { 0 };
    let targets = architecture.loss.target_width(architecture.outputs());
    let example = (layers.len() + 2) * widest + arguments + architecture.inputs() + targets + 2;
    let parameters = usize::from(batch > PIECE) + usize::from(architecture.is_scaled());
    let chunk = chunk_size::<T>(architecture, layout, chunk);
    let numbers = (chunk * example).saturating_add(architecture.parameters().saturating_mul(parameters));
    (numbers as u64).saturating_mul((layout.lanes::<T>() * size_of::<T>()) as u64)
}

/// The order in which a group sees the examples.
#[derive(Default)]
pub(super) struct Order {
    /// One per lane, or one for all lanes where they agree.
    pub seeds: Vec<u64>,
    /// The epoch's orders, one per seed.
    pub orders: Vec<Arc<[u32]>>,
    pub epoch: Option<u64>,
}

impl<T: Elementary> Scratch<T> {
    /// Scratch for chunks of `chunk` examples; `pieces` if batches have more than one piece.
    pub(super) fn new(architecture: &Architecture, layout: Layout, chunk: usize, pieces: bool) -> Self {
        let lanes = layout.lanes::<T>();
        let (layers, widest) = (architecture.layers(), architecture.widest());
        let targets = architecture.loss.target_width(architecture.outputs());
        let hidden = match architecture.activation.needs {
            Needs::Value => &[],
            Needs::Argument => &layers[..layers.len() - 1],
        };
        let order = || Order { seeds: Vec::with_capacity(lanes), orders: Vec::with_capacity(lanes), epoch: None };
        let products = match layout.path {
            Path::Population => product::population(layout.isa),
            Path::Dense => product::dense(layout.isa),
        };
        Self {
            layout,
            lanes,
            chunk,
            products,
            criterion: Criterion::new(layout),
            // All as wide as the widest layer, since the last one trades places with those of `upstream`.
            values: layers.iter().map(|_| Buffer::zeroed(chunk * widest * lanes)).collect(),
            arguments: hidden.iter().map(|layer| Buffer::zeroed(chunk * layer.outputs * lanes)).collect(),
            upstream: [0, 1].map(|_| Buffer::zeroed(chunk * widest * lanes)),
            inputs: Buffer::zeroed(chunk * architecture.inputs() * lanes),
            targets: Buffer::zeroed(chunk * targets * lanes),
            piece: Buffer::zeroed(if pieces { architecture.parameters() * lanes } else { 0 }),
            effective: Buffer::zeroed(if architecture.is_scaled() { architecture.parameters() * lanes } else { 0 }),
            losses: Buffer::zeroed(chunk * lanes),
            correct: Buffer::zeroed(chunk * lanes),
            init_seeds: Vec::with_capacity(lanes * layout.groups),
            groups: (0..layout.groups).map(|_| order()).collect(),
        }
    }
}

/// The losses of a group: a lane is a trial, or, on the dense path, an example.
pub(super) enum Criterion<T: Elementary> {
    Trials(Isa),
    Examples(Box<Rows<T>>),
}

impl<T: Elementary> Criterion<T> {
    fn new(layout: Layout) -> Self {
        match layout.path {
            Path::Population => Self::Trials(layout.isa),
            Path::Dense => Self::Examples(Box::new(Rows::new(layout.isa))),
        }
    }

    /// z → scale · dL/dz, in place.
    pub fn gradient(&mut self, loss: &Loss, chunk: Gradient<'_, T>) {
        match self {
            Self::Trials(isa) => loss.gradient(*isa, chunk),
            Self::Examples(rows) => rows.gradient(loss, chunk),
        }
    }

    /// L per example and trial, and whether it is classified correctly.
    pub fn value(&mut self, loss: &Loss, chunk: Value<'_, T>) {
        match self {
            Self::Trials(isa) => loss.value(*isa, chunk),
            Self::Examples(rows) => rows.value(loss, chunk),
        }
    }
}
