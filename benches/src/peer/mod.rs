//! Other people's kernels, which ours are compared with.
//!
//! Rust's own are always there. Those of C libraries need the feature `peers`, and the Debian packages
//! `libopenblas-dev`, `libblis-dev`, `libxsmm-dev` and `libsleef-dev`.

#[cfg(feature = "peers")]
mod blas;
mod gemm;
#[cfg(feature = "peers")]
mod libxsmm;
#[cfg(all(feature = "peers", target_arch = "x86_64"))]
pub mod sleef;

pub use gemm::{ByColumns, Gemm, Matrix, Order};
#[cfg(feature = "peers")]
pub use libxsmm::Libxsmm;

use crate::workload::Runner;

/// Those that compute matrix products beside us.
pub const PRODUCTS: &[Runner] = &[
    Runner::Faer,
    Runner::MatrixMultiply,
    Runner::Nalgebra,
    #[cfg(feature = "peers")]
    Runner::OpenBlas,
    #[cfg(feature = "peers")]
    Runner::Blis,
    #[cfg(feature = "peers")]
    Runner::Libxsmm,
    #[cfg(feature = "peers")]
    Runner::LibxsmmTransposing,
];

/// C = A B by one of them, except LIBXSMM, which is set up once and called often. nalgebra takes the copies; made
/// beforehand, they cost it nothing.
///
/// # Panics
///
/// If `runner` is not among them.
pub fn multiply<'a>(runner: Runner, gemm: Gemm<'a>, copies: &'a ByColumns) {
    match runner {
        Runner::Faer => gemm::faer(gemm),
        Runner::MatrixMultiply => gemm::matrixmultiply(gemm),
        Runner::Nalgebra => gemm::nalgebra(gemm.on(copies)),
        #[cfg(feature = "peers")]
        Runner::OpenBlas => blas::openblas(gemm),
        #[cfg(feature = "peers")]
        Runner::Blis => blas::blis(gemm),
        _ => panic!("{} has no matrix product", runner.name()),
    }
}
