//! The camel with six humps.

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use crate::{Coordinates, Dimensions, Facts, Function, Landscape, Optimum, Partials};

/// f(x) = (4 - 2.1x₀² + x₀⁴/3) x₀² + x₀x₁ + (4x₁² - 4) x₁²: six minima, of which two opposite ones are the lowest;
/// ∂f/∂x₀ = 8x₀ - 8.4x₀³ + 2x₀⁵ + x₁, ∂f/∂x₁ = x₀ - 8x₁ + 16x₁³.
pub static SIX_HUMP_CAMEL: Landscape = Landscape::new::<SixHumpCamel>(Facts {
    name: "six-hump-camel",
    title: "six-hump camel",
    formula: "(4 - 2.1x₀² + x₀⁴/3) x₀² + x₀x₁ + (4x₁² - 4) x₁²",
    source: "Dixon and Szegő, Towards global optimisation 2, 1978",
    dimensions: Dimensions::Exactly(2),
    domain: &[(-3.0, 3.0), (-2.0, 2.0)],
    optimum: Optimum::Minimum {
        value: |_| -1.031_628_453_489_877_4,
        at: |_| [1.0, -1.0].map(|sign| vec![sign * MINIMUM[0], sign * MINIMUM[1]]).to_vec(),
    },
});

struct SixHumpCamel;

/// One of the two points with the smallest value; the other is its opposite.
const MINIMUM: [f64; 2] = [0.089_842_013_100_318_06, -0.712_656_403_020_739_6];

impl Function for SixHumpCamel {
    const IS_PLANE: bool = true;

    #[inline(always)]
    fn value<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>) -> Vector<S, T> {
        let (x0, x1) = (x.get(0), x.get(1));
        let (u, v) = (x0 * x0, x1 * x1);
        let first = u.mul_add(x.constant(1.0 / 3.0), x.constant(-2.1)).mul_add(u, x.constant(4.0));
        let second = v.mul_add(x.constant(4.0), x.constant(-4.0));
        u.mul_add(first, v.mul_add(second, x0 * x1))
    }

    #[inline(always)]
    fn gradient<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>, mut partials: Partials<'_, S, T>) {
        let (x0, x1) = (x.get(0), x.get(1));
        let (u, v) = (x0 * x0, x1 * x1);
        let first = u.mul_add(x.constant(2.0), x.constant(-8.4)).mul_add(u, x.constant(8.0));
        let second = v.mul_add(x.constant(16.0), x.constant(-8.0));
        partials.set(0, first.mul_add(x0, x1));
        partials.set(1, second.mul_add(x1, x0));
    }

    fn reference(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
        let (x, y) = (x[0], x[1]);
        let value = (4.0 - 2.1 * x.powi(2) + x.powi(4) / 3.0) * x.powi(2) + x * y + (4.0 * y.powi(2) - 4.0) * y.powi(2);
        (value, vec![8.0 * x - 8.4 * x.powi(3) + 2.0 * x.powi(5) + y, x - 8.0 * y + 16.0 * y.powi(3)])
    }
}
