//! Elementary functions on a slice in the first-level cache.

use thalweg_kernels::{Buffer, Isa, math};

use super::{Demands, Runner, Workload};
use crate::agreement::{Tolerance, assert_close};
use crate::answer::Answer;
use crate::inputs;
#[cfg(feature = "peers")]
use crate::peer::sleef::{self, Class};
use crate::plain::Plain;

/// Numbers per run.
const ELEMENTS: usize = 2048;
/// Different numbers among them.
const PATTERN: usize = 512;
/// Both the kernels and std are held to this error; what each promises is less.
const ULPS: f64 = 4.0;

/// The names of the functions that there are workloads for.
pub const FUNCTIONS: &[&str] = &["exp", "expm1", "ln", "log1p", "tanh", "sigmoid", "softplus", "erf", "sin", "cos"];

/// One function on 2,048 numbers, in place; a run starts by copying its inputs, which costs a tenth of the fastest.
struct Function<T: Plain> {
    name: &'static str,
    isa: Isa,
    pattern: Buffer<T>,
    values: Buffer<T>,
    kernel: fn(Isa, &mut [T]),
    plain: fn(&mut [T]),
    exact: fn(f64) -> f64,
    /// SLEEF's functions of both classes.
    #[cfg(feature = "peers")]
    sleef: [Option<sleef::Function>; 2],
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
    let make = |name, pattern, kernel, plain, exact| Function {
        name,
        isa,
        pattern,
        values,
        kernel,
        plain,
        exact,
        #[cfg(feature = "peers")]
        sleef: [Class::U10, Class::U35].map(|class| sleef::function(name, class)),
    };
    Box::new(match name {
        "exp" => make("exp", pattern(-10.0, 10.0), math::exp, |xs| each(xs, T::std_exp), libm::exp),
        "ln" => make("ln", pattern(1e-3, 1e2), math::ln, |xs| each(xs, T::std_ln), libm::log),
        "expm1" => make("expm1", pattern(-8.0, 8.0), math::expm1, |xs| each(xs, T::std_expm1), libm::expm1),
        "log1p" => make("log1p", pattern(-0.9, 8.0), math::log1p, |xs| each(xs, T::std_log1p), libm::log1p),
        "erf" => make("erf", pattern(-3.0, 3.0), math::erf, |xs| each(xs, T::libm_erf), libm::erf),
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

#[cfg(feature = "peers")]
impl<T: Plain> Function<T> {
    /// The classes of SLEEF's function.
    fn sleef_runners(&self) -> impl Iterator<Item = Runner> {
        let callable = T::NAME == "f32" && !self.isa.is_scalar();
        let runners = [Runner::SleefU10, Runner::SleefU35].into_iter().zip(self.sleef);
        runners.filter(move |(_, function)| callable && function.is_some()).map(|(runner, _)| runner)
    }
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
        let copied = 2 * ELEMENTS as u64;
        let held = (PATTERN + ELEMENTS) as u64;
        Some(Demands { number: size_of::<T>(), loaded: copied, stored: copied, held, multiplications: None })
    }

    fn runners(&self) -> Vec<Runner> {
        let runners = [Runner::Thalweg, Runner::Reference].into_iter();
        #[cfg(feature = "peers")]
        let runners = runners.chain(self.sleef_runners());
        runners.collect()
    }

    fn run(&mut self, runner: Runner) {
        inputs::repeat(&self.pattern, &mut self.values);
        match runner {
            Runner::Thalweg => (self.kernel)(self.isa, &mut self.values),
            #[cfg(feature = "peers")]
            Runner::SleefU10 | Runner::SleefU35 => {
                let function = self.sleef[usize::from(runner == Runner::SleefU35)].expect("it is among the runners");
                function.in_place(self.isa, bytemuck::cast_slice_mut(&mut self.values));
            }
            _ => (self.plain)(&mut self.values),
        }
    }

    fn answer(&self, to: &mut Answer) {
        to.add(&self.values);
    }

    fn check(&mut self) {
        let expected: Vec<f64> = self.pattern.iter().map(|x| (self.exact)(x.to_f64())).collect();
        for runner in self.runners() {
            self.run(runner);
            let what = format!("{} by {}", self.name, runner.name());
            for values in self.values.chunks(PATTERN) {
                assert_close(&what, values, &expected, Tolerance::ulps::<T>(ULPS));
            }
        }
    }
}
