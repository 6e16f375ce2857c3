//! What looks at a block at logged steps.

use thalweg_kernels::Real;

use super::Point;

/// A block at a logged step.
#[derive(Clone, Copy, Debug)]
pub struct Logged<'a, T> {
    /// Updates done.
    pub step: u64,
    /// Lanes of a register; the block's arrays are `[group][parameter][lane]`.
    pub lanes: usize,
    /// The parameters.
    pub weights: &'a [T],
    /// The parameters before this step's update; none at step 0.
    pub previous: Option<&'a [T]>,
    /// The gradient that this step's update took; none at step 0.
    pub gradient: Option<&'a [T]>,
}

/// Something that is recorded at logged steps.
pub trait Observer<T: Real>: Sync {
    /// Adds what it sees to the lanes' points.
    fn observe(&self, block: Logged<'_, T>, points: &mut [Point]);
}

/// The Euclidean norms of the gradient and of the update: squares are added in f64, in the order of the parameters.
#[derive(Clone, Copy, Debug)]
pub struct Norms;

impl<T: Real> Observer<T> for Norms {
    fn observe(&self, block: Logged<'_, T>, points: &mut [Point]) {
        let (Some(gradient), Some(previous)) = (block.gradient, block.previous) else { return };
        let parameters = 0..block.weights.len() / points.len();
        for (trial, point) in points.iter_mut().enumerate() {
            let first = trial / block.lanes * block.lanes * parameters.len() + trial % block.lanes;
            let column = |values: &[T], at: usize| values[first + at * block.lanes].to_f64();
            let norm = |term: &dyn Fn(usize) -> f64| {
                let square: f64 = parameters.clone().map(|at| term(at) * term(at)).sum();
                T::from_f64(square.sqrt()).to_f64()
            };
            point.grad_norm = Some(norm(&|at| column(gradient, at)));
            point.update_norm = Some(norm(&|at| column(block.weights, at) - column(previous, at)));
        }
    }
}
