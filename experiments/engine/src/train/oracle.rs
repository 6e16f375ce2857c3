//! Answers to what methods, composites and observers ask about the loss.

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
    fn batch(&self) -> Sample {
        Sample::Batch(self.step)
    }

    fn gradient(&mut self, sample: Sample, weights: &[T], gradient: &mut [T]) {
        self.objective.gradient_of(self.scratch, sample, weights, gradient, self.alarm);
    }

    fn hessian_product(&mut self, sample: Sample, weights: &[T], direction: &[T], product: &mut [T]) {
        self.objective.hessian_product(self.scratch, sample, weights, direction, product);
    }
}
