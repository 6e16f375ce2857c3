//! Panels: the inner loop of the dense form.
//!
//! C\[m\]\[n\] = Σₖ A\[m\]\[k\] · B\[k\]\[n\] on plain matrices. A tile holds `M` rows × `N` registers of C along n and runs
//! along k: each term takes `N` registers of B and one broadcast element of A a row. A panel of B is as wide as a tile;
//! all tiles of a panel run through it one after the other, while it streams from the second-level cache.

use pulp::{Simd, WithSimd};

use super::chain::Chain;
use crate::{Real, Vector};

/// Rows of a tile at most.
pub(super) const ROWS: usize = 6;

/// Registers of a tile along n at most: with one of A and these of B, a tile of 6 rows fills the 16 or 32 registers.
pub(super) const fn registers<S: Simd>() -> usize {
    if S::REGISTER_COUNT >= 32 { 4 } else { 2 }
}

/// Some tiles of `rows` rows each, one below the other, within a panel of columns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tiles<S: Simd, T: Real> {
    pub simd: S,
    /// Rows of a tile, at most [`ROWS`].
    pub rows: usize,
    /// How many tiles.
    pub count: usize,
    /// Terms of the reduction.
    pub depth: usize,
    pub a: Elements<T>,
    /// Row after row of the panel's columns, with `b_stride` numbers from row to row; whole registers can be read.
    pub b: *const T,
    pub b_stride: usize,
    /// Row after row, with `c_stride` numbers from row to row.
    pub c: *mut T,
    pub c_stride: usize,
    /// Columns of C, of which there are [`registers`] many registers at most.
    pub columns: usize,
    pub chain: Chain,
    /// Added to every row at the end; whole registers can be read.
    pub bias: Option<*const T>,
}

/// A matrix of which single elements are read, those of a tile's rows at a time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Elements<T> {
    pub start: *const T,
    /// Whether the terms of a row are contiguous (else the rows of a term are).
    pub along_terms: bool,
    /// Numbers from a row to the next, or from a term to the next.
    pub stride: usize,
    /// Numbers from a tile to the next.
    pub tile: usize,
}

impl<S: Simd, T: Real> Tiles<S, T> {
    /// Computes the tiles.
    ///
    /// # Safety
    ///
    /// A holds `count` · `rows` × `depth` elements, B and the bias as many registers a row as `columns` take, C
    /// `count` · `rows` rows of `columns` numbers, and nothing else uses C meanwhile.
    #[inline(always)]
    pub unsafe fn run(self) {
        let table = if self.a.along_terms { Self::ALONG_TERMS } else { Self::ALONG_ROWS };
        let width = self.columns.div_ceil(T::lanes::<S>());
        table[self.rows - 1][width - 1](&self);
    }

    /// What computes tiles of so many rows (less one) and registers (less one). Calls through a table keep each a
    /// function of its own, for the sake of the compiler's register allocation.
    const ALONG_TERMS: [[fn(&Self); 4]; ROWS] = Self::table::<true>();
    /// The same where the rows of a term are contiguous.
    const ALONG_ROWS: [[fn(&Self); 4]; ROWS] = Self::table::<false>();

    const fn table<const ALONG: bool>() -> [[fn(&Self); 4]; ROWS] {
        [
            Self::widths::<1, ALONG>(),
            Self::widths::<2, ALONG>(),
            Self::widths::<3, ALONG>(),
            Self::widths::<4, ALONG>(),
            Self::widths::<5, ALONG>(),
            Self::widths::<6, ALONG>(),
        ]
    }

    const fn widths<const M: usize, const ALONG: bool>() -> [fn(&Self); 4] {
        let (one, two) = (Self::tiles::<M, 1, ALONG>, Self::tiles::<M, 2, ALONG>);
        if S::REGISTER_COUNT >= 32 {
            [one, two, Self::tiles::<M, 3, ALONG>, Self::tiles::<M, 4, ALONG>]
        } else {
            [one, two, two, two]
        }
    }

    fn tiles<const M: usize, const N: usize, const ALONG: bool>(&self) {
        self.simd.vectorize(Run::<S, T, M, N, ALONG>(self));
    }
}

/// Tiles of one size.
struct Run<'a, S: Simd, T: Real, const M: usize, const N: usize, const ALONG: bool>(&'a Tiles<S, T>);

impl<S: Simd, T: Real, const M: usize, const N: usize, const ALONG: bool> WithSimd for Run<'_, S, T, M, N, ALONG> {
    type Output = ();

    /// What is handed in is not always the width that was asked for; the tiles know.
    #[inline(always)]
    fn with_simd<Full: Simd>(self, _: Full) {
        let tiles = *self.0;
        for at in 0..tiles.count {
            // SAFETY: whoever made the tiles promises that the matrices are as large as they say.
            unsafe {
                let a = tiles.a.start.add(at * tiles.a.tile);
                let c = tiles.c.add(at * M * tiles.c_stride);
                let mut sum = [[Vector::<S, T>::splat(tiles.simd, T::default()); N]; M];
                if tiles.chain == Chain::Continued {
                    sum = tiles.read(c);
                }
                sum = tiles.terms::<M, N, ALONG>(a, sum);
                if tiles.chain == Chain::Added {
                    let before = tiles.read::<M, N>(c);
                    for i in 0..M {
                        for j in 0..N {
                            sum[i][j] = before[i][j] + sum[i][j];
                        }
                    }
                }
                if let Some(bias) = tiles.bias {
                    for j in 0..N {
                        let bias = tiles.load(bias.add(j * T::lanes::<S>()));
                        for i in 0..M {
                            sum[i][j] = sum[i][j] + bias;
                        }
                    }
                }
                tiles.write(c, sum);
            }
        }
    }
}

impl<S: Simd, T: Real> Tiles<S, T> {
    /// A register from anywhere.
    ///
    /// # Safety
    ///
    /// There are as many numbers.
    #[inline(always)]
    unsafe fn load(&self, from: *const T) -> Vector<S, T> {
        // SAFETY: the caller promises it.
        Vector::new(self.simd, unsafe { from.cast::<T::Reg<S>>().read_unaligned() })
    }

    /// Continues the chains of a tile over all terms.
    ///
    /// # Safety
    ///
    /// As [`Self::run`], for the tile of A that starts at `a`.
    #[inline(always)]
    unsafe fn terms<const M: usize, const N: usize, const ALONG: bool>(
        &self,
        a: *const T,
        mut sum: [[Vector<S, T>; N]; M],
    ) -> [[Vector<S, T>; N]; M] {
        let lanes = T::lanes::<S>();
        let (a_stride, b_stride) = (self.a.stride, self.b_stride);
        let (mut a, mut b) = (a, self.b);
        for _ in 0..self.depth {
            let mut right = [Vector::splat(self.simd, T::default()); N];
            for j in 0..N {
                // SAFETY: the term is one of B's.
                right[j] = unsafe { self.load(b.add(j * lanes)) };
            }
            for i in 0..M {
                // SAFETY: row and term are A's.
                let left = unsafe { *a.add(if ALONG { i * a_stride } else { i }) };
                let left = Vector::splat(self.simd, left);
                for j in 0..N {
                    sum[i][j] = left.mul_add(right[j], sum[i][j]);
                }
            }
            a = a.wrapping_add(if ALONG { 1 } else { a_stride });
            b = b.wrapping_add(b_stride);
        }
        sum
    }

    /// A tile of C; zero beyond its last column.
    ///
    /// # Safety
    ///
    /// As [`Self::run`], for the tile of C that starts at `c`.
    #[inline(always)]
    unsafe fn read<const M: usize, const N: usize>(&self, c: *const T) -> [[Vector<S, T>; N]; M] {
        let lanes = T::lanes::<S>();
        let mut out = [[Vector::splat(self.simd, T::default()); N]; M];
        for i in 0..M {
            // SAFETY: row i of the tile has `columns` numbers from here on.
            unsafe {
                let c = c.add(i * self.c_stride);
                for j in 0..N - 1 {
                    out[i][j] = self.load(c.add(j * lanes));
                }
                let (c, left) = (c.add((N - 1) * lanes), self.columns - (N - 1) * lanes);
                out[i][N - 1] = if left == lanes {
                    self.load(c)
                } else {
                    Vector::new(self.simd, T::load_part(self.simd, std::slice::from_raw_parts(c, left)))
                };
            }
        }
        out
    }

    /// Writes a tile to C.
    ///
    /// # Safety
    ///
    /// As [`Self::read`].
    #[inline(always)]
    unsafe fn write<const M: usize, const N: usize>(&self, c: *mut T, tile: [[Vector<S, T>; N]; M]) {
        let lanes = T::lanes::<S>();
        let left = self.columns - (N - 1) * lanes;
        for i in 0..M {
            // SAFETY: row i of the tile has `columns` numbers from here on.
            unsafe {
                let c = c.add(i * self.c_stride);
                for j in 0..N - 1 {
                    c.add(j * lanes).cast::<T::Reg<S>>().write_unaligned(tile[i][j].register());
                }
                let (c, last) = (c.add((N - 1) * lanes), tile[i][N - 1].register());
                if left == lanes {
                    c.cast::<T::Reg<S>>().write_unaligned(last);
                } else {
                    T::store_part(self.simd, std::slice::from_raw_parts_mut(c, left), last);
                }
            }
        }
    }
}
