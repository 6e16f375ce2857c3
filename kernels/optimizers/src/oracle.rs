//! What an optimizer or an observer may ask about the loss, besides the gradient that it is given.

/// The training examples whose mean loss is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sample {
    /// The batch of a step, counted from 0.
    Batch(u64),
    /// The whole training split in its own order, however training cuts it into batches.
    All,
}

/// The loss as a function of the weights of all trials of a block, whose arrays are `[group][parameter][lane]`.
///
/// Each answer is a function of its own trial alone: what is asked about the others changes none of its bits.
pub trait Oracle<T> {
    /// The batch of the present step.
    fn batch(&self) -> Sample;

    /// The gradient at these weights. It makes no alarm: what is not finite shows in the gradient.
    fn gradient(&mut self, sample: Sample, weights: &[T], gradient: &mut [T]);

    /// The product H v of the Hessian at these weights with a direction v.
    fn hessian_product(&mut self, sample: Sample, weights: &[T], direction: &[T], product: &mut [T]);
}
