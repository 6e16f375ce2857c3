//! The eigenvalues of symmetric matrices.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{self, ComputeEigenvectors};
use faer::{Col, Mat, MatRef, Par};

use crate::decomposition::scale;
use crate::error::{Error, check_finite};

/// The eigenvalues λ of a symmetric n × n matrix A, A v = λ v, ascending, each as often as its multiplicity.
///
/// Only the lower triangle is read, with the diagonal: the upper one is taken to be its mirror image. The matrix is made
/// tridiagonal by Householder's reflections, and diagonal by the implicit QR algorithm (Golub and Van Loan, Matrix
/// computations, section 8.3). Each eigenvalue is within a few n ε of the largest one's magnitude, so those that are
/// smaller than that have no digit that is right.
///
/// Outside the numerics contract: see the [crate](crate).
///
/// # Errors
///
/// [`Error::NotSquare`], [`Error::NotFinite`] for any element of either triangle, [`Error::NotConverged`].
///
/// ```
/// use thalweg_linalg::{eigenvalues, faer::mat, significant};
///
/// let found = eigenvalues(mat![[2.0, 1.0], [1.0, 2.0]].as_ref())?;
/// assert_eq!(found.into_iter().map(significant).collect::<Vec<_>>(), [1.0, 3.0]);
/// # Ok::<_, thalweg_linalg::Error>(())
/// ```
pub fn eigenvalues(matrix: MatRef<'_, f64>) -> Result<Vec<f64>, Error> {
    let (rows, columns) = matrix.shape();
    if rows != columns {
        return Err(Error::NotSquare { rows, columns });
    }
    check_finite(matrix)?;
    if rows == 0 {
        return Ok(Vec::new());
    }
    let scale = scale(matrix);
    let scaled = Mat::from_fn(rows, columns, |row, column| matrix[(row, column)] * scale);
    let mut values = Col::zeros(rows);
    let space = evd::self_adjoint_evd_scratch::<f64>(rows, ComputeEigenvectors::No, Par::Seq, Default::default());
    evd::self_adjoint_evd(
        scaled.as_ref(),
        values.as_mut().as_diagonal_mut(),
        None,
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(space)),
        Default::default(),
    )
    .map_err(|_| Error::NotConverged)?;
    let mut values: Vec<f64> = values.iter().map(|value| value / scale).collect();
    values.sort_by(f64::total_cmp);
    Ok(values)
}
