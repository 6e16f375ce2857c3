//! The operands of a register tile: how the elements of A and B are found and loaded.

use std::marker::PhantomData;

use pulp::Simd;
use thalweg_numerics::{Real, Vector};

use super::form::{Form, place};

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
    pub direct: Direct<R, F>,
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
            let element: Vector<S, T> = self.direct.load::<M>(simd, row, term);
            *self.to.add(term * M + row) = element.register();
            element
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
