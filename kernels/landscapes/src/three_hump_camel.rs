//! The camel with three humps.

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use crate::{Coordinates, Dimensions, Facts, Function, Landscape, Optimum, Partials};

/// f(x) = 2x₀² - 1.05x₀⁴ + x₀⁶/6 + x₀x₁ + x₁²: the minimum in the middle, and a local one on either side of it;
/// ∂f/∂x₀ = 4x₀ - 4.2x₀³ + x₀⁵ + x₁, ∂f/∂x₁ = x₀ + 2x₁.
pub static THREE_HUMP_CAMEL: Landscape = Landscape::new::<ThreeHumpCamel>(Facts {
    name: "three-hump-camel",
    title: "three-hump camel",
    formula: "2x₀² - 1.05x₀⁴ + x₀⁶/6 + x₀x₁ + x₁²",
    source: "Dixon and Szegő, Towards global optimisation, 1975; Jamil and Yang, arXiv:1308.4008, no. 29",
    dimensions: Dimensions::Exactly(2),
    domain: &[(-5.0, 5.0)],
    optimum: Optimum::Minimum { value: |_| 0.0, at: |n| vec![vec![0.0; n]] },
});

struct ThreeHumpCamel;

impl Function for ThreeHumpCamel {
    const IS_PLANE: bool = true;

    #[inline(always)]
    fn value<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>) -> Vector<S, T> {
        let (x0, x1) = (x.get(0), x.get(1));
        let u = x0 * x0;
        let even = u.mul_add(x.constant(1.0 / 6.0), x.constant(-1.05)).mul_add(u, x.constant(2.0));
        u.mul_add(even, (x0 + x1) * x1)
    }

    #[inline(always)]
    fn gradient<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>, mut partials: Partials<'_, S, T>) {
        let (x0, x1) = (x.get(0), x.get(1));
        let u = x0 * x0;
        let odd = (u - x.constant(4.2)).mul_add(u, x.constant(4.0));
        partials.set(0, odd.mul_add(x0, x1));
        partials.set(1, x1.mul_add(x.constant(2.0), x0));
    }

    fn reference(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
        let (x, y) = (x[0], x[1]);
        let value = 2.0 * x.powi(2) - 1.05 * x.powi(4) + x.powi(6) / 6.0 + x * y + y * y;
        (value, vec![4.0 * x - 4.2 * x.powi(3) + x.powi(5) + y, x + 2.0 * y])
    }
}
