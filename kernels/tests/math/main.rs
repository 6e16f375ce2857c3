//! The elementary functions: error, agreement of the instruction sets, special values.
//!
//! The tests that take minutes are ignored:
//! `cargo test --release -p thalweg-kernels --test math -- --ignored --nocapture --test-threads 1`

mod derivatives;
mod double_double;
mod f32_error;
mod f64_error;
mod isas;
mod large_angles;
mod slopes;
mod special;

use std::f64::consts::{FRAC_PI_4, LN_2};
use std::sync::atomic::{AtomicU64, Ordering};

use double_double::Exact;
use thalweg_kernels::Isa;
use thalweg_kernels::activation::Activation;
use thalweg_kernels::math::{self, Elementary};

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
    /// As far, on either side, as the reference in double-double arithmetic goes.
    limit: f64,
    /// They are defined only above this.
    above: f64,
}

/// A function of [`math`], and its reference of the same name in double-double arithmetic.
macro_rules! case {
    ($name:ident: $plain:expr, largest: [$f32:expr, $f64:expr], domain: $domain:expr, seam: $seam:expr) => {
        Case {
            name: stringify!($name),
            f32: math::$name,
            f64: math::$name,
            plain: $plain,
            exact: double_double::$name,
            largest_f32: $f32,
            largest_f64: $f64,
            domain: $domain,
            seam: $seam,
            limit: f64::INFINITY,
            above: f64::NEG_INFINITY,
        }
    };
}

const CASES: [Case; 11] = [
    case!(exp: libm::exp, largest: [0.79, 0.79], domain: (-746.0, 710.0), seam: LN_2 / 8.0),
    case!(expm1: libm::expm1, largest: [1.41, 1.26], domain: (-40.0, 710.0), seam: LN_2 / 4.0),
    case!(ln: libm::log, largest: [0.9, 0.92], domain: (0.0, 10.0), seam: LN_2 / 4.0),
    case!(log1p: libm::log1p, largest: [1.0, 0.96], domain: (-1.0, 10.0), seam: 0.25).above(-1.0),
    case!(tanh: libm::tanh, largest: [1.29, 1.55], domain: (-20.0, 20.0), seam: LN_2 / 8.0),
    case!(sigmoid: |x| 1.0 / (1.0 + libm::exp(-x)), largest: [1.54, 1.59], domain: (-746.0, 40.0), seam: LN_2 / 8.0),
    case!(
        softplus: |x| x.max(0.0) + libm::log1p(libm::exp(-x.abs())),
        largest: [1.72, 1.69],
        domain: (-746.0, 40.0),
        seam: LN_2 / 8.0
    ),
    case!(erf: libm::erf, largest: [1.01, 1.03], domain: (-6.0, 6.0), seam: 0.25),
    case!(
        gelu_derivative: |x| Activation::named("gelu").unwrap().reference(x).1,
        largest: [5.1, 4.6],
        domain: (-40.0, 10.0),
        seam: 0.25
    ),
    case!(
        sin: libm::sin,
        largest: [1.01, 0.95],
        domain: (-1000.0, 1000.0),
        seam: FRAC_PI_4
    )
    .up_to(100_000.0),
    case!(
        cos: libm::cos,
        largest: [1.01, 0.96],
        domain: (-1000.0, 1000.0),
        seam: FRAC_PI_4
    )
    .up_to(100_000.0),
];

impl Case {
    const fn up_to(self, limit: f64) -> Self {
        Self { limit, ..self }
    }

    const fn above(self, above: f64) -> Self {
        Self { above, ..self }
    }

    fn named(name: &str) -> &'static Self {
        CASES.iter().find(|case| case.name == name).expect("a function of this name is listed")
    }
}

/// The largest error of a function, and where it is: over the points of all chunks, which as many threads as there are
/// take one after the other.
fn largest<T: Elementary>(
    function: fn(Isa, &mut [T]),
    chunks: u64,
    points: impl Fn(u64) -> Vec<T> + Sync,
    error: impl Fn(T, T) -> f64 + Sync,
) -> (f64, T) {
    largest_by(&|xs| function(Isa::best(), xs), chunks, points, error)
}

/// The same of what a closure makes of numbers in place.
fn largest_by<T: Elementary>(
    function: &(dyn Fn(&mut [T]) + Sync),
    chunks: u64,
    points: impl Fn(u64) -> Vec<T> + Sync,
    error: impl Fn(T, T) -> f64 + Sync,
) -> (f64, T) {
    let next = AtomicU64::new(0);
    let search = || {
        let mut worst = (0.0, T::default());
        loop {
            let chunk = next.fetch_add(1, Ordering::Relaxed);
            if chunk >= chunks {
                return worst;
            }
            let xs = points(chunk);
            let mut ys = xs.clone();
            function(&mut ys);
            for (x, y) in xs.into_iter().zip(ys) {
                let error = error(x, y);
                if error > worst.0 {
                    worst = (error, x);
                }
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
    std::thread::scope(|scope| {
        let searches: Vec<_> = (0..threads).map(|_| scope.spawn(search)).collect();
        let worsts = searches.into_iter().map(|search| search.join().expect("the search does not panic"));
        worsts.fold((0.0, T::default()), |a, b| if b.0 > a.0 { b } else { a })
    })
}
