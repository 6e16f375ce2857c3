//! A quadratic bowl.

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use crate::{Coordinates, Dimensions, Facts, Function, Landscape, Optimum, Partials};

/// f(x) = ½ Σ λᵢ xᵢ², with the eigenvalues λᵢ of its spectrum; ∂f/∂xᵢ = λᵢ xᵢ.
///
/// What optimizers do here is known exactly: gradient descent diverges from a learning rate of 2/λmax on, and with
/// momentum μ from 2 (1 + μ)/λmax on (Polyak, Some methods of speeding up the convergence of iteration methods, 1964).
pub static QUADRATIC: Landscape = Landscape::new::<Quadratic>(Facts {
    name: "quadratic",
    title: "quadratic bowl",
    formula: "½ Σ λᵢ xᵢ²",
    source: "Polyak, USSR Computational Mathematics and Mathematical Physics 4, 1964",
    dimensions: Dimensions::Spectrum,
    domain: &[(-2.0, 2.0)],
    optimum: Optimum::Minimum { value: |_| 0.0, at: |n| vec![vec![0.0; n]] },
});

struct Quadratic;

impl Function for Quadratic {
    #[inline(always)]
    fn value<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>) -> Vector<S, T> {
        let mut sum = x.constant(0.0);
        for i in 0..x.count() {
            sum = (x.eigenvalue(i) * x.get(i)).mul_add(x.get(i), sum);
        }
        sum * x.constant(0.5)
    }

    #[inline(always)]
    fn gradient<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>, mut partials: Partials<'_, S, T>) {
        for i in 0..x.count() {
            partials.set(i, x.eigenvalue(i) * x.get(i));
        }
    }

    fn reference(x: &[f64], spectrum: &[f64]) -> (f64, Vec<f64>) {
        let value = x.iter().zip(spectrum).map(|(x, eigenvalue)| 0.5 * eigenvalue * x * x).sum();
        (value, x.iter().zip(spectrum).map(|(x, eigenvalue)| eigenvalue * x).collect())
    }
}
