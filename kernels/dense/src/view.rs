//! Views as kernels take them.

use faer::{MatMut, MatRef};
use thalweg_numerics::Real;

/// Whether the numbers of a row are contiguous and rows stand in order.
pub(crate) fn is_row_major<T>(matrix: MatRef<'_, T>) -> bool {
    matrix.col_stride() == 1 && matrix.row_stride() >= 0
}

/// Whether the numbers of a row are contiguous, or those of a column.
pub(crate) fn is_operand<T>(matrix: MatRef<'_, T>) -> bool {
    is_row_major(matrix) || is_row_major(matrix.transpose())
}

/// The same matrix with contiguous rows or columns; `copy` keeps it where it is none.
pub(crate) fn operand<'a, T: Real>(matrix: MatRef<'a, T>, copy: &'a mut Vec<T>) -> MatRef<'a, T> {
    if is_operand(matrix) { matrix } else { copied(matrix, copy) }
}

/// The same matrix with contiguous rows; `copy` keeps it where it is none.
pub(crate) fn row_major<'a, T: Real>(matrix: MatRef<'a, T>, copy: &'a mut Vec<T>) -> MatRef<'a, T> {
    if is_row_major(matrix) { matrix } else { copied(matrix, copy) }
}

/// A copy, row after row.
pub(crate) fn copied<'a, T: Real>(matrix: MatRef<'_, T>, copy: &'a mut Vec<T>) -> MatRef<'a, T> {
    copy.extend((0..matrix.nrows()).flat_map(|i| (0..matrix.ncols()).map(move |j| matrix[(i, j)])));
    MatRef::from_row_major_slice(copy, matrix.nrows(), matrix.ncols())
}

/// Lets `write` overwrite a matrix through a copy, row after row, that holds its elements first.
pub(crate) fn through_copy<T: Real>(mut matrix: MatMut<'_, T>, write: impl FnOnce(MatMut<'_, T>)) {
    let mut copy = Vec::new();
    copied(matrix.as_ref(), &mut copy);
    let (rows, columns) = (matrix.nrows(), matrix.ncols());
    write(MatMut::from_row_major_slice_mut(&mut copy, rows, columns));
    for i in 0..rows {
        for j in 0..columns {
            matrix[(i, j)] = copy[i * columns + j];
        }
    }
}
