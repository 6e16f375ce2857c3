//! Panels: the inner loop of the dense form.
//!
//! C\[m\]\[n\] = Σₖ A\[m\]\[k\] · B\[k\]\[n\] on plain matrices. A tile holds `M` rows × `N` registers of C along n and runs
//! along k: each term takes `N` registers of B, which are packed so that a panel of them is read from front to back, and
//! one broadcast element of A a row. Twelve independent chains hide the latency of the two multiply-add units.

use pulp::{Simd, WithSimd};

use crate::{Real, Vector};

/// Rows of a tile.
pub(super) const ROWS: usize = 6;
/// Registers of a tile along n.
pub(super) const REGISTERS: usize = 2;

/// A matrix of which single elements are read, `ROWS` rows at a time.
#[derive(Clone, Copy, Debug)]
pub(super) enum Elements<T> {
    /// As it stands in memory, with the terms of a row together.
    Rows {
        start: *const T,
        /// Numbers from a row to the next.
        stride: usize,
    },
    /// `[tile][term][row]`
    Tiles(*const T),
}

/// What a chain of multiply-adds starts from, and where its sum goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chain {
    /// From zero; C is overwritten.
    New,
    /// From C, which is overwritten.
    Continued,
    /// From zero; C is what the chains before gave, to which this one's sum is added.
    Added,
}

/// Some rows of C, one panel of columns wide.
#[derive(Clone, Copy, Debug)]
pub(super) struct Panel<S: Simd, T: Real> {
    pub simd: S,
    pub rows: usize,
    /// Terms of the reduction.
    pub depth: usize,
    pub a: Elements<T>,
    /// `[term][register]`
    pub b: *const T::Reg<S>,
    /// `[row][column]`, with `c_stride` numbers from row to row.
    pub c: *mut T,
    pub c_stride: usize,
    /// Columns of C that exist, at most `REGISTERS` registers of them; B is padded to whole registers.
    pub columns: usize,
    pub chain: Chain,
    /// Added to every row at the end.
    pub bias: Option<*const T::Reg<S>>,
}

/// Runs a panel as a function of its own, for the sake of the compiler's register allocation.
pub(super) struct Run<'a, S: Simd, T: Real>(pub &'a Panel<S, T>);

impl<S: Simd, T: Real> WithSimd for Run<'_, S, T> {
    type Output = ();

    /// What is handed in is not always the width that was asked for; the panel knows.
    #[inline(always)]
    fn with_simd<Full: Simd>(self, _: Full) {
        let panel = *self.0;
        // SAFETY: whoever made the panel promises that its matrices are as large as it says.
        unsafe { if panel.columns > T::lanes::<S>() { panel.tiles::<REGISTERS>() } else { panel.tiles::<1>() } }
    }
}

impl<S: Simd, T: Real> Panel<S, T> {
    /// # Safety
    ///
    /// A holds `rows` × `depth` elements, B `depth` × `N` registers, C `rows` × `columns` numbers and the bias `N`
    /// registers; `columns` is at most `N` registers; nothing else uses C meanwhile.
    #[inline(always)]
    unsafe fn tiles<const N: usize>(self) {
        let whole = self.rows / ROWS * ROWS;
        // SAFETY: every tile ends at a row of the panel.
        unsafe {
            for row in (0..whole).step_by(ROWS) {
                self.tile::<ROWS, N>(row);
            }
            match self.rows - whole {
                1 => self.tile::<1, N>(whole),
                2 => self.tile::<2, N>(whole),
                3 => self.tile::<3, N>(whole),
                4 => self.tile::<4, N>(whole),
                5 => self.tile::<5, N>(whole),
                _ => {}
            }
        }
    }

    /// `M` rows of C from `row` on.
    ///
    /// # Safety
    ///
    /// As [`Self::tiles`], `row` is a multiple of `ROWS`, and `row + M <= rows`.
    #[inline(always)]
    unsafe fn tile<const M: usize, const N: usize>(self, row: usize) {
        let simd = self.simd;
        let zero = Vector::<S, T>::splat(simd, T::default());
        let mut sum = [[zero; N]; M];
        let mut before = sum;
        if self.chain != Chain::New {
            for i in 0..M {
                // SAFETY: row + i is a row of C.
                before[i] = unsafe { self.read::<N>(row + i) };
            }
        }
        if self.chain == Chain::Continued {
            sum = before;
        }
        // SAFETY: row + i is a row of A, so its terms are within it.
        sum = unsafe {
            match self.a {
                Elements::Rows { start, stride } => {
                    self.terms::<M, N, false>(std::array::from_fn(|i| start.add((row + i) * stride)), sum)
                }
                Elements::Tiles(start) => self.terms::<M, N, true>([start.add(row * self.depth); M], sum),
            }
        };
        for i in 0..M {
            for j in 0..N {
                if self.chain == Chain::Added {
                    sum[i][j] = before[i][j] + sum[i][j];
                }
                if let Some(bias) = self.bias {
                    // SAFETY: the bias has N registers.
                    sum[i][j] = sum[i][j] + Vector::new(simd, unsafe { *bias.add(j) });
                }
            }
            // SAFETY: row + i is a row of C.
            unsafe { self.write(row + i, sum[i]) };
        }
    }

    /// Continues the chains of a tile over all terms. `a` points at the first term of each row or, if A is `PACKED`, at the
    /// tile.
    ///
    /// # Safety
    ///
    /// As [`Self::tiles`], and A has `depth` terms from there on.
    #[inline(always)]
    unsafe fn terms<const M: usize, const N: usize, const PACKED: bool>(
        self,
        mut a: [*const T; M],
        mut sum: [[Vector<S, T>; N]; M],
    ) -> [[Vector<S, T>; N]; M] {
        /// Terms between two steps of the pointers.
        const UNROLL: usize = 4;
        let step = if PACKED { ROWS } else { 1 };
        let mut b = self.b;
        // SAFETY: there are as many terms, in A and in B.
        unsafe {
            for _ in 0..self.depth / UNROLL {
                for k in 0..UNROLL {
                    sum = self.term::<M, N, PACKED>(a, k * step, b.add(k * N), sum);
                }
                a = a.map(|a| a.wrapping_add(UNROLL * step));
                b = b.add(UNROLL * N);
            }
            for _ in 0..self.depth % UNROLL {
                sum = self.term::<M, N, PACKED>(a, 0, b, sum);
                a = a.map(|a| a.wrapping_add(step));
                b = b.add(N);
            }
        }
        sum
    }

    /// Adds one term, which stands `offset` numbers after `a`.
    ///
    /// # Safety
    ///
    /// It does, and `b` points at `N` registers.
    #[inline(always)]
    unsafe fn term<const M: usize, const N: usize, const PACKED: bool>(
        self,
        a: [*const T; M],
        offset: usize,
        b: *const T::Reg<S>,
        mut sum: [[Vector<S, T>; N]; M],
    ) -> [[Vector<S, T>; N]; M] {
        let mut right = [Vector::splat(self.simd, T::default()); N];
        for j in 0..N {
            // SAFETY: the caller promises it.
            right[j] = Vector::new(self.simd, unsafe { *b.add(j) });
        }
        for i in 0..M {
            // SAFETY: the caller promises it.
            let left = unsafe { if PACKED { *a[0].add(offset + i) } else { *a[i].add(offset) } };
            let left = Vector::splat(self.simd, left);
            for j in 0..N {
                sum[i][j] = left.mul_add(right[j], sum[i][j]);
            }
        }
        sum
    }

    /// The numbers of a row of C; zero beyond its end.
    ///
    /// # Safety
    ///
    /// As [`Self::tiles`], and `row < rows`.
    #[inline(always)]
    unsafe fn read<const N: usize>(self, row: usize) -> [Vector<S, T>; N] {
        let lanes = T::lanes::<S>();
        let mut out = [Vector::splat(self.simd, T::default()); N];
        // SAFETY: the row has `columns` numbers from here on.
        unsafe {
            let c = self.c.add(row * self.c_stride);
            if self.columns == N * lanes {
                for j in 0..N {
                    out[j] = Vector::new(self.simd, c.add(j * lanes).cast::<T::Reg<S>>().read_unaligned());
                }
            } else {
                let row = std::slice::from_raw_parts(c, self.columns);
                for (j, part) in row.chunks(lanes).enumerate() {
                    out[j] = Vector::new(self.simd, T::load_part(self.simd, part));
                }
            }
        }
        out
    }

    /// Writes the numbers of a row of C that exist.
    ///
    /// # Safety
    ///
    /// As [`Self::tiles`], and `row < rows`.
    #[inline(always)]
    unsafe fn write<const N: usize>(self, row: usize, values: [Vector<S, T>; N]) {
        let lanes = T::lanes::<S>();
        // SAFETY: the row has `columns` numbers from here on.
        unsafe {
            let c = self.c.add(row * self.c_stride);
            if self.columns == N * lanes {
                for j in 0..N {
                    c.add(j * lanes).cast::<T::Reg<S>>().write_unaligned(values[j].register());
                }
            } else {
                let row = std::slice::from_raw_parts_mut(c, self.columns);
                for (j, part) in row.chunks_mut(lanes).enumerate() {
                    T::store_part(self.simd, part, values[j].register());
                }
            }
        }
    }
}
