//! Schedule-Free SGD.

use pulp::Simd;
use thalweg_numerics::{Real, Vector};

use crate::averaging::{DECAY, PRODUCTS, SHARED_RATE, START, average, plain_average, share};
use crate::reference::Memory;
use crate::{Hyperparameter, MAX_COEFFICIENTS, MAX_STATE, Optimizer, Rule, Start};

/// Schedule-Free SGD, of the same authors.
///
/// ```text
/// z ← z - α (g + λ y)                               g is the gradient at y
/// x ← x + s (z - x)                                 s as for Schedule-Free AdamW
/// y ← z + β (x - z)
/// ```
pub static SCHEDULE_FREE_SGD: Optimizer = Optimizer::new::<Sgd>(
    "schedule-free-sgd",
    "Schedule-Free SGD",
    "Defazio et al., 2024, arXiv:2405.15682",
    "z -= α (g + λ y); x += s (z - x), s = wₜ / ∑w, wₜ = t^r (max α)^p; y = z + β (x - z)",
    &[
        Hyperparameter::lr(1.0),
        Hyperparameter::decay("momentum", "β", "how much of the average is in the point of the gradient", 0.9),
        DECAY,
        Hyperparameter::non_negative("r", "r", "power of the step in the weights of the average", 0.0),
        Hyperparameter::non_negative("lr_power", "p", "power of the largest learning rate in them", 2.0),
    ],
)
.without(&[SHARED_RATE]);

struct Sgd;

impl Rule for Sgd {
    const STATE: usize = 2;
    const START: [Start; MAX_STATE] = START;
    const EVALUATED: Option<usize> = Some(0);
    const PRODUCTS: usize = PRODUCTS;
    const COEFFICIENTS: usize = 4;

    fn advance(hyperparameters: &[f64], products: &mut [f64], coefficients: &mut [f64]) {
        let &[lr, beta, decay, r, power] = hyperparameters else {
            unreachable!("Schedule-Free SGD has five hyperparameters")
        };
        let share = share(lr, r, power, products);
        coefficients[..4].copy_from_slice(&[lr, lr * decay, share, beta]);
    }

    #[inline(always)]
    fn update<S: Simd, T: Real, const U: usize>(
        y: Vector<S, T, U>,
        g: Vector<S, T, U>,
        state: &mut [Vector<S, T, U>; MAX_STATE],
        c: &[Vector<S, T, U>; MAX_COEFFICIENTS],
    ) -> Vector<S, T, U> {
        let ([x, z, ..], [lr, decay, share, beta, ..]) = (state, *c);
        *z = lr.neg_mul_add(g, decay.neg_mul_add(y, *z));
        average(x, *z, share, beta)
    }

    fn reference(h: &[f64], y: f64, g: f64, memory: &mut Memory) -> f64 {
        memory.arrays[1] -= h[0] * (g + h[2] * y);
        plain_average(h[0], h[1], [h[3], h[4]], memory)
    }
}
