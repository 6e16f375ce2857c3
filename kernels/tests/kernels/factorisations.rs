//! Cholesky's and Householder's decompositions: by what defines them, against faer and NumPy, and to the bit.

use faer::Mat;
use faer::linalg::solvers::Llt;
use thalweg_kernels::matrices::{Matrices, Size};
use thalweg_kernels::{Isa, Real};

use crate::compare::Precision;
use crate::everywhere::{TRIALS, everywhere};
use crate::numbers::Numbers;
use crate::reference;

/// Rows and columns.
const TALL: &[[usize; 2]] = &[[1, 1], [7, 1], [2, 2], [16, 2], [16, 16], [17, 5], [64, 10], [23, 19], [600, 3]];

fn normals<T: Real>(numbers: &mut Numbers, count: usize) -> Vec<T> {
    (0..count).map(|_| T::from_f64(numbers.normal())).collect()
}

fn trials<T: Real>(count: usize) -> Vec<Vec<T>> {
    let mut numbers = Numbers::new(count as u64);
    (0..TRIALS).map(|_| normals(&mut numbers, count)).collect()
}

/// A matrix from its rows.
fn mat<T: Real>([rows, columns]: [usize; 2], numbers: &[T]) -> Mat<f64> {
    assert_eq!(numbers.len(), rows * columns);
    Mat::from_fn(rows, columns, |i, j| numbers[i * columns + j].to_f64())
}

/// That two matrices differ by no more than so many ε in any element.
#[track_caller]
fn assert_near<T: Precision>(found: &Mat<f64>, expected: &Mat<f64>, epsilons: f64, what: &str) {
    assert_eq!(found.shape(), expected.shape(), "{what}");
    for (found, expected) in found.col_iter().zip(expected.col_iter()) {
        for (found, expected) in found.iter().zip(expected.iter()) {
            let error = (found - expected).abs() / T::EPSILON;
            assert!(error <= epsilons, "{what}: {error} ε of {epsilons}");
        }
    }
}

/// Symmetric positive definite matrices A = G Gᵀ / m + 1/4.
fn positive_definite<T: Precision>(n: usize) -> Vec<Vec<T>> {
    let matrix = |g: &Vec<T>| {
        let g = mat([n, 2 * n], g);
        let a = &g * g.transpose();
        let at = |i: usize, j: usize| a[(i, j)] / (2 * n) as f64 + if i == j { 0.25 } else { 0.0 };
        (0..n * n).map(|place| T::from_f64(at(place / n, place % n))).collect()
    };
    trials::<T>(2 * n * n).iter().map(matrix).collect()
}

fn cholesky<T: Precision>() {
    for n in [1, 2, 3, 7, 16, 33] {
        let matrices = positive_definite::<T>(n);
        // Only the upper triangle is read.
        let mut upper = matrices.clone();
        upper
            .iter_mut()
            .for_each(|a| (0..n * n).filter(|at| at / n > at % n).for_each(|at| a[at] = T::from_f64(f64::NAN)));
        let what = format!("Cholesky of {n} in {}", T::NAME);
        let factors = everywhere(&upper, &what, &|group, _, _, mut a| {
            group.cholesky(n, &mut a);
            a
        });
        for (l, a) in factors.iter().zip(&matrices) {
            assert!(
                (0..n * n).filter(|at| at / n < at % n).all(|at| l[at].to_f64() == 0.0),
                "{what}: above the diagonal"
            );
            let (l, a) = (mat([n, n], l), mat([n, n], a));
            assert_near::<T>(&(&l * l.transpose()), &a, 8.0 * n as f64, &what);
            let by_faer = Llt::new(a.as_ref(), faer::Side::Upper).unwrap();
            assert_near::<T>(&l, &by_faer.L().to_owned(), 64.0 * n as f64, &what);
        }
    }
}

#[test]
fn cholesky_agrees_with_faer_in_f32() {
    cholesky::<f32>();
}

#[test]
fn cholesky_agrees_with_faer_in_f64() {
    cholesky::<f64>();
}

fn solutions<T: Precision>() {
    for [n, columns] in [[1, 1], [1, 9], [7, 1], [16, 2], [5, 17], [16, 33]] {
        let matrices = positive_definite::<T>(n);
        let targets = trials::<T>(n * columns);
        let what = format!("solutions of {n} × {columns} in {}", T::NAME);
        let both: Vec<Vec<T>> = matrices.iter().zip(&targets).map(|(a, b)| [&a[..], b].concat()).collect();
        let results = everywhere(&both, &what, &|group, _, _, mut block| {
            let (a, b) = block.split_at_mut(n * n * group.lanes());
            group.cholesky(n, a);
            let mut halfway = b.to_vec();
            group.solve_lower(n, columns, a, &mut halfway);
            b.copy_from_slice(&halfway);
            group.solve_lower_transposed(n, columns, a, b);
            block.extend(halfway);
            block
        });
        for ((result, a), b) in results.iter().zip(&matrices).zip(&targets) {
            let (l, rest) = result.split_at(n * n);
            let (x, y) = rest.split_at(n * columns);
            let (l, x, y) = (mat([n, n], l), mat([n, columns], x), mat([n, columns], y));
            assert_near::<T>(&(&l * &y), &mat([n, columns], b), 16.0 * n as f64, &format!("{what}, lower"));
            assert_near::<T>(&(l.transpose() * &x), &y, 16.0 * n as f64, &format!("{what}, upper"));
            let whole = mat([n, n], a) * &x;
            assert_near::<T>(&whole, &mat([n, columns], b), 64.0 * n as f64, &format!("{what}, both"));
        }
    }
}

#[test]
fn triangular_systems_are_solved_in_f32() {
    solutions::<f32>();
}

#[test]
fn triangular_systems_are_solved_in_f64() {
    solutions::<f64>();
}

#[test]
fn a_matrix_that_is_not_positive_definite_has_no_factor_and_disturbs_no_neighbour() {
    let [n, good] = [3, 1];
    let odd = [
        [1.0, 2.0, 0.0, 2.0, 1.0, 0.0, 0.0, 0.0, 1.0],
        [0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
        [1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0],
        [-1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
        [f64::NAN, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
        [1.0, f64::INFINITY, 0.0, f64::INFINITY, 1.0, 0.0, 0.0, 0.0, 1.0],
    ];
    let fine = [4.0, 2.0, 2.0, 2.0, 5.0, 3.0, 2.0, 3.0, 6.0];
    let trial = |index: usize| if index % 2 == good { fine.to_vec() } else { odd[index / 2 % odd.len()].to_vec() };
    let matrices: Vec<Vec<f64>> = (0..TRIALS).map(trial).collect();
    let factors = everywhere(&matrices, "Cholesky of what has none", &|group, _, _, mut a| {
        group.cholesky(n, &mut a);
        a
    });
    for (index, l) in factors.iter().enumerate() {
        if index % 2 == good {
            assert_eq!(*l, [2.0, 0.0, 0.0, 1.0, 2.0, 0.0, 1.0, 1.0, 2.0]);
        } else {
            assert!(l.iter().any(|x| x.is_nan()), "{:?}: {l:?}", matrices[index]);
        }
    }
}

/// Q and R of every trial, which are Q R = A up to so many ε of its size.
#[track_caller]
fn qr<T: Precision>([rows, columns]: [usize; 2], matrices: &[Vec<T>], epsilons: f64) -> Vec<[Mat<f64>; 2]> {
    let size = Size { rows, columns };
    let what = format!("QR of {rows} × {columns} in {}", T::NAME);
    let results = everywhere(matrices, &what, &|group, _, _, mut a| {
        let mut r = vec![T::from_f64(f64::NAN); columns * columns * group.lanes()];
        group.qr(size, &mut a, &mut r);
        a.extend(r);
        a
    });
    let one = Mat::<f64>::identity(columns, columns);
    let check = |(result, a): (&Vec<T>, &Vec<T>)| {
        let (q, r) = result.split_at(rows * columns);
        let (q, r, a) = (mat([rows, columns], q), mat([columns, columns], r), mat([rows, columns], a));
        assert_near::<T>(&(q.transpose() * &q), &one, epsilons, &format!("{what}, QᵀQ"));
        let largest = a.norm_max();
        if largest > 0.0 {
            let product = &q * (&r / largest);
            assert_near::<T>(&product, &(&a / largest), epsilons, &format!("{what}, Q R"));
        }
        for i in 0..columns {
            assert!(r[(i, i)] >= 0.0 && (0..i).all(|j| r[(i, j)] == 0.0), "{what}: R is {r:?}");
        }
        [q, r]
    };
    results.iter().zip(matrices).map(check).collect()
}

fn qr_of_random_matrices<T: Precision>() {
    for &shape in TALL {
        let matrices = trials::<T>(shape[0] * shape[1]);
        for ([q, r], a) in qr(shape, &matrices, 4.0 * shape[0] as f64).iter().zip(&matrices) {
            let by_faer = mat(shape, a).qr();
            let (faer_q, faer_r) = (by_faer.compute_thin_Q(), by_faer.thin_R().to_owned());
            let sign = |k: usize| if faer_r[(k, k)] < 0.0 { -1.0 } else { 1.0 };
            let faer_q = Mat::from_fn(shape[0], shape[1], |i, j| faer_q[(i, j)] * sign(j));
            let faer_r = Mat::from_fn(shape[1], shape[1], |i, j| if i > j { 0.0 } else { faer_r[(i, j)] * sign(i) });
            let what = format!("{shape:?} in {}", T::NAME);
            // Square matrices of normal numbers are badly conditioned in their last column.
            let condition =
                faer_r[(0, 0)].abs() / (0..shape[1]).map(|k| faer_r[(k, k)].abs()).fold(f64::INFINITY, f64::min);
            assert_near::<T>(q, &faer_q, 16.0 * shape[0] as f64 * condition, &what);
            assert_near::<T>(r, &faer_r, 64.0 * shape[0] as f64, &what);
        }
    }
}

#[test]
fn qr_agrees_with_faer_in_f32() {
    qr_of_random_matrices::<f32>();
}

#[test]
fn qr_agrees_with_faer_in_f64() {
    qr_of_random_matrices::<f64>();
}

#[test]
fn qr_agrees_with_numpy() {
    for case in reference::read("orthogonal_numpy.json")["cases"].as_array().unwrap() {
        let [rows, columns] = ["rows", "columns"].map(|key| case[key].as_u64().unwrap() as usize);
        let [mut a, expected] = ["matrix", "q"].map(|key| reference::numbers(&case[key]));
        let mut r = vec![0.0; columns * columns];
        Matrices::alone(Isa::best()).qr(Size { rows, columns }, &mut a, &mut r);
        for (q, expected) in a.iter().zip(&expected) {
            assert!((q - expected).abs() < 1e-13, "{rows} × {columns}: {q} is not {expected}");
        }
    }
}

/// Columns that depend on those before, that are nothing, or of very different sizes: Q is orthogonal all the same.
fn odd_columns<T: Precision>([tiny, least, most]: [f64; 3]) {
    let shape = [9, 4];
    let mut numbers = Numbers::new(5);
    let matrices: Vec<Vec<T>> = (0..TRIALS)
        .map(|trial| {
            let mut a: Vec<f64> = (0..36).map(|_| numbers.normal()).collect();
            let mut columns = |j: usize, value: &dyn Fn(&[f64]) -> f64| {
                a.chunks_exact_mut(4).for_each(|row| row[j] = value(row));
            };
            match trial {
                0 => (0..4).for_each(|j| columns(j, &|_| 0.0)),
                1..=4 => columns(trial - 1, &|_| 0.0),
                5 => columns(2, &|row| 2.0 * row[1]),
                6 => columns(3, &|row| row[0] + row[1]),
                7 => columns(1, &|row| tiny * row[1]),
                8 => (1..4).for_each(|j| columns(j, &|row| row[0])),
                9 => (0..4).for_each(|j| columns(j, &|row| least * row[j])),
                10 => (0..4).for_each(|j| columns(j, &|row| most * row[j])),
                11 => (0..4).for_each(|j| columns(j, &|row| if j == 2 { row[j] } else { tiny * row[j] })),
                12 => (0..4).for_each(|j| columns(j, &|_| if j == 1 { -1.0 } else { 0.0 })),
                13 => (0..4).for_each(|j| columns(j, &|row| tiny * tiny * row[j])),
                // The squares of the second column have few digits.
                14 => columns(1, &|row| 4.0 * T::SMALLEST.sqrt() * row[1]),
                _ => {}
            }
            a.into_iter().map(T::from_f64).collect()
        })
        .collect();
    let results = qr(shape, &matrices, 64.0);
    let r = |trial: usize, k: usize| results[trial][1][(k, k)];
    assert!((0..4).all(|k| r(0, k) == 0.0) && (1..=4).all(|trial| r(trial, trial - 1) == 0.0), "columns of zeros");
    // The column of zeros takes the first direction, so that one of nine remains.
    assert!((r(12, 1) - 8_f64.sqrt()).abs() < 8.0 * T::EPSILON && r(12, 0) == 0.0, "one column of ones");
    // What depends on columns before leaves rounding errors.
    assert!([(5, 2), (6, 3), (8, 1)].iter().all(|(trial, k)| r(*trial, *k) < 16.0 * T::EPSILON));
}

#[test]
fn qr_bears_odd_columns_in_f32() {
    odd_columns::<f32>([1e-12, 1e-36, 1e37]);
}

#[test]
fn qr_bears_odd_columns_in_f64() {
    odd_columns::<f64>([1e-100, 1e-300, 1e306]);
}

#[test]
fn qr_of_what_is_not_finite_leaves_no_number_in_its_lane_and_all_in_others() {
    let [rows, columns] = [5, 3];
    let mut matrices = trials::<f32>(rows * columns);
    for (trial, bad) in [(1, f32::NAN), (6, f32::INFINITY), (11, f32::NEG_INFINITY)] {
        matrices[trial][trial] = bad;
    }
    let results = everywhere(&matrices, "QR of what is not finite", &|group, _, _, mut a| {
        let mut r = vec![0.0; columns * columns * group.lanes()];
        group.qr(Size { rows, columns }, &mut a, &mut r);
        a.extend(r);
        a
    });
    for (trial, result) in results.iter().enumerate() {
        let is_bad = [1, 6, 11].contains(&trial);
        assert!(result[..rows * columns].iter().all(|x| x.is_nan() == is_bad), "Q of {trial}: {result:?}");
        assert_eq!(result[rows * columns..].iter().any(|x| x.is_nan()), is_bad, "R of {trial}: {result:?}");
    }
}

#[test]
#[should_panic(expected = "cannot be orthonormal")]
fn qr_of_more_columns_than_rows_is_refused() {
    Matrices::alone(Isa::best()).qr(Size { rows: 1, columns: 2 }, &mut [1.0, 2.0], &mut [0.0; 4]);
}

#[test]
#[should_panic(expected = "L: 4 elements of 1 lanes")]
fn matrices_of_another_size_are_refused() {
    Matrices::alone(Isa::best()).solve_lower(2, 1, &[1.0], &mut [0.0; 2]);
}
