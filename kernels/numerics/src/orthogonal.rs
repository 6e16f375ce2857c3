//! Random orthogonal matrices: Householder's QR decomposition in a fixed order.
//!
//! Of a matrix of independent standard normal numbers, the factor Q is uniformly distributed over the orthogonal
//! matrices (Haar's measure), if the diagonal of R is made positive, which makes the decomposition unique: Mezzadri,
//! How to generate random matrices from the classical compact groups, Notices of the AMS 54, 2007,
//! arXiv:math-ph/0609050.
//!
//! The reflections are those of Householder, Unitary triangularization of a nonsymmetric matrix, 1958, in the form of
//! Golub and Van Loan, Matrix computations, algorithms 5.1.1 and 5.2.1. Nothing but IEEE 754 additions,
//! multiplications, divisions and square roots is used, in one order: the same bits on every machine.

/// The factor Q of an n × n matrix of `normals`, both `[row][column]`, with signs such that R has a positive diagonal.
///
/// Its columns, and its rows, are orthonormal to a few n ε.
///
/// ```
/// let q = thalweg_numerics::orthogonal::orthogonal(&[3.0, 1.0, 4.0, 2.0], 2);
/// assert!(q.iter().zip([0.6, -0.8, 0.8, 0.6]).all(|(q, expected)| (q - expected).abs() < 1e-15));
/// ```
///
/// # Panics
///
/// If there are not n² numbers.
pub fn orthogonal(normals: &[f64], n: usize) -> Vec<f64> {
    orthonormal_columns(normals, n, n)
}

/// The factor Q of a matrix with at least as many rows as columns, of the same shape: its columns are orthonormal. They
/// are the first ones of [`orthogonal`] of any square matrix that begins with these columns.
///
/// # Panics
///
/// If there are not `rows` · `columns` numbers, or more columns than rows.
pub fn orthonormal_columns(normals: &[f64], rows: usize, columns: usize) -> Vec<f64> {
    assert!(columns <= rows, "{columns} columns of {rows} numbers cannot be orthonormal");
    assert_eq!(normals.len(), rows * columns);
    // Column by column, so that a reflection runs along memory.
    let mut a: Vec<f64> = (0..columns * rows).map(|at| normals[at % rows * columns + at / rows]).collect();
    // What is left of a column below its diagonal becomes the vector v of its reflection 1 - β v vᵀ.
    let mut betas = vec![0.0; columns];
    let mut negative = vec![false; columns];
    for k in 0..columns {
        let (done, rest) = a.split_at_mut((k + 1) * rows);
        let v = &mut done[k * rows + k..];
        let norm = dot(v, v).sqrt();
        // The diagonal element of R gets the sign that does not cancel: the opposite of its column's.
        negative[k] = v[0] > 0.0;
        v[0] += if negative[k] { norm } else { -norm };
        let square = dot(v, v);
        // A column that depends on those before leaves nothing to reflect.
        betas[k] = if square > 0.0 { 2.0 / square } else { 0.0 };
        for column in rest.chunks_exact_mut(rows) {
            reflect(v, betas[k], &mut column[k..]);
        }
    }
    // Q = H₀ H₁ … of the first columns of the identity, from the last reflection on: column j is that of the identity
    // until H_j touches it.
    let mut q = vec![0.0; columns * rows];
    for k in (0..columns).rev() {
        q[k * rows + k] = 1.0;
        let v = &a[k * rows + k..(k + 1) * rows];
        for column in q[k * rows..].chunks_exact_mut(rows) {
            reflect(v, betas[k], &mut column[k..]);
        }
    }
    let sign = |k: usize| if negative[k] { -1.0 } else { 1.0 };
    (0..rows * columns).map(|at| sign(at % columns) * q[at % columns * rows + at / columns]).collect()
}

/// x - β v (vᵀ x), in place.
fn reflect(v: &[f64], beta: f64, x: &mut [f64]) {
    let factor = beta * dot(v, x);
    x.iter_mut().zip(v).for_each(|(x, v)| *x -= factor * *v);
}

/// Σ aᵢ bᵢ as eight sums of every eighth product, added in order: eight chains are faster than one.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    const CHAINS: usize = 8;
    let (mut a, mut b) = (a.chunks_exact(CHAINS), b.chunks_exact(CHAINS));
    let mut sums = [0.0; CHAINS];
    for (a, b) in (&mut a).zip(&mut b) {
        for i in 0..CHAINS {
            sums[i] += a[i] * b[i];
        }
    }
    let rest = a.remainder().iter().zip(b.remainder());
    sums.iter_mut().zip(rest).for_each(|(sum, (a, b))| *sum += a * b);
    sums.iter().fold(0.0, |total, sum| total + sum)
}
