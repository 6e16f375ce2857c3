//! The sphere.

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use crate::{Coordinates, Dimensions, Facts, Function, Landscape, Optimum, Partials};

/// f(x) = Σ xᵢ²: the roundest bowl; ∂f/∂xᵢ = 2 xᵢ.
pub static SPHERE: Landscape = Landscape::new::<Sphere>(Facts {
    name: "sphere",
    title: "sphere",
    formula: "Σ xᵢ²",
    source: "De Jong, An analysis of the behavior of a class of genetic adaptive systems, 1975",
    dimensions: Dimensions::AtLeast(1),
    domain: &[(-5.12, 5.12)],
    optimum: Optimum::Minimum { value: |_| 0.0, at: |n| vec![vec![0.0; n]] },
});

struct Sphere;

impl Function for Sphere {
    #[inline(always)]
    fn value<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>) -> Vector<S, T> {
        let mut sum = x.constant(0.0);
        for i in 0..x.count() {
            sum = x.get(i).mul_add(x.get(i), sum);
        }
        sum
    }

    #[inline(always)]
    fn gradient<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>, mut partials: Partials<'_, S, T>) {
        for i in 0..x.count() {
            partials.set(i, x.get(i) * x.constant(2.0));
        }
    }

    fn reference(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
        (x.iter().map(|x| x * x).sum(), x.iter().map(|x| 2.0 * x).collect())
    }
}
