use faer::{Mat, Side};
use thalweg_kernels::orthogonal::orthogonal;

use super::*;

/// A quadratic for each lane: the Hessian is a matrix.
struct Quadratics {
    lanes: usize,
    matrices: Vec<Mat<f64>>,
    products: usize,
}

impl<T: Real> Oracle<T> for Quadratics {
    fn batch(&self) -> Sample {
        Sample::All
    }

    fn gradient(&mut self, _: Sample, _: &[T], _: &mut [T]) {
        unreachable!("nobody asks")
    }

    fn hessian_product(&mut self, sample: Sample, _: &[T], direction: &[T], product: &mut [T]) {
        assert_eq!(sample, Sample::All);
        self.products += 1;
        for (lane, matrix) in self.matrices.iter().enumerate() {
            let size = matrix.nrows();
            let at = |i: usize| (lane / self.lanes * size + i) * self.lanes + lane % self.lanes;
            for i in 0..size {
                let sum: f64 = (0..size).map(|j| matrix[(i, j)] * direction[at(j)].to_f64()).sum();
                product[at(i)] = T::from_f64(sum);
            }
        }
    }
}

/// A matrix with these eigenvalues, to the rounding of a number.
fn matrix(spectrum: &[f64], seed: u64) -> Mat<f64> {
    let (size, mut stream) = (spectrum.len(), Stream::new("test", seed));
    let normals: Vec<f64> = (0..size * size).map(|_| stream.normal()).collect();
    let turned = orthogonal(&normals, size);
    let cell =
        |i: usize, j: usize| (0..size).map(|k| turned[i * size + k] * spectrum[k] * turned[j * size + k]).sum::<f64>();
    Mat::from_fn(size, size, |i, j| if i <= j { cell(i, j) } else { cell(j, i) })
}

fn found<T: Real>(matrices: &[Mat<f64>], lanes: usize, count: usize, iterations: usize) -> Vec<Vec<Extreme>> {
    let parameters = matrices[0].nrows();
    let groups = matrices.len().div_ceil(lanes) + 1;
    let weights = vec![T::default(); groups * lanes * parameters];
    let running: Vec<bool> = (0..matrices.len()).map(|trial| trial != 1).collect();
    let question =
        Question { sample: Sample::All, weights: &weights, parameters, lanes, running: &running, count, iterations };
    let mut extremes = Extremes::default();
    let mut oracle = Quadratics { lanes, matrices: matrices.to_vec(), products: 0 };
    // What was asked before does not matter.
    for _ in 0..2 {
        extremes.find(question, |trial| trial as u64 % 3, &mut oracle);
    }
    (0..matrices.len()).map(|trial| extremes.of(trial).to_vec()).collect()
}

fn spectra() -> Vec<Vec<f64>> {
    let size = 60;
    let of = |eigenvalue: &dyn Fn(f64) -> f64| (0..size).map(|i| eigenvalue(f64::from(i) / 60.0)).collect();
    vec![
        // A bulk at zero and a few above, as networks have it.
        of(&|x| if x < 0.9 { 0.01 * x } else { (40.0 * (x - 0.85)).exp2() }),
        of(&|_| f64::NAN),
        of(&|x| x - 0.5),
        of(&|x| -1.0 - x),
        // No gap at the top, and pairs of equals.
        of(&|x| 1.0 - x * x),
        of(&|x| (30.0 * x).floor()),
        of(&|_| 3.0),
        of(&|_| 0.0),
        // Of rank one, and far from the others in size.
        of(&|x| if x == 0.0 { 1e-3 } else { 0.0 }),
        of(&|x| if x == 0.0 { -1e6 } else { x }),
        of(&|x| 1e100 * x),
        of(&|x| 1e-100 * x),
    ]
}

#[test]
fn eigenvalues_are_those_of_faer() {
    let matrices: Vec<Mat<f64>> = (0..).zip(spectra()).map(|(seed, spectrum)| matrix(&spectrum, seed)).collect();
    let all = found::<f64>(&matrices, 4, 3, 60);
    for (trial, (matrix, found)) in matrices.iter().zip(&all).enumerate().filter(|(trial, _)| *trial != 1) {
        let mut expected = matrix.self_adjoint_eigenvalues(Side::Lower).unwrap();
        expected.reverse();
        let scale = expected.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
        assert_eq!(found.len(), 3);
        for (one, expected) in found.iter().zip(&expected) {
            let error = (one.value - expected).abs();
            assert!(error <= 1e-9 * scale, "{} is not {expected}, in {trial}", one.value);
            assert!(one.residual <= (1e-6 * expected.abs()).max(3e-10 * scale), "{} in {trial}", one.residual);
        }
    }
    assert!(all[1].is_empty());
}

#[test]
fn a_trial_has_the_bits_that_it_has_alone() {
    let matrices: Vec<Mat<f64>> = (0..).zip(spectra()).map(|(seed, spectrum)| matrix(&spectrum, seed)).collect();
    let bits =
        |all: &[Extreme]| all.iter().map(|one| [one.value.to_bits(), one.residual.to_bits()]).collect::<Vec<_>>();
    let together = found::<f64>(&matrices, 4, 2, 20);
    for trial in [0, 3, 6, 9] {
        // As the first of its lanes, and of the same seed.
        let alone = found::<f64>(&[matrices[trial].clone()], 1, 2, 20);
        assert_eq!(bits(&alone[0]), bits(&together[trial]), "trial {trial}");
    }
}

#[test]
fn few_parameters_have_few_eigenvalues() {
    for size in 1..=6 {
        let spectrum: Vec<f64> = (0..size).map(|i| f64::from(i / 2)).collect();
        let found = found::<f64>(&[matrix(&spectrum, 0)], 2, 9, 100);
        assert_eq!(found[0].len(), spectrum.len());
        let pairs = found[0].iter().zip(spectrum.iter().rev());
        pairs.for_each(|(one, expected)| assert!((one.value - expected).abs() < 1e-12, "{one:?}, not {expected}"));
    }
}

#[test]
fn a_hessian_that_is_not_finite_has_no_eigenvalues_and_no_say_in_others() {
    let mut matrices = vec![matrix(&[1.0, 2.0, 4.0], 0); 3];
    matrices[0][(1, 1)] = f64::INFINITY;
    let found = found::<f32>(&matrices, 4, 2, 3);
    assert!(found[0].iter().all(|one| one.value.is_nan() && one.residual.is_nan()) && found[0].len() == 2);
    assert!((found[2][0].value - 4.0).abs() < 1e-6 && (found[2][1].value - 2.0).abs() < 1e-6);
}
