//! What a decomposition can be refused for.

use std::fmt;

use faer::MatRef;

/// Why a matrix has no decomposition here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// An element is NaN or infinite.
    NotFinite {
        /// Its row, from 0.
        row: usize,
        /// Its column, from 0.
        column: usize,
    },
    /// The matrix of a spectrum is not square.
    NotSquare {
        /// Its rows.
        rows: usize,
        /// Its columns.
        columns: usize,
    },
    /// Inputs and targets of least squares have different numbers of rows.
    RowsDiffer {
        /// Rows of the inputs.
        inputs: usize,
        /// Rows of the targets.
        targets: usize,
    },
    /// The iteration ended before it reached the precision of f64.
    NotConverged,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFinite { row, column } => write!(f, "the element in row {row}, column {column} is not finite"),
            Self::NotSquare { rows, columns } => {
                write!(f, "a matrix of {rows} rows and {columns} columns has no eigenvalues")
            }
            Self::RowsDiffer { inputs, targets } => write!(f, "{inputs} rows of inputs, but {targets} of targets"),
            Self::NotConverged => write!(f, "the decomposition did not converge"),
        }
    }
}

impl std::error::Error for Error {}

/// That all elements are finite, or the place of the first that is not, column by column.
pub(crate) fn check_finite(matrix: MatRef<'_, f64>) -> Result<(), Error> {
    for column in 0..matrix.ncols() {
        if let Some(row) = (0..matrix.nrows()).find(|row| !matrix[(*row, column)].is_finite()) {
            return Err(Error::NotFinite { row, column });
        }
    }
    Ok(())
}
