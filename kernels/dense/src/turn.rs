//! Tiles that turn a transposed B on the way: the first ones of the forward product.
//!
//! The rows of W are the columns of B, and a chain of multiply-adds wants a term of many columns at a time. Turning blocks
//! of 128 bits within registers takes permutations, for which this machine has units that multiply-adds do not use: where
//! both go together, B is turned and copied for the other tiles at no cost.

#[cfg(target_arch = "x86_64")]
use std::any::Any;
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{__m256, __m256d, __m512d};

use pulp::Simd;
use thalweg_numerics::kernel::{Kernel, vectorize};
use thalweg_numerics::{Real, Vector, is_v3, is_v4};

use crate::panel::{Elements, Row, Tiles};

/// Bytes of a block: registers of all widths permute alike within one.
const BLOCK: usize = 16;
/// Rows of a tile at most: enough multiply-adds to hide the permutations behind, and registers for both.
pub(crate) const ROWS: usize = 8;

/// A tile of one register of columns, and where B is.
struct Turning<S: Simd, T: Real> {
    /// A tile, whose B is made: `b_stride` numbers from term to term.
    tile: Tiles<S, T>,
    a: *const T,
    c: *mut T,
    /// Where B is copied to.
    to: *mut T,
    /// The first term of the first column.
    from: *const T,
    /// Numbers from a column to the next.
    stride: usize,
}

/// Whether there are permutations for these registers.
pub(crate) const fn turns<S: Simd>() -> bool {
    is_v3::<S>() || is_v4::<S>()
}

/// Computes the first rows of C, at most [`ROWS`], and makes the B of `tiles`: at `to`, of columns that stand `stride`
/// numbers apart from `from` on.
///
/// # Safety
///
/// As [`Tiles::cover`]; the columns of B have `depth` terms, and there is place for as many registers.
#[inline(always)]
pub(crate) unsafe fn first_rows<S: Simd, T: Real>(
    tiles: Tiles<S, T>,
    a: Elements<T>,
    c: *mut T,
    rows: usize,
    to: *mut T,
    from: *const T,
    stride: usize,
) {
    debug_assert!(tiles.epilogue.rectified.is_none(), "tiles that turn B have no place for it");
    let lanes = T::lanes::<S>();
    for first in (0..tiles.columns).step_by(lanes) {
        let tile = Tiles {
            a_stride: a.stride,
            columns: lanes.min(tiles.columns - first),
            // SAFETY: there is a bias for every column.
            epilogue: tiles.epilogue.map(|bias| unsafe { bias.add(first) }),
            ..tiles
        };
        let (c, to, from) = (c.wrapping_add(first), to.wrapping_add(first), from.wrapping_add(first * stride));
        let table = if tile.columns == lanes { Turning::<S, T>::WHOLE } else { Turning::<S, T>::PART };
        // SAFETY: the caller promises it.
        unsafe { table[rows - 1](&Turning { tile, a: a.start, c, to, from, stride }) };
    }
}

impl<S: Simd, T: Real> Turning<S, T> {
    /// What computes a tile, by its rows (less one).
    const WHOLE: &'static [unsafe fn(&Self); ROWS] = &Self::table::<true>();
    /// The same where the columns do not fill a register.
    const PART: &'static [unsafe fn(&Self); ROWS] = &Self::table::<false>();

    const fn table<const WHOLE: bool>() -> [unsafe fn(&Self); ROWS] {
        [
            Self::turn::<1, WHOLE>,
            Self::turn::<2, WHOLE>,
            Self::turn::<3, WHOLE>,
            Self::turn::<4, WHOLE>,
            Self::turn::<5, WHOLE>,
            Self::turn::<6, WHOLE>,
            Self::turn::<7, WHOLE>,
            Self::turn::<8, WHOLE>,
        ]
    }

    /// A tile of `M` rows.
    ///
    /// # Safety
    ///
    /// As [`first_rows`].
    unsafe fn turn<const M: usize, const WHOLE: bool>(&self) {
        // SAFETY: the caller promises it.
        unsafe { vectorize(self.tile.simd, Run::<S, T, M, WHOLE>(self)) };
    }
}

/// A tile of `M` rows. Sound as [`first_rows`].
struct Run<'a, S: Simd, T: Real, const M: usize, const WHOLE: bool>(&'a Turning<S, T>);

impl<S: Simd, T: Real, const M: usize, const WHOLE: bool> Kernel for Run<'_, S, T, M, WHOLE> {
    type Output = ();

    #[inline(always)]
    unsafe fn run(self) {
        let Turning { tile, a, c, mut to, mut from, stride } = *self.0;
        let block = BLOCK / size_of::<T>();
        // SAFETY: the caller promises that the matrices are as large as the tile says.
        unsafe {
            let mut sum = tile.begin::<M, 1>(c);
            let mut a = Row::<T, true>::first(a, tile.a_stride);
            for _ in 0..tile.depth / block {
                let columns = Columns::<T, WHOLE> { from, stride, last: tile.columns - 1 };
                let turned = turn::<S, T, WHOLE>(tile.simd, columns);
                for term in turned.into_iter().take(block) {
                    to.cast::<T::Reg<S>>().write_unaligned(term);
                    add_term(&mut sum, &a, Vector::new(tile.simd, term));
                    to = to.wrapping_add(tile.b_stride);
                    a.next_term();
                }
                from = from.wrapping_add(block);
            }
            for _ in 0..tile.depth % block {
                for column in 0..tile.columns {
                    *to.add(column) = *from.add(column * stride);
                }
                add_term(&mut sum, &a, tile.load(to));
                to = to.wrapping_add(tile.b_stride);
                from = from.wrapping_add(1);
                a.next_term();
            }
            tile.end(c, None, sum);
        }
    }
}

/// Continues the chains of a tile by a term.
///
/// # Safety
///
/// A has `M` rows at that term.
#[inline(always)]
unsafe fn add_term<S: Simd, T: Real, const M: usize>(
    sum: &mut [[Vector<S, T>; 1]; M],
    a: &Row<T, true>,
    right: Vector<S, T>,
) {
    for i in 0..M {
        // SAFETY: the caller promises it.
        let left = Vector::splat(right.simd(), unsafe { *a.at(i) });
        sum[i][0] = left.mul_add(right, sum[i][0]);
    }
}

/// The columns of B that a register takes, at some term; all of a register's with `WHOLE`.
#[derive(Clone, Copy)]
struct Columns<T, const WHOLE: bool> {
    from: *const T,
    stride: usize,
    last: usize,
}

#[cfg_attr(not(target_arch = "x86_64"), expect(dead_code, reason = "only x86-64 turns within registers"))]
impl<T, const WHOLE: bool> Columns<T, WHOLE> {
    /// A block of terms of a column; of the last one, where there is no such column.
    ///
    /// # Safety
    ///
    /// There are as many terms.
    #[inline(always)]
    unsafe fn block<Block>(&self, column: usize) -> Block {
        let column = if WHOLE { column } else { column.min(self.last) };
        // SAFETY: the caller promises it.
        unsafe { self.from.wrapping_add(column * self.stride).cast::<Block>().read_unaligned() }
    }
}

/// One register per term, for the terms of a block.
///
/// # Safety
///
/// The columns have as many terms.
#[inline(always)]
unsafe fn turn<S: Simd, T: Real, const WHOLE: bool>(simd: S, columns: Columns<T, WHOLE>) -> [T::Reg<S>; 4] {
    // The type of the token is known when this is compiled, and so is which branch is taken.
    #[cfg(target_arch = "x86_64")]
    {
        let simd: &dyn Any = &simd;
        if let Some(v4) = simd.downcast_ref::<pulp::x86::V4>() {
            // SAFETY: the caller promises it.
            return bytemuck::cast(unsafe { turn_v4(*v4, columns) });
        }
        if let Some(v3) = simd.downcast_ref::<pulp::x86::V3>() {
            // SAFETY: as above.
            return bytemuck::cast(unsafe { turn_v3(*v3, columns) });
        }
    }
    let _ = (simd, columns);
    unreachable!("asked for where there are no permutations")
}

/// Turns blocks within registers, block by block: of rows a, b, c and d into terms.
#[cfg(target_arch = "x86_64")]
macro_rules! turn_blocks {
    ($simd:expr, $rows:expr, $of_two:expr, $low:ident $high:ident $low_pairs:ident $high_pairs:ident) => {{
        let [a, b, c, d] = $rows.map(bytemuck::cast);
        macro_rules! pairs {
            ($op:ident $x:expr, $y:expr) => {
                $simd.$op(bytemuck::cast($x), bytemuck::cast($y))
            };
        }
        if $of_two {
            let (low, high) = (pairs!($low_pairs $rows[0], $rows[1]), pairs!($high_pairs $rows[0], $rows[1]));
            [low, high, low, high]
        } else {
            let (ab, cd) = ($simd.$low(a, b), $simd.$low(c, d));
            let (ab_high, cd_high) = ($simd.$high(a, b), $simd.$high(c, d));
            [
                pairs!($low_pairs ab, cd),
                pairs!($high_pairs ab, cd),
                pairs!($low_pairs ab_high, cd_high),
                pairs!($high_pairs ab_high, cd_high),
            ]
        }
    }};
}

/// [`turn`] on registers of four blocks.
///
/// # Safety
///
/// As [`turn`].
#[cfg(target_arch = "x86_64")]
#[inline(always)]
unsafe fn turn_v4<T: Real, const WHOLE: bool>(v4: pulp::x86::V4, columns: Columns<T, WHOLE>) -> [__m512d; 4] {
    let height = BLOCK / size_of::<T>();
    let mut rows = [v4.avx512f._mm512_setzero_ps(); 4];
    for i in 0..height {
        // Block l of register i is column `height` l + i.
        // SAFETY: the caller promises it.
        let (low, high) =
            unsafe { (halves(v4.avx, columns, i, height), halves(v4.avx, columns, 2 * height + i, height)) };
        let low = bytemuck::cast(v4.avx512f._mm512_castps256_ps512(low));
        rows[i] = bytemuck::cast(v4.avx512f._mm512_insertf64x4::<1>(low, bytemuck::cast(high)));
    }
    turn_blocks!(v4.avx512f, rows, height == 2, _mm512_unpacklo_ps _mm512_unpackhi_ps _mm512_unpacklo_pd _mm512_unpackhi_pd)
}

/// [`turn`] on registers of two blocks.
///
/// # Safety
///
/// As [`turn`].
#[cfg(target_arch = "x86_64")]
#[inline(always)]
unsafe fn turn_v3<T: Real, const WHOLE: bool>(v3: pulp::x86::V3, columns: Columns<T, WHOLE>) -> [__m256d; 4] {
    let height = BLOCK / size_of::<T>();
    let mut rows = [v3.avx._mm256_setzero_ps(); 4];
    for i in 0..height {
        // SAFETY: the caller promises it.
        rows[i] = unsafe { halves(v3.avx, columns, i, height) };
    }
    turn_blocks!(v3.avx, rows, height == 2, _mm256_unpacklo_ps _mm256_unpackhi_ps _mm256_unpacklo_pd _mm256_unpackhi_pd)
}

/// The blocks of two columns.
///
/// # Safety
///
/// As [`turn`].
#[cfg(target_arch = "x86_64")]
#[inline(always)]
unsafe fn halves<T: Real, const WHOLE: bool>(
    avx: pulp::core_arch::x86::Avx,
    columns: Columns<T, WHOLE>,
    column: usize,
    distance: usize,
) -> __m256 {
    // SAFETY: the caller promises it.
    let (low, high) = unsafe { (columns.block(column), columns.block(column + distance)) };
    avx._mm256_insertf128_ps::<1>(avx._mm256_castps128_ps256(low), high)
}
