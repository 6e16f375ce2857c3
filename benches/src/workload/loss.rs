//! Loss functions: their gradient with respect to the outputs, and their value.

use thalweg_kernels::loss::{Gradient, Loss, Task, Value};
use thalweg_kernels::math::Elementary;
use thalweg_kernels::product::Input;
use thalweg_kernels::{Buffer, Isa};

use super::{Demands, Runner, Workload};
use crate::agreement::{Tolerance, assert_close};
use crate::answer::Answer;
use crate::inputs;

/// Outputs per run, about.
const ELEMENTS: usize = 2048;
/// Classes of a classification.
const CLASSES: usize = 10;

/// A chunk of examples whose targets all lanes share. The reference is the textbook formula in f64.
struct Chunk<T> {
    loss: &'static Loss,
    isa: Isa,
    units: usize,
    examples: usize,
    /// `[example][unit][lane]`
    outputs: Buffer<T>,
    targets: Buffer<T>,
}

/// scale · dL/dz, in place; a run starts by copying the outputs.
struct Slope<T> {
    chunk: Chunk<T>,
    scale: T,
    gradient: Buffer<T>,
    alarm: Buffer<T>,
}

/// L per example and lane.
struct Height<T> {
    chunk: Chunk<T>,
    losses: Buffer<T>,
    correct: Buffer<T>,
}

impl<T: Elementary> Chunk<T> {
    fn new(loss: &'static Loss, isa: Isa) -> Self {
        let classes = matches!(loss.task, Task::Multiclass | Task::Distribution);
        let units = if classes { CLASSES } else { 1 };
        let examples = ELEMENTS / (units * isa.lanes::<T>());
        let mut stream = inputs::stream(4);
        let outputs = inputs::buffer(examples * units * isa.lanes::<T>(), || 2.0 * stream.normal());
        let mut at = 0;
        let targets = inputs::buffer(examples * loss.target_width(units), || match loss.task {
            Task::Regression => stream.normal(),
            Task::Binary => stream.below(2) as f64,
            Task::Multiclass => stream.below(CLASSES as u64) as f64,
            // One-hot: the classes take turns.
            Task::Distribution => {
                at += 1;
                f64::from(u8::from((at - 1) % CLASSES == (at - 1) / CLASSES % CLASSES))
            }
        });
        Self { loss, isa, units, examples, outputs, targets }
    }

    /// Calls `f` with each example's place, the lane and the reference's answer.
    fn reference(&self, mut f: impl FnMut(usize, usize, f64, Vec<f64>)) {
        let (lanes, width) = (self.isa.lanes::<T>(), self.loss.target_width(self.units));
        let (mut z, mut y) = (vec![0.0; self.units], vec![0.0; width]);
        for example in 0..self.examples {
            y.iter_mut().zip(&self.targets[example * width..]).for_each(|(y, target)| *y = target.to_f64());
            for lane in 0..lanes {
                for (unit, z) in z.iter_mut().enumerate() {
                    *z = self.outputs[(example * self.units + unit) * lanes + lane].to_f64();
                }
                let (value, gradient) = self.loss.reference(&z, &y);
                f(example, lane, value, gradient);
            }
        }
    }

    fn name(&self) -> String {
        format!("{}-{}", self.loss.name, T::NAME)
    }

    fn tolerance() -> Tolerance {
        let epsilons = Tolerance::ulps::<T>(8.0).relative;
        Tolerance { relative: epsilons, absolute: epsilons }
    }
}

/// The workload of a loss's gradient.
pub fn gradient<T: Elementary>(loss: &'static Loss, isa: Isa) -> Box<dyn Workload> {
    let chunk = Chunk::<T>::new(loss, isa);
    let (gradient, alarm) = (Buffer::zeroed(chunk.outputs.len()), Buffer::zeroed(isa.lanes::<T>()));
    Box::new(Slope { chunk, scale: T::from_f64(1.0 / 64.0), gradient, alarm })
}

/// The workload of a loss's value.
pub fn value<T: Elementary>(loss: &'static Loss, isa: Isa) -> Box<dyn Workload> {
    let chunk = Chunk::<T>::new(loss, isa);
    let buffer = || Buffer::zeroed(chunk.examples * isa.lanes::<T>());
    let (losses, correct) = (buffer(), buffer());
    Box::new(Height { chunk, losses, correct })
}

impl<T: Elementary> Slope<T> {
    fn by_reference(&self, mut set: impl FnMut(usize, f64)) {
        let (lanes, units) = (self.chunk.isa.lanes::<T>(), self.chunk.units);
        self.chunk.reference(|example, lane, _, gradient| {
            for (unit, slope) in gradient.iter().enumerate() {
                set((example * units + unit) * lanes + lane, self.scale.to_f64() * slope);
            }
        });
    }
}

impl<T: Elementary> Workload for Slope<T> {
    fn name(&self) -> String {
        self.chunk.name()
    }

    fn work(&self) -> u64 {
        self.chunk.outputs.len() as u64
    }

    // The outputs are copied first.
    fn demands(&self) -> Option<Demands> {
        let (outputs, targets) = (self.chunk.outputs.len() as u64, self.chunk.targets.len() as u64);
        let (loaded, stored, held) = (2 * outputs + targets, 2 * outputs, 2 * outputs + targets);
        Some(Demands { number: size_of::<T>(), loaded, stored, held, multiplications: None })
    }

    fn run(&mut self, runner: Runner) {
        if runner == Runner::Reference {
            let mut gradient = std::mem::take(&mut self.gradient);
            self.by_reference(|at, slope| gradient[at] = T::from_f64(slope));
            self.gradient = gradient;
            return;
        }
        let Self { chunk, scale, gradient, alarm } = self;
        gradient.copy_from_slice(&chunk.outputs);
        let targets = Input::Shared(&chunk.targets);
        let batch = Gradient { outputs: gradient, targets, units: chunk.units, scale: *scale, alarm };
        chunk.loss.gradient(chunk.isa, batch);
    }

    fn answer(&self, to: &mut Answer) {
        to.add(&self.gradient);
    }

    fn check(&mut self) {
        let mut expected = vec![f64::NAN; self.gradient.len()];
        self.by_reference(|at, slope| expected[at] = slope);
        for runner in self.runners() {
            self.run(runner);
            let what = format!("the gradient of {} by {}", self.name(), runner.name());
            assert_close(what, &self.gradient, &expected, Chunk::<T>::tolerance());
        }
        assert!(self.alarm.iter().all(|alarm| alarm.is_finite()), "{}: a false alarm", self.name());
    }
}

impl<T: Elementary> Workload for Height<T> {
    fn name(&self) -> String {
        self.chunk.name()
    }

    fn work(&self) -> u64 {
        self.chunk.outputs.len() as u64
    }

    fn demands(&self) -> Option<Demands> {
        let loaded = (self.chunk.outputs.len() + self.chunk.targets.len()) as u64;
        let stored = (self.losses.len() + self.correct.len()) as u64;
        Some(Demands { number: size_of::<T>(), loaded, stored, held: loaded + stored, multiplications: None })
    }

    fn run(&mut self, runner: Runner) {
        let Self { chunk, losses, correct } = self;
        if runner == Runner::Reference {
            let lanes = chunk.isa.lanes::<T>();
            chunk.reference(|example, lane, value, _| losses[example * lanes + lane] = T::from_f64(value));
            return;
        }
        let targets = Input::Shared(&chunk.targets);
        chunk.loss.value(chunk.isa, Value { outputs: &chunk.outputs, targets, units: chunk.units, losses, correct });
    }

    fn answer(&self, to: &mut Answer) {
        to.add(&self.losses);
    }

    fn check(&mut self) {
        let mut expected = vec![];
        self.chunk.reference(|_, _, value, _| expected.push(value));
        for runner in self.runners() {
            self.run(runner);
            let what = format!("the value of {} by {}", self.name(), runner.name());
            assert_close(what, &self.losses, &expected, Chunk::<T>::tolerance());
        }
    }
}
