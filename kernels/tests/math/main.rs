//! The elementary functions: error, agreement of the instruction sets, special values.
//!
//! The tests that take minutes are ignored:
//! `cargo test --release -p thalweg-kernels --test math -- --ignored --nocapture --test-threads 1`

mod double_double;
mod f32_error;
mod f64_error;
mod isas;
mod special;

use double_double::Exact;
use thalweg_kernels::{Isa, math};

/// A function under test, its references and the errors that its documentation states.
struct Case {
    name: &'static str,
    f32: fn(Isa, &mut [f32]),
    f64: fn(Isa, &mut [f64]),
    /// In f64, wrong by at most a few of its ULP: exact as far as f32 can tell.
    plain: fn(f64) -> f64,
    /// In double-double arithmetic.
    exact: fn(f64) -> Exact,
    /// The largest errors in ULP.
    largest_f32: f64,
    largest_f64: f64,
    /// Where the f64 function does more than saturate.
    domain: (f64, f64),
    /// Where the argument reduction goes from one integer to the next: at the multiples of this.
    seam: f64,
    /// Beyond this, on either side, the f32 and f64 functions give NaN.
    limit: f64,
    /// They are defined only above this.
    above: f64,
}

const CASES: [Case; 10] = [
    Case {
        name: "exp",
        f32: math::exp,
        f64: math::exp,
        plain: libm::exp,
        exact: double_double::exp,
        largest_f32: 0.79,
        largest_f64: 1.02,
        domain: (-746.0, 710.0),
        seam: std::f64::consts::LN_2 / 4.0,
        limit: f64::INFINITY,
        above: f64::NEG_INFINITY,
    },
    Case {
        name: "expm1",
        f32: math::expm1,
        f64: math::expm1,
        plain: libm::expm1,
        exact: double_double::expm1,
        largest_f32: 1.41,
        largest_f64: 1.26,
        domain: (-40.0, 710.0),
        seam: std::f64::consts::LN_2 / 4.0,
        limit: f64::INFINITY,
        above: f64::NEG_INFINITY,
    },
    Case {
        name: "ln",
        f32: math::ln,
        f64: math::ln,
        plain: libm::log,
        exact: double_double::ln,
        largest_f32: 0.9,
        largest_f64: 0.92,
        domain: (0.0, 10.0),
        seam: std::f64::consts::LN_2 / 4.0,
        limit: f64::INFINITY,
        above: f64::NEG_INFINITY,
    },
    Case {
        name: "log1p",
        f32: math::log1p,
        f64: math::log1p,
        plain: libm::log1p,
        exact: double_double::log1p,
        largest_f32: 1.0,
        largest_f64: 0.96,
        domain: (-1.0, 10.0),
        seam: 0.25,
        limit: f64::INFINITY,
        above: -1.0,
    },
    Case {
        name: "tanh",
        f32: math::tanh,
        f64: math::tanh,
        plain: libm::tanh,
        exact: double_double::tanh,
        largest_f32: 1.29,
        largest_f64: 1.65,
        domain: (-20.0, 20.0),
        seam: std::f64::consts::LN_2 / 4.0,
        limit: f64::INFINITY,
        above: f64::NEG_INFINITY,
    },
    Case {
        name: "sigmoid",
        f32: math::sigmoid,
        f64: math::sigmoid,
        plain: |x| 1.0 / (1.0 + libm::exp(-x)),
        exact: double_double::sigmoid,
        largest_f32: 1.54,
        largest_f64: 1.65,
        domain: (-746.0, 40.0),
        seam: std::f64::consts::LN_2 / 4.0,
        limit: f64::INFINITY,
        above: f64::NEG_INFINITY,
    },
    Case {
        name: "softplus",
        f32: math::softplus,
        f64: math::softplus,
        plain: |x| x.max(0.0) + libm::log1p(libm::exp(-x.abs())),
        exact: double_double::softplus,
        largest_f32: 1.72,
        largest_f64: 1.79,
        domain: (-746.0, 40.0),
        seam: std::f64::consts::LN_2 / 4.0,
        limit: f64::INFINITY,
        above: f64::NEG_INFINITY,
    },
    Case {
        name: "erf",
        f32: math::erf,
        f64: math::erf,
        plain: libm::erf,
        exact: double_double::erf,
        largest_f32: 1.01,
        largest_f64: 1.03,
        domain: (-6.0, 6.0),
        seam: 0.25,
        limit: f64::INFINITY,
        above: f64::NEG_INFINITY,
    },
    Case {
        name: "sin",
        f32: math::sin,
        f64: math::sin,
        plain: |x| if x.abs() <= math::LARGEST_ANGLE { libm::sin(x) } else { f64::NAN },
        exact: double_double::sin,
        largest_f32: 0.98,
        largest_f64: 0.95,
        domain: (-1000.0, 1000.0),
        seam: std::f64::consts::FRAC_PI_4,
        limit: math::LARGEST_ANGLE,
        above: f64::NEG_INFINITY,
    },
    Case {
        name: "cos",
        f32: math::cos,
        f64: math::cos,
        plain: |x| if x.abs() <= math::LARGEST_ANGLE { libm::cos(x) } else { f64::NAN },
        exact: double_double::cos,
        largest_f32: 1.01,
        largest_f64: 0.96,
        domain: (-1000.0, 1000.0),
        seam: std::f64::consts::FRAC_PI_4,
        limit: math::LARGEST_ANGLE,
        above: f64::NEG_INFINITY,
    },
];

impl Case {
    fn named(name: &str) -> &'static Self {
        CASES.iter().find(|case| case.name == name).expect("a function of this name is listed")
    }
}
