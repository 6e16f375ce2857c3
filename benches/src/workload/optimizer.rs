//! One step of an optimizer on a block of trials.

use thalweg_kernels::math::Elementary;
use thalweg_kernels::optimizer::reference::Memory;
use thalweg_kernels::optimizer::{Optimizer, Update, state_arrays};
use thalweg_kernels::{Buffer, Isa};

use super::{Demands, Runner, Workload};
use crate::agreement::{Tolerance, assert_close};
use crate::answer::Answer;
use crate::inputs;

/// Weights per run: they, their gradient and two state arrays stay in the first-level cache.
const ELEMENTS: usize = 1024;
/// Steps that are compared with the reference.
const STEPS: usize = 3;

/// A block at its optimizer's default hyperparameters. A run is one more step with the same gradient; the coefficients
/// stay those of the last checked step. The reference is the textbook's formula in f64, a parameter at a time.
struct Block<T> {
    optimizer: &'static Optimizer,
    isa: Isa,
    hyperparameters: Vec<f64>,
    weights: Buffer<T>,
    gradient: Buffer<T>,
    state: Buffer<T>,
    coefficients: Buffer<T>,
    alarm: Buffer<T>,
    plain: Vec<(f64, Memory)>,
}

/// The workload of an optimizer.
pub fn workload<T: Elementary>(optimizer: &'static Optimizer, isa: Isa) -> Box<dyn Workload> {
    let lanes = isa.lanes::<T>();
    let mut stream = inputs::stream(5);
    let weights: Buffer<T> = inputs::buffer(ELEMENTS, || stream.normal());
    let gradient = inputs::buffer(ELEMENTS, || stream.normal());
    let plain = weights.iter().map(|w| (w.to_f64(), Memory::default())).collect();
    Box::new(Block {
        optimizer,
        isa,
        hyperparameters: optimizer.hyperparameters.iter().map(|parameter| parameter.default).collect(),
        weights,
        gradient,
        state: Buffer::zeroed(ELEMENTS * optimizer.state),
        coefficients: Buffer::zeroed(lanes * optimizer.coefficients),
        alarm: Buffer::zeroed(lanes),
        plain,
    })
}

impl<T: Elementary> Workload for Block<T> {
    fn name(&self) -> String {
        format!("{}-{}", self.optimizer.name, T::NAME)
    }

    fn work(&self) -> u64 {
        ELEMENTS as u64
    }

    fn demands(&self) -> Option<Demands> {
        let arrays = |count: usize| (count * ELEMENTS) as u64;
        let (loaded, stored) = (arrays(2 + self.optimizer.state), arrays(1 + self.optimizer.state));
        Some(Demands { number: size_of::<T>(), loaded, stored, held: loaded, multiplications: None })
    }

    fn run(&mut self, runner: Runner) {
        if runner == Runner::Reference {
            for ((w, memory), g) in self.plain.iter_mut().zip(self.gradient.iter()) {
                *w = self.optimizer.reference(&self.hyperparameters, *w, g.to_f64(), memory);
            }
            return;
        }
        let update = Update {
            groups: 1,
            weights: &mut self.weights,
            gradient: &self.gradient,
            state: state_arrays(&mut self.state, self.gradient.len()),
            range: 0..self.plain.len() / self.isa.lanes::<T>(),
            coefficients: &self.coefficients,
            alarm: &mut self.alarm,
        };
        self.optimizer.update(self.isa, update);
    }

    fn answer(&self, to: &mut Answer) {
        to.add(&self.weights);
    }

    fn check(&mut self) {
        let lanes = self.isa.lanes::<T>();
        let mut products = vec![1.0; self.optimizer.products];
        let mut fresh = vec![0.0; self.optimizer.coefficients];
        for done in 1..=STEPS {
            self.optimizer.advance(&self.hyperparameters, &mut products, &mut fresh);
            for (row, coefficient) in self.coefficients.chunks_exact_mut(lanes).zip(&fresh) {
                row.fill(T::from_f64(*coefficient));
            }
            self.run(Runner::Thalweg);
            self.run(Runner::Reference);
            let expected: Vec<f64> = self.plain.iter().map(|(w, _)| *w).collect();
            // A thousandth of one step of a weight with gradient 1 (at a learning rate of 1e-3) in f32.
            let tolerance = Tolerance::absolute(if size_of::<T>() == 4 { 1e-6 } else { 1e-14 });
            assert_close(format!("step {done} of {}", self.name()), &self.weights, &expected, tolerance);
        }
        assert!(self.alarm.iter().all(|alarm| alarm.is_finite()), "{}: a false alarm", self.name());
    }
}
