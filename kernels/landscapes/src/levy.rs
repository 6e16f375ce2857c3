//! Levy's function.

use std::f64::consts::PI;

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use crate::{Coordinates, Dimensions, Facts, Function, Landscape, Optimum, Partials};

/// With vᵢ = (xᵢ - 1)/4, f(x) = sin²(πv₀) + Σ vᵢ² (1 + 10 sin²(πvᵢ + 1)) + v² (1 + sin²(2πv)), where the sum is over
/// all coordinates but the last one, which is the v at the end: a bowl with waves across it.
///
/// ∂f/∂vᵢ = 2vᵢ (1 + 10 s²) + 20π vᵢ² s c with s and c the sine and cosine of πvᵢ + 1, for the last one 2v (1 + s²) +
/// 4π v² s c with those of 2πv, and for the first one 2π sin(πv₀) cos(πv₀) more; ∂f/∂xᵢ is a quarter of that.
///
/// The literature writes wᵢ = 1 + vᵢ; the square of a sine is the same half a turn later, and in this form nothing is
/// left at the minimum. Far out, the waves are those of the angle as the precision of the trial rounds it.
pub static LEVY: Landscape = Landscape::new::<Levy>(Facts {
    name: "levy",
    title: "Levy's function",
    formula: "sin²(πw₀) + Σ (wᵢ-1)² (1 + 10 sin²(πwᵢ+1)) + (wₙ-1)² (1 + sin²(2πwₙ)), wᵢ = 1 + (xᵢ-1)/4",
    source: "Levy and Montalvo, SIAM Journal on Scientific and Statistical Computing 6, 1985; Laguna and Martí, Journal of Global Optimization 33, 2005",
    dimensions: Dimensions::AtLeast(1),
    domain: &[(-10.0, 10.0)],
    optimum: Optimum::Minimum { value: |_| 0.0, at: |n| vec![vec![1.0; n]] },
});

struct Levy;

/// vᵢ.
#[inline(always)]
fn shifted<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>, i: usize) -> Vector<S, T> {
    (x.get(i) - x.constant(1.0)) * x.constant(0.25)
}

/// The angle whose sine is squared in the term of coordinate i, and the factor of that square.
#[inline(always)]
fn wave<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>, i: usize) -> (Vector<S, T>, f64) {
    if i + 1 == x.count() {
        (shifted(x, i) * x.constant(2.0 * PI), 1.0)
    } else {
        (shifted(x, i).mul_add(x.constant(PI), x.constant(1.0)), 10.0)
    }
}

impl Function for Levy {
    #[inline(always)]
    fn value<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>) -> Vector<S, T> {
        let first = (shifted(x, 0) * x.constant(PI)).sin();
        let mut sum = first * first;
        for i in 0..x.count() {
            let (v, (angle, factor)) = (shifted(x, i), wave(x, i));
            let sine = angle.sin();
            let height = (sine * sine).mul_add(x.constant(factor), x.constant(1.0));
            sum = (v * v).mul_add(height, sum);
        }
        sum
    }

    #[inline(always)]
    fn gradient<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>, mut partials: Partials<'_, S, T>) {
        let first = shifted(x, 0) * x.constant(PI);
        // Terms of a quarter: what v is of x.
        let mut before = first.sin() * first.cos() * x.constant(0.5 * PI);
        for i in 0..x.count() {
            let (v, (angle, factor)) = (shifted(x, i), wave(x, i));
            let (sine, cosine) = (angle.sin(), angle.cos());
            let height = (sine * sine).mul_add(x.constant(factor), x.constant(1.0));
            // The derivative of the angle is 2π for the last one and π for the others.
            let turn = if factor == 1.0 { 2.0 * PI } else { PI };
            let slope = (sine * cosine) * x.constant(0.5 * factor * turn);
            partials.set(i, v.mul_add(slope, height * x.constant(0.5)).mul_add(v, before));
            before = x.constant(0.0);
        }
    }

    fn reference(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
        let w: Vec<f64> = x.iter().map(|x| 1.0 + (x - 1.0) / 4.0).collect();
        let last = x.len() - 1;
        // sin(πw) without the rounding of w near 1.
        let first = -libm::sin(PI * (w[0] - 1.0));
        let mut value = first * first;
        let mut gradient = vec![0.0; x.len()];
        gradient[0] = 2.0 * PI * first * -libm::cos(PI * (w[0] - 1.0)) / 4.0;
        for i in 0..=last {
            let (angle, turn, factor) =
                if i == last { (2.0 * PI * w[i], 2.0 * PI, 1.0) } else { (PI * w[i] + 1.0, PI, 10.0) };
            let (v, s, c) = (w[i] - 1.0, libm::sin(angle), libm::cos(angle));
            value += v * v * (1.0 + factor * s * s);
            gradient[i] += (2.0 * v * (1.0 + factor * s * s) + v * v * factor * 2.0 * s * c * turn) / 4.0;
        }
        (value, gradient)
    }
}
