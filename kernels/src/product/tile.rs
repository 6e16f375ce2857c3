//! Register tiles: the inner loop of every product of the population form.
//!
//! All three products are C\[m\]\[n\] = Σₖ A\[m\]\[k\] · B\[n\]\[k\]; they differ in which index is contiguous in memory, which
//! is known to the compiler. A tile holds `M` × `N` elements of C in registers and runs along k. With 16 registers,
//! `M · N + min(M, N) + 1` must not exceed 16; two units of latency 4 want 8 independent chains, so every tile has 8 of
//! them where the shape allows it.

use pulp::{Simd, WithSimd};

use super::{PIECE, Start};
use crate::{Real, Vector};

/// A pointer to an element of a matrix: a register, or a scalar that all lanes share.
pub(super) trait Element<S: Simd, T: Real>: Copy {
    /// The element `offset` places on.
    ///
    /// # Safety
    ///
    /// It is within the matrix.
    unsafe fn load(self, simd: S, offset: usize) -> Vector<S, T>;
}

/// A register: each lane has its own.
#[derive(Clone, Copy)]
pub(super) struct PerLane<R>(pub *const R);

/// A scalar that all lanes share.
#[derive(Clone, Copy)]
pub(super) struct Shared<T>(pub *const T);

impl<S: Simd, T: Real> Element<S, T> for PerLane<T::Reg<S>> {
    #[inline(always)]
    unsafe fn load(self, simd: S, offset: usize) -> Vector<S, T> {
        // SAFETY: the caller promises that the element is within the matrix.
        Vector::new(simd, unsafe { *self.0.add(offset) })
    }
}

impl<S: Simd, T: Real> Element<S, T> for Shared<T> {
    #[inline(always)]
    unsafe fn load(self, simd: S, offset: usize) -> Vector<S, T> {
        // SAFETY: the caller promises that the element is within the matrix.
        Vector::splat(simd, unsafe { *self.0.add(offset) })
    }
}

/// Which index of each matrix is contiguous; the other one's stride is known at run time.
pub(super) trait Form: Copy {
    /// Whether A\[m\]\[k\] is contiguous along k (else along m).
    const A_ALONG_K: bool;
    /// Whether B\[n\]\[k\] is contiguous along k (else along n).
    const B_ALONG_K: bool;
    /// Whether C\[m\]\[n\] is contiguous along n (else along m).
    const C_ALONG_N: bool;
}

/// Z = W X: A = W, B = X, C = Z.
#[derive(Clone, Copy)]
pub(super) struct Forward;
impl Form for Forward {
    const A_ALONG_K: bool = true;
    const B_ALONG_K: bool = true;
    const C_ALONG_N: bool = false;
}

/// dW = dZ Xᵀ: A = dZ, B = X, C = dW.
#[derive(Clone, Copy)]
pub(super) struct WeightGradient;
impl Form for WeightGradient {
    const A_ALONG_K: bool = false;
    const B_ALONG_K: bool = false;
    const C_ALONG_N: bool = true;
}

/// dX = Wᵀ dZ: A = W, B = dZ, C = dX.
#[derive(Clone, Copy)]
pub(super) struct InputGradient;
impl Form for InputGradient {
    const A_ALONG_K: bool = false;
    const B_ALONG_K: bool = true;
    const C_ALONG_N: bool = false;
}

/// The place of element (i, j), where j is contiguous (else i) and the other index has the stride `stride`.
#[inline(always)]
fn place(contiguous: bool, stride: usize, i: usize, j: usize) -> usize {
    if contiguous { i * stride + j } else { i + j * stride }
}

/// C\[m\]\[n\] = Σₖ A\[m\]\[k\] · B\[n\]\[k\].
pub(super) struct Problem<S: Simd, T: Real, F, B> {
    pub simd: S,
    pub form: F,
    pub rows: usize,
    pub columns: usize,
    pub depth: usize,
    pub a: PerLane<T::Reg<S>>,
    pub a_stride: usize,
    pub b: B,
    pub b_stride: usize,
    pub c: *mut T::Reg<S>,
    pub c_stride: usize,
    pub start: Start,
    /// Added to every element of row m after the last piece.
    pub bias: Option<PerLane<T::Reg<S>>>,
}

impl<S: Simd, T: Real, F: Copy, B: Copy> Clone for Problem<S, T, F, B> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}
impl<S: Simd, T: Real, F: Copy, B: Copy> Copy for Problem<S, T, F, B> {}

impl<S: Simd, T: Real, F: Form> Problem<S, T, F, ()> {
    /// The problem with its B.
    #[inline(always)]
    pub fn with<B>(self, b: B) -> Problem<S, T, F, B> {
        let Self { simd, form, rows, columns, depth, a, a_stride, b_stride, c, c_stride, start, bias, .. } = self;
        Problem { simd, form, rows, columns, depth, a, a_stride, b, b_stride, c, c_stride, start, bias }
    }
}

impl<S: Simd, T: Real, F: Form, B: Element<S, T>> Problem<S, T, F, B> {
    /// Computes all of C.
    ///
    /// # Safety
    ///
    /// A holds `rows` × `depth` elements, B `columns` × `depth`, C `rows` × `columns` and the bias `rows`, and nothing
    /// else uses C meanwhile.
    #[inline(always)]
    pub unsafe fn run(self) {
        if self.depth <= PIECE {
            // SAFETY: the caller promises it.
            unsafe { self.strips::<false>() }
        } else {
            // SAFETY: the caller promises it.
            unsafe { self.strips::<true>() }
        }
    }

    /// # Safety
    ///
    /// As [`Self::run`]; `DEEP` unless the depth is at most a piece.
    #[inline(always)]
    unsafe fn strips<const DEEP: bool>(self) {
        let whole = self.rows / 4 * 4;
        for m in (0..whole).step_by(4) {
            match self.depth {
                1 => self.simd.vectorize(Shallow::<S, T, F, B, 4, 1> { problem: &self, m }),
                2 => self.simd.vectorize(Shallow::<S, T, F, B, 4, 2> { problem: &self, m }),
                _ => self.strip::<4, 2, DEEP>(m),
            }
        }
        match self.rows - whole {
            1 => self.strip::<1, 8, DEEP>(whole),
            2 => self.strip::<2, 4, DEEP>(whole),
            3 => self.strip::<3, 2, DEEP>(whole),
            _ => {}
        }
    }

    /// Every strip is a function of its own, for the sake of the compiler's register allocation.
    #[inline(always)]
    fn strip<const M: usize, const N: usize, const DEEP: bool>(&self, m: usize) {
        self.simd.vectorize(Strip::<S, T, F, B, M, N, DEEP> { problem: self, m });
    }
}

/// `M` rows of C from row `m` on, `N` columns at a time.
struct Strip<'a, S: Simd, T: Real, F, B, const M: usize, const N: usize, const DEEP: bool> {
    problem: &'a Problem<S, T, F, B>,
    m: usize,
}

impl<S, T, F, B, const M: usize, const N: usize, const DEEP: bool> WithSimd for Strip<'_, S, T, F, B, M, N, DEEP>
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
        let p = *self.problem;
        let mut n = 0;
        while n + N <= p.columns {
            // SAFETY: the tile ends at row m + M ≤ rows and column n + N ≤ columns.
            unsafe { tile::<S, T, F, B, M, N, DEEP>(&p, self.m, n) };
            n += N;
        }
        while n < p.columns {
            // SAFETY: as above, with one column.
            unsafe { tile::<S, T, F, B, M, 1, DEEP>(&p, self.m, n) };
            n += 1;
        }
    }
}

/// `M` rows of C from row `m` on, for a depth of `D`, which is so small that these rows of A stay in registers: the first
/// layer of a problem in the plane, and the layer below a single output.
struct Shallow<'a, S: Simd, T: Real, F, B, const M: usize, const D: usize> {
    problem: &'a Problem<S, T, F, B>,
    m: usize,
}

impl<S, T, F, B, const M: usize, const D: usize> WithSimd for Shallow<'_, S, T, F, B, M, D>
where
    S: Simd,
    T: Real,
    F: Form,
    B: Element<S, T>,
{
    type Output = ();

    #[inline(always)]
    fn with_simd<Full: Simd>(self, _: Full) {
        let (p, m) = (*self.problem, self.m);
        let zero = Vector::<S, T>::splat(p.simd, T::default());
        let (mut a, mut bias) = ([[zero; D]; M], [zero; M]);
        for i in 0..M {
            for k in 0..D {
                // SAFETY: the strip ends at row m + M ≤ rows, and the depth is D.
                a[i][k] = unsafe { p.a.load(p.simd, place(F::A_ALONG_K, p.a_stride, m + i, k)) };
            }
            if let Some(all) = p.bias {
                // SAFETY: the bias has `rows` elements.
                bias[i] = unsafe { all.load(p.simd, m + i) };
            }
        }
        for n in 0..p.columns {
            let c = p.c.wrapping_add(place(F::C_ALONG_N, p.c_stride, m, n));
            let mut b = [zero; D];
            for k in 0..D {
                // SAFETY: n < columns, and the depth is D.
                b[k] = unsafe { p.b.load(p.simd, place(F::B_ALONG_K, p.b_stride, n, k)) };
            }
            for i in 0..M {
                // SAFETY: element (m + i, n) is within C.
                let c = unsafe { &mut *c.add(place(F::C_ALONG_N, p.c_stride, i, 0)) };
                let mut sum = if p.start == Start::Continue { Vector::new(p.simd, *c) } else { zero };
                for k in 0..D {
                    sum = a[i][k].mul_add(b[k], sum);
                }
                if p.bias.is_some() {
                    sum = sum + bias[i];
                }
                *c = sum.register();
            }
        }
    }
}

/// `M` × `N` elements of C from (m, n) on.
///
/// # Safety
///
/// As [`Problem::run`], and m + M ≤ rows, n + N ≤ columns.
#[inline(always)]
unsafe fn tile<S, T, F, B, const M: usize, const N: usize, const DEEP: bool>(
    p: &Problem<S, T, F, B>,
    m: usize,
    n: usize,
) where
    S: Simd,
    T: Real,
    F: Form,
    B: Element<S, T>,
{
    let c = p.c.wrapping_add(place(F::C_ALONG_N, p.c_stride, m, n));
    let zero = [[Vector::splat(p.simd, T::default()); N]; M];
    let mut sum = zero;
    if p.start == Start::Continue {
        for i in 0..M {
            for j in 0..N {
                // SAFETY: element (m + i, n + j) is within C.
                sum[i][j] = Vector::new(p.simd, unsafe { *c.add(place(F::C_ALONG_N, p.c_stride, i, j)) });
            }
        }
    }
    // SAFETY: the rows, columns and terms of the chain are within A and B.
    sum = unsafe { chain(p, m, n, 0, if DEEP { PIECE } else { p.depth }, sum) };
    if DEEP {
        for begin in (PIECE..p.depth).step_by(PIECE) {
            // SAFETY: as above.
            let piece = unsafe { chain(p, m, n, begin, PIECE.min(p.depth - begin), zero) };
            for i in 0..M {
                for j in 0..N {
                    sum[i][j] = sum[i][j] + piece[i][j];
                }
            }
        }
    }
    if let Some(bias) = p.bias {
        for i in 0..M {
            // SAFETY: the bias has `rows` elements.
            let b = unsafe { bias.load(p.simd, m + i) };
            for j in 0..N {
                sum[i][j] = sum[i][j] + b;
            }
        }
    }
    for i in 0..M {
        for j in 0..N {
            // SAFETY: element (m + i, n + j) is within C.
            unsafe { *c.add(place(F::C_ALONG_N, p.c_stride, i, j)) = sum[i][j].register() };
        }
    }
}

/// Continues the chains of a tile over `terms` terms of the reduction, from term `k` on.
///
/// # Safety
///
/// As [`tile`], and k + terms ≤ depth.
#[inline(always)]
unsafe fn chain<S, T, F, B, const M: usize, const N: usize>(
    p: &Problem<S, T, F, B>,
    m: usize,
    n: usize,
    k: usize,
    terms: usize,
    mut sum: [[Vector<S, T>; N]; M],
) -> [[Vector<S, T>; N]; M]
where
    S: Simd,
    T: Real,
    F: Form,
    B: Element<S, T>,
{
    let a0 = place(F::A_ALONG_K, p.a_stride, m, k);
    let b0 = place(F::B_ALONG_K, p.b_stride, n, k);
    for term in 0..terms {
        let mut right = [Vector::splat(p.simd, T::default()); N];
        for j in 0..N {
            // SAFETY: the caller promises it.
            right[j] = unsafe { p.b.load(p.simd, b0 + place(F::B_ALONG_K, p.b_stride, j, term)) };
        }
        for i in 0..M {
            // SAFETY: the caller promises it.
            let left = unsafe { p.a.load(p.simd, a0 + place(F::A_ALONG_K, p.a_stride, i, term)) };
            for j in 0..N {
                sum[i][j] = left.mul_add(right[j], sum[i][j]);
            }
        }
    }
    sum
}
