//! Copies of what the inner loop of the dense form reads, in the order in which it does.

use std::any::TypeId;
use std::ops::Range;

use pulp::Simd;

use super::panel::ROWS;
use crate::Real;

/// A matrix in memory, row after row.
#[derive(Clone, Copy)]
pub(super) struct Matrix<'a, T> {
    pub elements: &'a [T],
    /// Numbers from a row to the next.
    pub stride: usize,
    /// Whether its transpose is meant.
    pub transposed: bool,
}

/// Copies some terms of some columns of B: `[term][column]`, `width` columns wide. What pads the columns is left as it
/// is: no column that exists depends on it.
#[inline(always)]
pub(super) fn pack_panel<S: Simd, T: Real>(
    simd: S,
    packed: &mut [T],
    b: Matrix<'_, T>,
    terms: Range<usize>,
    columns: Range<usize>,
    width: usize,
) {
    if b.transposed {
        return transpose(simd, packed, &b.elements[columns.start * b.stride..], b.stride, terms, columns.len(), width);
    }
    for (row, term) in packed.chunks_exact_mut(width).zip(terms) {
        let from = &b.elements[term * b.stride..][columns.clone()];
        copy_registers::<S, T>(simd, from, row);
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

/// Copies columns that stand in memory as rows.
#[inline(always)]
fn transpose<S: Simd, T: Real>(
    simd: S,
    packed: &mut [T],
    rows: &[T],
    stride: usize,
    terms: Range<usize>,
    columns: usize,
    width: usize,
) {
    /// Columns that are copied together: as many numbers as 128 bits hold.
    const TOGETHER: usize = 4;
    let lanes = T::lanes::<S>();
    let blocks = if transposes_quarters::<S, T>() { terms.len() / lanes * lanes } else { 0 };
    for first in (0..columns).step_by(TOGETHER) {
        let here = TOGETHER.min(columns - first);
        let whole = if here == TOGETHER { blocks } else { 0 };
        for k in (0..whole).step_by(lanes) {
            let at = |i: usize| &rows[(first + i) * stride + terms.start + k..][..lanes];
            let quarters = quarters::<S, T>(simd, [at(0), at(1), at(2), at(3)]);
            for (c, register) in quarters.iter().enumerate() {
                let quarters: &[[T; TOGETHER]] = bytemuck::cast_slice(std::slice::from_ref(register));
                for (l, quarter) in quarters.iter().enumerate() {
                    packed[(k + 4 * l + c) * width + first..][..TOGETHER].copy_from_slice(quarter);
                }
            }
        }
        for j in first..first + here {
            let column = &rows[j * stride..][terms.clone()];
            for (k, x) in column.iter().enumerate().skip(whole) {
                packed[k * width + j] = *x;
            }
        }
    }
}

/// Whether [`quarters`] is there for these registers.
#[inline(always)]
fn transposes_quarters<S: Simd, T: Real>() -> bool {
    #[cfg(target_arch = "x86_64")]
    if size_of::<T>() == 4 {
        let simd = TypeId::of::<S>();
        return simd == TypeId::of::<pulp::x86::V3>() || simd == TypeId::of::<pulp::x86::V4>();
    }
    false
}

/// Of four rows the transposes of their 4 × 4 blocks: block l of register c has element 4 l + c of each row.
#[inline(always)]
fn quarters<S: Simd, T: Real>(simd: S, rows: [&[T]; 4]) -> [T::Reg<S>; 4] {
    let rows: [S::f32s; 4] = rows.map(|row| {
        // SAFETY: the row has as many numbers as a register; all bit patterns are numbers.
        unsafe { row.as_ptr().cast::<S::f32s>().read_unaligned() }
    });
    simd.deinterleave_shfl_f32s(rows).map(bytemuck::cast)
}

/// Copies some rows and terms of A, which is stored transposed, into tiles of `height` rows: `[tile][term][row]`.
#[inline(always)]
pub(super) fn pack_tiles<T: Real>(
    packed: &mut [T],
    a: Matrix<'_, T>,
    rows: Range<usize>,
    terms: Range<usize>,
    height: usize,
) {
    for (tile, top) in packed.chunks_exact_mut(height * terms.len()).zip(rows.step_by(height)) {
        for (column, term) in tile.chunks_exact_mut(height).zip(terms.clone()) {
            let from = &a.elements[term * a.stride + top..][..height];
            if height == ROWS {
                column[..ROWS].copy_from_slice(&from[..ROWS]);
            } else {
                column.copy_from_slice(from);
            }
        }
    }
}
