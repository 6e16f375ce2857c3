//! Spectra, singular values and least squares in f64.
