//! Polar factors.

use faer::{Mat, MatRef};

use crate::decomposition::{product, svd};
use crate::error::Error;

/// The polar factors of an m × n matrix: A = U H.
#[derive(Clone, Debug, PartialEq)]
pub struct Polar {
    /// U, m × n: the nearest matrix to A, in the Frobenius norm, with orthonormal columns (m ≥ n) or rows (m ≤ n).
    pub orthogonal: Mat<f64>,
    /// H = (AᵀA)^½, n × n: symmetric to the bit, and positive semidefinite up to rounding.
    pub semidefinite: Mat<f64>,
}

/// The polar factors A = U H of an m × n matrix, from its singular value decomposition A = W diag(σ) Vᵀ: U = W Vᵀ and
/// H = V diag(σ) Vᵀ.
///
/// H is unique; U is where A has full rank, and else one of several. Higham, Functions of matrices, 2008, chapter 8.
///
/// Outside the numerics contract: see the [crate](crate).
///
/// # Errors
///
/// [`Error::NotFinite`], [`Error::NotConverged`].
///
/// ```
/// use thalweg_linalg::{faer::mat, polar};
///
/// // A quarter turn, after a stretch.
/// let factors = polar(mat![[0.0, -3.0], [2.0, 0.0]].as_ref())?;
/// assert!((factors.orthogonal - mat![[0.0, -1.0], [1.0, 0.0]]).norm_max() < 1e-15);
/// assert!((factors.semidefinite - mat![[2.0, 0.0], [0.0, 3.0]]).norm_max() < 1e-15);
/// # Ok::<_, thalweg_linalg::Error>(())
/// ```
pub fn polar(matrix: MatRef<'_, f64>) -> Result<Polar, Error> {
    let svd = svd(matrix, true)?;
    let right = svd.right.transpose();
    let stretched = Mat::from_fn(right.nrows(), right.ncols(), |i, j| svd.values[i] * right[(i, j)]);
    let square = product(svd.right.as_ref(), stretched.as_ref());
    // Rounding leaves the product a little unsymmetric; halves first, so that their sum does not overflow.
    let n = matrix.ncols();
    let semidefinite = Mat::from_fn(n, n, |i, j| 0.5 * square[(i, j)] + 0.5 * square[(j, i)]);
    Ok(Polar { orthogonal: product(svd.left.as_ref(), right), semidefinite })
}
