//! What looks at a block at logged steps.

use thalweg_kernels::Real;

use super::Point;
use thalweg_record::stats::quantile;

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
    /// The gradient of this step, before clipping and weight decay; none at step 0.
    pub gradient: Option<&'a [T]>,
}

impl<T: Real> Logged<'_, T> {
    /// The numbers of one of `trials` trials in an array of the block, in the order of the parameters.
    fn of_trial(&self, array: &[T], trial: usize, trials: usize) -> impl Iterator<Item = f64> {
        let parameters = array.len() / trials;
        let first = trial / self.lanes * self.lanes * parameters + trial % self.lanes;
        array[first..].iter().step_by(self.lanes).take(parameters).map(|number| number.to_f64())
    }
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
        let count = points.len();
        for (trial, point) in points.iter_mut().enumerate() {
            let norm = |terms: &mut dyn Iterator<Item = f64>| {
                let square: f64 = terms.map(|term| term * term).sum();
                T::from_f64(square.sqrt()).to_f64()
            };
            let [after, before, slope] =
                [block.weights, previous, gradient].map(|array| block.of_trial(array, trial, count));
            point.update_norm = Some(norm(&mut after.zip(before).map(|(after, before)| after - before)));
            point.grad_norm = Some(norm(&mut { slope }));
        }
    }
}

/// The shares of the weights at which quantiles of effective learning rates are taken.
pub const RATE_QUANTILES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// Quantiles over the parameters of the effective learning rate -Δw/g: what an update multiplied the gradient by. A
/// parameter has none if its gradient is zero, or if its update is so small that what is left of it is mostly the
/// rounding of w.
///
/// For Adagrad and RMSProp this is α / (√c + ε), up to the rounding of w. An optimizer that carries on earlier
/// gradients at times moves against the present one: its rate is negative then.
#[derive(Clone, Copy, Debug)]
pub struct EffectiveRates;

impl<T: Real> Observer<T> for EffectiveRates {
    fn observe(&self, block: Logged<'_, T>, points: &mut [Point]) {
        let (Some(gradient), Some(previous)) = (block.gradient, block.previous) else { return };
        let count = points.len();
        let mut rates = Vec::with_capacity(block.weights.len() / count);
        // An update of a hundred units in the last place of w is known to half a percent.
        let precision = if size_of::<T>() == size_of::<f32>() { f64::from(f32::EPSILON) } else { f64::EPSILON };
        let seen = 100.0 * precision;
        for (trial, point) in points.iter_mut().enumerate() {
            let [after, before, slope] =
                [block.weights, previous, gradient].map(|array| block.of_trial(array, trial, count));
            rates.clear();
            let is_seen = |after: f64, before: f64| (after - before).abs() >= seen * after.abs().max(before.abs());
            let moved = after.zip(before).zip(slope).filter(|((a, b), slope)| *slope != 0.0 && is_seen(*a, *b));
            rates.extend(moved.map(|((after, before), slope)| (before - after) / slope).filter(|rate| !rate.is_nan()));
            rates.sort_unstable_by(f64::total_cmp);
            let at = |share| Some(T::from_f64(quantile(&rates, share)?).to_f64());
            let [Some(q05), Some(q25), Some(q50), Some(q75), Some(q95)] = RATE_QUANTILES.map(at) else { continue };
            point.effective_lr = Some([q05, q25, q50, q75, q95]);
        }
    }
}
