//! Rastrigin's function.

use std::f64::consts::PI;

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use crate::{Coordinates, Dimensions, Facts, Function, Landscape, Optimum, Partials};

/// f(x) = 10 n + Σ xᵢ² - 10 cos 2πxᵢ: a bowl with a local minimum near every point of whole coordinates;
/// ∂f/∂xᵢ = 2 xᵢ + 20π sin 2πxᵢ.
///
/// Far out, the waves are those of the angle as the precision of the trial rounds it: in f32 they are noise from |xᵢ| = 10⁶ on,
/// where they are as nothing beside the bowl.
pub static RASTRIGIN: Landscape = Landscape::new::<Rastrigin>(Facts {
    name: "rastrigin",
    title: "Rastrigin's function",
    formula: "10 n + Σ xᵢ² - 10 cos 2πxᵢ",
    source: "Rastrigin, Systems of extremal control, 1974",
    dimensions: Dimensions::AtLeast(1),
    domain: &[(-5.12, 5.12)],
    optimum: Optimum::Minimum { value: |_| 0.0, at: |n| vec![vec![0.0; n]] },
});

/// The formulas of [`RASTRIGIN`] for registers.
#[derive(Debug)]
pub struct Rastrigin;

impl Function for Rastrigin {
    #[inline(always)]
    fn value<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>) -> Vector<S, T> {
        let mut sum = x.constant(0.0);
        for i in 0..x.count() {
            let here = x.get(i);
            // 10 (1 - cos), so that nothing is left of the two tens at the optimum.
            let wave = x.constant(1.0) - (here * x.constant(2.0 * PI)).cos();
            sum = wave.mul_add(x.constant(10.0), here.mul_add(here, sum));
        }
        sum
    }

    #[inline(always)]
    fn gradient<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>, mut partials: Partials<'_, S, T>) {
        let even = x.count() / 2 * 2;
        for i in (0..even).step_by(2) {
            partials.set_pair(i, slope(x.pair(i)));
        }
        for i in even..x.count() {
            partials.set(i, slope(x.get(i)));
        }
    }

    fn reference(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
        let value = 10.0 * x.len() as f64 + x.iter().map(|x| x * x - 10.0 * libm::cos(2.0 * PI * x)).sum::<f64>();
        (value, x.iter().map(|x| 2.0 * x + 20.0 * PI * libm::sin(2.0 * PI * x)).collect())
    }
}

/// The partial derivative by each of `U` coordinates.
#[inline(always)]
fn slope<S: Simd, T: Elementary, const U: usize>(x: Vector<S, T, U>) -> Vector<S, T, U> {
    let wave = (x * x.like(2.0 * PI)).sin();
    wave.mul_add(x.like(20.0 * PI), x + x)
}
