//! A bench checks its answer before it is timed.

use std::fmt::Display;

use thalweg_kernels::Real;

/// How far an answer may be from the expected one: `relative` · |expected| + `absolute`.
#[derive(Clone, Copy, Debug)]
pub struct Tolerance {
    /// As a share of the expected number.
    pub relative: f64,
    /// Whatever the expected number is.
    pub absolute: f64,
}

impl Tolerance {
    /// A share of the expected number.
    pub const fn relative(relative: f64) -> Self {
        Self { relative, absolute: 0.0 }
    }

    /// The same for every expected number.
    pub const fn absolute(absolute: f64) -> Self {
        Self { relative: 0.0, absolute }
    }

    /// This many units in the last place of a number of type `T`, counted as multiples of its machine epsilon.
    pub fn ulps<T: Real>(count: f64) -> Self {
        let digits = if size_of::<T>() == 4 { 23 } else { 52 };
        Self::relative(count * 2.0_f64.powi(-digits))
    }
}

/// Panics at the first number that is not within the tolerance of the expected one (a NaN never is).
///
/// # Panics
///
/// See above; also if there are not as many numbers as expected.
#[track_caller]
pub fn assert_close<T: Real>(what: impl Display, got: &[T], expected: &[f64], tolerance: Tolerance) {
    assert_eq!(got.len(), expected.len(), "{what}: another number of results than expected");
    for (at, (got, expected)) in got.iter().zip(expected).enumerate() {
        let error = (got.to_f64() - expected).abs();
        let limit = tolerance.relative * expected.abs() + tolerance.absolute;
        let (got, type_name) = (got.to_f64(), T::NAME);
        assert!(
            error <= limit,
            "{what} ({type_name}): element {at} is {got:e}, expected {expected:e}: off by {error:e}, allowed {limit:e}"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_within_the_tolerance_pass() {
        assert_close("near", &[1.0_f32, 2.0], &[1.0, 2.0 + 1e-7], Tolerance::ulps::<f32>(1.0));
    }

    #[test]
    #[should_panic(expected = "element 1 is 2e0")]
    fn a_number_outside_the_tolerance_panics() {
        assert_close("far", &[1.0_f32, 2.0], &[1.0, 2.001], Tolerance::ulps::<f32>(1.0));
    }

    #[test]
    #[should_panic(expected = "element 0 is NaN")]
    fn a_nan_panics() {
        assert_close("lost", &[f64::NAN], &[1.0], Tolerance::absolute(1.0));
    }
}
