//! Elementary functions on a slice in the first-level cache.

use thalweg_kernels::{Buffer, Isa, math};

use super::{Runner, Workload};
use crate::agreement::{Tolerance, assert_close};
use crate::inputs;
use crate::plain::Plain;
use crate::roofline::Demands;

/// Numbers per run.
const ELEMENTS: usize = 2048;
/// Different numbers among them.
const PATTERN: usize = 512;
/// Both the kernels and std are held to this error; what each promises is less.
const ULPS: f64 = 4.0;

/// The names of the functions that there are workloads for.
pub const FUNCTIONS: &[&str] = &["exp", "ln", "tanh", "sigmoid", "softplus", "sin", "cos"];

/// One function on 2,048 numbers, in place; a run starts by copying its inputs, which costs a tenth of the fastest.
struct Function<T: Plain> {
    name: &'static str,
    isa: Isa,
    pattern: Buffer<T>,
    values: Buffer<T>,
    kernel: fn(Isa, &mut [T]),
    plain: fn(&mut [T]),
    exact: fn(f64) -> f64,
}

/// The workload of the function called `name`: std's code is the reference for speed, libm's in f64 for the answer.
///
/// # Panics
///
/// If there is no such function.
pub fn workload<T: Plain>(name: &str, isa: Isa) -> Box<dyn Workload> {
    let mut stream = inputs::stream(1);
    let mut pattern = |low: f64, high: f64| inputs::buffer(PATTERN, || low + (high - low) * stream.uniform());
    let values = Buffer::zeroed(ELEMENTS);
    let make = |name, pattern, kernel, plain, exact| Function { name, isa, pattern, values, kernel, plain, exact };
    Box::new(match name {
        "exp" => make("exp", pattern(-10.0, 10.0), math::exp, |xs| each(xs, T::std_exp), libm::exp),
        "ln" => make("ln", pattern(1e-3, 1e2), math::ln, |xs| each(xs, T::std_ln), libm::log),
        "tanh" => make("tanh", pattern(-4.0, 4.0), math::tanh, |xs| each(xs, T::std_tanh), libm::tanh),
        "sigmoid" => make(
            "sigmoid",
            pattern(-8.0, 8.0),
            math::sigmoid,
            |xs| each(xs, T::std_sigmoid),
            |x| 1.0 / (1.0 + libm::exp(-x)),
        ),
        "softplus" => make(
            "softplus",
            pattern(-8.0, 8.0),
            math::softplus,
            |xs| each(xs, T::std_softplus),
            |x| x.max(0.0) + libm::log1p(libm::exp(-x.abs())),
        ),
        "sin" => make("sin", pattern(-100.0, 100.0), math::sin, |xs| each(xs, T::std_sin), libm::sin),
        "cos" => make("cos", pattern(-100.0, 100.0), math::cos, |xs| each(xs, T::std_cos), libm::cos),
        _ => panic!("no workload for a function called {name}"),
    })
}

#[inline]
fn each<T: Plain>(xs: &mut [T], f: impl Fn(T) -> T) {
    xs.iter_mut().for_each(|x| *x = f(*x));
}

impl<T: Plain> Workload for Function<T> {
    fn name(&self) -> String {
        format!("{}-{}", self.name, T::NAME)
    }

    fn work(&self) -> u64 {
        ELEMENTS as u64
    }

    // Its inputs are copied first.
    fn demands(&self) -> Option<Demands> {
        Some(Demands {
            number: size_of::<T>(),
            loaded: 2 * ELEMENTS as u64,
            stored: 2 * ELEMENTS as u64,
            multiplications: None,
        })
    }

    fn run(&mut self, runner: Runner) {
        inputs::repeat(&self.pattern, &mut self.values);
        match runner {
            Runner::Thalweg => (self.kernel)(self.isa, &mut self.values),
            _ => (self.plain)(&mut self.values),
        }
    }

    fn check(&mut self) {
        let expected: Vec<f64> = self.pattern.iter().map(|x| (self.exact)(x.to_f64())).collect();
        for &runner in self.runners() {
            self.run(runner);
            let what = format!("{} by {}", self.name, runner.name());
            for values in self.values.chunks(PATTERN) {
                assert_close(&what, values, &expected, Tolerance::ulps::<T>(ULPS));
            }
        }
    }
}
