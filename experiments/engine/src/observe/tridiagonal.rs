//! Eigenvalues of symmetric tridiagonal matrices, by the same operations in the same order everywhere.

/// Rotations of the whole matrix per eigenvalue, at most; two or three are usual.
const MOST: usize = 60;

/// Turns a symmetric tridiagonal matrix, given by its diagonal and what is below it, into a diagonal one: its eigenvalues
/// in some order. Rows of so many numbers each are multiplied by the orthogonal matrix of eigenvectors, whose columns are in
/// the same order: rows of the identity become those of the matrix.
///
/// QR steps with Wilkinson's shift (Golub and Van Loan, Matrix Computations, 8.3), in f64. Nothing is promised of numbers
/// that are not finite but an end.
///
/// # Panics
///
/// If the arrays do not fit each other.
pub(super) fn diagonalise(diagonal: &mut [f64], below: &mut [f64], rows: &mut [f64]) {
    let size = diagonal.len();
    assert_eq!(below.len(), size.saturating_sub(1));
    let mut end = size;
    let mut left = MOST * size;
    while end > 1 && left > 0 {
        let is_small = |at: usize| below[at].abs() <= f64::EPSILON * (diagonal[at].abs() + diagonal[at + 1].abs());
        if is_small(end - 2) {
            below[end - 2] = 0.0;
            end -= 1;
            continue;
        }
        // The last block that has no zero below its diagonal.
        let start = (0..end - 2).rev().find(|at| is_small(*at)).map_or(0, |at| at + 1);
        step(&mut diagonal[start..end], &mut below[start..end - 1], rows, [size, start]);
        left -= 1;
    }
}

/// A QR step of a block, whose first column is that of this number among so many.
fn step(diagonal: &mut [f64], below: &mut [f64], rows: &mut [f64], [size, first]: [usize; 2]) {
    let last = diagonal.len() - 1;
    let (mut x, mut z) = (diagonal[0] - shift(diagonal, below), below[0]);
    for at in 0..last {
        let (cosine, sine, length) = rotation(x, z);
        if at > 0 {
            below[at - 1] = length;
        }
        // [a b; b d] becomes RᵀMR with R = [cosine -sine; sine cosine].
        let (a, b, d) = (diagonal[at], below[at], diagonal[at + 1]);
        let [aa, bb, dd] = [cosine * cosine, cosine * sine, sine * sine];
        diagonal[at] = aa * a + 2.0 * bb * b + dd * d;
        diagonal[at + 1] = dd * a - 2.0 * bb * b + aa * d;
        below[at] = bb * (d - a) + (aa - dd) * b;
        if at + 1 < last {
            x = below[at];
            z = sine * below[at + 1];
            below[at + 1] *= cosine;
        }
        for row in rows.chunks_exact_mut(size) {
            let [left, right] = [row[first + at], row[first + at + 1]];
            row[first + at] = cosine * left + sine * right;
            row[first + at + 1] = cosine * right - sine * left;
        }
    }
}

/// The eigenvalue of the last two rows and columns that is nearer to the last number.
fn shift(diagonal: &[f64], below: &[f64]) -> f64 {
    let last = diagonal.len() - 1;
    let (half, beside) = ((diagonal[last - 1] - diagonal[last]) / 2.0, below[last - 1]);
    let root = length(half, beside);
    let denominator = half + if half < 0.0 { -root } else { root };
    if denominator == 0.0 { diagonal[last] } else { diagonal[last] - beside * (beside / denominator) }
}

/// Cosine and sine of the rotation that turns (x, z) into (length, 0), and the length.
fn rotation(x: f64, z: f64) -> (f64, f64, f64) {
    let length = length(x, z);
    if length == 0.0 { (1.0, 0.0, 0.0) } else { (x / length, z / length, length) }
}

/// √(x² + z²), whose squares neither overflow nor vanish.
fn length(x: f64, z: f64) -> f64 {
    let most = if x.abs() > z.abs() { x.abs() } else { z.abs() };
    if most == 0.0 {
        return 0.0;
    }
    let (x, z) = (x / most, z / most);
    most * (x * x + z * z).sqrt()
}

#[cfg(test)]
mod tests {
    use faer::{Mat, Side};

    use super::*;
    use crate::random::Stream;

    fn check(diagonal: &[f64], below: &[f64]) {
        let size = diagonal.len();
        let matrix = Mat::from_fn(size, size, |i, j| match i.abs_diff(j) {
            0 => diagonal[i],
            1 => below[i.min(j)],
            _ => 0.0,
        });
        let expected = matrix.self_adjoint_eigenvalues(Side::Lower).unwrap();
        let (mut values, mut rest) = (diagonal.to_vec(), below.to_vec());
        let mut rows: Vec<f64> = (0..size * size).map(|at| f64::from(u8::from(at % (size + 1) == 0))).collect();
        diagonalise(&mut values, &mut rest, &mut rows);
        let scale = expected.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
        for (i, value) in values.iter().enumerate() {
            for row in 0..size {
                let product: f64 = (0..size).map(|at| matrix[(row, at)] * rows[at * size + i]).sum();
                let error = (product - value * rows[row * size + i]).abs();
                assert!(error <= 1e-14 * scale * size as f64, "{error} in {diagonal:?}, {below:?}");
            }
        }
        values.sort_by(f64::total_cmp);
        for (found, expected) in values.iter().zip(&expected) {
            assert!((found - expected).abs() <= 1e-14 * scale * size as f64, "{found}, not {expected}");
        }
    }

    #[test]
    fn eigenvalues_are_those_of_faer_and_vectors_are_theirs() {
        let mut stream = Stream::new("test", 0);
        for size in 1..=40 {
            let mut numbers = |count: usize| (0..count).map(|_| stream.normal()).collect::<Vec<f64>>();
            check(&numbers(size), &numbers(size - 1));
            check(&vec![2.0; size], &vec![-1.0; size - 1]);
            check(&vec![0.0; size], &numbers(size - 1));
            check(&numbers(size), &vec![0.0; size - 1]);
        }
        // Wilkinson's: pairs that are equal to the last digit.
        check(&(-10..=10).map(|at| f64::from(i32::abs(at))).collect::<Vec<_>>(), &[1.0; 20]);
        check(&[1e-200, 1e-200, 1e-200], &[1e-200, 1e-201]);
        check(&[1e150, 1.0, 1e-150], &[1e75, 1e-75]);
    }

    #[test]
    fn numbers_that_are_not_finite_end() {
        for bad in [f64::NAN, f64::INFINITY] {
            diagonalise(&mut [1.0, bad, 2.0], &mut [1.0, 1.0], &mut []);
            diagonalise(&mut [1.0, 1.0, 2.0], &mut [1.0, bad], &mut []);
        }
    }
}
