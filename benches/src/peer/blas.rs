//! The products of OpenBLAS and BLIS, on one thread.
#![expect(unsafe_code, reason = "C libraries")]

use std::ffi::c_int;
use std::sync::Once;

use super::{Gemm, Order};

#[link(name = "openblas")]
unsafe extern "C" {
    fn openblas_set_num_threads(threads: c_int);
    fn cblas_sgemm(
        order: c_int,
        a_transposed: c_int,
        b_transposed: c_int,
        m: c_int,
        n: c_int,
        k: c_int,
        alpha: f32,
        a: *const f32,
        a_stride: c_int,
        b: *const f32,
        b_stride: c_int,
        beta: f32,
        c: *mut f32,
        c_stride: c_int,
    );
}

// Its own interface, since its CBLAS has the names of OpenBLAS's.
#[link(name = "blis")]
unsafe extern "C" {
    fn bli_thread_set_num_threads(threads: i64);
    fn bli_sgemm(
        a_transposed: c_int,
        b_transposed: c_int,
        m: i64,
        n: i64,
        k: i64,
        alpha: *const f32,
        a: *const f32,
        a_down: i64,
        a_right: i64,
        b: *const f32,
        b_down: i64,
        b_right: i64,
        beta: *const f32,
        c: *mut f32,
        c_down: i64,
        c_right: i64,
    );
}

/// CBLAS's names of orders and transposes.
const COLUMN_MAJOR: c_int = 102;
const AS_IT_IS: c_int = 111;
const TRANSPOSED: c_int = 112;

pub(super) fn openblas(gemm: Gemm<'_>) {
    static SINGLE: Once = Once::new();
    // SAFETY: it may be called at any time.
    SINGLE.call_once(|| unsafe { openblas_set_num_threads(1) });
    let mut gemm = gemm.by_columns();
    let [m, n, k] = gemm.size().map(int);
    let operand = |order: Order, strides: [usize; 2]| match order {
        Order::Columns => (AS_IT_IS, int(strides[1])),
        Order::Rows => (TRANSPOSED, int(strides[0])),
    };
    let (a_transposed, a_stride) = operand(gemm.a.order(), gemm.a.strides());
    let (b_transposed, b_stride) = operand(gemm.b.order(), gemm.b.strides());
    let (a, b, c) = (gemm.a.as_ptr(), gemm.b.as_ptr(), gemm.c_mut_ptr());
    // SAFETY: the matrices are as large as the strides say, and C is borrowed mutably.
    unsafe {
        cblas_sgemm(COLUMN_MAJOR, a_transposed, b_transposed, m, n, k, 1.0, a, a_stride, b, b_stride, 0.0, c, m);
    }
}

fn int(size: usize) -> c_int {
    c_int::try_from(size).expect("matrices of benches are small")
}

pub(super) fn blis(mut gemm: Gemm<'_>) {
    static SINGLE: Once = Once::new();
    // SAFETY: it may be called at any time.
    SINGLE.call_once(|| unsafe { bli_thread_set_num_threads(1) });
    let [m, n, k] = gemm.size().map(|size| size as i64);
    let [[a_down, a_right], [b_down, b_right], [c_down, c_right]] =
        [gemm.a.strides(), gemm.b.strides(), gemm.c_strides()].map(|strides| strides.map(|stride| stride as i64));
    let (a, b, c) = (gemm.a.as_ptr(), gemm.b.as_ptr(), gemm.c_mut_ptr());
    // SAFETY: the matrices are as large as the strides say, and C is borrowed mutably.
    unsafe {
        bli_sgemm(0, 0, m, n, k, &1.0, a, a_down, a_right, b, b_down, b_right, &0.0, c, c_down, c_right);
    }
}
