//! Where the parameters of a trial are that belong together.

use std::ops::Range;

/// The places of a layer's parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// The weights, `[row][column]`: a row per output, a column per input.
    pub weights: Range<usize>,
    /// Rows of the weights.
    pub rows: usize,
    /// Columns of the weights.
    pub columns: usize,
    /// The biases; there may be none.
    pub bias: Range<usize>,
}

impl Layer {
    /// So many parameters that are no matrix.
    pub fn vector(parameters: usize) -> Self {
        Self { weights: 0..parameters, rows: 1, columns: parameters, bias: parameters..parameters }
    }
}
