//! The products of LIBXSMM, which compiles a kernel for each size.
#![expect(unsafe_code, reason = "a C library")]

use std::ffi::c_int;
use std::ptr;

use super::{ByColumns, Gemm};

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

/// A kernel for products of one size, of matrices that stand column after column.
pub struct Libxsmm {
    kernel: Kernel,
    size: [usize; 3],
}

impl Libxsmm {
    /// For products like this one.
    ///
    /// # Panics
    ///
    /// If LIBXSMM has no kernel for it.
    pub fn new(gemm: Gemm<'_>) -> Self {
        let size = gemm.by_columns().size();
        let [m, n, k] = size.map(|size| c_int::try_from(size).expect("matrices of benches are small"));
        let (dense, beta) = (ptr::null(), 0.0);
        // SAFETY: null pointers mean dense matrices, a factor of one, no flags and no prefetch.
        let kernel =
            unsafe { libxsmm_smmdispatch(m, n, k, dense, dense, dense, ptr::null(), &beta, ptr::null(), ptr::null()) };
        Self { kernel: kernel.unwrap_or_else(|| panic!("LIBXSMM has no kernel for {m} × {n} × {k}")), size }
    }

    /// C = A B. The copies, made beforehand, cost it nothing.
    ///
    /// # Panics
    ///
    /// If the kernel is not for this size.
    pub fn multiply<'a>(&self, gemm: Gemm<'a>, copies: &'a ByColumns) {
        let mut gemm = gemm.on(copies);
        assert_eq!(gemm.size(), self.size);
        // SAFETY: the kernel was made for matrices of this size.
        unsafe { (self.kernel)(gemm.a.as_ptr(), gemm.b.as_ptr(), gemm.c_mut_ptr()) };
    }
}
