//! Register tiles: the inner loop of every product of the population form.
//!
//! All three products are C\[m\]\[n\] = Σₖ A\[m\]\[k\] · B\[n\]\[k\]; they differ in which index is contiguous in memory, which
//! is known to the compiler. A tile holds `M` × `N` elements of C in registers and runs along k. With 16 registers,
//! `M · N + min(M, N) + 1` must not exceed 16; two units of latency 4 want 8 independent chains. What bounds a tile that
//! has these is what it reads, from the second-level cache above all: a tile of 6 × 2 reads a ninth less than one of
//! 4 × 2, and a third less of B.
//!
//! Tiles stand in strips of `M` rows, which are as equal as can be. Where A has the stride of a layer's width, which often
//! is a multiple of the first-level cache's, its rows drive each other out; there the first tile of a strip copies the
//! strip's part of A on the way, to where the others read it.

use std::marker::PhantomData;

use pulp::{Simd, WithSimd};
use thalweg_numerics::{Real, Vector};

use super::form::{Form, MANY_REGISTERS, Strips, Tiles, place};
use super::operand::{Copied, Direct, Element, Left, Panel};
use super::shallow::Shallow;
use crate::chain::Chain;
use crate::finish::Epilogue;
use crate::{PIECE, Start};

/// C\[m\]\[n\] = Σₖ A\[m\]\[k\] · B\[n\]\[k\].
pub(super) struct Problem<S: Simd, T: Real, F, B> {
    pub simd: S,
    pub form: PhantomData<F>,
    pub rows: usize,
    pub columns: usize,
    pub depth: usize,
    pub a: *const T::Reg<S>,
    pub a_stride: usize,
    pub b: B,
    pub b_stride: usize,
    pub c: *mut T::Reg<S>,
    pub c_stride: usize,
    pub start: Start,
    pub strips: Strips,
    /// What follows the last piece; its bias has an element for every unit, along which C is contiguous.
    pub epilogue: Epilogue<*const T::Reg<S>>,
    /// Where the sums of A's rows go, each in the order of its terms: the gradient of a bias. Its chains are those of C.
    pub sums: Option<*mut T::Reg<S>>,
    /// Where the part of A that a strip reads is copied to.
    pub panel: *mut T::Reg<S>,
}

impl<S: Simd, T: Real, F: Copy, B: Copy> Clone for Problem<S, T, F, B> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}
impl<S: Simd, T: Real, F: Copy, B: Copy> Copy for Problem<S, T, F, B> {}

/// How many registers the copy of a strip of A takes at most.
pub(super) const PANEL: usize = PIECE * 6;

/// Some terms of the reduction.
#[derive(Clone, Copy)]
struct Terms {
    first: usize,
    count: usize,
    chain: Chain,
    /// Whether the bias is to be added after them.
    last: bool,
}

impl<S: Simd, T: Real, F: Form, B: Element<S, T>> Problem<S, T, F, B> {
    /// Computes all of C.
    ///
    /// # Safety
    ///
    /// A holds `rows` × `depth` elements, B `columns` × `depth`, C `rows` × `columns`, the bias and the sums `rows` and
    /// the panel [`PANEL`], and nothing else uses C, the sums or the panel meanwhile.
    #[inline(always)]
    pub unsafe fn run(self) {
        if self.columns == 0 {
            return;
        }
        match self.depth {
            1 if self.sums.is_none() => return self.simd.vectorize(Shallow::<S, T, F, B, 1>(&self)),
            2 if self.sums.is_none() => return self.simd.vectorize(Shallow::<S, T, F, B, 2>(&self)),
            _ => {}
        }
        for piece in (0..self.depth.max(1)).step_by(PIECE) {
            let terms = PIECE.min(self.depth - piece);
            // The chain of a later piece must not be cut: C holds the sum of those before it.
            let blocks = if self.copies() && piece == 0 { terms.div_ceil(self.strips.copied).max(1) } else { 1 };
            let size = terms.div_ceil(blocks).max(1);
            for first in (0..terms.max(1)).step_by(size) {
                let chain = match (piece, first) {
                    (0, 0) if self.start == Start::Zero => Chain::New,
                    (0, _) => Chain::Continued,
                    _ => Chain::Added,
                };
                let (first, count) = (piece + first, size.min(terms - first));
                self.strips(Terms { first, count, chain, last: first + count == self.depth });
            }
        }
    }

    /// Whether the first tile of a strip copies the strip's part of A.
    #[inline(always)]
    fn copies(&self) -> bool {
        F::COPIES_A && self.strips.copied > 0
    }

    /// Adds some terms to all of C.
    #[inline(always)]
    fn strips(&self, terms: Terms) {
        let mut m = 0;
        while m < self.rows {
            let left = self.rows - m;
            let height = left.div_ceil(left.div_ceil(self.strips.most));
            Self::STRIPS[height - 1](self, m, terms);
            m += height;
        }
    }

    /// Computes a strip by its height. Calls through a table keep each a function of its own, for the sake of the
    /// compiler's register allocation.
    const STRIPS: &'static [fn(&Self, usize, Terms); 6] = &Self::by_height();

    const fn by_height() -> [fn(&Self, usize, Terms); 6] {
        let [one, two] = [Self::strip::<1, 8>, Self::strip::<2, 4>];
        if S::REGISTER_COUNT < MANY_REGISTERS {
            let [three, four] = [Self::strip::<3, 3>, Self::strip::<4, 2>];
            return [one, two, three, four, Self::strip::<5, 2>, Self::strip::<6, 2>];
        }
        let [five, six] = [Self::strip::<5, 4>, Self::strip::<6, 4>];
        match F::TILES {
            Tiles::Small => [one, two, Self::strip::<3, 3>, Self::strip::<4, 2>, five, six],
            Tiles::Large => [one, two, Self::strip::<3, 6>, Self::strip::<4, 4>, five, six],
        }
    }

    fn strip<const M: usize, const N: usize>(&self, m: usize, terms: Terms) {
        self.simd.vectorize(Strip::<S, T, F, B, M, N> { problem: self, m, terms });
    }
}

/// `M` rows of C from row `m` on, `N` columns at a time.
struct Strip<'a, S: Simd, T: Real, F, B, const M: usize, const N: usize> {
    problem: &'a Problem<S, T, F, B>,
    m: usize,
    terms: Terms,
}

impl<S, T, F, B, const M: usize, const N: usize> WithSimd for Strip<'_, S, T, F, B, M, N>
where
    S: Simd,
    T: Real,
    F: Form,
    B: Element<S, T>,
{
    type Output = ();

    /// What is handed in is not always the width that was asked for; the problem knows.
    #[inline(always)]
    fn with_simd<Full: Simd>(self, _: Full) {
        let Self { problem, m, terms } = self;
        let p = *problem;
        let from = p.a.wrapping_add(place(F::A_ALONG_K, p.a_stride, m, terms.first));
        let (form, stride) = (p.form, p.a_stride);
        // SAFETY: the strip ends at row m + M ≤ rows; where it is copied, the first tile fills the panel.
        unsafe {
            if p.copies() {
                let n = first::<S, T, F, B, _, M, N>(&p, Copied { form, from, stride, to: p.panel }, m, terms);
                tiles::<S, T, F, B, _, M, N>(&p, Panel(p.panel.cast_const()), m, n, terms);
            } else {
                let left = Direct { form, from, stride };
                let n = if F::SUMS_A { first::<S, T, F, B, _, M, N>(&p, left, m, terms) } else { 0 };
                tiles::<S, T, F, B, _, M, N>(&p, left, m, n, terms);
            }
        }
    }
}

/// The first columns of C, and the sums of A's rows, if they are wanted; returns the first column that is left.
///
/// # Safety
///
/// As [`tile`].
#[inline(always)]
unsafe fn first<S, T, F, B, L, const M: usize, const N: usize>(
    p: &Problem<S, T, F, B>,
    left: L,
    m: usize,
    terms: Terms,
) -> usize
where
    S: Simd,
    T: Real,
    F: Form,
    B: Element<S, T>,
    L: Left<S, T>,
{
    // SAFETY: as many columns are there.
    unsafe {
        if F::SUMS_A && p.sums.is_some() {
            first_of::<S, T, F, B, L, M, N, true>(p, left, m, terms)
        } else {
            first_of::<S, T, F, B, L, M, N, false>(p, left, m, terms)
        }
    }
}

/// The same where it is known at compile time whether the sums are wanted.
///
/// # Safety
///
/// As [`tile`].
#[inline(always)]
unsafe fn first_of<S, T, F, B, L, const M: usize, const N: usize, const SUMS: bool>(
    p: &Problem<S, T, F, B>,
    left: L,
    m: usize,
    terms: Terms,
) -> usize
where
    S: Simd,
    T: Real,
    F: Form,
    B: Element<S, T>,
    L: Left<S, T>,
{
    // SAFETY: as many columns are there.
    unsafe {
        if p.columns >= N {
            tile::<S, T, F, B, L, M, N, SUMS>(p, left, m, 0, terms);
            N
        } else if p.columns >= 2 {
            tile::<S, T, F, B, L, M, 2, SUMS>(p, left, m, 0, terms);
            2
        } else {
            tile::<S, T, F, B, L, M, 1, SUMS>(p, left, m, 0, terms);
            1
        }
    }
}

/// Columns of C from `first` on.
///
/// # Safety
///
/// As [`tile`], for every column.
#[inline(always)]
unsafe fn tiles<S, T, F, B, L, const M: usize, const N: usize>(
    p: &Problem<S, T, F, B>,
    left: L,
    m: usize,
    first: usize,
    terms: Terms,
) where
    S: Simd,
    T: Real,
    F: Form,
    B: Element<S, T>,
    L: Left<S, T>,
{
    let mut n = first;
    while n + N <= p.columns {
        // SAFETY: the tile ends within the strip and at a column.
        unsafe { tile::<S, T, F, B, L, M, N, false>(p, left, m, n, terms) };
        n += N;
    }
    while n + 2 <= p.columns {
        // SAFETY: as above.
        unsafe { tile::<S, T, F, B, L, M, 2, false>(p, left, m, n, terms) };
        n += 2;
    }
    while n < p.columns {
        // SAFETY: as above.
        unsafe { tile::<S, T, F, B, L, M, 1, false>(p, left, m, n, terms) };
        n += 1;
    }
}

/// `M` × `N` elements of C from (m, n) on, and with `SUMS` the sums of those rows of A.
///
/// # Safety
///
/// As [`Problem::run`], and m + M ≤ rows, n + N ≤ columns; `left` has `M` rows of the terms. With `SUMS` there is a place
/// for the sums.
#[inline(always)]
unsafe fn tile<S, T, F, B, L, const M: usize, const N: usize, const SUMS: bool>(
    p: &Problem<S, T, F, B>,
    left: L,
    m: usize,
    n: usize,
    terms: Terms,
) where
    S: Simd,
    T: Real,
    F: Form,
    B: Element<S, T>,
    L: Left<S, T>,
{
    let c = p.c.wrapping_add(place(F::C_ALONG_N, p.c_stride, m, n));
    let zero = Vector::<S, T>::splat(p.simd, T::default());
    let mut sum = [[zero; N]; M];
    if terms.chain == Chain::Continued {
        for i in 0..M {
            for j in 0..N {
                // SAFETY: element (m + i, n + j) is within C.
                sum[i][j] = Vector::new(p.simd, unsafe { *c.add(place(F::C_ALONG_N, p.c_stride, i, j)) });
            }
        }
    }
    let mut row_sum = [zero; M];
    let sums = if SUMS { p.sums.map(|sums| sums.wrapping_add(m)) } else { None };
    if let (Some(sums), Chain::Continued) = (sums, terms.chain) {
        for i in 0..M {
            // SAFETY: there is a sum for row m + i.
            row_sum[i] = Vector::new(p.simd, unsafe { *sums.add(i) });
        }
    }
    let b = p.b.at(place(F::B_ALONG_K, p.b_stride, n, terms.first));
    for term in 0..terms.count {
        let mut right = [zero; N];
        for j in 0..N {
            // SAFETY: column n + j and the term are within B.
            right[j] = unsafe { b.at(place(F::B_ALONG_K, p.b_stride, j, term)).load(p.simd) };
        }
        for i in 0..M {
            // SAFETY: the caller promises it.
            let left = unsafe { left.load::<M>(p.simd, i, term) };
            if SUMS {
                row_sum[i] = row_sum[i] + left;
            }
            for j in 0..N {
                sum[i][j] = left.mul_add(right[j], sum[i][j]);
            }
        }
    }
    if let Some(sums) = sums {
        for i in 0..M {
            // SAFETY: there is a sum for row m + i.
            unsafe { *sums.add(i) = row_sum[i].register() };
        }
    }
    if terms.chain == Chain::Added {
        for i in 0..M {
            for j in 0..N {
                // SAFETY: element (m + i, n + j) is within C.
                let before = Vector::new(p.simd, unsafe { *c.add(place(F::C_ALONG_N, p.c_stride, i, j)) });
                sum[i][j] = before + sum[i][j];
            }
        }
    }
    if terms.last {
        // SAFETY: the tile is within C.
        unsafe { p.finish(&mut sum, m, n) };
    }
    for i in 0..M {
        for j in 0..N {
            // SAFETY: element (m + i, n + j) is within C.
            unsafe { *c.add(place(F::C_ALONG_N, p.c_stride, i, j)) = sum[i][j].register() };
        }
    }
}
