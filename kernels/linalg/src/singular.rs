//! Singular values.

use faer::MatRef;

use crate::decomposition::svd;
use crate::error::Error;

/// The min(m, n) singular values σ ≥ 0 of an m × n matrix A, descending: the square roots of the largest eigenvalues of
/// AᵀA, without its squares. σ₀ is the spectral norm, σ₀ over the last one the condition number.
///
/// From a bidiagonal form of A (Golub and Van Loan, Matrix computations, section 8.6). Each is within a few
/// max(m, n) ε of the largest one.
///
/// Outside the numerics contract: see the [crate](crate).
///
/// # Errors
///
/// [`Error::NotFinite`], [`Error::NotConverged`].
///
/// ```
/// use thalweg_linalg::{faer::mat, significant, singular_values};
///
/// let found = singular_values(mat![[0.0, 2.0], [-3.0, 0.0], [0.0, 0.0]].as_ref())?;
/// assert_eq!(found.into_iter().map(significant).collect::<Vec<_>>(), [3.0, 2.0]);
/// # Ok::<_, thalweg_linalg::Error>(())
/// ```
pub fn singular_values(matrix: MatRef<'_, f64>) -> Result<Vec<f64>, Error> {
    Ok(svd(matrix, false)?.values)
}
