//! Decompositions: against NumPy and SciPy, closed forms, and by what defines them.

use std::f64::consts::PI;

use faer::{Mat, MatRef};
use serde_json::Value;
use thalweg_linalg::{Error, Polar, eigenvalues, least_squares, polar, significant, singular_values};

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

fn matrix(value: &Value) -> Mat<f64> {
    let [rows, columns] = ["rows", "columns"].map(|key| value[key].as_u64().unwrap() as usize);
    let numbers = numbers(&value["numbers"]);
    Mat::from_fn(rows, columns, |row, column| numbers[row * columns + column])
}

/// That two matrices differ by no more than `tolerance` of the size of the second.
#[track_caller]
fn assert_near(found: MatRef<'_, f64>, expected: MatRef<'_, f64>, tolerance: f64, what: &str) {
    assert_eq!(found.shape(), expected.shape(), "{what}");
    let difference = (found - expected).norm_max();
    assert!(difference <= tolerance * expected.norm_max().max(1.0), "{what}: off by {difference:e}");
}

#[track_caller]
fn assert_all_near(found: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    let column = |values: &[f64]| Mat::from_fn(values.len(), 1, |row, _| values[row]);
    assert_near(column(found).as_ref(), column(expected).as_ref(), tolerance, what);
}

/// The matrix of second differences, 2 on the diagonal and -1 beside it.
fn second_differences(n: usize) -> Mat<f64> {
    Mat::from_fn(n, n, |i, j| [2.0, -1.0].get(i.abs_diff(j)).copied().unwrap_or(0.0))
}

/// U has orthonormal columns, or rows where there are fewer; H is symmetric with no eigenvalue below zero; A = U H.
fn assert_polar(a: MatRef<'_, f64>, Polar { orthogonal, semidefinite }: &Polar, what: &str) {
    let (gram, side) = if a.nrows() >= a.ncols() {
        (orthogonal.transpose() * orthogonal, a.ncols())
    } else {
        (orthogonal * orthogonal.transpose(), a.nrows())
    };
    assert_near(gram.as_ref(), Mat::identity(side, side).as_ref(), 1e-14, what);
    assert_eq!(semidefinite, &semidefinite.transpose().to_owned(), "{what}");
    let spectrum = eigenvalues(semidefinite.as_ref()).unwrap();
    let largest = spectrum.last().copied().unwrap_or(0.0);
    assert!(spectrum.iter().all(|eigenvalue| *eigenvalue >= -1e-14 * largest), "{what}: {spectrum:?}");
    assert_near((orthogonal * semidefinite).as_ref(), a, 1e-14, what);
}

#[test]
fn they_agree_with_numpy_and_scipy() {
    let file: Value = serde_json::from_str(include_str!("reference/decompositions_numpy.json")).unwrap();
    for case in file["cases"].as_array().unwrap() {
        let what = case["name"].as_str().unwrap();
        let (inputs, targets) = (matrix(&case["inputs"]), matrix(&case["targets"]));
        let found = singular_values(inputs.as_ref()).unwrap();
        assert_all_near(&found, &numbers(&case["singular_values"]), 1e-14, what);
        let found = eigenvalues((inputs.transpose() * &inputs).as_ref()).unwrap();
        assert_all_near(&found, &numbers(&case["eigenvalues"]), 1e-14, what);
        let factors = polar(inputs.as_ref()).unwrap();
        assert_polar(inputs.as_ref(), &factors, what);
        assert_near(factors.semidefinite.as_ref(), matrix(&case["semidefinite"]).as_ref(), 1e-14, what);
        if !case["orthogonal"].is_null() {
            // Its condition is that of the matrix.
            let tolerance = if what == "hilbert" { 1e-10 } else { 1e-14 };
            assert_near(factors.orthogonal.as_ref(), matrix(&case["orthogonal"]).as_ref(), tolerance, what);
        }
        let fit = least_squares(inputs.as_ref(), targets.as_ref()).unwrap();
        assert_eq!(fit.rank as u64, case["rank"].as_u64().unwrap(), "{what}");
        let tolerance = if what == "hilbert" { 1e-10 } else { 1e-13 };
        assert_near(fit.solution.as_ref(), matrix(&case["solution"]).as_ref(), tolerance, what);
        assert_all_near(&fit.singular_values, &numbers(&case["singular_values"]), 1e-14, what);
    }
}

/// Eigenvalues 2 - 2 cos(kπ/(n + 1)), for k = 1 to n; more than one block of the reflections, and a number that divides
/// by nothing.
#[test]
fn second_differences_have_their_spectrum() {
    for n in [1, 2, 3, 10, 64, 131, 200] {
        let expected: Vec<f64> = (1..=n).map(|k| 2.0 - 2.0 * (k as f64 * PI / (n + 1) as f64).cos()).collect();
        let matrix = second_differences(n);
        assert_all_near(&eigenvalues(matrix.as_ref()).unwrap(), &expected, 1e-13, &format!("n = {n}"));
        let descending: Vec<f64> = expected.into_iter().rev().collect();
        assert_all_near(&singular_values(matrix.as_ref()).unwrap(), &descending, 1e-13, &format!("n = {n}"));
    }
}

#[test]
fn only_the_lower_triangle_of_a_symmetric_matrix_is_read() {
    let symmetric = second_differences(6);
    let lower = Mat::from_fn(6, 6, |i, j| if i < j { 99.0 } else { symmetric[(i, j)] });
    assert_eq!(eigenvalues(lower.as_ref()), eigenvalues(symmetric.as_ref()));
}

#[test]
fn multiple_and_negative_eigenvalues_stand_in_order() {
    let diagonal = [3.0, -1.0, 0.0, 3.0, -7.5];
    let matrix = Mat::from_fn(5, 5, |i, j| if i == j { diagonal[i] } else { 0.0 });
    assert_all_near(&eigenvalues(matrix.as_ref()).unwrap(), &[-7.5, -1.0, 0.0, 3.0, 3.0], 1e-15, "diagonal");
    assert_all_near(&singular_values(matrix.as_ref()).unwrap(), &[7.5, 3.0, 3.0, 1.0, 0.0], 1e-15, "diagonal");
}

#[test]
fn huge_and_tiny_numbers_neither_overflow_nor_vanish() {
    for size in [1e-300, 1e-160, 1e160, 1e300] {
        let matrix = Mat::from_fn(3, 3, |i, j| size * if i == j { 2.0 } else { 1.0 });
        let relative = |found: Vec<f64>| found.iter().map(|x| x / size).collect::<Vec<_>>();
        let (eigen, singular) = (eigenvalues(matrix.as_ref()).unwrap(), singular_values(matrix.as_ref()).unwrap());
        assert_all_near(&relative(eigen), &[1.0, 1.0, 4.0], 1e-14, &format!("{size:e}"));
        assert_all_near(&relative(singular), &[4.0, 1.0, 1.0], 1e-14, &format!("{size:e}"));
    }
}

/// Of the solutions of a fit that leaves directions open, the one without a part in them.
#[test]
fn least_squares_of_too_little_rank_have_the_smallest_norm() {
    // The second column is twice the first: any x + 2 y = 3 fits best, and the shortest is (0.6, 1.2).
    let inputs = Mat::from_fn(3, 2, |i, j| (i + 1) as f64 * (j + 1) as f64);
    let targets = Mat::from_fn(3, 1, |i, _| 3.0 * (i + 1) as f64);
    let fit = least_squares(inputs.as_ref(), targets.as_ref()).unwrap();
    assert_eq!(fit.rank, 1);
    assert_near(fit.solution.as_ref(), faer::mat![[0.6], [1.2]].as_ref(), 1e-14, "rank 1 of 2");
    // Nothing in, nothing out.
    let fit = least_squares(Mat::zeros(3, 2).as_ref(), targets.as_ref()).unwrap();
    assert_eq!((fit.rank, fit.solution), (0, Mat::zeros(2, 1)));
}

/// The residual of a least-squares fit is at a right angle to every column.
#[test]
fn residuals_are_orthogonal_to_the_inputs() {
    let inputs = Mat::from_fn(30, 4, |i, j| ((i + 1) as f64).powi(j as i32) / 30_f64.powi(j as i32));
    let targets = Mat::from_fn(30, 2, |i, j| ((i * 7 + j * 3) % 11) as f64);
    let fit = least_squares(inputs.as_ref(), targets.as_ref()).unwrap();
    let residual = &inputs * &fit.solution - &targets;
    assert_near((inputs.transpose() * residual).as_ref(), Mat::zeros(4, 2).as_ref(), 1e-12, "residual");
}

#[test]
fn empty_matrices_have_empty_answers() {
    assert_eq!(eigenvalues(Mat::zeros(0, 0).as_ref()), Ok(vec![]));
    for (rows, columns) in [(0, 0), (0, 3), (3, 0)] {
        let empty: Mat<f64> = Mat::zeros(rows, columns);
        assert_eq!(singular_values(empty.as_ref()), Ok(vec![]));
        let factors = polar(empty.as_ref()).unwrap();
        assert_eq!(factors.orthogonal.shape(), (rows, columns));
        assert_eq!(factors.semidefinite, Mat::<f64>::zeros(columns, columns));
        let fit = least_squares(empty.as_ref(), Mat::zeros(rows, 2).as_ref()).unwrap();
        assert_eq!((fit.rank, fit.solution), (0, Mat::zeros(columns, 2)));
    }
}

#[test]
fn one_number_is_a_matrix() {
    for x in [-2.5, 0.0, 4.0_f64] {
        let matrix = faer::mat![[x]];
        assert_eq!(eigenvalues(matrix.as_ref()), Ok(vec![x]));
        assert_eq!(singular_values(matrix.as_ref()), Ok(vec![x.abs()]));
        let factors = polar(matrix.as_ref()).unwrap();
        assert_polar(matrix.as_ref(), &factors, "one number");
        let fit = least_squares(matrix.as_ref(), faer::mat![[5.0]].as_ref()).unwrap();
        assert_eq!(fit.solution[(0, 0)], if x == 0.0 { 0.0 } else { 5.0 / x });
    }
}

#[test]
fn what_is_not_finite_or_does_not_fit_is_an_error() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut matrix = second_differences(3);
        matrix[(1, 2)] = bad;
        let expected = Error::NotFinite { row: 1, column: 2 };
        assert_eq!(eigenvalues(matrix.as_ref()), Err(expected));
        assert_eq!(singular_values(matrix.as_ref()), Err(expected));
        assert_eq!(polar(matrix.as_ref()), Err(expected));
        let good = second_differences(3);
        assert_eq!(least_squares(matrix.as_ref(), good.as_ref()), Err(expected));
        assert_eq!(least_squares(good.as_ref(), matrix.as_ref()), Err(expected));
        assert_eq!(expected.to_string(), "the element in row 1, column 2 is not finite");
    }
    let wide: Mat<f64> = Mat::zeros(2, 3);
    assert_eq!(eigenvalues(wide.as_ref()), Err(Error::NotSquare { rows: 2, columns: 3 }));
    let error = least_squares(wide.as_ref(), Mat::zeros(3, 1).as_ref()).unwrap_err();
    assert_eq!(error, Error::RowsDiffer { inputs: 2, targets: 3 });
    assert_eq!(error.to_string(), "2 rows of inputs, but 3 of targets");
}

#[test]
fn ten_digits_are_significant() {
    for (x, rounded) in [
        (0.0, 0.0),
        (1.0, 1.0),
        (0.1 + 0.2, 0.3),
        (1.234_567_890_49, 1.234_567_89),
        (1.234_567_890_51, 1.234_567_891),
        (9.999_999_999_9, 10.0),
        (-6.02e23, -6.02e23),
        (5e-324, 5e-324),
        (f64::MAX, f64::MAX),
        (f64::NEG_INFINITY, f64::NEG_INFINITY),
    ] {
        assert_eq!(significant(x), rounded, "{x:e}");
        assert_eq!(significant(significant(x)), rounded, "{x:e}");
    }
    assert!(significant(f64::NAN).is_nan() && significant(-0.0).is_sign_negative());
}
