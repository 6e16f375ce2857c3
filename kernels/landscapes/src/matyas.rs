//! Matyas's function.

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use crate::{Coordinates, Dimensions, Facts, Function, Landscape, Optimum, Partials};

/// f(x) = 0.26 (x₀² + x₁²) - 0.48 x₀x₁: a bowl 25 times as steep across the diagonal as along it; ∂f/∂x₀ = 0.52 x₀ -
/// 0.48 x₁, and the same with the coordinates exchanged.
pub static MATYAS: Landscape = Landscape::new::<Matyas>(Facts {
    name: "matyas",
    title: "Matyas's function",
    formula: "0.26 (x₀² + x₁²) - 0.48 x₀x₁",
    source: "Matyas, Random optimization, 1965; Jamil and Yang, arXiv:1308.4008, no. 71",
    dimensions: Dimensions::Exactly(2),
    domain: &[(-10.0, 10.0)],
    optimum: Optimum::Minimum { value: |_| 0.0, at: |n| vec![vec![0.0; n]] },
});

struct Matyas;

impl Function for Matyas {
    const IS_PLANE: bool = true;

    #[inline(always)]
    fn value<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>) -> Vector<S, T> {
        let (x0, x1) = (x.get(0), x.get(1));
        let squares = x1.mul_add(x1, x0 * x0);
        (x0 * x1).neg_mul_add(x.constant(0.48), squares * x.constant(0.26))
    }

    #[inline(always)]
    fn gradient<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>, mut partials: Partials<'_, S, T>) {
        let (x0, x1) = (x.get(0), x.get(1));
        let (own, other) = (x.constant(0.52), x.constant(0.48));
        partials.set(0, x1.neg_mul_add(other, x0 * own));
        partials.set(1, x0.neg_mul_add(other, x1 * own));
    }

    fn reference(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
        let value = 0.26 * (x[0] * x[0] + x[1] * x[1]) - 0.48 * x[0] * x[1];
        (value, vec![0.52 * x[0] - 0.48 * x[1], 0.52 * x[1] - 0.48 * x[0]])
    }
}
