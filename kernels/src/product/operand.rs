//! The operands of a register tile: how the elements of A and B are found and loaded.

use std::marker::PhantomData;

use pulp::Simd;

use crate::{Real, Vector};

/// Which index of each matrix is contiguous; the other one's stride is known at run time. And what that asks of tiles.
pub(super) trait Form: Copy + 'static {
    /// Whether A\[m\]\[k\] is contiguous along k (else along m).
    const A_ALONG_K: bool;
    /// Whether B\[n\]\[k\] is contiguous along k (else along n).
    const B_ALONG_K: bool;
    /// Whether C\[m\]\[n\] is contiguous along n (else along m); so are the units that have biases.
    const C_ALONG_N: bool;
    /// Whether a strip's part of A is copied before it is read again and again.
    const COPIES_A: bool = false;
    /// Whether the sums of A's rows may be wanted as well.
    const SUMS_A: bool = false;
    /// The tiles where there are 32 registers.
    const TILES: Tiles;
}

/// How large tiles are. Large ones read less per multiply-add; small ones spread the stores of C, each of which costs
/// the multiply-add units a cycle (measured on Zen 4).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tiles {
    /// 4 × 2
    Small,
    /// 4 × 4
    Square,
    /// 6 × 4
    Large,
}

/// Z = W X: A = W, B = X, C = Zᵀ, with inputs that trials share.
#[derive(Clone, Copy)]
pub(super) struct SharedForward;
impl Form for SharedForward {
    const A_ALONG_K: bool = true;
    const B_ALONG_K: bool = true;
    const C_ALONG_N: bool = false;
    const TILES: Tiles = Tiles::Square;
}

/// Z = W X: A = W, B = X, C = Zᵀ, with inputs per lane.
#[derive(Clone, Copy)]
pub(super) struct Forward;
impl Form for Forward {
    const A_ALONG_K: bool = true;
    const B_ALONG_K: bool = true;
    const C_ALONG_N: bool = false;
    const TILES: Tiles = Tiles::Small;
}

/// dW = dZ Xᵀ: A = dZ, B = X, C = dW.
#[derive(Clone, Copy)]
pub(super) struct WeightGradient;
impl Form for WeightGradient {
    const A_ALONG_K: bool = false;
    const B_ALONG_K: bool = false;
    const C_ALONG_N: bool = true;
    const COPIES_A: bool = true;
    const SUMS_A: bool = true;
    const TILES: Tiles = Tiles::Square;
}

/// dX = Wᵀ dZ with weights that stay in the first-level cache: A = W, B = dZ, C = dXᵀ.
#[derive(Clone, Copy)]
pub(super) struct SmallInputGradient;
impl Form for SmallInputGradient {
    const A_ALONG_K: bool = false;
    const B_ALONG_K: bool = true;
    const C_ALONG_N: bool = false;
    const TILES: Tiles = Tiles::Small;
}

/// dX = Wᵀ dZ: A = dZ, B = W, C = dX. A strip of examples goes through all weights.
#[derive(Clone, Copy)]
pub(super) struct InputGradient;
impl Form for InputGradient {
    const A_ALONG_K: bool = true;
    const B_ALONG_K: bool = false;
    const C_ALONG_N: bool = true;
    const TILES: Tiles = Tiles::Large;
}

/// The place of element (i, j), where j is contiguous (else i) and the other index has the stride `stride`.
#[inline(always)]
pub(super) fn place(contiguous: bool, stride: usize, i: usize, j: usize) -> usize {
    if contiguous { i * stride + j } else { i + j * stride }
}

/// A pointer to an element of a matrix: a register, or a scalar that all lanes share.
pub(super) trait Element<S: Simd, T: Real>: Copy + 'static {
    /// The pointer `offset` elements on.
    fn at(self, offset: usize) -> Self;

    /// The element.
    ///
    /// # Safety
    ///
    /// The pointer is within the matrix.
    unsafe fn load(self, simd: S) -> Vector<S, T>;
}

/// Where each lane has its own numbers.
#[derive(Clone, Copy)]
pub(super) struct PerLane<P>(pub P);

/// Where all lanes share theirs.
#[derive(Clone, Copy)]
pub(super) struct Shared<P>(pub P);

/// A matrix whose elements are registers, or scalars that all lanes share.
pub(super) trait Factor<T: Real>: Copy {
    /// A pointer to an element.
    type Element<S: Simd>: Element<S, T>;

    /// Its first element, and how many there are.
    fn elements<S: Simd>(self) -> (Self::Element<S>, usize);
}

impl<T: Real> Factor<T> for PerLane<&[T]> {
    type Element<S: Simd> = PerLane<*const T::Reg<S>>;
    #[inline(always)]
    fn elements<S: Simd>(self) -> (Self::Element<S>, usize) {
        let (registers, _) = T::as_registers::<S>(self.0);
        (PerLane(registers.as_ptr()), registers.len())
    }
}

impl<T: Real> Factor<T> for Shared<&[T]> {
    type Element<S: Simd> = Shared<*const T>;
    #[inline(always)]
    fn elements<S: Simd>(self) -> (Self::Element<S>, usize) {
        (Shared(self.0.as_ptr()), self.0.len())
    }
}

impl<S: Simd, T: Real> Element<S, T> for PerLane<*const T::Reg<S>> {
    #[inline(always)]
    fn at(self, offset: usize) -> Self {
        Self(self.0.wrapping_add(offset))
    }

    #[inline(always)]
    unsafe fn load(self, simd: S) -> Vector<S, T> {
        // SAFETY: the caller promises that the element is within the matrix.
        Vector::new(simd, unsafe { *self.0 })
    }
}

impl<S: Simd, T: Real> Element<S, T> for Shared<*const T> {
    #[inline(always)]
    fn at(self, offset: usize) -> Self {
        Self(self.0.wrapping_add(offset))
    }

    #[inline(always)]
    unsafe fn load(self, simd: S) -> Vector<S, T> {
        // SAFETY: the caller promises that the element is within the matrix.
        Vector::splat(simd, unsafe { *self.0 })
    }
}

/// The rows of A that a strip of tiles reads, from some term on.
pub(super) trait Left<S: Simd, T: Real>: Copy {
    /// Row `row` of the strip's `M` at term `term`.
    ///
    /// # Safety
    ///
    /// Both are within A and, where there is one, within the copy.
    unsafe fn load<const M: usize>(self, simd: S, row: usize, term: usize) -> Vector<S, T>;
}

/// A where it stands.
#[derive(Clone, Copy)]
pub(super) struct Direct<R, F> {
    pub form: PhantomData<F>,
    pub from: *const R,
    pub stride: usize,
}

/// A where it stands, and a copy that is made on the way: `[term][row]`.
#[derive(Clone, Copy)]
pub(super) struct Copied<R, F> {
    pub form: PhantomData<F>,
    pub from: *const R,
    pub stride: usize,
    pub to: *mut R,
}

/// The copy: `[term][row]`.
#[derive(Clone, Copy)]
pub(super) struct Panel<R>(pub *const R);

impl<S: Simd, T: Real, F: Form> Left<S, T> for Direct<T::Reg<S>, F> {
    #[inline(always)]
    unsafe fn load<const M: usize>(self, simd: S, row: usize, term: usize) -> Vector<S, T> {
        // SAFETY: the caller promises that the element is within A.
        Vector::new(simd, unsafe { *self.from.add(place(F::A_ALONG_K, self.stride, row, term)) })
    }
}

impl<S: Simd, T: Real, F: Form> Left<S, T> for Copied<T::Reg<S>, F> {
    #[inline(always)]
    unsafe fn load<const M: usize>(self, simd: S, row: usize, term: usize) -> Vector<S, T> {
        // SAFETY: the caller promises that the element is within A, and its place within the copy.
        unsafe {
            let register = *self.from.add(place(F::A_ALONG_K, self.stride, row, term));
            *self.to.add(term * M + row) = register;
            Vector::new(simd, register)
        }
    }
}

impl<S: Simd, T: Real> Left<S, T> for Panel<T::Reg<S>> {
    #[inline(always)]
    unsafe fn load<const M: usize>(self, simd: S, row: usize, term: usize) -> Vector<S, T> {
        // SAFETY: the caller promises that the element is within the copy.
        Vector::new(simd, unsafe { *self.0.add(term * M + row) })
    }
}
