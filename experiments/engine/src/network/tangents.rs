//! What a worker needs for products of the Hessian with a direction, besides what gradients need.

use thalweg_kernels::Buffer;
use thalweg_kernels::math::Elementary;
use thalweg_kernels::product::PIECE;

use super::Architecture;
use super::objective::chunk_size;
use crate::train::{Layout, TrainingPath};

/// R{·} of the activations of a chunk and of their gradients, where R is the derivative along the direction.
pub(super) struct Tangents<T> {
    /// Examples that go through the network at a time.
    pub chunk: usize,
    /// Per hidden layer Rz, if the activation curves.
    pub arguments: Vec<Buffer<T>>,
    /// Per layer Ra; of the last layer Rz, and then R(dL/dz).
    pub values: Vec<Buffer<T>>,
    /// R(dL/dz) of the layer that back propagation has reached, and R(dL/da) of the one before. On the way forward, the second
    /// of two products that are added.
    pub upstream: [Buffer<T>; 2],
    /// The direction that products take, if layers are scaled.
    pub direction: Buffer<T>,
    /// The chain of δ Raᵀ, and, for more than one piece, the sum of both chains of a piece after the first.
    pub second: Buffer<T>,
    pub piece: Buffer<T>,
    /// Nobody looks at it: what is not finite shows in the product.
    pub alarm: Buffer<T>,
}

/// The most bytes of one unit on a chunk of examples, on the population path: there are five arrays where a gradient has two,
/// and chunks of more of these large registers cost more than they save calls (measured on 2-16-1 and 2-16-16-1).
const UNIT_BYTES: usize = 1 << 10;

/// The examples of a chunk, where a gradient takes so many.
fn examples<T: Elementary>(layout: Layout, chunk: usize) -> usize {
    match layout.path {
        TrainingPath::Population => chunk.min(UNIT_BYTES / (layout.lanes::<T>() * size_of::<T>())),
        TrainingPath::Dense => chunk,
    }
}

impl<T: Elementary> Tangents<T> {
    /// For a network whose gradient takes chunks of `chunk` examples.
    pub fn new(architecture: &Architecture, layout: Layout, chunk: usize) -> Self {
        let (lanes, layers) = (layout.lanes::<T>(), architecture.layers());
        let (widest, parameters) = (architecture.widest(), architecture.parameters() * lanes);
        let hidden = if architecture.activation.curves() { &layers[..layers.len() - 1] } else { &[] };
        let chunk = examples::<T>(layout, chunk);
        let widest = || Buffer::zeroed(chunk * widest * lanes);
        Self {
            chunk,
            arguments: hidden.iter().map(|layer| Buffer::zeroed(chunk * layer.outputs * lanes)).collect(),
            // All as wide as the widest layer, since the last one trades places with those of `upstream`.
            values: layers.iter().map(|_| widest()).collect(),
            upstream: [0, 1].map(|_| widest()),
            direction: Buffer::zeroed(if architecture.is_scaled() { parameters } else { 0 }),
            second: Buffer::zeroed(parameters),
            piece: Buffer::zeroed(0),
            alarm: Buffer::zeroed(lanes),
        }
    }
}

/// The bytes that products of the Hessian on `count` examples take beyond [those of gradients](super::scratch_bytes), besides
/// the directions and the products themselves; `chunk` is that of [`Network::new`](super::Network::new).
pub fn bytes<T: Elementary>(architecture: &Architecture, layout: Layout, chunk: Option<usize>, count: usize) -> u64 {
    let (layers, widest) = (architecture.layers(), architecture.widest());
    let hidden: usize = layers[..layers.len() - 1].iter().map(|layer| layer.outputs).sum();
    let example = (layers.len() + 2) * widest + if architecture.activation.curves() { hidden } else { 0 };
    let parameters = 1 + usize::from(count > PIECE) + usize::from(architecture.is_scaled());
    let chunk = examples::<T>(layout, chunk_size::<T>(architecture, layout, chunk));
    let numbers = (chunk * example).saturating_add(architecture.parameters().saturating_mul(parameters));
    (numbers as u64).saturating_mul((layout.lanes::<T>() * size_of::<T>()) as u64)
}
