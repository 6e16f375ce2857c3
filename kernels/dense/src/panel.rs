//! Panels: the inner loop of the dense form.
//!
//! C\[m\]\[n\] = Σₖ A\[m\]\[k\] · B\[k\]\[n\] on plain matrices. A tile holds `M` rows × `N` registers of C along n and runs
//! along k: each term takes `N` registers of B and one broadcast element of A a row. A panel of B is as wide as a tile;
//! all tiles of a panel run through it one after the other, while it streams from the second-level cache.

use std::ptr::NonNull;

use pulp::Simd;
use thalweg_numerics::kernel::{Kernel, vectorize};
use thalweg_numerics::{Real, Vector, has_many_registers, has_masked_moves};

use crate::tiling::Tiling;
use thalweg_products::chain::Chain;
use thalweg_products::finish::{Epilogue, rectify, stop};

/// Rows of a tile at most.
const ROWS: usize = 8;

/// Registers of a tile along n at most.
pub(crate) const fn registers<S: Simd>() -> usize {
    if S::IS_SCALAR {
        return 1;
    }
    if has_many_registers::<S>() { 4 } else { 2 }
}

/// Rows of a tile of this many registers along n at most: with these of B and one of A, such a tile nearly fills the 16 or 32
/// registers. The scalar instruction set, which serves correctness only, has tiles of one element.
#[inline(always)]
pub(crate) const fn most_rows<S: Simd>(registers: usize) -> usize {
    if S::IS_SCALAR {
        return 1;
    }
    match (has_many_registers::<S>(), registers) {
        (_, 1) | (true, 2 | 3) => ROWS,
        _ => 6,
    }
}

/// What tiles of a panel have in common. For small products, writing and reading this dominates: a core holds as many stores
/// back as there are numbers here and registers in a tile of C.
///
/// Whoever calls an unsafe function of it promises that A holds as many rows of `depth` elements as are computed, B and the
/// bias as many registers per row as `columns` take, C and the rectified values as many rows of `columns` numbers, and that
/// nothing else uses C meanwhile. That is *the promise* below.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tiles<S: Simd, T: Real> {
    pub simd: S,
    /// Terms of the reduction.
    pub depth: usize,
    /// Numbers of A from a row to the next, or from a term to the next, whichever are not contiguous.
    pub a_stride: usize,
    /// Numbers of A from a tile to the next.
    pub a_step: usize,
    /// Row after row of the panel's columns, with `b_stride` numbers from row to row; where registers have no masks, they
    /// are padded to whole ones.
    pub b: *const T,
    pub b_stride: usize,
    /// Numbers of C from row to row.
    pub c_stride: usize,
    /// Columns of C, of which there are [`registers`] many registers at most.
    pub columns: usize,
    pub chain: Chain,
    /// What follows the last term; its values start at the element at which C does.
    pub epilogue: Epilogue<NonNull<T>>,
}

/// A matrix of which single elements are read, those of a tile's rows at a time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Elements<T> {
    pub start: *const T,
    pub order: Order,
    /// Numbers from a row to the next, or from a term to the next; of a copy, nothing.
    pub stride: usize,
    /// Numbers from a tile to the next, for each row of a tile.
    pub per_row: usize,
}

/// What is contiguous.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// The terms of a row.
    Terms,
    /// The rows of a term.
    Rows,
    /// The rows of a term within a tile, and the terms of a tile.
    Tiles,
}

/// What computes a course of tiles. Its arguments stay in registers.
type Course<S, T> = unsafe fn(&Tiles<S, T>, *const T, *mut T, usize);

/// Courses by the rows (less one) and registers (less one) of their tiles.
type Sizes<S, T> = [[Course<S, T>; 4]; ROWS];

/// Where the elements of a tile's rows stand at some term.
pub(crate) struct Row<T, const ALONG: bool> {
    /// The rows from every third one on: the other two are at distances that an address can have.
    thirds: [*const T; ROWS.div_ceil(3)],
    stride: usize,
}

impl<T, const ALONG: bool> Row<T, ALONG> {
    /// At the first term of a tile that starts at `start`.
    #[inline(always)]
    pub fn first(start: *const T, stride: usize) -> Self {
        let mut thirds = [start; ROWS.div_ceil(3)];
        for (third, pointer) in thirds.iter_mut().enumerate() {
            *pointer = start.wrapping_add(3 * third * stride);
        }
        Self { thirds, stride }
    }

    /// The element of row `i`.
    #[inline(always)]
    pub fn at(&self, i: usize) -> *const T {
        if ALONG { self.thirds[i / 3].wrapping_add(i % 3 * self.stride) } else { self.thirds[0].wrapping_add(i) }
    }

    /// Goes to the next term.
    #[inline(always)]
    pub fn next_term(&mut self) {
        for pointer in &mut self.thirds {
            *pointer = pointer.wrapping_add(if ALONG { 1 } else { self.stride });
        }
    }
}

impl<S: Simd, T: Real> Tiles<S, T> {
    /// Computes `rows` rows of C, in tiles of at most `most` of them.
    ///
    /// # Safety
    ///
    /// The promise of [`Tiles`], for these rows.
    #[inline(always)]
    pub unsafe fn cover(mut self, a: Elements<T>, c: *mut T, rows: usize, most: usize) {
        let registers = self.columns.div_ceil(T::lanes::<S>());
        if rows == 0 || registers == 0 {
            return;
        }
        let Tiling { height, tall, low } = Tiling::new(rows, most);
        let table = if a.order == Order::Terms { Self::ALONG_TERMS } else { Self::ALONG_ROWS };
        if low > 0 {
            let above = height * tall;
            let (a_below, c_below) = (a.start.wrapping_add(above * a.per_row), c.wrapping_add(above * self.c_stride));
            let rectified = self.epilogue.rectified;
            // SAFETY: there are as many values as elements of C.
            self.epilogue.rectified = rectified.map(|values| unsafe { values.add(above * self.c_stride) });
            self.set_height(&a, height - 1);
            // SAFETY: the caller promises it; these are the last rows.
            unsafe { table[height - 2][registers - 1](&self, a_below, c_below, low) };
            self.epilogue.rectified = rectified;
        }
        self.set_height(&a, height);
        // SAFETY: the caller promises it.
        unsafe { table[height - 1][registers - 1](&self, a.start, c, tall) };
    }

    /// For tiles of this many rows.
    #[inline(always)]
    fn set_height(&mut self, a: &Elements<T>, height: usize) {
        self.a_stride = if a.order == Order::Tiles { height } else { a.stride };
        self.a_step = height * a.per_row;
    }

    /// Calls through a table keep each size a function of its own, for the sake of the compiler's register allocation.
    const ALONG_TERMS: &'static Sizes<S, T> = &Self::table::<true>();
    /// The same where the rows of a term are contiguous.
    const ALONG_ROWS: &'static Sizes<S, T> = &Self::table::<false>();

    const fn table<const ALONG: bool>() -> Sizes<S, T> {
        [
            Self::widths::<1, ALONG>(),
            Self::widths::<2, ALONG>(),
            Self::widths::<3, ALONG>(),
            Self::widths::<4, ALONG>(),
            Self::widths::<5, ALONG>(),
            Self::widths::<6, ALONG>(),
            Self::widths::<7, ALONG>(),
            Self::widths::<8, ALONG>(),
        ]
    }

    /// Where there is no such tile, its place holds another, which is not asked for.
    const fn widths<const M: usize, const ALONG: bool>() -> [Course<S, T>; 4] {
        if S::IS_SCALAR {
            return [Self::tiles::<1, 1, ALONG>; 4];
        }
        let one = if M <= most_rows::<S>(1) { Self::tiles::<M, 1, ALONG> } else { Self::tiles::<1, 1, ALONG> };
        let two = if M <= most_rows::<S>(2) { Self::tiles::<M, 2, ALONG> } else { one };
        if !has_many_registers::<S>() {
            return [one, two, two, two];
        }
        let three = if M <= most_rows::<S>(3) { Self::tiles::<M, 3, ALONG> } else { one };
        [one, two, three, if M <= most_rows::<S>(4) { Self::tiles::<M, 4, ALONG> } else { one }]
    }

    /// A course of `count` tiles of one size.
    ///
    /// # Safety
    ///
    /// The promise of [`Tiles`], for `count` · `M` rows; the columns take `N` registers.
    unsafe fn tiles<const M: usize, const N: usize, const ALONG: bool>(&self, a: *const T, c: *mut T, count: usize) {
        // SAFETY: the caller promises it.
        unsafe { vectorize(self.simd, Run::<S, T, M, N, ALONG> { tiles: self, a, c, count }) };
    }
}

/// A course of tiles of one size. Sound under the promise of [`Tiles`], for `count` · `M` rows, if the columns take `N`
/// registers.
struct Run<'a, S: Simd, T: Real, const M: usize, const N: usize, const ALONG: bool> {
    tiles: &'a Tiles<S, T>,
    a: *const T,
    c: *mut T,
    count: usize,
}

impl<S: Simd, T: Real, const M: usize, const N: usize, const ALONG: bool> Kernel for Run<'_, S, T, M, N, ALONG> {
    type Output = ();

    #[inline(always)]
    unsafe fn run(self) {
        let Self { tiles, mut a, mut c, count } = self;
        let mut values = tiles.epilogue.rectified.map(|values| values.as_ptr().cast_const());
        for _ in 0..count {
            // SAFETY: the caller promises it.
            unsafe {
                let mut sum = tiles.begin(c);
                tiles.terms::<M, N, ALONG>(a, &mut sum);
                tiles.end(c, values, sum);
            }
            a = a.wrapping_add(tiles.a_step);
            c = c.wrapping_add(M * tiles.c_stride);
            values = values.map(|values| values.wrapping_add(M * tiles.c_stride));
        }
    }
}

/// A tile of C in registers.
pub(crate) type Tile<S, T, const M: usize, const N: usize> = [[Vector<S, T>; N]; M];

impl<S: Simd, T: Real> Tiles<S, T> {
    /// A register from anywhere.
    ///
    /// # Safety
    ///
    /// There are as many numbers.
    #[inline(always)]
    pub unsafe fn load(&self, from: *const T) -> Vector<S, T> {
        // SAFETY: the caller promises it.
        Vector::new(self.simd, unsafe { from.cast::<T::Reg<S>>().read_unaligned() })
    }

    /// The last of `N` registers of columns, which may not fill it; zero beyond them.
    ///
    /// # Safety
    ///
    /// There are as many numbers as columns.
    #[inline(always)]
    unsafe fn load_last<const N: usize>(&self, from: *const T) -> Vector<S, T> {
        let left = self.columns - (N - 1) * T::lanes::<S>();
        // SAFETY: the caller promises it.
        Vector::new(self.simd, T::load_part(self.simd, unsafe { std::slice::from_raw_parts(from, left) }))
    }

    /// Continues the chains of a tile over all terms. Where loads under a mask cost no more than whole ones, no more of B is
    /// read than there are columns.
    ///
    /// # Safety
    ///
    /// The promise of [`Tiles`], for `M` rows.
    #[inline(always)]
    unsafe fn terms<const M: usize, const N: usize, const ALONG: bool>(&self, a: *const T, sum: &mut Tile<S, T, M, N>) {
        let lanes = T::lanes::<S>();
        let (mut a, mut b) = (Row::<T, ALONG>::first(a, self.a_stride), self.b);
        for _ in 0..self.depth {
            let mut right = [Vector::splat(self.simd, T::default()); N];
            for j in 0..N {
                // SAFETY: the term is one of B's.
                right[j] = unsafe {
                    let b = b.add(j * lanes);
                    if const { has_masked_moves::<S>() } && j == N - 1 { self.load_last::<N>(b) } else { self.load(b) }
                };
            }
            for i in 0..M {
                // SAFETY: row and term are A's.
                let left = Vector::splat(self.simd, unsafe { *a.at(i) });
                for j in 0..N {
                    sum[i][j] = left.mul_add(right[j], sum[i][j]);
                }
            }
            a.next_term();
            b = b.wrapping_add(self.b_stride);
        }
    }

    /// What the chains of a tile start from.
    ///
    /// # Safety
    ///
    /// The promise of [`Tiles`], for `M` rows.
    #[inline(always)]
    pub unsafe fn begin<const M: usize, const N: usize>(&self, c: *const T) -> Tile<S, T, M, N> {
        if self.chain == Chain::Continued {
            // SAFETY: the caller promises it.
            return unsafe { self.read(c) };
        }
        [[Vector::splat(self.simd, T::default()); N]; M]
    }

    /// Puts the sums of a tile where they belong; `values` are the rectified ones, if there are any.
    ///
    /// # Safety
    ///
    /// As [`Self::begin`].
    #[inline(always)]
    pub unsafe fn end<const M: usize, const N: usize>(
        &self,
        c: *mut T,
        values: Option<*const T>,
        mut sum: Tile<S, T, M, N>,
    ) {
        let lanes = T::lanes::<S>();
        if self.chain == Chain::Added {
            // SAFETY: the caller promises it.
            let before = unsafe { self.read::<M, N>(c) };
            for i in 0..M {
                for j in 0..N {
                    sum[i][j] = before[i][j] + sum[i][j];
                }
            }
        }
        if let Some(bias) = self.epilogue.bias {
            for j in 0..N {
                // SAFETY: there is a bias for every column.
                let bias = unsafe {
                    let bias = bias.as_ptr().add(j * lanes);
                    if j < N - 1 { self.load(bias) } else { self.load_last::<N>(bias) }
                };
                for i in 0..M {
                    sum[i][j] = sum[i][j] + bias;
                }
            }
        }
        if self.epilogue.relu {
            rectify(&mut sum);
        }
        if let Some(values) = values {
            // SAFETY: there are as many as elements of C.
            let values = unsafe { self.read::<M, N>(values) };
            stop(&mut sum, &values);
        }
        // SAFETY: the caller promises it.
        unsafe { self.write(c, sum) };
    }

    /// A tile of C; zero beyond its last column.
    ///
    /// # Safety
    ///
    /// As [`Self::begin`].
    #[inline(always)]
    unsafe fn read<const M: usize, const N: usize>(&self, mut c: *const T) -> Tile<S, T, M, N> {
        let lanes = T::lanes::<S>();
        let left = self.columns - (N - 1) * lanes;
        let mut out = [[Vector::splat(self.simd, T::default()); N]; M];
        for i in 0..M {
            // SAFETY: row i of the tile has `columns` numbers from here on.
            unsafe {
                for j in 0..N - 1 {
                    out[i][j] = self.load(c.add(j * lanes));
                }
                let c = c.add((N - 1) * lanes);
                out[i][N - 1] = if left == lanes { self.load(c) } else { self.load_last::<N>(c) };
            }
            c = c.wrapping_add(self.c_stride);
        }
        out
    }

    /// Writes a tile to C.
    ///
    /// # Safety
    ///
    /// As [`Self::begin`].
    #[inline(always)]
    unsafe fn write<const M: usize, const N: usize>(&self, mut c: *mut T, tile: Tile<S, T, M, N>) {
        let lanes = T::lanes::<S>();
        let left = self.columns - (N - 1) * lanes;
        for i in 0..M {
            // SAFETY: row i of the tile has `columns` numbers from here on.
            unsafe {
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
            c = c.wrapping_add(self.c_stride);
        }
    }
}
