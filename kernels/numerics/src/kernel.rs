//! Operations that are compiled for an instruction set and that are sound only under conditions of their own.

use pulp::{Simd, WithSimd};

/// An operation on memory that is not checked. It holds its own token of the instruction set.
pub trait Kernel {
    /// What it gives.
    type Output;

    /// Carries it out. Implementations are `#[inline(always)]`, as is all that they call.
    ///
    /// # Safety
    ///
    /// As the documentation of the operation states.
    unsafe fn run(self) -> Self::Output;
}

/// Carries out an operation, compiled for the instruction set of `simd`, as a function of its own. Operations are best kept
/// small, as references to what they need: they are copied on the way.
///
/// # Safety
///
/// As [`Kernel::run`].
#[inline(always)]
pub unsafe fn vectorize<S: Simd, K: Kernel>(simd: S, kernel: K) -> K::Output {
    struct Op<K>(K);
    impl<K: Kernel> WithSimd for Op<K> {
        type Output = K::Output;

        /// The token handed in is not always of the register width that was asked for; the kernel's own is.
        #[inline(always)]
        fn with_simd<Full: Simd>(self, _: Full) -> K::Output {
            // SAFETY: only `vectorize` makes an `Op`, and its caller promises it.
            unsafe { self.0.run() }
        }
    }
    simd.vectorize(Op(kernel))
}
