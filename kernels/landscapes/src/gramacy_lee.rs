//! Gramacy's and Lee's function.

use std::f64::consts::PI;

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use crate::{Coordinates, Dimensions, Facts, Function, Landscape, Optimum, Partials};

/// f(x) = sin(10πx)/(2x) + (x - 1)⁴ of one coordinate: a bowl with ten minima, one every fifth of a unit, the leftmost
/// of them the lowest; f'(x) = (5π cos(10πx) - sin(10πx)/(2x))/x + 4 (x - 1)³.
///
/// On the left of its domain lie the pole of 1/x, which the sine cancels (at 0 itself there is no value), and a lower
/// minimum, -2.87 at 0.14, which the literature does not count. Far out, the waves are those of the angle as the precision
/// of the trial rounds it.
pub static GRAMACY_LEE: Landscape = Landscape::new::<GramacyLee>(Facts {
    name: "gramacy-lee",
    title: "Gramacy and Lee's function",
    formula: "sin(10πx)/(2x) + (x - 1)⁴",
    source: "Gramacy and Lee, Cases for the nugget in modeling computer experiments, 2012, arXiv:1007.4580",
    dimensions: Dimensions::Exactly(1),
    domain: &[(0.5, 2.5)],
    optimum: Optimum::Minimum { value: |_| -0.869_011_134_989_499_8, at: |_| vec![vec![0.548_563_444_527_605_2]] },
});

struct GramacyLee;

impl Function for GramacyLee {
    #[inline(always)]
    fn value<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>) -> Vector<S, T> {
        let (x, one) = (x.get(0), x.constant(1.0));
        let wave = (x * x.like(10.0 * PI)).sin() * x.like(0.5) / x;
        let square = (x - one) * (x - one);
        square.mul_add(square, wave)
    }

    #[inline(always)]
    fn gradient<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>, mut partials: Partials<'_, S, T>) {
        let (here, angle) = (x.get(0), x.get(0) * x.constant(10.0 * PI));
        let fall = angle.sin() * x.constant(0.5) / here;
        let wave = angle.cos().mul_add(x.constant(5.0 * PI), -fall) / here;
        let rest = here - x.constant(1.0);
        partials.set(0, (rest * rest * x.constant(4.0)).mul_add(rest, wave));
    }

    fn reference(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
        let (x, angle) = (x[0], 10.0 * PI * x[0]);
        let value = libm::sin(angle) / (2.0 * x) + (x - 1.0).powi(4);
        let wave = 5.0 * PI * libm::cos(angle) / x - libm::sin(angle) / (2.0 * x * x);
        (value, vec![wave + 4.0 * (x - 1.0).powi(3)])
    }
}
