//! What is trained.

use thalweg_kernels::math::Elementary;
use thalweg_kernels::optimizer::{Layer, Optimizer, Sample};
use thalweg_kernels::walk::Walk;

use super::{Evaluation, Keep, Layout, Options, Setting, Team, Trainer, trainer};

/// A part of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// What gradients are computed on.
    Train,
    /// What hyperparameters are chosen by.
    Validation,
    /// What the choice is judged by.
    Test,
}

impl Split {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Train, Self::Validation, Self::Test];
}

/// What the loop needs to know of one trial.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lane<'a> {
    /// Values of the optimizer's hyperparameters, in the order of its metadata.
    pub hyperparameters: &'a [f64],
    /// A factor of the learning rate for each part of the parameters ([`Objective::layers`]); empty for none.
    pub lr_scale: &'a [f64],
    /// What is added to the initial weights of the first layer; for networks only.
    pub init_offset: f64,
    /// Weight decay, clipping and the course of the learning rate.
    pub options: Options,
    /// The seed of the initial parameters.
    pub init_seed: u64,
    /// The seed of the order of examples.
    pub order_seed: u64,
    /// The initial parameters, where they are not drawn from `init_seed`.
    pub start: &'a [f64],
    /// At which steps its parameters are kept.
    pub keep: Keep,
    /// Logged steps at which they are kept as well, ascending.
    pub keep_at: &'a [u64],
}

/// A function of parameters to be minimised, on all lanes of a block at a time.
///
/// A block is one or more groups of lanes ([`Layout`]): trial i is lane i mod lanes of group i / lanes. Its arrays are
/// `[group][parameter][lane]`. No operation may cross trials.
pub trait Objective<T: Elementary>: Sync {
    /// What a worker needs besides the block's own arrays; no step allocates.
    type Scratch: Send;

    /// Parameters of one trial.
    fn parameters(&self) -> usize;

    /// The layers of the parameters, in order and without gaps, which may have learning rates of their own and which some
    /// optimizers see as matrices. By default all parameters are one vector.
    fn layers(&self) -> Vec<Layer> {
        vec![Layer::vector(self.parameters())]
    }

    /// What trains blocks of it. By default the training loop is compiled for it where this is called; objectives of this
    /// crate have theirs compiled here.
    fn trainer<'a>(&'a self, setting: Setting<'a>) -> Box<dyn Trainer + 'a>
    where
        Self: Sized,
    {
        trainer(self, setting)
    }

    /// Scratch for blocks of this layout, the work on which a team may share.
    fn scratch(&self, layout: Layout, team: &Team) -> Self::Scratch;

    /// Begins a block: sets every lane's initial parameters.
    fn start(&self, scratch: &mut Self::Scratch, lanes: &[Lane<'_>], weights: &mut [T]);

    /// The gradient of the loss on some examples. Makes the `alarm` of a lane NaN if its loss is not finite.
    fn gradient_of(
        &self,
        scratch: &mut Self::Scratch,
        sample: Sample,
        weights: &[T],
        gradient: &mut [T],
        alarm: &mut [T],
    );

    /// [`Self::gradient_of`] the batch of step `step` (counted from 0).
    fn gradient(&self, scratch: &mut Self::Scratch, step: u64, weights: &[T], gradient: &mut [T], alarm: &mut [T]) {
        self.gradient_of(scratch, Sample::Batch(step), weights, gradient, alarm);
    }

    /// The product of the Hessian of the loss on some examples with a direction, which every trial has its own of; both are
    /// arrays as the weights are. What only products need is allocated by the first one.
    fn hessian_product(
        &self,
        scratch: &mut Self::Scratch,
        sample: Sample,
        weights: &[T],
        direction: &[T],
        product: &mut [T],
    );

    /// How many gradients on the same examples a [product](Self::hessian_product) costs, about.
    fn hessian_cost(&self) -> f64 {
        2.0
    }

    /// [`Self::evaluate`] on the training split, and [`Self::gradient`]: for an objective whose step passes the whole
    /// split anyway, the loss then costs next to nothing.
    fn evaluate_with_gradient(
        &self,
        scratch: &mut Self::Scratch,
        step: u64,
        weights: &[T],
        gradient: &mut [T],
        alarm: &mut [T],
        evaluation: &mut Evaluation,
    ) {
        self.evaluate(scratch, step, Split::Train, weights, evaluation);
        self.gradient(scratch, step, weights, gradient, alarm);
    }

    /// Many gradients and updates in one call, if that is possible with this optimizer, with the bits of one after
    /// another. Returns whether it is; if not, nothing has changed.
    fn walk(&self, _scratch: &mut Self::Scratch, _optimizer: &Optimizer, _walk: Walk<'_, T>) -> bool {
        false
    }

    /// The loss, and the share of correct answers, on a split after `step` updates.
    fn evaluate(
        &self,
        scratch: &mut Self::Scratch,
        step: u64,
        split: Split,
        weights: &[T],
        evaluation: &mut Evaluation,
    );

    /// A lower bound of the loss: growth is measured from there. Negative infinity if there is no such number.
    fn floor(&self) -> f64 {
        0.0
    }

    /// Whether it has this split.
    fn has(&self, split: Split) -> bool;

    /// Whether answers can be correct.
    fn classifies(&self) -> bool;
}
