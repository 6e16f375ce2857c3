//! Sharpness-aware minimisation.

use thalweg_kernels::Real;
use thalweg_kernels::optimizer::{Add, Domain, Hyperparameter};
use thalweg_kernels::table::Table;

use super::composite::{Around, Composite};

/// SAM (Foret, Kleiner, Mobahi and Neyshabur, arXiv:2010.01412, equation 3), around any optimizer:
///
/// ```text
/// g ← ∇L(w + ρ g / (‖g‖ + 10⁻¹²))
/// ```
///
/// Both gradients are of the same batch. ‖g‖ is that of all parameters: squares are added in f64, in their order, and
/// ρ / (‖g‖ + 10⁻¹²) is rounded before it is multiplied with g, fused with the addition to w. Clipping and weight decay come
/// after it: they change the second gradient, as in PyTorch where SAM is written around an optimizer.
pub static SAM: Composite = Composite {
    option: Hyperparameter {
        name: "sam",
        symbol: "ρ",
        summary: "takes g at w + ρ g / ‖g‖ (Foret et al., arXiv:2010.01412); 0 for none",
        default: 0.0,
        domain: Domain::Number { low: (0.0, true), high: (f64::INFINITY, false) },
        omit_default: true,
        is_whole: false,
    },
    gradients: 1,
    apply: Table { f32: apply, f64: apply },
};

/// Keeps the quotient finite where the gradient is zero.
const TINY: f64 = 1e-12;

fn apply<T: Real>(mut around: Around<'_, T>) {
    around.elsewhere.copy_from_slice(around.weights);
    let parameters = around.weights.len() / around.frame.trials();
    around.frame.norms(around.gradient, 0..parameters, around.numbers);
    let (norms, strengths) = (&*around.numbers, around.strengths);
    around.frame.coefficients(around.coefficients, |trial| [strengths[trial] / (norms[trial] + TINY)]);
    around.pass::<Add>();
    around.oracle.gradient(around.oracle.batch(), around.elsewhere, around.gradient);
}
