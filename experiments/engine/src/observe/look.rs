//! What an observer is given, and where it puts what it sees.

use std::marker::PhantomData;
use std::ops::Range;

use thalweg_kernels::Real;
use thalweg_kernels::optimizer::{Layer, Oracle};

use crate::train::{Lane, Outcome};

/// A block of trials after a step.
pub struct Look<'a, T> {
    /// Updates done.
    pub step: u64,
    /// Lanes of a register, or one; arrays are `[group][parameter][lane]`.
    pub lanes: usize,
    /// The layers of the parameters, in order and without gaps.
    pub layers: &'a [Layer],
    /// The trials of the block; lanes after the last repeat it.
    pub trials: &'a [Lane<'a>],
    /// Which of them are running: the numbers of the others need not be finite.
    pub running: &'a [bool],
    /// The values of the observer's own parameters.
    pub values: &'a [f64],
    /// The weights.
    pub weights: &'a [T],
    /// The weights before this step's update; none at step 0.
    pub previous: Option<&'a [T]>,
    /// The gradient that this step's update was made of, before clipping and weight decay; none at step 0.
    pub gradient: Option<&'a [T]>,
    /// What the optimizer keeps, array after array, each as large as the weights.
    pub state: &'a [T],
    /// Gradients and products of the Hessian anywhere, of all lanes at once. The batch of the step is that of
    /// [`Self::gradient`], or at the start the first one.
    pub oracle: &'a mut dyn Oracle<T>,
}

impl<T: Real> Look<'_, T> {
    /// Parameters of a trial.
    pub fn parameters(&self) -> usize {
        self.layers.last().map_or(0, |layer| layer.bias.end)
    }

    /// The numbers of the trials that are running.
    pub fn running(&self) -> impl Iterator<Item = usize> + use<'_, T> {
        self.running.iter().enumerate().filter(|(_, is_running)| **is_running).map(|(trial, _)| trial)
    }

    /// The numbers of a trial in an array of the block, in the order of the parameters.
    pub fn numbers<'b>(&self, array: &'b [T], trial: usize) -> impl Iterator<Item = f64> + Clone + use<'b, T> {
        self.part(array, trial, 0..self.parameters())
    }

    /// Those of some of the parameters.
    pub fn part<'b>(
        &self,
        array: &'b [T],
        trial: usize,
        range: Range<usize>,
    ) -> impl Iterator<Item = f64> + Clone + use<'b, T> {
        let (group, lane) = (trial / self.lanes, trial % self.lanes);
        let first = (group * self.parameters() + range.start) * self.lanes + lane;
        array[first..].iter().step_by(self.lanes).take(range.len()).map(|number| number.to_f64())
    }

    /// The arrays that the optimizer keeps.
    pub fn arrays(&self) -> impl ExactSizeIterator<Item = &[T]> {
        self.state.chunks_exact(self.weights.len().max(1))
    }
}

/// The rows of an observer.
pub struct Rows<'a, T> {
    outcomes: &'a mut [Outcome],
    watch: usize,
    step: u64,
    columns: usize,
    precision: PhantomData<fn() -> T>,
}

impl<'a, T: Real> Rows<'a, T> {
    /// Rows of a step in these outcomes, of the observer of this number.
    pub(crate) fn new(outcomes: &'a mut [Outcome], watch: usize, step: u64, columns: usize) -> Self {
        Self { outcomes, watch, step, columns, precision: PhantomData }
    }

    /// Adds a row to a trial, of a number for each column, or none; each is rounded to the precision of the trial. The index
    /// is 0 for observers that have none, and ascends from 1 on for others.
    ///
    /// # Panics
    ///
    /// If there are no such trial or other columns.
    #[track_caller]
    pub fn push(&mut self, trial: usize, index: u64, cells: &[Option<f64>]) {
        assert_eq!(cells.len(), self.columns);
        let rounded = cells.iter().map(|cell| cell.map(|number| T::from_f64(number).to_f64()));
        self.outcomes[trial].observed[self.watch].push(self.step, index, rounded);
    }
}

/// The Euclidean norm of some numbers: squares are added in f64, in their order.
pub(super) fn norm(terms: impl Iterator<Item = f64>) -> f64 {
    let square: f64 = terms.map(|term| term * term).sum();
    square.sqrt()
}
