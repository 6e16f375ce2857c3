//! Himmelblau's function.

use pulp::Simd;
use thalweg_numerics::Vector;
use thalweg_numerics::math::Elementary;

use crate::{Coordinates, Dimensions, Facts, Function, Landscape, Optimum, Partials};

/// f(x) = a² + b² with a = x₀² + x₁ - 11 and b = x₀ + x₁² - 7: four minima of the same value;
/// ∂f/∂x₀ = 4 x₀ a + 2b, ∂f/∂x₁ = 2a + 4 x₁ b.
pub static HIMMELBLAU: Landscape = Landscape::new::<Himmelblau>(Facts {
    name: "himmelblau",
    title: "Himmelblau's function",
    formula: "(x₀² + x₁ - 11)² + (x₀ + x₁² - 7)²",
    source: "Himmelblau, Applied nonlinear programming, 1972",
    dimensions: Dimensions::Exactly(2),
    domain: &[(-5.0, 5.0)],
    optimum: Optimum::Minimum { value: |_| 0.0, at: |_| MINIMA.map(|x| x.to_vec()).to_vec() },
});

struct Himmelblau;

/// Where both a and b are zero.
const MINIMA: [[f64; 2]; 4] = [
    [3.0, 2.0],
    [-2.805_118_086_952_745, 3.131_312_518_250_573],
    [-3.779_310_253_377_747, -3.283_185_991_286_17],
    [3.584_428_340_330_492, -1.848_126_526_964_403_6],
];

/// a and b.
#[inline(always)]
fn brackets<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>) -> [Vector<S, T>; 2] {
    let (x0, x1) = (x.get(0), x.get(1));
    [x0.mul_add(x0, x1) - x.constant(11.0), x1.mul_add(x1, x0) - x.constant(7.0)]
}

impl Function for Himmelblau {
    const IS_PLANE: bool = true;

    #[inline(always)]
    fn value<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>) -> Vector<S, T> {
        let [a, b] = brackets(x);
        b.mul_add(b, a * a)
    }

    #[inline(always)]
    fn gradient<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>, mut partials: Partials<'_, S, T>) {
        let [a, b] = brackets(x);
        let (two, four) = (x.constant(2.0), x.constant(4.0));
        partials.set(0, (x.get(0) * four).mul_add(a, b * two));
        partials.set(1, (x.get(1) * four).mul_add(b, a * two));
    }

    fn reference(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
        let (a, b) = (x[0] * x[0] + x[1] - 11.0, x[0] + x[1] * x[1] - 7.0);
        (a * a + b * b, vec![4.0 * x[0] * a + 2.0 * b, 2.0 * a + 4.0 * x[1] * b])
    }
}
