//! A saddle.

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use crate::{Coordinates, Dimensions, Facts, Function, Landscape, Optimum, Partials};

/// f(x) = x₀² - x₁²: a bowl along one axis and a ridge along the other; ∂f/∂x₀ = 2 x₀, ∂f/∂x₁ = -2 x₁.
///
/// There is no minimum: whatever does not start on the ridge, x₁ = 0, falls for ever. What this shows of an optimizer
/// is how soon it leaves the saddle point, the origin.
pub static SADDLE: Landscape = Landscape::new::<Saddle>(Facts {
    name: "saddle",
    title: "saddle",
    formula: "x₀² - x₁²",
    source: "Dauphin et al., Identifying and attacking the saddle point problem, arXiv:1406.2572",
    dimensions: Dimensions::Exactly(2),
    domain: &[(-2.0, 2.0)],
    optimum: Optimum::Saddle { value: 0.0, at: |_| vec![0.0, 0.0] },
});

struct Saddle;

impl Function for Saddle {
    const IS_PLANE: bool = true;

    #[inline(always)]
    fn value<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>) -> Vector<S, T> {
        let (x0, x1) = (x.get(0), x.get(1));
        x1.neg_mul_add(x1, x0 * x0)
    }

    #[inline(always)]
    fn gradient<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>, mut partials: Partials<'_, S, T>) {
        partials.set(0, x.get(0) * x.constant(2.0));
        partials.set(1, x.get(1) * x.constant(-2.0));
    }

    fn reference(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
        (x[0] * x[0] - x[1] * x[1], vec![2.0 * x[0], -2.0 * x[1]])
    }
}
