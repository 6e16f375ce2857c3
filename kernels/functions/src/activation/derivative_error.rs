//! How far a derivative is from the true one.

use std::fmt;

/// The largest error of the derivative that [`backward`](super::Activation::backward) multiplies by, relative to the derivative
/// itself: optimizers that divide by a gradient's size make large steps of small derivatives too.
///
/// In f32 it is measured over all inputs, in f64 over 10⁷; subnormal numbers count the units that they have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DerivativeError {
    /// Units in the last place of the derivative.
    Ulps {
        /// In f32.
        f32: f64,
        /// In f64.
        f64: f64,
    },
    /// The derivative comes from the value and is the difference of two numbers that agree more and more: its error is a unit
    /// or two in the last place of 1, and relative to the derivative it grows.
    Saturating {
        /// Where it grows: `z` or `|z|`.
        of: &'static str,
        /// From here on it can be more than a thousandth, in f32 and f64.
        thousandth: [f64; 2],
        /// From here on it can be all of the derivative, which then comes out as 0.
        whole: [f64; 2],
    },
}

/// The sentence that the function's documentation has.
impl fmt::Display for DerivativeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ulps { f32, f64 } if *f32 == 0.0 && *f64 == 0.0 => f.write_str("the derivative is exact"),
            Self::Ulps { f32, f64 } => {
                write!(f, "the derivative is wrong by at most {f32} ULP in f32, {f64} ULP in f64")
            }
            Self::Saturating { of, thousandth, whole } => write!(
                f,
                "the derivative is wrong by more than 0.1 % of itself from {of} = {} on and 0 from {} on in f32, from {} and {} \
                 on in f64",
                thousandth[0], whole[0], thousandth[1], whole[1]
            ),
        }
    }
}
