//! NAdam.

use pulp::Simd;
use thalweg_numerics::{Real, Vector};

use crate::moments::{corrections, epsilon};
use crate::reference::{Memory, corrected, root};
use crate::{Hyperparameter, MAX_COEFFICIENTS, MAX_STATE, Optimizer, Rule};

/// NAdam, Adam with Nesterov's momentum (Dozat, Incorporating Nesterov Momentum into Adam, 2016), as in PyTorch.
///
/// ```text
/// μₜ = β1 (1 - 0.96^(t ψ) / 2)
/// m ← β1 m + (1 - β1) g
/// c ← β2 c + (1 - β2) g²
/// w ← w - α (μₜ₊₁ m / (1 - ∏_{i ≤ t+1} μᵢ) + (1 - μₜ) g / (1 - ∏_{i ≤ t} μᵢ)) / (√ĉ + ε)      ĉ = c / (1 - β2^t)
/// ```
///
/// ψ is `momentum_decay`. `epsilon_placement = "inside"` divides by √(ĉ + ε), and `bias_correction = "false"` puts 1 in place
/// of the three corrections.
pub static NADAM: Optimizer = Optimizer::new::<NAdam>(
    "nadam",
    "NAdam",
    "Dozat, 2016, openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ",
    "m = β1 m + (1 - β1) g; c = β2 c + (1 - β2) g²; w -= α (μₜ₊₁ m / (1 - ∏μₜ₊₁) + (1 - μₜ) g / (1 - ∏μₜ)) / (√ĉ + ε)",
    &[
        Hyperparameter::lr(2e-3),
        Hyperparameter::decay("beta1", "β1", "decay of the mean gradient", 0.9),
        Hyperparameter::decay("beta2", "β2", "decay of the mean squared gradient", 0.999),
        Hyperparameter::epsilon(1e-8),
        Hyperparameter::non_negative("momentum_decay", "ψ", "how fast μₜ = β1 (1 - 0.96^(t ψ) / 2) rises to β1", 4e-3),
        Hyperparameter::epsilon_placement(),
        Hyperparameter::bias_correction(),
    ],
)
.with_notes(&[("epsilon_placement", 1.0)]);

struct NAdam;

/// What is kept beside β1^t and β2^t: ∏ μᵢ; 0.96^(t ψ); and 0.96^ψ, which is 1 until it is known.
const MU_PRODUCT: usize = 2;
const DAMPING: usize = 3;
const FACTOR: usize = 4;

impl Rule for NAdam {
    const STATE: usize = 2;
    const PRODUCTS: usize = 5;
    const COEFFICIENTS: usize = 9;

    fn advance(hyperparameters: &[f64], products: &mut [f64], coefficients: &mut [f64]) {
        let &[lr, beta1, beta2, eps, decay, inside, uncorrected] = hyperparameters else {
            unreachable!("NAdam has seven hyperparameters")
        };
        let (_, square) = corrections(products, beta1, beta2, uncorrected);
        let (under, beside) = epsilon(eps, inside);
        if products[FACTOR] == 1.0 && decay != 0.0 {
            products[FACTOR] = libm::pow(0.96, decay);
        }
        products[DAMPING] *= products[FACTOR];
        let now = beta1 * (1.0 - 0.5 * products[DAMPING]);
        let next = beta1 * (1.0 - 0.5 * (products[DAMPING] * products[FACTOR]));
        products[MU_PRODUCT] *= now;
        let corrected = |product: f64| if uncorrected == 0.0 { 1.0 - product } else { 1.0 };
        coefficients[..9].copy_from_slice(&[
            beta1,
            1.0 - beta1,
            beta2,
            1.0 - beta2,
            lr * next / corrected(products[MU_PRODUCT] * next),
            lr * (1.0 - now) / corrected(products[MU_PRODUCT]),
            1.0 / square,
            under,
            beside,
        ]);
    }

    #[inline(always)]
    fn update<S: Simd, T: Real, const U: usize>(
        w: Vector<S, T, U>,
        g: Vector<S, T, U>,
        state: &mut [Vector<S, T, U>; MAX_STATE],
        c: &[Vector<S, T, U>; MAX_COEFFICIENTS],
    ) -> Vector<S, T, U> {
        let ([mean, square, ..], [beta1, rest1, beta2, rest2, of_mean, of_gradient, correction, under, beside]) =
            (state, *c);
        *mean = beta1.mul_add(*mean, rest1 * g);
        *square = beta2.mul_add(*square, rest2 * (g * g));
        let denominator = square.mul_add(correction, under).sqrt() + beside;
        w - of_mean.mul_add(*mean, of_gradient * g) / denominator
    }

    fn reference(h: &[f64], w: f64, g: f64, memory: &mut Memory) -> f64 {
        let (lr, beta1, beta2, eps, decay, inside, uncorrected) = (h[0], h[1], h[2], h[3], h[4], h[5], h[6]);
        let ([mean, square, ..], step) = (&mut memory.arrays, memory.step);
        *mean = beta1 * *mean + (1.0 - beta1) * g;
        *square = beta2 * *square + (1.0 - beta2) * g * g;
        let mu = |step: i32| beta1 * (1.0 - 0.5 * libm::pow(0.96, f64::from(step) * decay));
        let (now, next) = (mu(step), mu(step + 1));
        memory.product = now * if step == 1 { 1.0 } else { memory.product };
        let correction = |product: f64| if uncorrected == 0.0 { 1.0 - product } else { 1.0 };
        let direction = next * *mean / correction(memory.product * next) + (1.0 - now) * g / correction(memory.product);
        w - lr * direction / root(corrected(*square, beta2, step, uncorrected), eps, inside)
    }
}
