//! Transposing a panel of B on the way into its copy.

use std::any::{Any, TypeId};
use std::ops::Range;

use pulp::Simd;

use crate::Real;

/// Numbers in 128 bits, within which registers of all widths permute alike.
const QUARTER: usize = 4;

/// Copies columns that stand in memory as rows: `[term][column]`, `width` columns wide, of which there is a whole number of
/// registers. What pads the columns is any number.
#[inline(always)]
pub(super) fn transpose<S: Simd, T: Real>(
    simd: S,
    packed: &mut [T],
    rows: &[T],
    stride: usize,
    terms: Range<usize>,
    columns: usize,
    width: usize,
) {
    if permutes::<S, T>() {
        let (packed, rows) = (bytemuck::cast_slice_mut(packed), bytemuck::cast_slice(rows));
        return by_registers(simd, packed, rows, stride, terms, columns, width);
    }
    for j in 0..columns {
        for (k, x) in rows[j * stride..][terms.clone()].iter().enumerate() {
            packed[k * width + j] = *x;
        }
    }
}

/// Whether there are permutations for these registers.
#[inline(always)]
fn permutes<S: Simd, T: Real>() -> bool {
    #[cfg(target_arch = "x86_64")]
    if size_of::<T>() == size_of::<f32>() {
        let simd = TypeId::of::<S>();
        return simd == TypeId::of::<pulp::x86::V3>() || simd == TypeId::of::<pulp::x86::V4>();
    }
    false
}

/// A register of columns and of terms at a time.
#[inline(always)]
fn by_registers<S: Simd>(
    simd: S,
    packed: &mut [f32],
    rows: &[f32],
    stride: usize,
    terms: Range<usize>,
    columns: usize,
    width: usize,
) {
    let lanes = f32::lanes::<S>();
    let zero = simd.splat_f32s(0.0);
    for first in (0..columns).step_by(lanes) {
        for k in (0..terms.len()).step_by(lanes) {
            let count = lanes.min(terms.len() - k);
            // Block l of register c of a group has element QUARTER l + c of each of its columns.
            let mut groups = [[zero; QUARTER]; 4];
            for (g, group) in groups.iter_mut().enumerate().take(lanes / QUARTER) {
                for (i, register) in group.iter_mut().enumerate() {
                    let column = first + QUARTER * g + i;
                    if column < columns {
                        *register = load(simd, &rows[column * stride + terms.start + k..][..count]);
                    }
                }
                *group = simd.deinterleave_shfl_f32s(*group);
            }
            for c in 0..QUARTER {
                let turned = turn_blocks(simd, [groups[0][c], groups[1][c], groups[2][c], groups[3][c]]);
                for (l, register) in turned.iter().enumerate().take(lanes / QUARTER) {
                    let term = QUARTER * l + c;
                    if term < count {
                        let to = &mut packed[(k + term) * width + first..][..lanes];
                        // SAFETY: there are as many numbers as a register holds.
                        unsafe { to.as_mut_ptr().cast::<S::f32s>().write_unaligned(*register) };
                    }
                }
            }
        }
    }
}

/// A register of so many numbers; zeros beyond them.
#[inline(always)]
fn load<S: Simd>(simd: S, from: &[f32]) -> S::f32s {
    if from.len() < f32::lanes::<S>() {
        return f32::load_part(simd, from);
    }
    // SAFETY: there are as many numbers as a register holds; all bit patterns are numbers.
    unsafe { from.as_ptr().cast::<S::f32s>().read_unaligned() }
}

/// Register l of the result has block l of each register, of which there are as many as blocks.
#[inline(always)]
fn turn_blocks<S: Simd>(simd: S, [a, b, c, d]: [S::f32s; 4]) -> [S::f32s; 4] {
    // The type of the token is known when this is compiled, and so is which branch is taken.
    #[cfg(target_arch = "x86_64")]
    {
        let simd: &dyn Any = &simd;
        if let Some(v4) = simd.downcast_ref::<pulp::x86::V4>() {
            let avx512 = v4.avx512f;
            let (a, b, c, d) = (bytemuck::cast(a), bytemuck::cast(b), bytemuck::cast(c), bytemuck::cast(d));
            let (ab_low, ab_high) =
                (avx512._mm512_shuffle_f32x4::<0x44>(a, b), avx512._mm512_shuffle_f32x4::<0xee>(a, b));
            let (cd_low, cd_high) =
                (avx512._mm512_shuffle_f32x4::<0x44>(c, d), avx512._mm512_shuffle_f32x4::<0xee>(c, d));
            return [
                bytemuck::cast(avx512._mm512_shuffle_f32x4::<0x88>(ab_low, cd_low)),
                bytemuck::cast(avx512._mm512_shuffle_f32x4::<0xdd>(ab_low, cd_low)),
                bytemuck::cast(avx512._mm512_shuffle_f32x4::<0x88>(ab_high, cd_high)),
                bytemuck::cast(avx512._mm512_shuffle_f32x4::<0xdd>(ab_high, cd_high)),
            ];
        }
        if let Some(v3) = simd.downcast_ref::<pulp::x86::V3>() {
            let (a, b) = (bytemuck::cast(a), bytemuck::cast(b));
            let low = bytemuck::cast(v3.avx._mm256_permute2f128_ps::<0x20>(a, b));
            let high = bytemuck::cast(v3.avx._mm256_permute2f128_ps::<0x31>(a, b));
            return [low, high, c, d];
        }
    }
    let _ = simd;
    [a, b, c, d]
}
