//! Linear least squares.

use faer::{Mat, MatRef};

use crate::decomposition::{product, svd};
use crate::error::{Error, check_finite};

/// The least-squares solution of A X ≈ B.
#[derive(Clone, Debug, PartialEq)]
pub struct LeastSquares {
    /// X, n × k: of all that minimise ‖A X - B‖, the one with the smallest norm.
    pub solution: Mat<f64>,
    /// The min(m, n) singular values of A, descending.
    pub singular_values: Vec<f64>,
    /// How many of them are not rounding: those above max(m, n) ε of the largest.
    pub rank: usize,
}

/// The minimum-norm solution of min ‖A X - B‖ in the Frobenius norm, for `inputs` A, m × n, and `targets` B, m × k:
/// X = V diag(1/σ) Uᵀ B, over the singular values σ above max(m, n) ε of the largest.
///
/// Golub and Van Loan, Matrix computations, section 5.5; the threshold is that of NumPy's `matrix_rank`.
///
/// Outside the numerics contract: see the [crate](crate).
///
/// # Errors
///
/// [`Error::RowsDiffer`], [`Error::NotFinite`] for either matrix, [`Error::NotConverged`].
///
/// ```
/// use thalweg_linalg::{faer::mat, least_squares};
///
/// // The line through (0, 1), (1, 3), (2, 5): slope 2, intercept 1.
/// let fit = least_squares(mat![[0.0, 1.0], [1.0, 1.0], [2.0, 1.0]].as_ref(), mat![[1.0], [3.0], [5.0]].as_ref())?;
/// assert!((fit.solution - mat![[2.0], [1.0]]).norm_max() < 1e-14);
/// assert_eq!(fit.rank, 2);
/// # Ok::<_, thalweg_linalg::Error>(())
/// ```
pub fn least_squares(inputs: MatRef<'_, f64>, targets: MatRef<'_, f64>) -> Result<LeastSquares, Error> {
    let (rows, columns) = inputs.shape();
    if rows != targets.nrows() {
        return Err(Error::RowsDiffer { inputs: rows, targets: targets.nrows() });
    }
    check_finite(targets)?;
    let svd = svd(inputs, true)?;
    let largest = svd.values.first().copied().unwrap_or(0.0);
    let least = rows.max(columns) as f64 * f64::EPSILON * largest;
    let rank = svd.values.iter().take_while(|value| **value > least).count();
    let mut coordinates = product(svd.left.subcols(0, rank).transpose(), targets);
    for column in 0..coordinates.ncols() {
        for (row, value) in svd.values[..rank].iter().enumerate() {
            coordinates[(row, column)] /= value;
        }
    }
    let solution = product(svd.right.subcols(0, rank), coordinates.as_ref());
    Ok(LeastSquares { solution, singular_values: svd.values, rank })
}
