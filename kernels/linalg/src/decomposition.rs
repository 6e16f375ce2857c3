//! faer's singular value decomposition, and products on one thread.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::matmul::matmul;
use faer::linalg::svd::{self, ComputeSvdVectors};
use faer::{Accum, Col, Mat, MatRef, Par};

use crate::error::{Error, check_finite};

/// A = U diag(σ) Vᵀ of an m × n matrix, with k = min(m, n): U is m × k, V is n × k, σ descends.
pub(crate) struct Svd {
    pub left: Mat<f64>,
    pub values: Vec<f64>,
    pub right: Mat<f64>,
}

/// The thin decomposition of a matrix; without singular vectors, both are empty.
pub(crate) fn svd(matrix: MatRef<'_, f64>, with_vectors: bool) -> Result<Svd, Error> {
    check_finite(matrix)?;
    let (rows, columns) = matrix.shape();
    let count = rows.min(columns);
    let scale = scale(matrix);
    let scaled = Mat::from_fn(rows, columns, |row, column| matrix[(row, column)] * scale);
    let mut values = Col::zeros(count);
    let [mut left, mut right] = [rows, columns].map(|side| Mat::zeros(if with_vectors { side } else { 0 }, count));
    let wanted = if with_vectors { ComputeSvdVectors::Thin } else { ComputeSvdVectors::No };
    let space = svd::svd_scratch::<f64>(rows, columns, wanted, wanted, Par::Seq, Default::default());
    svd::svd(
        scaled.as_ref(),
        values.as_mut().as_diagonal_mut(),
        with_vectors.then(|| left.as_mut()),
        with_vectors.then(|| right.as_mut()),
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(space)),
        Default::default(),
    )
    .map_err(|_| Error::NotConverged)?;
    Ok(Svd { left, values: values.iter().map(|value| value / scale).collect(), right })
}

/// A power of two that brings the largest element near 1, so that squares neither overflow nor vanish. It changes no
/// digit of any element that is not tiny beside the largest.
pub(crate) fn scale(matrix: MatRef<'_, f64>) -> f64 {
    let largest =
        matrix.col_iter().flat_map(|column| column.iter().copied()).fold(0.0, |most: f64, x| most.max(x.abs()));
    if largest == 0.0 { 1.0 } else { 2_f64.powi((-largest.log2().floor()).clamp(-1000.0, 1000.0) as i32) }
}

/// The product A B.
pub(crate) fn product(a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Mat<f64> {
    let mut product = Mat::zeros(a.nrows(), b.ncols());
    matmul(product.as_mut(), Accum::Replace, a, b, 1.0, Par::Seq);
    product
}
