//! Schedule-Free AdamW.

use pulp::Simd;
use thalweg_numerics::{Real, Vector};

use crate::averaging::{DECAY, PRODUCTS, SHARED_RATE, START, average, plain_average, share};
use crate::reference::Memory;
use crate::{Hyperparameter, MAX_COEFFICIENTS, MAX_STATE, Optimizer, Rule, Start};

/// Schedule-Free AdamW (Defazio et al., The Road Less Scheduled, arXiv:2405.15682, Algorithm 1), as in the authors' package.
///
/// ```text
/// c ← β2 c + (1 - β2) g²                            g is the gradient at y
/// z ← z - α (g / (√ĉ + ε) + λ y)                    ĉ = c / (1 - β2^t)
/// x ← x + s (z - x)                                 s = wₜ / ∑ wᵢ, wₜ = t^r (max αᵢ)^p
/// y ← z + β1 (x - z)
/// ```
///
/// x, z and y start at the initial weights. Gradients are taken at y; losses, figures and kept weights are those of x, the
/// average. It needs no schedule but for a warm-up, which is that of every optimizer.
pub static SCHEDULE_FREE_ADAMW: Optimizer = Optimizer::new::<AdamW>(
    "schedule-free-adamw",
    "Schedule-Free AdamW",
    "Defazio et al., 2024, arXiv:2405.15682",
    "c = β2 c + (1 - β2) g²; z -= α (g / (√ĉ + ε) + λ y); x += s (z - x), s = wₜ / ∑w, wₜ = t^r (max α)^p; y = z + β1 (x - z)",
    &[
        Hyperparameter::lr(2.5e-3),
        Hyperparameter::decay("beta1", "β1", "how much of the average is in the point of the gradient", 0.9),
        Hyperparameter::decay("beta2", "β2", "decay of the mean squared gradient", 0.999),
        Hyperparameter::epsilon(1e-8),
        DECAY,
        Hyperparameter::non_negative("r", "r", "power of the step in the weights of the average", 0.0),
        Hyperparameter::non_negative("lr_power", "p", "power of the largest learning rate in them", 2.0),
    ],
)
.without(&[SHARED_RATE]);

struct AdamW;

impl Rule for AdamW {
    const STATE: usize = 3;
    const START: [Start; MAX_STATE] = START;
    const EVALUATED: Option<usize> = Some(0);
    const PRODUCTS: usize = PRODUCTS + 1;
    const COEFFICIENTS: usize = 8;

    fn advance(hyperparameters: &[f64], products: &mut [f64], coefficients: &mut [f64]) {
        let &[lr, beta1, beta2, eps, decay, r, power] = hyperparameters else {
            unreachable!("Schedule-Free AdamW has seven hyperparameters")
        };
        let share = share(lr, r, power, products);
        products[PRODUCTS] *= beta2;
        let correction = 1.0 / (1.0 - products[PRODUCTS]);
        coefficients[..8].copy_from_slice(&[beta2, 1.0 - beta2, correction, eps, lr, lr * decay, share, beta1]);
    }

    #[inline(always)]
    fn update<S: Simd, T: Real, const U: usize>(
        y: Vector<S, T, U>,
        g: Vector<S, T, U>,
        state: &mut [Vector<S, T, U>; MAX_STATE],
        c: &[Vector<S, T, U>; MAX_COEFFICIENTS],
    ) -> Vector<S, T, U> {
        let ([x, z, square, _], [beta2, rest2, correction, eps, lr, decay, share, beta1, _]) = (state, *c);
        *square = beta2.mul_add(*square, rest2 * (g * g));
        let step = g / ((*square * correction).sqrt() + eps);
        *z = lr.neg_mul_add(step, decay.neg_mul_add(y, *z));
        average(x, *z, share, beta1)
    }

    fn reference(h: &[f64], y: f64, g: f64, memory: &mut Memory) -> f64 {
        let [_, z, square, _] = &mut memory.arrays;
        *square = h[2] * *square + (1.0 - h[2]) * g * g;
        let corrected = *square / (1.0 - h[2].powi(memory.step));
        *z -= h[0] * (g / (corrected.sqrt() + h[3]) + h[4] * y);
        plain_average(h[0], h[1], [h[5], h[6]], memory)
    }
}
