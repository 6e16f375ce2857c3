//! The products of LIBXSMM, which compiles a kernel for each size.
#![expect(unsafe_code, reason = "a C library")]

use std::ffi::c_int;
use std::ptr;

use super::{Gemm, Order};

type Kernel = unsafe extern "C" fn(*const f32, *const f32, *mut f32);

#[link(name = "xsmm")]
#[link(name = "xsmmnoblas")]
unsafe extern "C" {
    fn libxsmm_smmdispatch(
        m: c_int,
        n: c_int,
        k: c_int,
        a_stride: *const c_int,
        b_stride: *const c_int,
        c_stride: *const c_int,
        alpha: *const f32,
        beta: *const f32,
        flags: *const c_int,
        prefetch: *const c_int,
    ) -> Option<Kernel>;
}

/// A kernel for one product. It transposes nothing, so that operands which stand row after row are copied beforehand:
/// it computes no less, and is not charged for them.
pub struct Libxsmm {
    kernel: Kernel,
    /// Those of A and B, if they need one.
    copies: [Option<Vec<f32>>; 2],
}

impl Libxsmm {
    /// For products of this size and order whose A and B do not change.
    ///
    /// # Panics
    ///
    /// If LIBXSMM has no kernel for it.
    pub fn new(gemm: Gemm<'_>) -> Self {
        let gemm = gemm.by_columns();
        let [m, n, k] = gemm.size().map(|size| c_int::try_from(size).expect("matrices of benches are small"));
        let beta = 0.0;
        // SAFETY: null pointers mean dense matrices, a factor of one, no flags and no prefetch.
        let kernel = unsafe {
            libxsmm_smmdispatch(
                m,
                n,
                k,
                ptr::null(),
                ptr::null(),
                ptr::null(),
                ptr::null(),
                &beta,
                ptr::null(),
                ptr::null(),
            )
        };
        let kernel = kernel.unwrap_or_else(|| panic!("LIBXSMM has no kernel for {m} × {n} × {k}"));
        let copies = [&gemm.a, &gemm.b].map(|matrix| (matrix.order() == Order::Rows).then(|| matrix.by_columns()));
        Self { kernel, copies }
    }

    /// C = A B, of the product that this was made for.
    pub fn multiply(&self, gemm: Gemm<'_>) {
        let mut gemm = gemm.by_columns();
        let [a, b] = [(&gemm.a, &self.copies[0]), (&gemm.b, &self.copies[1])]
            .map(|(matrix, copy)| copy.as_ref().map_or(matrix.as_ptr(), |copy| copy.as_ptr()));
        // SAFETY: the kernel was made for matrices of this size.
        unsafe { (self.kernel)(a, b, gemm.c_mut_ptr()) };
    }
}
