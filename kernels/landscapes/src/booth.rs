//! Booth's function.

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use crate::{Coordinates, Dimensions, Facts, Function, Landscape, Optimum, Partials};

/// f(x) = a² + b² with a = x₀ + 2x₁ - 7 and b = 2x₀ + x₁ - 5: a bowl nine times as steep along one diagonal as along
/// the other; ∂f/∂x₀ = 2a + 4b, ∂f/∂x₁ = 4a + 2b.
pub static BOOTH: Landscape = Landscape::new::<Booth>(Facts {
    name: "booth",
    title: "Booth's function",
    formula: "(x₀ + 2x₁ - 7)² + (2x₀ + x₁ - 5)²",
    source: "Jamil and Yang, A literature survey of benchmark functions, 2013, arXiv:1308.4008, no. 17",
    dimensions: Dimensions::Exactly(2),
    domain: &[(-10.0, 10.0)],
    optimum: Optimum::Minimum { value: |_| 0.0, at: |_| vec![vec![1.0, 3.0]] },
});

struct Booth;

/// a and b.
#[inline(always)]
fn brackets<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>) -> [Vector<S, T>; 2] {
    let (two, x0, x1) = (x.constant(2.0), x.get(0), x.get(1));
    [x1.mul_add(two, x0) - x.constant(7.0), x0.mul_add(two, x1) - x.constant(5.0)]
}

impl Function for Booth {
    const IS_PLANE: bool = true;

    #[inline(always)]
    fn value<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>) -> Vector<S, T> {
        let [a, b] = brackets(x);
        b.mul_add(b, a * a)
    }

    #[inline(always)]
    fn gradient<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>, mut partials: Partials<'_, S, T>) {
        let [a, b] = brackets(x);
        let (two, four) = (x.constant(2.0), x.constant(4.0));
        partials.set(0, b.mul_add(four, a * two));
        partials.set(1, a.mul_add(four, b * two));
    }

    fn reference(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
        let (a, b) = (x[0] + 2.0 * x[1] - 7.0, 2.0 * x[0] + x[1] - 5.0);
        (a * a + b * b, vec![2.0 * a + 4.0 * b, 4.0 * a + 2.0 * b])
    }
}
