//! Copies of what the inner loop of the dense form reads, in the order in which it does.

use std::ops::Range;

use faer::MatRef;
use pulp::Simd;
use thalweg_numerics::Real;

use crate::tiling::Tiling;
use crate::view::is_operand;

/// A matrix of which the rows or the columns are contiguous.
#[derive(Clone, Copy)]
pub(crate) struct Operand<'a, T> {
    pub matrix: MatRef<'a, T>,
    /// Numbers from a row to the next, or from a column to the next where columns are contiguous.
    pub stride: usize,
    /// Whether columns are contiguous.
    pub transposed: bool,
}

impl<'a, T> Operand<'a, T> {
    /// # Panics
    ///
    /// If neither rows nor columns are contiguous.
    #[inline(always)]
    pub fn new(matrix: MatRef<'a, T>) -> Self {
        assert!(is_operand(matrix), "the rows or the columns of an operand are contiguous");
        let transposed = matrix.col_stride() != 1;
        let stride = if transposed { matrix.col_stride() } else { matrix.row_stride() };
        Self { matrix, stride: stride as usize, transposed }
    }

    /// Some numbers of a row; of a column where columns are contiguous.
    ///
    /// # Panics
    ///
    /// If there are no such numbers.
    #[inline(always)]
    fn run(&self, row: usize, range: Range<usize>) -> &'a [T] {
        let matrix = if self.transposed { self.matrix.transpose() } else { self.matrix };
        &matrix.try_as_row_major().expect("its rows are contiguous").row(row).as_slice()[range]
    }
}

/// Copies some terms of some columns of B: `[term][column]`, `width` columns wide. What pads the columns is any
/// number: no column that exists depends on it.
#[inline(always)]
pub(crate) fn pack_panel<S: Simd, T: Real>(
    simd: S,
    packed: &mut [T],
    b: Operand<'_, T>,
    terms: Range<usize>,
    columns: Range<usize>,
    width: usize,
) {
    if b.transposed {
        for (j, column) in columns.enumerate() {
            for (k, x) in b.run(column, terms.clone()).iter().enumerate() {
                packed[k * width + j] = *x;
            }
        }
        return;
    }
    for (row, term) in packed.chunks_exact_mut(width).zip(terms) {
        copy_registers::<S, T>(simd, b.run(term, columns.clone()), row);
    }
}

/// Copies to whole registers, of which the last one is padded.
#[inline(always)]
fn copy_registers<S: Simd, T: Real>(simd: S, from: &[T], to: &mut [T]) {
    let lanes = T::lanes::<S>();
    for (to, from) in to.chunks_exact_mut(lanes).zip(from.chunks(lanes)) {
        let register = if from.len() == lanes {
            // SAFETY: there are as many numbers as a register holds; all bit patterns are numbers.
            unsafe { from.as_ptr().cast::<T::Reg<S>>().read_unaligned() }
        } else {
            T::load_part(simd, from)
        };
        // SAFETY: as above.
        unsafe { to.as_mut_ptr().cast::<T::Reg<S>>().write_unaligned(register) };
    }
}

/// Rows of most tiles: a number that the compiler knows is copied faster.
const USUAL: usize = 6;

/// Copies some rows and terms of A, which is stored transposed, into tiles of at most `most` rows: `[tile][term][row]`.
#[inline(always)]
pub(crate) fn pack_tiles<T: Real>(
    packed: &mut [T],
    a: Operand<'_, T>,
    rows: Range<usize>,
    terms: Range<usize>,
    most: usize,
) {
    let Tiling { height, tall, .. } = Tiling::new(rows.len(), most);
    let low = rows.start + height * tall;
    let (tall_tiles, low_tiles) = packed.split_at_mut(height * tall * terms.len());
    pack_course(tall_tiles, a, rows.start..low, terms.clone(), height);
    if low < rows.end {
        pack_course(low_tiles, a, low..rows.end, terms, height - 1);
    }
}

/// [`pack_tiles`] for tiles of `height` rows each.
#[inline(always)]
fn pack_course<T: Real>(packed: &mut [T], a: Operand<'_, T>, rows: Range<usize>, terms: Range<usize>, height: usize) {
    for (tile, top) in packed.chunks_exact_mut(height * terms.len()).zip(rows.step_by(height)) {
        for (column, term) in tile.chunks_exact_mut(height).zip(terms.clone()) {
            let from = a.run(term, top..top + height);
            if height == USUAL {
                column[..USUAL].copy_from_slice(&from[..USUAL]);
            } else {
                column.copy_from_slice(from);
            }
        }
    }
}
