//! Thalweg with an objective of one's own: `cargo run --release -- run study.toml`.

use std::process::ExitCode;

use thalweg::Registry;
use thalweg::kernels::landscape::{Coordinates, Dimensions, Facts, Function, Landscape, Optimum, Partials};
use thalweg::kernels::{Elementary, Simd, Vector, origin};

fn main() -> ExitCode {
    thalweg::main_with(Registry::builtin().with_landscape(&FACTORIZATION))
}

/// Rows and columns of the matrix.
const N: usize = 3;

/// What is to be factorized: the Hilbert matrix, 1 / (i + j + 1).
const fn entry(i: usize, j: usize) -> f64 {
    1.0 / (i + j + 1) as f64
}

/// f(u, v) = ½ ‖u vᵀ - M‖², the best matrix of rank one, over the coordinates u₀, u₁, u₂, v₀, v₁, v₂.
///
/// It is ½ (σ₂² + σ₃²) at least, by the theorem of Eckart and Young (1936), where u vᵀ = σ₁ q qᵀ with the leading singular
/// vector q: at u = c q and v = σ₁ q / c for every c; listed are the two points with |u| = |v|. The origin is a saddle.
static FACTORIZATION: Landscape = Landscape::new::<Factorization>(Facts {
    name: "rank-one",
    title: "factorization of rank one",
    formula: "½ ‖u vᵀ - M‖²",
    source: "Eckart and Young, The approximation of one matrix by another of lower rank, 1936",
    dimensions: Dimensions::Exactly(2 * N),
    domain: &[(-2.0, 2.0)],
    optimum: Optimum::Minimum { value: |_| 0.007_485_566_419_306_8, at: |_| minima() },
})
.from(origin!());

/// √σ₁ q in u and v, and its opposite.
fn minima() -> Vec<Vec<f64>> {
    const U: [f64; N] = [0.981_475_832_316_136, 0.545_732_515_332_381_1, 0.383_666_703_548_788_07];
    [1.0, -1.0].map(|sign| U.iter().chain(&U).map(|x| sign * x).collect()).into()
}

struct Factorization;

/// uᵢ vⱼ - Mᵢⱼ.
#[inline(always)]
fn residual<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>, i: usize, j: usize) -> Vector<S, T> {
    x.get(i).mul_add(x.get(N + j), x.constant(-entry(i, j)))
}

impl Function for Factorization {
    #[inline(always)]
    fn value<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>) -> Vector<S, T> {
        let mut sum = x.constant(0.0);
        for i in 0..N {
            for j in 0..N {
                let r = residual(x, i, j);
                sum = r.mul_add(r, sum);
            }
        }
        sum * x.constant(0.5)
    }

    #[inline(always)]
    fn gradient<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>, mut partials: Partials<'_, S, T>) {
        for i in 0..N {
            let (mut of_u, mut of_v) = (x.constant(0.0), x.constant(0.0));
            for j in 0..N {
                of_u = residual(x, i, j).mul_add(x.get(N + j), of_u);
                of_v = residual(x, j, i).mul_add(x.get(j), of_v);
            }
            partials.set(i, of_u);
            partials.set(N + i, of_v);
        }
    }

    fn reference(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
        let (u, v) = x.split_at(N);
        let (mut value, mut gradient) = (0.0, vec![0.0; 2 * N]);
        for i in 0..N {
            for j in 0..N {
                let r = u[i] * v[j] - entry(i, j);
                value += 0.5 * r * r;
                gradient[i] += r * v[j];
                gradient[N + j] += r * u[i];
            }
        }
        (value, gradient)
    }
}

#[cfg(test)]
mod tests {
    use super::{FACTORIZATION, minima};
    use thalweg::kernels::Isa;
    use thalweg::kernels::landscape::Points;

    #[test]
    fn at_its_minima_it_has_its_smallest_value_and_no_slope() {
        for point in minima() {
            let (value, gradient) = FACTORIZATION.reference(&point, &[]);
            assert!((value - FACTORIZATION.facts.minimum(6).unwrap()).abs() < 1e-15, "{value}");
            assert!(gradient.iter().all(|partial| partial.abs() < 1e-14), "{gradient:?}");
        }
    }

    #[test]
    fn kernels_agree_with_the_formula_on_every_instruction_set() {
        let point = [0.3, -1.2, 0.7, 1.1, -0.4, 0.9];
        let (value, gradient) = FACTORIZATION.reference(&point, &[]);
        for isa in Isa::available() {
            let lanes = isa.lanes::<f64>();
            let x: Vec<f64> = point.iter().flat_map(|x| vec![*x; lanes]).collect();
            let points = Points { x: &x, dimensions: 6, spectrum: &[] };
            let (mut values, mut partials) = (vec![0.0; lanes], vec![0.0; 6 * lanes]);
            FACTORIZATION.value(isa, points, &mut values);
            FACTORIZATION.gradient(isa, points, &mut partials);
            assert!(values.iter().all(|got| (got - value).abs() < 1e-14));
            let expected = gradient.iter().flat_map(|partial| vec![*partial; lanes]);
            assert!(partials.iter().zip(expected).all(|(got, partial)| (got - partial).abs() < 1e-14));
        }
    }
}
