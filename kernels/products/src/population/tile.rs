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
//! strip's part of A on the way, to where the others read it. It also adds up the rows of A, where that is wanted.
//! The scalar instruction set, which serves correctness only, has tiles of one element.

use std::marker::PhantomData;

use pulp::Simd;
use thalweg_numerics::kernel::{Kernel, vectorize};
use thalweg_numerics::{Real, Vector, has_many_registers};

use super::form::{Form, Product, Strips, Tiles, place};
use super::operand::{Copied, Direct, Element, Left, Panel};
use super::shallow::Shallow;
use crate::chain::Chain;
use crate::finish::Epilogue;
use crate::{PIECE, Start};

/// C\[m\]\[n\] = Σₖ A\[m\]\[k\] · B\[n\]\[k\].
///
/// Whoever calls an unsafe function of a problem promises that A holds `rows` × `depth` elements, B `columns` × `depth`, C
/// `rows` × `columns`, the rectified values as many, the biases as many as C has units, the sums `rows` and the panel
/// [`PANEL`], and that nothing else uses C, the sums or the panel meanwhile. That is *the promise* below.
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
    /// The promise of [`Problem`].
    #[inline(always)]
    pub unsafe fn run(mut self) {
        if S::IS_SCALAR {
            self.strips = Strips { most: 1, copied: 0 };
        }
        // A weight gradient of one or two examples is as good as none.
        let is_shallow = !S::IS_SCALAR && F::PRODUCT != Product::WeightGradient;
        match self.depth {
            // SAFETY: the caller promises it, and the depth is what the kernel says.
            1 if is_shallow => return unsafe { vectorize(self.simd, Shallow::<S, T, F, B, 1>(&self)) },
            // SAFETY: as above.
            2 if is_shallow => return unsafe { vectorize(self.simd, Shallow::<S, T, F, B, 2>(&self)) },
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
                // SAFETY: the caller promises it, and the terms are some of the depth's.
                unsafe { self.strips(Terms { first, count, chain, last: first + count == self.depth }) };
            }
        }
    }

    /// Whether a strip's part of A is copied.
    #[inline(always)]
    fn copies(&self) -> bool {
        F::COPIES_A.on::<S>() && self.strips.copied > 0
    }

    /// Adds some terms to all of C.
    ///
    /// # Safety
    ///
    /// The promise of [`Problem`]; the terms are some of the depth's.
    #[inline(always)]
    unsafe fn strips(&self, terms: Terms) {
        let mut m = 0;
        while m < self.rows {
            let left = self.rows - m;
            let height = left.div_ceil(left.div_ceil(self.strips.most));
            // SAFETY: the caller promises it, and the strip ends at m + height ≤ rows.
            unsafe { Self::STRIPS[height - 1](self, m, terms) };
            m += height;
        }
    }

    /// Strips by their height. Calls through a table keep each a function of its own, for the sake of the compiler's
    /// register allocation.
    const STRIPS: &'static [unsafe fn(&Self, usize, Terms); 6] = &Self::by_height();

    const fn by_height() -> [unsafe fn(&Self, usize, Terms); 6] {
        if S::IS_SCALAR {
            return [Self::strip::<1, 1>; 6];
        }
        let [one, two] = [Self::strip::<1, 8>, Self::strip::<2, 4>];
        if !has_many_registers::<S>() {
            let [three, four] = [Self::strip::<3, 3>, Self::strip::<4, 2>];
            return [one, two, three, four, Self::strip::<5, 2>, Self::strip::<6, 2>];
        }
        let [three, four] = match F::TILES {
            Tiles::Small => [Self::strip::<3, 3>, Self::strip::<4, 2>],
            Tiles::Large => [Self::strip::<3, 6>, Self::strip::<4, 4>],
        };
        if !F::IS_TALL {
            // The last two are not asked for.
            return [one, two, three, four, four, four];
        }
        [one, two, three, four, Self::strip::<5, 4>, Self::strip::<6, 4>]
    }

    /// `M` rows of C from row `m` on, `N` columns at a time.
    ///
    /// # Safety
    ///
    /// The promise of [`Problem`]; the rows and terms are some of its.
    unsafe fn strip<const M: usize, const N: usize>(&self, m: usize, terms: Terms) {
        // SAFETY: the caller promises it.
        unsafe { vectorize(self.simd, Strip::<S, T, F, B, M, N> { problem: self, m, terms }) };
    }
}

/// `M` rows of C from row `m` on, `N` columns at a time. Sound under the promise of [`Problem`], if rows and terms are some
/// of its.
struct Strip<'a, S: Simd, T: Real, F, B, const M: usize, const N: usize> {
    problem: &'a Problem<S, T, F, B>,
    m: usize,
    terms: Terms,
}

impl<S, T, F, B, const M: usize, const N: usize> Kernel for Strip<'_, S, T, F, B, M, N>
where
    S: Simd,
    T: Real,
    F: Form,
    B: Element<S, T>,
{
    type Output = ();

    #[inline(always)]
    unsafe fn run(self) {
        let Self { problem, m, terms } = self;
        let p = *problem;
        let left = Direct {
            form: p.form,
            from: p.a.wrapping_add(place(F::A_ALONG_K, p.a_stride, m, terms.first)),
            stride: p.a_stride,
        };
        // SAFETY: the caller promises that rows and terms are the problem's; the copy is made before it is read.
        unsafe {
            if const { F::COPIES_A.on::<S>() } && p.copies() && p.columns >= N {
                let copied = Copied { direct: left, to: p.panel };
                if !has_many_registers::<S>() && M > 4 {
                    // Beside so large a tile there is no room for sums.
                    p.tile::<_, M, 0, true>(copied, m, 0, terms);
                    return p.tiles::<_, M, N>(Panel(p.panel.cast_const()), m, 0, terms);
                }
                if F::PRODUCT == Product::WeightGradient {
                    p.tile::<_, M, N, true>(copied, m, 0, terms);
                } else {
                    p.tile::<_, M, N, false>(copied, m, 0, terms);
                }
                p.tiles::<_, M, N>(Panel(p.panel.cast_const()), m, N, terms);
            } else {
                let n = if F::PRODUCT == Product::WeightGradient {
                    p.first_with_sums::<_, M, N>(left, m, terms)
                } else {
                    0
                };
                p.tiles::<_, M, N>(left, m, n, terms);
            }
        }
    }
}

impl<S: Simd, T: Real, F: Form, B: Element<S, T>> Problem<S, T, F, B> {
    /// The sums of `M` rows of A, if they are wanted, with the first columns of C; returns the first column that is left.
    ///
    /// # Safety
    ///
    /// The promise of [`Problem`]; `left` and C have these rows and terms.
    #[inline(always)]
    unsafe fn first_with_sums<L: Left<S, T>, const M: usize, const N: usize>(
        &self,
        left: L,
        m: usize,
        terms: Terms,
    ) -> usize {
        if self.sums.is_none() {
            return 0;
        }
        // SAFETY: the caller promises it; C has these columns.
        unsafe {
            if self.columns >= N {
                self.tile::<L, M, N, true>(left, m, 0, terms);
                N
            } else if self.columns > 0 {
                self.tile::<L, M, 1, true>(left, m, 0, terms);
                1
            } else {
                self.tile::<L, M, 0, true>(left, m, 0, terms);
                0
            }
        }
    }

    /// Columns of `M` rows of C from `first` on.
    ///
    /// # Safety
    ///
    /// The promise of [`Problem`]; `left` and C have these rows and terms.
    #[inline(always)]
    unsafe fn tiles<L: Left<S, T>, const M: usize, const N: usize>(
        &self,
        left: L,
        m: usize,
        first: usize,
        terms: Terms,
    ) {
        let mut n = first;
        // SAFETY: the caller promises it; every tile ends at a column.
        unsafe {
            while n + N <= self.columns {
                self.tile::<L, M, N, false>(left, m, n, terms);
                n += N;
            }
            while N > 2 && n + 2 <= self.columns {
                self.tile::<L, M, 2, false>(left, m, n, terms);
                n += 2;
            }
            if N > 1 && n < self.columns {
                self.tile::<L, M, 1, false>(left, m, n, terms);
            }
        }
    }

    /// Elements (m, n) to (m + M, n + N) of C, by some terms; with `SUMS`, and where they are wanted, the sums of A's rows.
    ///
    /// # Safety
    ///
    /// The promise of [`Problem`]; the elements are C's, and `left` has these rows and terms.
    #[inline(always)]
    unsafe fn tile<L: Left<S, T>, const M: usize, const N: usize, const SUMS: bool>(
        &self,
        left: L,
        m: usize,
        n: usize,
        terms: Terms,
    ) {
        let c = self.c.wrapping_add(place(F::C_ALONG_N, self.c_stride, m, n));
        let zero = Vector::<S, T>::splat(self.simd, T::default());
        let mut sum = [[zero; N]; M];
        // Pieces are cut only where parts of A are copied, or a weight gradient is continued.
        let continues = F::COPIES_A.on::<S>() || F::PRODUCT == Product::WeightGradient;
        if continues && terms.chain == Chain::Continued {
            // SAFETY: the caller promises that the elements are C's.
            sum = unsafe { self.read(c) };
        }
        let mut row_sum = [zero; M];
        let sums = if SUMS { self.sums.map(|sums| sums.wrapping_add(m)) } else { None };
        if let (Some(sums), Chain::Continued) = (sums, terms.chain) {
            for i in 0..M {
                // SAFETY: there is a sum for row m + i.
                row_sum[i] = Vector::new(self.simd, unsafe { *sums.add(i) });
            }
        }
        let b = self.b.at(place(F::B_ALONG_K, self.b_stride, n, terms.first));
        for term in 0..terms.count {
            let mut right = [zero; N];
            for j in 0..N {
                // SAFETY: column n + j and the term are within B.
                right[j] = unsafe { b.at(place(F::B_ALONG_K, self.b_stride, j, term)).load(self.simd) };
            }
            for i in 0..M {
                // SAFETY: the caller promises it.
                let left = unsafe { left.load::<M>(self.simd, i, term) };
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
                // SAFETY: as above.
                unsafe { *sums.add(i) = row_sum[i].register() };
            }
        }
        // A weight gradient has one piece.
        if F::PRODUCT != Product::WeightGradient && terms.chain == Chain::Added {
            // SAFETY: as above.
            let before = unsafe { self.read::<M, N>(c) };
            for i in 0..M {
                for j in 0..N {
                    sum[i][j] = before[i][j] + sum[i][j];
                }
            }
        }
        if terms.last {
            // SAFETY: as above.
            unsafe { self.finish(&mut sum, m, n) };
        }
        for i in 0..M {
            for j in 0..N {
                // SAFETY: as above.
                unsafe { *c.add(place(F::C_ALONG_N, self.c_stride, i, j)) = sum[i][j].register() };
            }
        }
    }

    /// A tile of C.
    ///
    /// # Safety
    ///
    /// The promise of [`Problem`]; the elements are C's.
    #[inline(always)]
    unsafe fn read<const M: usize, const N: usize>(&self, c: *const T::Reg<S>) -> [[Vector<S, T>; N]; M] {
        let mut out = [[Vector::splat(self.simd, T::default()); N]; M];
        for i in 0..M {
            for j in 0..N {
                // SAFETY: the caller promises it.
                out[i][j] = Vector::new(self.simd, unsafe { *c.add(place(F::C_ALONG_N, self.c_stride, i, j)) });
            }
        }
        out
    }
}
