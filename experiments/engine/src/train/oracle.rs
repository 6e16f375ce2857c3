//! Answers to what methods and composites ask about the loss.

use thalweg_kernels::math::Elementary;
use thalweg_kernels::optimizer::{Oracle, Sample};

use super::Objective;

/// An objective as one step of a block sees it.
pub(super) struct Asked<'a, T: Elementary, O: Objective<T>> {
    pub objective: &'a O,
    pub scratch: &'a mut O::Scratch,
    /// Updates done: the batch is that of this step.
    pub step: u64,
    /// Takes the alarms of gradients elsewhere, which nobody looks at.
    pub alarm: &'a mut [T],
}

impl<T: Elementary, O: Objective<T>> Oracle<T> for Asked<'_, T, O> {
    fn gradient(&mut self, sample: Sample, weights: &[T], gradient: &mut [T]) {
        let Self { objective, scratch, step, alarm } = self;
        match sample {
            Sample::Batch => objective.gradient(scratch, *step, weights, gradient, alarm),
            Sample::All => unimplemented!("the gradient of all examples"),
        }
    }

    fn hessian_product(&mut self, _: Sample, _: &[T], _: &[T], _: &mut [T]) {
        unimplemented!("Hessian-vector products")
    }
}
