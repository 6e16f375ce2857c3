//! What a worker needs to train blocks on a network.

use std::sync::Arc;

use thalweg_kernels::activation::Needs;
use thalweg_kernels::loss::{Curvature, Gradient, Loss, Rows, Value};
use thalweg_kernels::math::Elementary;
use thalweg_kernels::product::{self, Input, PIECE, Products};
use thalweg_kernels::{Buffer, Isa};

use super::objective::chunk_size;
use super::shared::Shared;
use super::tangents::Tangents;
use super::{Architecture, Examples};
use crate::train::team::{Both, Rows as Part, RowsMut, share};
use crate::train::{Layout, Team, TrainingPath};

/// What a worker needs to train a block on a network; made once, used for one block after another.
pub struct Scratch<T: Elementary> {
    pub(super) layout: Layout,
    /// Who shares the work on a chunk: on the dense path, where lanes are examples.
    pub(super) team: Team,
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
    pub(super) groups: Vec<Order<T>>,
    /// What products of the Hessian need besides, from the first one on.
    pub(super) tangents: Option<Box<Tangents<T>>>,
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
pub(super) struct Order<T> {
    /// One per lane, or one for all lanes where they agree.
    pub seeds: Vec<u64>,
    /// The epoch's orders, one per seed.
    pub orders: Vec<Arc<[u32]>>,
    /// The rows of the epoch in that order, if the lanes agree on it and the split is small.
    pub rows: Option<Arc<Examples<T>>>,
    pub epoch: Option<u64>,
}

impl<T: Elementary> Scratch<T> {
    /// Scratch for chunks of `chunk` examples; `pieces` if batches have more than one piece.
    pub(super) fn new(architecture: &Architecture, layout: Layout, team: &Team, chunk: usize, pieces: bool) -> Self {
        let team = if layout.path == TrainingPath::Dense { team.clone() } else { Team::alone() };
        let lanes = layout.lanes::<T>();
        let (layers, widest) = (architecture.layers(), architecture.widest());
        let targets = architecture.loss.target_width(architecture.outputs());
        let hidden = match architecture.activation.needs {
            Needs::Value => &[],
            Needs::Argument => &layers[..layers.len() - 1],
        };
        let order =
            || Order { seeds: Vec::with_capacity(lanes), orders: Vec::with_capacity(lanes), rows: None, epoch: None };
        let products = match layout.path {
            TrainingPath::Population => product::population(layout.isa),
            TrainingPath::Dense if team.threads() == 1 => product::dense(layout.isa),
            TrainingPath::Dense => Box::new(Shared::new(layout.isa, &team)),
        };
        let criterion = Criterion::new(layout, &team);
        Self {
            layout,
            team,
            lanes,
            chunk,
            products,
            criterion,
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
            tangents: None,
        }
    }
}

/// The losses of a group: a lane is a trial, or, on the dense path, an example.
pub(super) enum Criterion<T: Elementary> {
    Trials(Isa),
    Examples(Team, Vec<Judge<T>>),
}

/// What judges some examples of a trial.
pub(super) struct Judge<T> {
    rows: Rows<T>,
    alarm: T,
}

/// Nanoseconds for an output of an example, about.
const OUTPUT: usize = 2;

impl<T: Elementary> Criterion<T> {
    fn new(layout: Layout, team: &Team) -> Self {
        let judge = |_| Judge { rows: Rows::new(layout.isa), alarm: T::default() };
        match layout.path {
            TrainingPath::Population => Self::Trials(layout.isa),
            TrainingPath::Dense => Self::Examples(team.clone(), (0..team.threads()).map(judge).collect()),
        }
    }

    /// z → scale · dL/dz, in place.
    pub fn gradient(&mut self, loss: &Loss, chunk: Gradient<'_, T>) {
        let (team, judges) = match self {
            Self::Trials(isa) => return loss.gradient(*isa, chunk),
            Self::Examples(team, judges) => (team, judges),
        };
        let Gradient { outputs, targets, units, scale, alarm } = chunk;
        let parts = team.parts(outputs.len() / units, OUTPUT * outputs.len());
        let judges = &mut judges[..parts];
        let (outputs, targets) = (RowsMut(outputs, units), Part(targets.of_one_lane(), loss.target_width(units)));
        share(parts, (&mut *judges, Both(outputs, targets)), &|(own, Both(RowsMut(outputs, _), Part(targets, _)))| {
            let Judge { rows, alarm } = &mut own[0];
            *alarm = T::default();
            let (targets, alarm) = (Input::PerLane(targets), std::slice::from_mut(alarm));
            rows.gradient(loss, Gradient { outputs, targets, units, scale, alarm });
        });
        // Zeros, or a NaN among them.
        alarm[0] = judges.iter().fold(alarm[0], |sum, judge| sum + judge.alarm);
    }

    /// Rz → scale · (d²L/dz²) · Rz, in place.
    pub fn curvature(&mut self, loss: &Loss, chunk: Curvature<'_, T>) {
        let (team, judges) = match self {
            Self::Trials(isa) => return loss.curvature(*isa, chunk),
            Self::Examples(team, judges) => (team, judges),
        };
        let Curvature { outputs, tangent, targets, units, scale } = chunk;
        let parts = team.parts(outputs.len() / units, OUTPUT * outputs.len());
        let examples = Both(Part(outputs, units), Part(targets.of_one_lane(), loss.target_width(units)));
        let work = Both(examples, RowsMut(tangent, units));
        share(parts, (&mut judges[..parts], work), &|(own, Both(Both(outputs, targets), tangent))| {
            let (Part(outputs, _), Part(targets, _), RowsMut(tangent, _)) = (outputs, targets, tangent);
            let targets = Input::PerLane(targets);
            own[0].rows.curvature(loss, Curvature { outputs, tangent, targets, units, scale });
        });
    }

    /// L per example and trial, and whether it is classified correctly.
    pub fn value(&mut self, loss: &Loss, chunk: Value<'_, T>) {
        let (team, judges) = match self {
            Self::Trials(isa) => return loss.value(*isa, chunk),
            Self::Examples(team, judges) => (team, judges),
        };
        let Value { outputs, targets, units, losses, correct } = chunk;
        let parts = team.parts(losses.len(), OUTPUT * outputs.len());
        let examples = Both(Part(outputs, units), Part(targets.of_one_lane(), loss.target_width(units)));
        let results = Both(RowsMut(losses, 1), RowsMut(correct, 1));
        share(parts, (&mut judges[..parts], Both(examples, results)), &|(own, Both(examples, results))| {
            let (Both(Part(outputs, _), Part(targets, _)), Both(RowsMut(losses, _), RowsMut(correct, _))) =
                (examples, results);
            own[0].rows.value(loss, Value { outputs, targets: Input::PerLane(targets), units, losses, correct });
        });
    }
}
