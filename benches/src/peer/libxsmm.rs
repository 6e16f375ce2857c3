//! The products of LIBXSMM, which compiles a kernel for each size.
#![expect(unsafe_code, reason = "a C library")]

use std::ffi::{c_int, c_uint};
use std::ptr;

use thalweg_kernels::Buffer;

use super::{ByColumns, Gemm, Matrix, Order};

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
    fn libxsmm_otrans(
        to: *mut f32,
        from: *const f32,
        element_bytes: c_uint,
        rows: c_int,
        columns: c_int,
        from_stride: c_int,
        to_stride: c_int,
    );
}

/// A kernel for products of one size, of matrices that are stored column after column.
pub struct Libxsmm {
    kernel: Kernel,
    size: [usize; 3],
    /// Where A and B are transposed to.
    transposed: [Buffer<f32>; 2],
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
        Self {
            kernel: kernel.unwrap_or_else(|| panic!("LIBXSMM has no kernel for {m} × {n} × {k}")),
            size,
            transposed: Default::default(),
        }
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

    /// C = A B of matrices as they stand: those whose rows are contiguous are transposed first.
    ///
    /// # Panics
    ///
    /// If the kernel is not for this size.
    pub fn transpose_and_multiply(&mut self, gemm: Gemm<'_>) {
        let mut gemm = gemm.by_columns();
        assert_eq!(gemm.size(), self.size);
        let [to_a, to_b] = &mut self.transposed;
        let (a, b) = (by_columns(gemm.a, to_a), by_columns(gemm.b, to_b));
        // SAFETY: the kernel was made for matrices of this size.
        unsafe { (self.kernel)(a, b, gemm.c_mut_ptr()) };
    }
}

/// A matrix whose columns are contiguous: itself, or its transpose.
fn by_columns(matrix: Matrix<'_>, to: &mut Buffer<f32>) -> *const f32 {
    if matrix.order() == Order::Columns {
        return matrix.as_ptr();
    }
    let [rows, columns] = matrix.size();
    let to = to.at_least(rows * columns);
    let [rows, columns] = [rows, columns].map(|size| c_int::try_from(size).expect("matrices of benches are small"));
    let bytes = size_of::<f32>() as c_uint;
    // SAFETY: seen by columns, a matrix of contiguous rows has as many rows as it has columns; there is place for it.
    unsafe { libxsmm_otrans(to.as_mut_ptr(), matrix.as_ptr(), bytes, columns, rows, columns, rows) };
    to.as_ptr()
}
