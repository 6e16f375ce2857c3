//! Rosenbrock's valley.

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use crate::{Coordinates, Dimensions, Facts, Function, Landscape, Optimum, Partials};

/// f(x) = Σ 100 (xᵢ₊₁ - xᵢ²)² + (1 - xᵢ)² over i < n - 1: a curved valley, steep across and almost flat along.
///
/// With dᵢ = xᵢ₊₁ - xᵢ², the partial derivative is 200 dᵢ₋₁ - 400 xᵢ dᵢ - 2 (1 - xᵢ); the first coordinate lacks the
/// first term, and the last one has only that.
pub static ROSENBROCK: Landscape = Landscape::new::<Rosenbrock>(Facts {
    name: "rosenbrock",
    title: "Rosenbrock's valley",
    formula: "Σ 100 (xᵢ₊₁ - xᵢ²)² + (1 - xᵢ)²",
    source: "Rosenbrock, The Computer Journal 3, 1960",
    dimensions: Dimensions::AtLeast(2),
    domain: &[(-2.0, 2.0)],
    optimum: Optimum::Minimum { value: |_| 0.0, at: |n| vec![vec![1.0; n]] },
});

/// The formulas of [`ROSENBROCK`] for registers.
#[derive(Debug)]
pub struct Rosenbrock;

impl Function for Rosenbrock {
    #[inline(always)]
    fn value<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>) -> Vector<S, T> {
        let mut sum = x.constant(0.0);
        for i in 0..x.count() - 1 {
            let here = x.get(i);
            let d = here.neg_mul_add(here, x.get(i + 1));
            let rest = x.constant(1.0) - here;
            sum = (d * d).mul_add(x.constant(100.0), rest.mul_add(rest, sum));
        }
        sum
    }

    #[inline(always)]
    fn gradient<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>, mut partials: Partials<'_, S, T>) {
        let last = x.count() - 1;
        let mut before = x.constant(0.0);
        for i in 0..last {
            let here = x.get(i);
            let d = here.neg_mul_add(here, x.get(i + 1));
            let along = here.mul_add(x.constant(2.0), before - x.constant(2.0));
            partials.set(i, (here * x.constant(-400.0)).mul_add(d, along));
            before = d * x.constant(200.0);
        }
        partials.set(last, before);
    }

    fn reference(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
        let (mut value, mut gradient) = (0.0, vec![0.0; x.len()]);
        for i in 0..x.len() - 1 {
            let (d, rest) = (x[i + 1] - x[i] * x[i], 1.0 - x[i]);
            value += 100.0 * d * d + rest * rest;
            gradient[i] += -400.0 * x[i] * d - 2.0 * rest;
            gradient[i + 1] += 200.0 * d;
        }
        (value, gradient)
    }
}
