//! Thalweg with an optimizer of one's own: `cargo run --release -- run study.toml`.

use std::process::ExitCode;

use thalweg::Registry;
use thalweg::kernels::optimizer::reference::Memory;
use thalweg::kernels::optimizer::{Hyperparameter, MAX_COEFFICIENTS, MAX_STATE, Optimizer, Rule};
use thalweg::kernels::{Real, Simd, Vector, origin};

fn main() -> ExitCode {
    thalweg::main_with(Registry::builtin().with_optimizer(&SIGNUM))
}

/// m ← β m + (1 - β) g; w ← w - α sign(m): the sign of momentum.
///
/// Source: Bernstein et al., signSGD, arXiv:1802.04434, Algorithm 2.
static SIGNUM: Optimizer = Optimizer::new::<Signum>(
    "signum",
    "Signum",
    "Bernstein et al., 2018, arXiv:1802.04434",
    "m = β m + (1 - β) g; w -= α sign(m)",
    &[Hyperparameter::lr(1e-3), Hyperparameter::decay("beta", "β", "decay of the mean gradient", 0.9)],
)
.from(origin!());

struct Signum;

impl Rule for Signum {
    const STATE: usize = 1;
    const PRODUCTS: usize = 0;
    const COEFFICIENTS: usize = 3;

    fn advance(hyperparameters: &[f64], _: &mut [f64], coefficients: &mut [f64]) {
        let [lr, beta] = [hyperparameters[0], hyperparameters[1]];
        coefficients[..3].copy_from_slice(&[lr, beta, 1.0 - beta]);
    }

    #[inline(always)]
    fn update<S: Simd, T: Real, const U: usize>(
        w: Vector<S, T, U>,
        g: Vector<S, T, U>,
        [mean, ..]: &mut [Vector<S, T, U>; MAX_STATE],
        &[lr, beta, rest, ..]: &[Vector<S, T, U>; MAX_COEFFICIENTS],
    ) -> Vector<S, T, U> {
        *mean = beta.mul_add(*mean, rest * g);
        lr.neg_mul_add(mean.sign(), w)
    }

    fn reference(hyperparameters: &[f64], w: f64, g: f64, memory: &mut Memory) -> f64 {
        let ([mean, ..], lr, beta) = (&mut memory.arrays, hyperparameters[0], hyperparameters[1]);
        *mean = beta * *mean + (1.0 - beta) * g;
        w - lr * if *mean == 0.0 { 0.0 } else { mean.signum() }
    }
}
