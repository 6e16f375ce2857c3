//! Orthogonal matrices: against NumPy, by what makes them orthogonal, and to the bit.

use thalweg_kernels::orthogonal::{orthogonal, orthonormal_columns};

use crate::numbers::Numbers;
use crate::reference;

fn normals(count: usize) -> Vec<f64> {
    let mut numbers = Numbers::new(count as u64);
    (0..count).map(|_| numbers.normal()).collect()
}

#[test]
fn they_agree_with_numpy() {
    let file = reference::read("orthogonal_numpy.json");
    for case in file["cases"].as_array().unwrap() {
        let [rows, columns] = ["rows", "columns"].map(|key| case[key].as_u64().unwrap() as usize);
        let [matrix, expected] = ["matrix", "q"].map(|key| reference::numbers(&case[key]));
        let q = orthonormal_columns(&matrix, rows, columns);
        for (q, expected) in q.iter().zip(&expected) {
            assert!((q - expected).abs() < 1e-13, "{rows} × {columns}: {q} is not {expected}");
        }
    }
}

/// QᵀQ = 1, QQᵀ = 1, and R = QᵀA is upper triangular with a positive diagonal.
#[test]
fn they_are_orthogonal_and_triangularise() {
    for n in [1, 2, 3, 7, 8, 9, 40, 101] {
        let a = normals(n * n);
        let q = orthogonal(&a, n);
        let product = |x: &dyn Fn(usize) -> f64, y: &dyn Fn(usize) -> f64| (0..n).map(|k| x(k) * y(k)).sum::<f64>();
        for i in 0..n {
            for j in 0..n {
                let expected = if i == j { 1.0 } else { 0.0 };
                let columns = product(&|k| q[k * n + i], &|k| q[k * n + j]);
                let rows = product(&|k| q[i * n + k], &|k| q[j * n + k]);
                assert!((columns - expected).abs() < 1e-14 && (rows - expected).abs() < 1e-14, "n = {n} at {i}, {j}");
                let r = product(&|k| q[k * n + i], &|k| a[k * n + j]);
                assert!(if i > j { r.abs() < 1e-12 } else { i < j || r > 0.0 }, "n = {n}: R is {r} at {i}, {j}");
            }
        }
    }
}

#[test]
fn columns_are_the_first_of_a_square() {
    let (rows, columns) = (23, 10);
    let square = normals(rows * rows);
    let begin: Vec<f64> = square.chunks_exact(rows).flat_map(|row| row[..columns].to_vec()).collect();
    let (part, whole) = (orthonormal_columns(&begin, rows, columns), orthogonal(&square, rows));
    for (part, whole) in part.chunks_exact(columns).zip(whole.chunks_exact(rows)) {
        let error = part.iter().zip(whole).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(error < 1e-14, "{part:?} {whole:?}");
    }
}

/// If a column depends on others, the matrix is orthogonal nonetheless.
#[test]
fn dependent_columns_are_replaced() {
    for a in [[0.0; 9], [1.0, 2.0, 0.0, 2.0, 4.0, 0.0, 3.0, 6.0, 0.0]] {
        let q = orthogonal(&a, 3);
        for i in 0..3 {
            for j in 0..3 {
                let product: f64 = (0..3).map(|k| q[k * 3 + i] * q[k * 3 + j]).sum();
                assert!((product - if i == j { 1.0 } else { 0.0 }).abs() < 1e-14, "{q:?}");
            }
        }
    }
}

#[test]
fn bits_never_change() {
    // FNV-1a of the bits; results depend on them.
    let fold = |hash: u64, x: &f64| (hash ^ x.to_bits()).wrapping_mul(0x0100_0000_01b3);
    let hash = |q: &[f64]| q.iter().fold(0xcbf2_9ce4_8422_2325, fold);
    let hashes = [hash(&orthogonal(&normals(400), 20)), hash(&orthonormal_columns(&normals(300), 30, 10))];
    assert_eq!(hashes, [0xba4b_83a2_535d_bbdd, 0xd7db_b276_a5b1_c8bd]);
}

#[test]
#[should_panic(expected = "cannot be orthonormal")]
fn more_columns_than_rows_are_refused() {
    orthonormal_columns(&[1.0, 2.0], 1, 2);
}
