//! Second derivatives of activations and losses: the steps of a product of the Hessian that a gradient does not have.

use thalweg_kernels::activation::{Activation, Tangent};
use thalweg_kernels::loss::{Curvature, Loss, Task};
use thalweg_kernels::math::Elementary;
use thalweg_kernels::product::Input;
use thalweg_kernels::{Buffer, Isa};

use super::{Demands, Runner, Workload};
use crate::agreement::{Tolerance, assert_close};
use crate::answer::Answer;
use crate::inputs;

/// Units per run: what is read and written stays in the first-level cache.
const ELEMENTS: usize = 1024;
/// Different numbers among them.
const PATTERN: usize = 256;
/// Classes of a classification.
const CLASSES: usize = 10;

/// The step back through an activation of a gradient and its tangent, in place; a run starts by copying both. The reference is
/// the textbook formula in f64.
struct Step<T> {
    activation: &'static Activation,
    isa: Isa,
    arguments: Buffer<T>,
    known: Buffer<T>,
    changes: Buffer<T>,
    upstream: Buffer<T>,
    gradient: Buffer<T>,
    tangent: Buffer<T>,
}

/// scale · (d²L/dz²) · Rz, in place; a run starts by copying Rz. The reference is a difference of the gradient in f64.
struct Bend<T> {
    loss: &'static Loss,
    isa: Isa,
    units: usize,
    outputs: Buffer<T>,
    changes: Buffer<T>,
    targets: Buffer<T>,
    tangent: Buffer<T>,
}

/// The workload of an activation.
pub fn activation<T: Elementary>(activation: &'static Activation, isa: Isa) -> Box<dyn Workload> {
    let mut stream = inputs::stream(12);
    let mut draw = |size: f64| inputs::buffer::<T>(PATTERN, || size * stream.normal());
    let (arguments, upstream, mut changes) = (draw(1.5), draw(1.0), Buffer::zeroed(ELEMENTS));
    inputs::repeat(&draw(1.0), &mut changes);
    let mut values = Buffer::zeroed(ELEMENTS);
    inputs::repeat(&arguments, &mut values);
    activation.forward(isa, &mut values);
    let mut known = Buffer::zeroed(ELEMENTS);
    inputs::repeat(activation.needed(&arguments, &values[..PATTERN]), &mut known);
    let [gradient, tangent] = [0, 1].map(|_| Buffer::zeroed(ELEMENTS));
    Box::new(Step { activation, isa, arguments, known, changes, upstream, gradient, tangent })
}

/// The workload of a loss.
pub fn loss<T: Elementary>(loss: &'static Loss, isa: Isa) -> Box<dyn Workload> {
    let classes = matches!(loss.task, Task::Multiclass | Task::Distribution);
    let units = if classes { CLASSES } else { 1 };
    let (lanes, mut stream) = (isa.lanes::<T>(), inputs::stream(13));
    let examples = ELEMENTS / (units * lanes);
    let outputs = inputs::buffer::<T>(examples * units * lanes, || 2.0 * stream.normal());
    let changes = inputs::buffer(outputs.len(), || stream.normal());
    let targets = inputs::buffer(examples * loss.target_width(units), || match loss.task {
        Task::Regression => stream.normal(),
        Task::Binary => stream.below(2) as f64,
        Task::Multiclass => stream.below(CLASSES as u64) as f64,
        Task::Distribution => stream.uniform() / CLASSES as f64,
    });
    let tangent = Buffer::zeroed(outputs.len());
    Box::new(Bend { loss, isa, units, outputs, changes, targets, tangent })
}

fn tolerance<T: Elementary>(ulps: f64) -> Tolerance {
    let epsilons = Tolerance::ulps::<T>(ulps).relative;
    Tolerance { relative: epsilons, absolute: epsilons }
}

impl<T: Elementary> Step<T> {
    /// dL/dz and R(dL/dz) of a place in the pattern, where R(dL/da) is dL/da.
    fn by_reference(&self, at: usize) -> [f64; 2] {
        let (_, slope, bend) = self.activation.reference(self.arguments[at].to_f64());
        let upstream = self.upstream[at].to_f64();
        [slope * upstream, (bend * self.changes[at].to_f64() + slope) * upstream]
    }
}

impl<T: Elementary> Workload for Step<T> {
    fn name(&self) -> String {
        format!("{}-{}", self.activation.name, T::NAME)
    }

    fn work(&self) -> u64 {
        ELEMENTS as u64
    }

    // What it works on in place is copied first.
    fn demands(&self) -> Option<Demands> {
        let [read, copied] = [2, 4].map(|arrays| arrays * ELEMENTS as u64);
        let held = (PATTERN + 4 * ELEMENTS) as u64;
        Some(Demands { number: size_of::<T>(), loaded: read + copied, stored: copied, held, multiplications: None })
    }

    fn run(&mut self, runner: Runner) {
        inputs::repeat(&self.upstream, &mut self.gradient);
        inputs::repeat(&self.upstream, &mut self.tangent);
        if runner == Runner::Thalweg {
            let (gradient, tangent) = (&mut self.gradient, &mut self.tangent);
            let units = Tangent { x: &self.known, arguments: &self.changes, gradient, tangent };
            return self.activation.backward_with_tangent(self.isa, units);
        }
        for at in 0..ELEMENTS {
            [self.gradient[at], self.tangent[at]] = self.by_reference(at % PATTERN).map(T::from_f64);
        }
    }

    fn answer(&self, to: &mut Answer) {
        to.add(&self.gradient);
        to.add(&self.tangent);
    }

    fn check(&mut self) {
        let expected: Vec<[f64; 2]> = (0..ELEMENTS).map(|at| self.by_reference(at % PATTERN)).collect();
        for runner in self.runners() {
            self.run(runner);
            for (which, got) in [&self.gradient, &self.tangent].into_iter().enumerate() {
                let expected: Vec<f64> = expected.iter().map(|both| both[which]).collect();
                let what = format!("the step back through {} by {}", self.name(), runner.name());
                assert_close(what, got, &expected, tolerance::<T>(32.0));
            }
        }
    }
}

impl<T: Elementary> Bend<T> {
    /// The tangent of every output, by central differences in f64.
    fn by_reference(&self) -> Vec<f64> {
        const H: f64 = 1e-5;
        let (lanes, width) = (self.isa.lanes::<T>(), self.loss.target_width(self.units));
        let mut bends = vec![0.0; self.outputs.len()];
        for (e, y) in self.targets.chunks_exact(width).enumerate() {
            let y: Vec<f64> = y.iter().map(|y| y.to_f64()).collect();
            for lane in 0..lanes {
                let place = |unit: usize| (e * self.units + unit) * lanes + lane;
                let slopes = |h: f64| {
                    let z = |at: usize| self.outputs[at].to_f64() + h * self.changes[at].to_f64();
                    self.loss.reference(&(0..self.units).map(|unit| z(place(unit))).collect::<Vec<f64>>(), &y).1
                };
                for (unit, (above, below)) in slopes(H).into_iter().zip(slopes(-H)).enumerate() {
                    bends[place(unit)] = (above - below) / (2.0 * H);
                }
            }
        }
        bends
    }
}

impl<T: Elementary> Workload for Bend<T> {
    fn name(&self) -> String {
        format!("{}-{}", self.loss.name, T::NAME)
    }

    fn work(&self) -> u64 {
        self.outputs.len() as u64
    }

    fn demands(&self) -> Option<Demands> {
        let (outputs, targets) = (self.outputs.len() as u64, self.targets.len() as u64);
        let (loaded, stored, held) = (3 * outputs + targets, 2 * outputs, 3 * outputs + targets);
        Some(Demands { number: size_of::<T>(), loaded, stored, held, multiplications: None })
    }

    fn run(&mut self, runner: Runner) {
        if runner == Runner::Reference {
            let bends = self.by_reference();
            return self.tangent.iter_mut().zip(bends).for_each(|(to, bend)| *to = T::from_f64(bend));
        }
        self.tangent.copy_from_slice(&self.changes);
        let (targets, scale) = (Input::Shared(&self.targets[..]), T::from_f64(1.0));
        let (outputs, tangent, units) = (&self.outputs[..], &mut self.tangent[..], self.units);
        self.loss.curvature(self.isa, Curvature { outputs, tangent, targets, units, scale });
    }

    fn answer(&self, to: &mut Answer) {
        to.add(&self.tangent);
    }

    fn check(&mut self) {
        let expected = self.by_reference();
        for runner in self.runners() {
            self.run(runner);
            let what = format!("the curvature of {} by {}", self.name(), runner.name());
            assert_close(what, &self.tangent, &expected, tolerance::<T>(32.0));
        }
    }
}
