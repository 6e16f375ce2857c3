//! Ackley's function.

use std::f64::consts::{E, PI};

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use crate::{Coordinates, Dimensions, Facts, Function, Landscape, Optimum, Partials};

/// f(x) = 20 + e - 20 exp(-0.2 r) - exp(c) with r = √(Σ xᵢ²/n) and c = Σ cos(2πxᵢ)/n: an almost flat plain full of
/// holes, and a funnel in the middle; ∂f/∂xᵢ = (4 exp(-0.2 r) xᵢ/r + 2π exp(c) sin 2πxᵢ) / n.
///
/// The funnel has a point, where there is no derivative: the gradient there is given as 0, which is one of its
/// subgradients. Far out, the holes are those of the angle as the precision of the trial rounds it.
pub static ACKLEY: Landscape = Landscape::new::<Ackley>(Facts {
    name: "ackley",
    title: "Ackley's function",
    formula: "20 + e - 20 exp(-0.2 √(Σ xᵢ²/n)) - exp(Σ cos(2πxᵢ)/n)",
    source: "Ackley, A connectionist machine for genetic hillclimbing, 1987",
    dimensions: Dimensions::AtLeast(1),
    domain: &[(-32.768, 32.768)],
    optimum: Optimum::Minimum { value: |_| 0.0, at: |n| vec![vec![0.0; n]] },
});

struct Ackley;

/// r and c - 1, the latter as -2 Σ sin²(πxᵢ)/n, of which nothing is lost near the minimum.
#[inline(always)]
fn radius_and_wave<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>) -> [Vector<S, T>; 2] {
    let (mut squares, mut sines) = (x.constant(0.0), x.constant(0.0));
    for i in 0..x.count() {
        let (here, sine) = (x.get(i), (x.get(i) * x.constant(PI)).sin());
        squares = here.mul_add(here, squares);
        sines = sine.mul_add(sine, sines);
    }
    let n = x.constant(x.count() as f64);
    [(squares / n).sqrt(), sines * x.constant(-2.0) / n]
}

impl Function for Ackley {
    #[inline(always)]
    fn value<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>) -> Vector<S, T> {
        let [r, wave] = radius_and_wave(x);
        let funnel = (r * x.constant(-0.2)).expm1() * x.constant(-20.0);
        wave.expm1().neg_mul_add(x.constant(E), funnel)
    }

    #[inline(always)]
    fn gradient<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>, mut partials: Partials<'_, S, T>) {
        let [r, wave] = radius_and_wave(x);
        let (zero, n) = (x.constant(0.0), x.count() as f64);
        let funnel = (r * x.constant(-0.2)).exp() * x.constant(4.0 / n) / r;
        let funnel = Vector::select(r.equal(zero), zero, funnel);
        let wave = wave.exp() * x.constant(2.0 * PI * E / n);
        for i in 0..x.count() {
            let here = x.get(i);
            partials.set(i, wave.mul_add((here * x.constant(2.0 * PI)).sin(), here * funnel));
        }
    }

    fn reference(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
        let n = x.len() as f64;
        let r = (x.iter().map(|x| x * x).sum::<f64>() / n).sqrt();
        // cos 2a - 1 = -2 sin² a: near the origin the difference would have no digits left.
        let less = x.iter().map(|x| -2.0 * libm::sin(PI * x).powi(2)).sum::<f64>() / n;
        let value = -20.0 * libm::expm1(-0.2 * r) - E * libm::expm1(less);
        let funnel = if r == 0.0 { 0.0 } else { 4.0 * libm::exp(-0.2 * r) / (n * r) };
        let wave = 2.0 * PI * libm::exp(less + 1.0) / n;
        (value, x.iter().map(|x| funnel * x + wave * libm::sin(2.0 * PI * x)).collect())
    }
}
