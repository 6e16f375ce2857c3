//! What the Schedule-Free optimizers have in common: the average of the points, and how much each step counts in it.

use pulp::Simd;
use thalweg_numerics::{Real, Vector};

use crate::reference::Memory;
use crate::{Hyperparameter, MAX_STATE, Start};

/// λ, which both have.
pub(super) const DECAY: Hyperparameter =
    Hyperparameter::non_negative("weight_decay", "λ", "decay of the weights, at y", 0.0);
/// Why layers have no rates of their own.
pub(super) const SHARED_RATE: (&str, &str) =
    ("lr_scale", "the average weighs a step by its learning rate, which has to be that of all layers");

/// The averages start at the weights, and the mean of squares at zero.
pub(super) const START: [Start; MAX_STATE] = [Start::Weights, Start::Weights, Start::Zero, Start::Zero];

/// How many products [`share`] keeps.
pub(super) const PRODUCTS: usize = 3;

/// Where they are: the step, counted from 1; ∑ wᵢ; and max αᵢ.
const STEP: usize = 0;
const SUM: usize = 1;
const LARGEST: usize = 2;

/// The share s of this step in the average.
pub(super) fn share(lr: f64, r: f64, power: f64, products: &mut [f64]) -> f64 {
    let step = products[STEP];
    let (sum, largest) = if step == 1.0 { (0.0, lr) } else { (products[SUM], products[LARGEST].max(lr)) };
    let weight = libm::pow(step, r) * libm::pow(largest, power);
    products[STEP] = step + 1.0;
    products[SUM] = sum + weight;
    products[LARGEST] = largest;
    if weight == 0.0 { 0.0 } else { weight / products[SUM] }
}

/// The new average, and the next point of a gradient, from the average before and the new z.
#[inline(always)]
pub(super) fn average<S: Simd, T: Real, const U: usize>(
    x: &mut Vector<S, T, U>,
    z: Vector<S, T, U>,
    share: Vector<S, T, U>,
    beta: Vector<S, T, U>,
) -> Vector<S, T, U> {
    *x = share.mul_add(z - *x, *x);
    beta.mul_add(*x - z, z)
}

/// The same in plain f64, where the learning rate is always `lr`.
pub(super) fn plain_average(lr: f64, beta: f64, [r, power]: [f64; 2], memory: &mut Memory) -> f64 {
    let weight = f64::from(memory.step).powf(r) * lr.powf(power);
    memory.product += weight;
    let share = if weight == 0.0 { 0.0 } else { weight / memory.product };
    let [x, z, ..] = &mut memory.arrays;
    *x = (1.0 - share) * *x + share * *z;
    beta * *x + (1.0 - beta) * *z
}
