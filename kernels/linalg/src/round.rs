//! Rounding of what is outside the contract.

/// Significant digits of what is written down.
pub const DIGITS: usize = 10;

/// The f64 nearest to `x` rounded to [`DIGITS`] significant decimal digits, ties as the exact value of `x` has them.
/// NaN, infinities and zeros stay as they are.
///
/// Two machines whose results differ in the last bits write the same number down, unless a rounding border lies between
/// them: then the tenth digit differs by one.
///
/// ```
/// use thalweg_linalg::significant;
///
/// assert_eq!(significant(2.0 / 3.0), 0.6666666667);
/// assert_eq!(significant(-123_456_789_012.0), -123_456_789_000.0);
/// ```
pub fn significant(x: f64) -> f64 {
    if !x.is_finite() {
        return x;
    }
    let rounded = format!("{x:.*e}", DIGITS - 1);
    let value: f64 = rounded.parse().expect("a formatted number can be parsed");
    // Rounding up may leave the range of f64.
    if value.is_finite() { value } else { x }
}
