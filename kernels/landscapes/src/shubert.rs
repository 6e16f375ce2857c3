//! Shubert's function of one coordinate.

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use crate::{Coordinates, Dimensions, Facts, Function, Landscape, Optimum, Partials};

/// f(x) = -Σ k sin((k+1)x + k) over k from 1 to 5, of one coordinate: 19 minima of many depths on its domain, the three
/// lowest a period of 2π apart; f'(x) = -Σ k (k+1) cos((k+1)x + k).
///
/// Far out, the waves are those of the angle as the precision of the trial rounds it.
pub static SHUBERT: Landscape = Landscape::new::<Shubert>(Facts {
    name: "shubert",
    title: "Shubert's function",
    formula: "-Σ k sin((k+1)x + k), k from 1 to 5",
    source: "Shubert, SIAM Journal on Numerical Analysis 9, 1972",
    dimensions: Dimensions::Exactly(1),
    domain: &[(-10.0, 10.0)],
    optimum: Optimum::Minimum {
        value: |_| -12.031_249_442_167_14,
        at: |_| [-6.774_576_143_438_901, -0.491_390_836_259_314_6, 5.791_794_470_920_272].map(|x| vec![x]).to_vec(),
    },
});

struct Shubert;

/// k from 1 to 5.
const TERMS: [f64; 5] = [1.0, 2.0, 3.0, 4.0, 5.0];

impl Function for Shubert {
    #[inline(always)]
    fn value<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>) -> Vector<S, T> {
        let mut sum = x.constant(0.0);
        for k in TERMS {
            let angle = x.get(0).mul_add(x.constant(k + 1.0), x.constant(k));
            sum = angle.sin().neg_mul_add(x.constant(k), sum);
        }
        sum
    }

    #[inline(always)]
    fn gradient<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>, mut partials: Partials<'_, S, T>) {
        let mut sum = x.constant(0.0);
        for k in TERMS {
            let angle = x.get(0).mul_add(x.constant(k + 1.0), x.constant(k));
            sum = angle.cos().neg_mul_add(x.constant(k * (k + 1.0)), sum);
        }
        partials.set(0, sum);
    }

    fn reference(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
        let sum = |term: fn(f64, f64) -> f64| (1..=5).map(|k| term(x[0], f64::from(k))).sum::<f64>();
        let value = sum(|x, k| -k * libm::sin((k + 1.0) * x + k));
        (value, vec![sum(|x, k| -k * (k + 1.0) * libm::cos((k + 1.0) * x + k))])
    }
}
