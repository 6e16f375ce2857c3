//! Gradient descent with momentum.

use pulp::Simd;
use thalweg_numerics::{Real, Vector};

use crate::reference::{Memory, velocity};
use crate::{Hyperparameter, MAX_COEFFICIENTS, MAX_STATE, Optimizer, Rule};

/// v ← μ v + g; w ← w - α v: Polyak's heavy ball in PyTorch's form.
///
/// `form = "keras"` is v ← μ v - α g; w ← w + v. While α is constant it takes the same steps; where a schedule changes α, its
/// velocity keeps the rates of the past.
/// Source: Polyak, Some methods of speeding up the convergence of iteration methods, 1964.
#[doc = include_str!("loops/momentum.md")]
pub static MOMENTUM: Optimizer = Optimizer::new::<Momentum>(
    "momentum",
    "Momentum",
    "Polyak, 1964, doi:10.1016/0041-5553(64)90137-5",
    "v = μ v + g; w -= α v",
    &[
        Hyperparameter::lr(1e-3),
        Hyperparameter::decay("momentum", "μ", "share of the velocity that is kept", 0.9),
        FORM,
    ],
);

/// Whether the learning rate scales the step or what enters the velocity.
pub(super) const FORM: Hyperparameter =
    Hyperparameter::choice("form", "whether α scales the step or what enters the velocity", &["pytorch", "keras"])
        .omit_at_default();

/// Coefficients of both forms: μ, the factor of g on its way into the velocity, and that of the velocity on its way into
/// the step. Keras's velocity is kept with the opposite sign.
pub(super) fn coefficients(hyperparameters: &[f64]) -> [f64; 3] {
    let &[lr, momentum, keras] = hyperparameters else { unreachable!("momentum has three hyperparameters") };
    let (enters, leaves) = if keras == 0.0 { (1.0, lr) } else { (lr, 1.0) };
    [momentum, enters, leaves]
}

/// The rule, for kernels that contain it. With `WHOLE`, gradients enter the velocity as they are, as in PyTorch's form:
/// the same bits where that coefficient is 1, and a product less.
pub struct Momentum<const WHOLE: bool = false>;

impl Momentum {
    /// Whether a group's coefficients, `[coefficient][lane]`, let all its gradients enter as they are.
    pub fn is_whole<T: Real>(coefficients: &[T]) -> bool {
        let lanes = coefficients.len() / Self::COEFFICIENTS;
        coefficients[lanes..2 * lanes].iter().all(|enters| enters.to_f64() == 1.0)
    }
}

impl<const WHOLE: bool> Rule for Momentum<WHOLE> {
    const STATE: usize = 1;
    const PRODUCTS: usize = 0;
    const COEFFICIENTS: usize = 3;

    fn advance(hyperparameters: &[f64], _: &mut [f64], coefficients: &mut [f64]) {
        coefficients[..3].copy_from_slice(&self::coefficients(hyperparameters));
    }

    #[inline(always)]
    fn update<S: Simd, T: Real, const U: usize>(
        w: Vector<S, T, U>,
        g: Vector<S, T, U>,
        state: &mut [Vector<S, T, U>; MAX_STATE],
        c: &[Vector<S, T, U>; MAX_COEFFICIENTS],
    ) -> Vector<S, T, U> {
        let ([velocity, ..], [momentum, enters, leaves, ..]) = (state, *c);
        *velocity = momentum.mul_add(*velocity, if WHOLE { g } else { enters * g });
        leaves.neg_mul_add(*velocity, w)
    }

    fn reference(h: &[f64], w: f64, g: f64, memory: &mut Memory) -> f64 {
        let velocity = velocity(h, g, memory);
        if h[2] == 1.0 { w + velocity } else { w - h[0] * velocity }
    }
}
