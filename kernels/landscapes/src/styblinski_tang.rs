//! Styblinski's and Tang's function.

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use crate::{Coordinates, Dimensions, Facts, Function, Landscape, Optimum, Partials};

/// f(x) = ½ Σ xᵢ⁴ - 16xᵢ² + 5xᵢ: two valleys along every axis, the one on the left the deeper one;
/// ∂f/∂xᵢ = 2xᵢ³ - 16xᵢ + 2.5.
pub static STYBLINSKI_TANG: Landscape = Landscape::new::<StyblinskiTang>(Facts {
    name: "styblinski-tang",
    title: "Styblinski and Tang's function",
    formula: "½ Σ xᵢ⁴ - 16xᵢ² + 5xᵢ",
    source: "Styblinski and Tang, Neural Networks 3, 1990",
    dimensions: Dimensions::AtLeast(1),
    domain: &[(-5.0, 5.0)],
    optimum: Optimum::Minimum {
        value: |n| -39.166_165_703_771_41 * n as f64,
        at: |n| vec![vec![-2.903_534_027_771_177; n]],
    },
});

struct StyblinskiTang;

impl Function for StyblinskiTang {
    #[inline(always)]
    fn value<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>) -> Vector<S, T> {
        let mut sum = x.constant(0.0);
        for i in 0..x.count() {
            let here = x.get(i);
            let cubic = here.mul_add(here, x.constant(-16.0)).mul_add(here, x.constant(5.0));
            sum = here.mul_add(cubic, sum);
        }
        sum * x.constant(0.5)
    }

    #[inline(always)]
    fn gradient<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>, mut partials: Partials<'_, S, T>) {
        for i in 0..x.count() {
            let here = x.get(i);
            let slope = (here * x.constant(2.0)).mul_add(here, x.constant(-16.0));
            partials.set(i, slope.mul_add(here, x.constant(2.5)));
        }
    }

    fn reference(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
        let value: f64 = x.iter().map(|x| x.powi(4) - 16.0 * x.powi(2) + 5.0 * x).sum();
        (0.5 * value, x.iter().map(|x| 2.0 * x.powi(3) - 16.0 * x + 2.5).collect())
    }
}
