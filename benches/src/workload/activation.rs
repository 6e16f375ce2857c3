//! Activation functions and their derivatives.

use thalweg_kernels::activation::{Activation, Needs};
use thalweg_kernels::math::Elementary;
use thalweg_kernels::{Buffer, Isa};

use super::{Demands, Runner, Workload};
use crate::agreement::{Tolerance, assert_close};
use crate::answer::Answer;
use crate::inputs;

/// Units per run.
const ELEMENTS: usize = 2048;
/// Different numbers among them.
const PATTERN: usize = 512;

/// One activation on 2,048 units in the first-level cache, in place; a run starts by copying its inputs. The reference
/// is the textbook formula in f64.
struct Layer<T> {
    activation: &'static Activation,
    isa: Isa,
    pattern: Buffer<T>,
    values: Buffer<T>,
}

/// z → g(z).
struct Forward<T>(Layer<T>);

/// dL/da → dL/dz.
struct Backward<T> {
    layer: Layer<T>,
    upstream: Buffer<T>,
    gradient: Buffer<T>,
}

impl<T: Elementary> Layer<T> {
    fn new(activation: &'static Activation, isa: Isa) -> Self {
        let mut stream = inputs::stream(2);
        let pattern = inputs::buffer(PATTERN, || 1.5 * stream.normal());
        Self { activation, isa, pattern, values: Buffer::zeroed(ELEMENTS) }
    }

    fn tolerance() -> Tolerance {
        // A derivative from the rounded value is as good as the value: some epsilons of 1.
        let epsilons = Tolerance::ulps::<T>(8.0).relative;
        Tolerance { relative: epsilons, absolute: epsilons }
    }
}

/// The workload of an activation's values.
pub fn forward<T: Elementary>(activation: &'static Activation, isa: Isa) -> Box<dyn Workload> {
    Box::new(Forward(Layer::<T>::new(activation, isa)))
}

/// The workload of back propagation through an activation.
pub fn backward<T: Elementary>(activation: &'static Activation, isa: Isa) -> Box<dyn Workload> {
    let mut layer = Layer::<T>::new(activation, isa);
    inputs::repeat(&layer.pattern, &mut layer.values);
    if activation.needs == Needs::Value {
        activation.forward(isa, &mut layer.values);
    }
    let mut stream = inputs::stream(3);
    let upstream = inputs::buffer(PATTERN, || stream.normal());
    Box::new(Backward { layer, upstream, gradient: Buffer::zeroed(ELEMENTS) })
}

impl<T: Elementary> Workload for Forward<T> {
    fn name(&self) -> String {
        format!("{}-{}", self.0.activation.name, T::NAME)
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

    fn run(&mut self, runner: Runner) {
        let Layer { activation, isa, pattern, values } = &mut self.0;
        inputs::repeat(pattern, values);
        match runner {
            Runner::Thalweg => activation.forward(*isa, values),
            _ => values.iter_mut().for_each(|z| *z = T::from_f64(activation.reference(z.to_f64()).0)),
        }
    }

    fn answer(&self, to: &mut Answer) {
        to.add(&self.0.values);
    }

    fn check(&mut self) {
        let activation = self.0.activation;
        let expected: Vec<f64> = self.0.pattern.iter().map(|z| activation.reference(z.to_f64()).0).collect();
        for runner in self.runners() {
            self.run(runner);
            let what = format!("{} by {}", self.name(), runner.name());
            for values in self.0.values.chunks(PATTERN) {
                assert_close(&what, values, &expected, Layer::<T>::tolerance());
            }
        }
    }
}

impl<T: Elementary> Workload for Backward<T> {
    fn name(&self) -> String {
        format!("{}-{}", self.layer.activation.name, T::NAME)
    }

    fn work(&self) -> u64 {
        ELEMENTS as u64
    }

    // What it works on in place is copied first.
    fn demands(&self) -> Option<Demands> {
        let [values, copied] = [1, 2].map(|arrays| arrays * ELEMENTS as u64);
        let held = (PATTERN + 2 * ELEMENTS) as u64;
        Some(Demands { number: size_of::<T>(), loaded: values + copied, stored: copied, held, multiplications: None })
    }

    fn run(&mut self, runner: Runner) {
        let Layer { activation, isa, pattern, values } = &self.layer;
        inputs::repeat(&self.upstream, &mut self.gradient);
        match runner {
            Runner::Thalweg => activation.backward(*isa, values, &mut self.gradient),
            _ => {
                for gradient in self.gradient.chunks_mut(PATTERN) {
                    for (gradient, z) in gradient.iter_mut().zip(pattern.iter()) {
                        let (_, derivative, _) = activation.reference(z.to_f64());
                        *gradient = T::from_f64(gradient.to_f64() * derivative);
                    }
                }
            }
        }
    }

    fn answer(&self, to: &mut Answer) {
        to.add(&self.gradient);
    }

    fn check(&mut self) {
        let derivative = |z: f64| self.layer.activation.reference(z).1;
        let terms = self.upstream.iter().zip(self.layer.pattern.iter());
        let expected: Vec<f64> = terms.map(|(upstream, z)| upstream.to_f64() * derivative(z.to_f64())).collect();
        for runner in self.runners() {
            self.run(runner);
            let what = format!("the derivative of {} by {}", self.name(), runner.name());
            for gradient in self.gradient.chunks(PATTERN) {
                assert_close(&what, gradient, &expected, Layer::<T>::tolerance());
            }
        }
    }
}
