//! Griewank's function.

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use crate::{Coordinates, Dimensions, Facts, Function, Landscape, Optimum, Partials};

/// f(x) = 1 + Σ xᵢ²/4000 - Π cos(xᵢ/√(i+1)), i from 0: a wide bowl with thousands of small holes;
/// ∂f/∂xᵢ = xᵢ/2000 + sin(xᵢ/√(i+1))/√(i+1) · Π cos(xⱼ/√(j+1)) over all j but i.
///
/// Far out, the waves are those of the angle as the precision of the trial rounds it.
pub static GRIEWANK: Landscape = Landscape::new::<Griewank>(Facts {
    name: "griewank",
    title: "Griewank's function",
    formula: "1 + Σ xᵢ²/4000 - Π cos(xᵢ/√(i+1))",
    source: "Griewank, Journal of Optimization Theory and Applications 34, 1981",
    dimensions: Dimensions::AtLeast(1),
    domain: &[(-600.0, 600.0)],
    optimum: Optimum::Minimum { value: |_| 0.0, at: |n| vec![vec![0.0; n]] },
});

struct Griewank;

/// 1/√(i+1).
#[inline(always)]
fn frequency<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>, i: usize) -> Vector<S, T> {
    x.constant(1.0 / ((i + 1) as f64).sqrt())
}

impl Function for Griewank {
    #[inline(always)]
    fn value<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>) -> Vector<S, T> {
        let (mut squares, mut product) = (x.constant(0.0), x.constant(1.0));
        for i in 0..x.count() {
            let here = x.get(i);
            squares = here.mul_add(here, squares);
            product = product * (here * frequency(x, i)).cos();
        }
        squares.mul_add(x.constant(1.0 / 4000.0), x.constant(1.0) - product)
    }

    #[inline(always)]
    fn gradient<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>, mut partials: Partials<'_, S, T>) {
        // On the way up, the product of the cosines before; on the way down, that of those after.
        let mut product = x.constant(1.0);
        for i in 0..x.count() {
            partials.set(i, product);
            product = product * (x.get(i) * frequency(x, i)).cos();
        }
        let mut behind = x.constant(1.0);
        for i in (0..x.count()).rev() {
            let (here, frequency) = (x.get(i), frequency(x, i));
            let angle = here * frequency;
            let others = partials.get(x, i) * behind;
            partials.set(i, (angle.sin() * frequency).mul_add(others, here * x.constant(1.0 / 2000.0)));
            behind = behind * angle.cos();
        }
    }

    fn reference(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
        let root = |i: usize| ((i + 1) as f64).sqrt();
        let product = |without: Option<usize>| -> f64 {
            (0..x.len()).filter(|i| Some(*i) != without).map(|i| libm::cos(x[i] / root(i))).product()
        };
        let partial = |i: usize| x[i] / 2000.0 + product(Some(i)) * libm::sin(x[i] / root(i)) / root(i);
        let squares: f64 = x.iter().map(|x| x * x).sum();
        (1.0 + squares / 4000.0 - product(None), (0..x.len()).map(partial).collect())
    }
}
