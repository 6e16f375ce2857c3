//! What update rules in plain f64 have in common: each stands as [`Rule::reference`](crate::Rule::reference) beside its
//! kernel, for one parameter and one step.

use crate::MAX_STATE;

/// The memory of one parameter, and the number of steps done.
#[derive(Clone, Copy, Debug, Default)]
pub struct Memory {
    /// Means and sums, zero at first.
    pub arrays: [f64; MAX_STATE],
    /// A product over the steps, if the rule has one that is not a power.
    pub product: f64,
    /// Steps done, this one included.
    pub step: i32,
}

/// √(x + ε) or √x + ε.
pub(super) fn root(x: f64, eps: f64, inside: f64) -> f64 {
    if inside == 0.0 { x.sqrt() + eps } else { (x + eps).sqrt() }
}

/// A running mean, corrected for its start at zero unless it is not to be.
pub(super) fn corrected(mean: f64, beta: f64, step: i32, uncorrected: f64) -> f64 {
    if uncorrected == 0.0 { mean / (1.0 - beta.powi(step)) } else { mean }
}

/// The sign of a number, 0 at 0.
pub(super) fn sign(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x.signum() }
}

/// The velocity of momentum after a gradient g, in either form: ahead by μ v where Nesterov's step looks ahead.
pub(super) fn velocity(h: &[f64], g: f64, memory: &mut Memory) -> f64 {
    let (lr, mu, keras) = (h[0], h[1], h[2] == 1.0);
    let velocity = &mut memory.arrays[0];
    *velocity = if keras { mu * *velocity - lr * g } else { mu * *velocity + g };
    *velocity
}

/// Adam's step, of lr, β1, β2, ε, where ε stands and whether nothing is corrected. `sign` is -1 where the printed formula
/// of some notes is meant, `is_largest` where the largest mean of squares counts.
pub(super) fn adam(h: [f64; 6], sign: f64, is_largest: bool, g: f64, memory: &mut Memory) -> f64 {
    let [lr, beta1, beta2, eps, inside, uncorrected] = h;
    let ([mean, square, largest], step) = (&mut memory.arrays, memory.step);
    *mean = beta1 * *mean + sign * (1.0 - beta1) * g;
    *square = beta2 * *square + (1.0 - beta2) * g * g;
    *largest = largest.max(*square);
    let square = if is_largest { *largest } else { *square };
    lr * corrected(*mean, beta1, step, uncorrected) / root(corrected(square, beta2, step, uncorrected), eps, inside)
}
