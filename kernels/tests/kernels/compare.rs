//! How results are compared.

use thalweg_kernels::Real;
use thalweg_kernels::math::Elementary;

/// What tests know of a precision.
pub trait Precision: Elementary {
    /// The distance from 1 to the next larger number.
    const EPSILON: f64;
    /// The smallest positive number.
    const SMALLEST: f64;
    /// The smallest positive number with all bits of precision.
    const NORMAL: f64;
    /// The largest finite number.
    const LARGEST: f64;
}

impl Precision for f32 {
    const EPSILON: f64 = f32::EPSILON as f64;
    const SMALLEST: f64 = f32::from_bits(1) as f64;
    const NORMAL: f64 = f32::MIN_POSITIVE as f64;
    const LARGEST: f64 = f32::MAX as f64;
}

impl Precision for f64 {
    const EPSILON: f64 = f64::EPSILON;
    const SMALLEST: f64 = f64::from_bits(1);
    const NORMAL: f64 = f64::MIN_POSITIVE;
    const LARGEST: f64 = f64::MAX;
}

/// Whether two numbers have the same bits; NaNs are alike, since their payloads are outside the contract.
pub fn same<T: Real>(a: T, b: T) -> bool {
    let (a, b) = (a.to_f64(), b.to_f64());
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

/// Fails at the first number that differs in a bit.
#[track_caller]
pub fn assert_same<T: Real>(got: &[T], want: &[T], what: impl Fn() -> String) {
    assert_eq!(got.len(), want.len(), "{}", what());
    for (at, (got, want)) in got.iter().zip(want).enumerate() {
        assert!(
            same(*got, *want),
            "{}: {got:e} is not {want:e} at {at}",
            what(),
            got = got.to_f64(),
            want = want.to_f64()
        );
    }
}

/// The distance between two numbers, in units of the last place that `want` has in `T`. Infinite where one of them is
/// NaN or infinite and the other is something else.
pub fn ulps<T: Precision>(got: T, want: f64) -> f64 {
    let (got, rounded) = (got.to_f64(), T::from_f64(want).to_f64());
    if got == rounded || (got.is_nan() && rounded.is_nan()) {
        return 0.0;
    }
    if !got.is_finite() || !rounded.is_finite() {
        return f64::INFINITY;
    }
    let power = f64::from_bits(want.to_bits() & 0x7ff0_0000_0000_0000);
    (got - want).abs() / (power * T::EPSILON).max(T::SMALLEST)
}
