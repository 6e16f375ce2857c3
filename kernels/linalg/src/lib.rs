//! Spectra, singular values, polar factors and least squares in f64, on the decompositions of
//! [faer](https://crates.io/crates/faer).
//!
//! Nothing here is under the numerics contract: faer chooses its instructions by the machine, and with them the order in
//! which it adds, so the last digits may differ from machine to machine. They do not depend on the number of threads,
//! as every decomposition runs on one. Whoever writes a result down rounds it with [`significant`] and says that it is
//! an approximation.
//!
//! Only two of faer's decompositions are used, and only in f64: its code is generic and compiled here, where an edit of
//! a kernel does not compile it again.

#![forbid(unsafe_code)]

mod decomposition;
mod error;
mod least_squares;
mod polar;
mod round;
mod singular;
mod spectrum;

pub use error::Error;
pub use faer;
pub use least_squares::{LeastSquares, least_squares};
pub use polar::{Polar, polar};
pub use round::{DIGITS, significant};
pub use singular::singular_values;
pub use spectrum::eigenvalues;
