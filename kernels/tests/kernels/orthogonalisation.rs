//! Matrices made orthogonal: against PyTorch, closed forms and singular value decompositions, and to the bit.

use faer::Mat;
use thalweg_kernels::matrices::{EPSILON, JORDAN, Matrices, NEWTON_SCHULZ, POLAR_EXPRESS, Schedule, Size, Way};
use thalweg_kernels::product::{dense, population};
use thalweg_kernels::{Isa, Real, linalg};

use crate::compare::Precision;
use crate::everywhere::{TRIALS, everywhere};
use crate::numbers::Numbers;
use crate::reference;

const SCHEDULES: [Schedule<'static>; 3] = [JORDAN, NEWTON_SCHULZ, POLAR_EXPRESS];

/// Rows and columns; the last ones have more rows than a piece of a sum.
const SHAPES: &[[usize; 2]] = &[
    [1, 1],
    [1, 7],
    [7, 1],
    [2, 16],
    [16, 2],
    [16, 16],
    [5, 17],
    [17, 5],
    [64, 10],
    [3, 515],
    [515, 3],
    [1, 1030],
    [1030, 1],
];

fn trials<T: Real>([rows, columns]: [usize; 2]) -> Vec<Vec<T>> {
    let mut numbers = Numbers::new((rows * 31 + columns) as u64);
    (0..TRIALS).map(|_| (0..rows * columns).map(|_| T::from_f64(numbers.normal())).collect()).collect()
}

fn mat<T: Real>([rows, columns]: [usize; 2], numbers: &[T]) -> Mat<f64> {
    Mat::from_fn(rows, columns, |i, j| numbers[i * columns + j].to_f64())
}

/// Every trial's matrix made orthogonal in its own way.
#[track_caller]
fn orthogonalised<T: Real>(shape: [usize; 2], matrices: &[Vec<T>], way: impl Fn(usize) -> Way<'static>) -> Vec<Vec<T>> {
    let [rows, columns] = shape;
    let what = format!("{rows} × {columns} in {}", T::NAME);
    everywhere(matrices, &what, &|group, products, first, mut x| {
        let ways: Vec<Way<'_>> = (first..first + group.lanes()).map(&way).collect();
        group.orthogonalise(products, Size { rows, columns }, &ways, &mut x);
        x
    })
}

/// The iterations in f64, as the papers have them.
fn iterated(x: &Mat<f64>, schedule: Schedule<'_>, count: usize) -> Mat<f64> {
    if x.nrows() > x.ncols() {
        return iterated(&x.transpose().to_owned(), schedule, count).transpose().to_owned();
    }
    let mut x = x / (schedule.margin * x.norm_l2() + EPSILON);
    for iteration in 0..count {
        let [a, b, c] = schedule.coefficients(iteration);
        let gram = &x * x.transpose();
        let polynomial = &gram * b + (&gram * &gram) * c;
        x = &x * a + polynomial * &x;
    }
    x
}

#[track_caller]
fn assert_near(found: &Mat<f64>, expected: &Mat<f64>, tolerance: f64, what: &str) {
    assert_eq!(found.shape(), expected.shape(), "{what}");
    for (found, expected) in found.col_iter().zip(expected.col_iter()) {
        for (found, expected) in found.iter().zip(expected.iter()) {
            let error = (found - expected).abs();
            assert!(error <= tolerance, "{what}: {error:e} of {tolerance:e}");
        }
    }
}

/// Trials of a group differ in everything that they can differ in.
fn mixed(trial: usize) -> Way<'static> {
    let counts = [5, 0, 3, 10, 1, 7];
    if trial % 5 == 3 { Way::Polar } else { Way::Iterations(SCHEDULES[trial % 3], counts[trial % counts.len()]) }
}

fn ways_of_their_own<T: Precision>() {
    for &shape in SHAPES {
        let matrices = trials::<T>(shape);
        for (trial, result) in orthogonalised(shape, &matrices, mixed).iter().enumerate() {
            let matrix = mat(shape, &matrices[trial]);
            let expected = match mixed(trial) {
                Way::Iterations(schedule, count) => iterated(&matrix, schedule, count),
                Way::Polar => continue,
            };
            // Ten iterations of Jordan's quintic, which does not settle, may multiply a difference by some hundred.
            let what = format!("trial {trial} of {shape:?} in {}", T::NAME);
            assert_near(&mat(shape, result), &expected, 2000.0 * T::EPSILON, &what);
        }
    }
}

#[test]
fn iterations_follow_the_formula_in_f32() {
    ways_of_their_own::<f32>();
}

#[test]
fn iterations_follow_the_formula_in_f64() {
    ways_of_their_own::<f64>();
}

#[test]
fn they_agree_with_pytorch() {
    let file = reference::read("orthogonal_torch.json");
    let counts: Vec<usize> = reference::numbers(&file["counts"]).iter().map(|count| *count as usize).collect();
    for case in file["cases"].as_array().unwrap() {
        let [rows, columns] = ["rows", "columns"].map(|key| case[key].as_u64().unwrap() as usize);
        let matrix = reference::numbers(&case["matrix"]);
        let check = |way: Way<'_>, expected: &[f64], what: &str| {
            let mut x = matrix.clone();
            let isa = Isa::best();
            Matrices::alone(isa).orthogonalise(&mut *dense(isa), Size { rows, columns }, &[way], &mut x);
            for (x, expected) in x.iter().zip(expected) {
                assert!((x - expected).abs() < 1e-12, "{what} of {rows} × {columns}: {x} is not {expected}");
            }
        };
        for (at, count) in counts.iter().enumerate() {
            for (name, schedule) in [("jordan", JORDAN), ("polar_express", POLAR_EXPRESS)] {
                let expected = reference::numbers(&case[name][at]);
                check(Way::Iterations(schedule, *count), &expected, name);
            }
        }
        check(Way::Polar, &reference::numbers(&case["polar"]), "polar factor");
    }
}

/// A single row, or column, has one singular value: what five iterations make of it is a number.
#[test]
fn jordans_quintic_multiplies_a_unit_vector() {
    // p(1), p(p(1)), … of p(x) = 3.4445 x - 4.775 x³ + 2.0315 x⁵, to seven digits.
    let factors = [1.0, 0.7010000, 1.1136202, 0.7207059, 1.0899742, 0.6964364];
    for shape in [[1, 9], [9, 1]] {
        let matrices = trials::<f64>(shape);
        let results = orthogonalised(shape, &matrices, |trial| Way::Iterations(JORDAN, trial % 6));
        for (trial, (result, matrix)) in results.iter().zip(&matrices).enumerate() {
            let norm = mat(shape, matrix).norm_l2();
            for (x, m) in result.iter().zip(matrix) {
                // ε is 10⁻⁷ of a norm of about 3.
                assert!((x - factors[trial % 6] * m / norm).abs() < 2e-7, "{} iterations: {x}", trial % 6);
            }
        }
    }
}

/// Against a singular value decomposition: U Vᵀ, of matrices whose singular values are not far apart.
fn polar_factors<T: Precision>() {
    for &shape in SHAPES {
        let matrices = trials::<T>(shape);
        for (result, matrix) in orthogonalised(shape, &matrices, |_| Way::Polar).iter().zip(&matrices) {
            let (found, matrix) = (mat(shape, result), mat(shape, matrix));
            let values = linalg::singular_values(matrix.as_ref()).unwrap();
            let condition = values[0] / values[values.len() - 1];
            let what = format!("polar factor of {shape:?} in {}", T::NAME);
            let expected = linalg::polar(matrix.as_ref()).unwrap().orthogonal;
            assert_near(&found, &expected, 16.0 * condition * T::EPSILON, &what);
            assert_orthogonal::<T>(&found, 32.0, &what);
        }
    }
}

/// That the columns, or rows, that are fewer are orthonormal up to so many ε.
#[track_caller]
fn assert_orthogonal<T: Precision>(x: &Mat<f64>, epsilons: f64, what: &str) {
    let gram = if x.nrows() > x.ncols() { x.transpose() * x } else { x * x.transpose() };
    assert_near(&gram, &Mat::identity(gram.nrows(), gram.nrows()), epsilons * T::EPSILON, what);
}

#[test]
fn polar_factors_agree_with_singular_value_decompositions_in_f32() {
    polar_factors::<f32>();
}

#[test]
fn polar_factors_agree_with_singular_value_decompositions_in_f64() {
    polar_factors::<f64>();
}

/// However badly conditioned a matrix is, down to the least singular value that the weights are made for, its factor is
/// orthogonal; and that of a diagonal matrix is the identity.
fn badly_conditioned<T: Precision>() {
    let n = 7;
    let least = T::EPSILON / 2.0;
    let values =
        |trial: usize| (0..n).map(move |k| (least * 4.0).powf(((trial + 1) * k) as f64 / (TRIALS * (n - 1)) as f64));
    let diagonal: Vec<Vec<T>> = (0..TRIALS)
        .map(|trial| {
            let values: Vec<f64> = values(trial).collect();
            (0..n * n).map(|at| T::from_f64(if at / n == at % n { values[at / n] } else { 0.0 })).collect()
        })
        .collect();
    for result in orthogonalised([n, n], &diagonal, |_| Way::Polar) {
        assert_near(&mat([n, n], &result), &Mat::identity(n, n), 4.0 * T::EPSILON, &format!("diagonal in {}", T::NAME));
    }
    for shape in [[n, n], [n, 3 * n], [3 * n, n]] {
        let factors = |trial: usize| {
            let random = |rows: usize, columns: usize, seed: u64| {
                let mut numbers = Numbers::new(seed + trial as u64);
                let matrix = Mat::from_fn(rows, columns, |_, _| numbers.normal());
                linalg::polar(matrix.as_ref()).unwrap().orthogonal
            };
            let (left, right) = (random(shape[0], n, 100), random(n, shape[1], 200));
            let values: Vec<f64> = values(trial).collect();
            left * Mat::from_fn(n, shape[1], |i, j| values[i] * right[(i, j)])
        };
        let of_trial = |trial: usize| {
            let matrix = factors(trial);
            (0..shape[0] * shape[1]).map(|at| T::from_f64(matrix[(at / shape[1], at % shape[1])])).collect()
        };
        let matrices: Vec<Vec<T>> = (0..TRIALS).map(of_trial).collect();
        for (trial, result) in orthogonalised(shape, &matrices, |_| Way::Polar).iter().enumerate() {
            let what = format!("trial {trial} of {shape:?} in {}", T::NAME);
            assert_orthogonal::<T>(&mat(shape, result), 32.0, &what);
        }
    }
}

#[test]
fn polar_factors_of_badly_conditioned_matrices_are_orthogonal_in_f32() {
    badly_conditioned::<f32>();
}

#[test]
fn polar_factors_of_badly_conditioned_matrices_are_orthogonal_in_f64() {
    badly_conditioned::<f64>();
}

/// What becomes of a singular value by so many of Halley's iterations, the best for singular values from `least` on.
fn halley(mut value: f64, mut least: f64, count: usize) -> f64 {
    for _ in 0..count {
        let square = least * least;
        let d = (4.0 * (1.0 - square) / (square * square)).cbrt();
        let root = (1.0 + d).sqrt();
        let a = root + 0.5 * (8.0 - 4.0 * d + 8.0 * (2.0 - square) / (square * root)).sqrt();
        let b = (a - 1.0).powi(2) / 4.0;
        let step = |x: f64| x * (a + b * x * x) / (1.0 + (a + b - 1.0) * x * x);
        (value, least) = (step(value), step(least));
    }
    value
}

/// A singular value that is too small for the weights ends where the formula says.
fn too_small<T: Precision>(least: f64, count: usize, tolerance: f64) {
    let values: Vec<f64> = (0..TRIALS).map(|trial| least * 2.0_f64.powf(-0.5 * trial as f64)).collect();
    let matrices: Vec<Vec<T>> = values.iter().map(|x| [1.0, 0.0, 0.0, *x].map(T::from_f64).to_vec()).collect();
    for (result, value) in orthogonalised([2, 2], &matrices, |_| Way::Polar).iter().zip(&values) {
        let (found, expected) = (result[3].to_f64(), halley(*value, least, count));
        assert!((found / expected - 1.0).abs() < tolerance, "{value:e} in {}: {found} is not {expected}", T::NAME);
    }
}

#[test]
fn singular_values_that_are_too_small_follow_the_formula() {
    too_small::<f32>(2.0_f64.powi(-24), 4, 5e-3);
    too_small::<f64>(2.0_f64.powi(-53), 6, 1e-6);
}

/// A polar factor is that of the matrix at any scale.
#[test]
fn polar_factors_know_no_scale() {
    let shape = [4, 6];
    let sizes = [1.0, 1e-30, 1e30, 1e-36];
    let one = trials::<f32>(shape).swap_remove(0);
    let matrices: Vec<Vec<f32>> =
        (0..TRIALS).map(|trial| one.iter().map(|x| x * sizes[trial % sizes.len()]).collect()).collect();
    let results = orthogonalised(shape, &matrices, |_| Way::Polar);
    for (trial, result) in results.iter().enumerate() {
        let tolerance = 64.0 * f64::from(f32::EPSILON);
        assert_near(&mat(shape, result), &mat(shape, &results[0]), tolerance, &format!("size {:e}", sizes[trial % 4]));
    }
}

#[test]
fn nothing_stays_nothing() {
    for shape in [[3, 5], [5, 3], [1, 1]] {
        let matrices = vec![vec![0.0_f32; shape[0] * shape[1]]; TRIALS];
        for result in orthogonalised(shape, &matrices, mixed) {
            assert!(result.iter().all(|x| *x == 0.0), "{result:?}");
        }
        // A row or a column of zeros beside others.
        let mut matrices = trials::<f32>(shape);
        matrices.iter_mut().for_each(|x| x[..shape[1]].fill(0.0));
        for result in orthogonalised(shape, &matrices, mixed) {
            assert!(result[..shape[1]].iter().all(|x| *x == 0.0) && result.iter().all(|x| x.is_finite()), "{result:?}");
        }
    }
}

#[test]
fn what_is_not_finite_leaves_no_number_in_its_lane_and_all_in_others() {
    for shape in [[3, 5], [5, 3], [1, 4]] {
        for way in [Way::Polar, Way::Iterations(JORDAN, 2), Way::Iterations(JORDAN, 0)] {
            let mut matrices = trials::<f32>(shape);
            for (trial, bad) in [(1, f32::NAN), (6, f32::INFINITY), (11, f32::NEG_INFINITY)] {
                matrices[trial][2] = bad;
            }
            for (trial, result) in orthogonalised(shape, &matrices, |_| way).iter().enumerate() {
                let is_bad = [1, 6, 11].contains(&trial);
                let is_right = |x: &f32| if is_bad { x.is_nan() } else { x.is_finite() };
                assert!(result.iter().all(is_right), "trial {trial} of {shape:?}: {result:?}");
            }
        }
    }
}

#[test]
fn a_norm_that_is_no_number_leaves_none() {
    let isa = Isa::best();
    for way in [Way::Polar, Way::Iterations(JORDAN, 5)] {
        let mut x = [1e200_f64, 1.0, 0.0, 1.0];
        Matrices::alone(isa).orthogonalise(&mut *dense(isa), Size { rows: 2, columns: 2 }, &[way], &mut x);
        assert!(x.iter().all(|x| x.is_nan()), "{x:?}");
    }
}

/// A trial that is done keeps its bits, whatever the coefficients of the others do to what it is not meant for.
#[test]
fn iterations_of_others_change_no_bit() {
    const WILD: Schedule<'static> = Schedule { margin: 1e-3, coefficients: &[[3e4, 1e10, 1e30]] };
    for shape in [[3, 5], [5, 3]] {
        let mut matrices = trials::<f32>(shape);
        matrices.iter_mut().for_each(|x| x[1] = -0.0);
        let way = |trial: usize| Way::Iterations(WILD, trial % 4);
        let results = orthogonalised(shape, &matrices, way);
        assert!(results.iter().enumerate().any(|(trial, x)| trial % 4 == 3 && x.iter().any(|x| !x.is_finite())));
        assert!(
            results
                .iter()
                .step_by(4)
                .all(|x| x[1].to_bits() == (-0.0_f32).to_bits() && x.iter().all(|x| x.is_finite()))
        );
    }
}

/// The space that a call leaves is no part of the next.
#[test]
fn calls_do_not_depend_on_those_before() {
    let isa = Isa::best();
    let mut group = Matrices::population(isa);
    let mut products = population::<f32>(isa);
    let lanes = group.lanes();
    for shape in [[16, 16], [3, 5], [17, 5], [2, 2], [17, 5]] {
        let [rows, columns] = shape;
        for way in [Way::Polar, Way::Iterations(JORDAN, 3)] {
            let matrices = trials::<f32>(shape);
            let block = crate::lanes::interleave(&matrices[..lanes]);
            let (mut again, mut fresh) = (block.clone(), block);
            let (size, ways) = (Size { rows, columns }, vec![way; lanes]);
            group.orthogonalise(&mut *products, size, &ways, &mut again);
            Matrices::population(isa).orthogonalise(&mut *population(isa), size, &ways, &mut fresh);
            assert_eq!(again, fresh, "{shape:?}");
        }
    }
}

#[test]
fn no_elements_are_no_matrix() {
    let isa = Isa::best();
    Matrices::<f32>::alone(isa).orthogonalise(&mut *dense(isa), Size { rows: 0, columns: 3 }, &[Way::Polar], &mut []);
}

#[test]
#[should_panic(expected = "a way for each lane")]
fn ways_for_other_lanes_are_refused() {
    let isa = Isa::best();
    let size = Size { rows: 1, columns: 1 };
    Matrices::alone(isa).orthogonalise(&mut *dense(isa), size, &[Way::Polar; 2], &mut [1.0_f32]);
}
