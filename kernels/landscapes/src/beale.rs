//! Beale's function.

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use crate::{Coordinates, Dimensions, Facts, Function, Landscape, Optimum, Partials};

/// f(x) = (1.5 - x₀ + x₀x₁)² + (2.25 - x₀ + x₀x₁²)² + (2.625 - x₀ + x₀x₁³)²: a plateau with sharp corners and a narrow
/// valley.
///
/// With cₖ = 1 - x₁ᵏ and tₖ the k-th bracket, ∂f/∂x₀ = -2 Σ tₖ cₖ and ∂f/∂x₁ = 2 x₀ (t₁ + 2 x₁ t₂ + 3 x₁² t₃).
pub static BEALE: Landscape = Landscape::new::<Beale>(Facts {
    name: "beale",
    title: "Beale's function",
    formula: "(1.5 - x₀ + x₀x₁)² + (2.25 - x₀ + x₀x₁²)² + (2.625 - x₀ + x₀x₁³)²",
    source: "Beale, On an iterative method for finding a local minimum, 1958",
    dimensions: Dimensions::Exactly(2),
    domain: &[(-4.5, 4.5)],
    optimum: Optimum::Minimum { value: |_| 0.0, at: |_| vec![vec![3.0, 0.5]] },
});

/// The formulas of [`BEALE`] for registers.
#[derive(Debug)]
pub struct Beale;

/// cₖ and tₖ for k from 1 to 3.
#[inline(always)]
fn brackets<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>) -> [[Vector<S, T>; 2]; 3] {
    let (one, x0, x1) = (x.constant(1.0), x.get(0), x.get(1));
    let square = x1 * x1;
    let gaps = [one - x1, one - square, square.neg_mul_add(x1, one)];
    let bracket = |k: usize, constant: f64| [gaps[k], x0.neg_mul_add(gaps[k], x.constant(constant))];
    [bracket(0, 1.5), bracket(1, 2.25), bracket(2, 2.625)]
}

impl Function for Beale {
    const IS_PLANE: bool = true;

    #[inline(always)]
    fn value<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>) -> Vector<S, T> {
        let [[_, a], [_, b], [_, c]] = brackets(x);
        c.mul_add(c, b.mul_add(b, a * a))
    }

    #[inline(always)]
    fn gradient<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>, mut partials: Partials<'_, S, T>) {
        let [[p, a], [q, b], [r, c]] = brackets(x);
        let (x0, x1) = (x.get(0), x.get(1));
        // Sums in place of products with 2: they are as exact, and most cores have units for them beside the multipliers.
        let sum = r.mul_add(c, q.mul_add(b, p * a));
        partials.set(0, -(sum + sum));
        // Horner's rule in x₁.
        let slope = (c * x.constant(3.0)).mul_add(x1, b + b).mul_add(x1, a);
        partials.set(1, (x0 + x0) * slope);
    }

    fn reference(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
        let (mut value, mut gradient) = (0.0, vec![0.0; 2]);
        for (k, c) in [(1, 1.5), (2, 2.25), (3, 2.625)] {
            let power = x[1].powi(k);
            let t = c - x[0] + x[0] * power;
            value += t * t;
            gradient[0] += 2.0 * t * (power - 1.0);
            gradient[1] += 2.0 * t * x[0] * f64::from(k) * x[1].powi(k - 1);
        }
        (value, gradient)
    }
}
