//! McCormick's function.

use std::f64::consts::PI;

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use crate::{Coordinates, Dimensions, Facts, Function, Landscape, Optimum, Partials};

/// f(x) = sin(x₀ + x₁) + (x₀ - x₁)² - 1.5 x₀ + 2.5 x₁ + 1: a valley with waves along it, one lower than the other towards
/// one side.
///
/// With c = cos(x₀ + x₁) and d = 2 (x₀ - x₁), ∂f/∂x₀ = c + d - 1.5 and ∂f/∂x₁ = c - d + 2.5. On the domain it is -√3/2 - π/3
/// at least, at (½ - π/3, -½ - π/3); beyond the domain there are lower minima.
pub static MCCORMICK: Landscape = Landscape::new::<McCormick>(Facts {
    name: "mccormick",
    title: "McCormick's function",
    formula: "sin(x₀ + x₁) + (x₀ - x₁)² - 1.5 x₀ + 2.5 x₁ + 1",
    source: "McCormick, Computability of global solutions to factorable nonconvex programs, 1976",
    dimensions: Dimensions::Exactly(2),
    domain: &[(-1.5, 4.0), (-3.0, 4.0)],
    optimum: Optimum::Minimum {
        value: |_| -0.5 * 3.0_f64.sqrt() - PI / 3.0,
        at: |_| vec![vec![0.5 - PI / 3.0, -0.5 - PI / 3.0]],
    },
});

struct McCormick;

impl Function for McCormick {
    const IS_PLANE: bool = true;

    #[inline(always)]
    fn value<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>) -> Vector<S, T> {
        let (x0, x1) = (x.get(0), x.get(1));
        let difference = x0 - x1;
        let plane = x0.mul_add(x.constant(-1.5), x1.mul_add(x.constant(2.5), x.constant(1.0)));
        difference.mul_add(difference, plane) + (x0 + x1).sin()
    }

    #[inline(always)]
    fn gradient<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>, mut partials: Partials<'_, S, T>) {
        let (x0, x1) = (x.get(0), x.get(1));
        let (wave, difference) = ((x0 + x1).cos(), x0 - x1);
        let slope = difference + difference;
        partials.set(0, (wave - x.constant(1.5)) + slope);
        partials.set(1, (wave + x.constant(2.5)) - slope);
    }

    fn reference(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
        let (sum, difference) = (x[0] + x[1], x[0] - x[1]);
        let value = libm::sin(sum) + difference * difference - 1.5 * x[0] + 2.5 * x[1] + 1.0;
        (value, vec![libm::cos(sum) + 2.0 * difference - 1.5, libm::cos(sum) - 2.0 * difference + 2.5])
    }
}
