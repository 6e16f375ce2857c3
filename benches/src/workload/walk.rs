//! Steps down a landscape in one call.

use thalweg_kernels::landscape::{Landscape, Points};
use thalweg_kernels::math::Elementary;
use thalweg_kernels::optimizer::reference::Memory;
use thalweg_kernels::optimizer::{Hyperparameter, Optimizer, Update, state_arrays};
use thalweg_kernels::walk::{Walk, Walker};
use thalweg_kernels::{Buffer, Isa};

use super::{Demands, Runner, Workload};
use crate::agreement::{Tolerance, assert_close};
use crate::answer::Answer;
use crate::inputs;

/// Starts, and steps from each.
const STARTS: usize = 256;
const STEPS: usize = 100;

/// Small steps from points of the landscape's domain. An element is a step from a point; the reference is the textbook's
/// formulas in f64, a start at a time.
struct Descents<T> {
    landscape: &'static Landscape,
    optimizer: &'static Optimizer,
    isa: Isa,
    hyperparameters: Vec<f64>,
    gradient: Buffer<T>,
    starts: Buffer<T>,
    x: Buffer<T>,
    state: Buffer<T>,
    coefficients: Buffer<T>,
    survived: Buffer<T>,
    plain: Vec<f64>,
}

/// The workload of a landscape and an optimizer of which there is such a kernel.
pub fn workload<T: Elementary>(
    landscape: &'static Landscape,
    optimizer: &'static Optimizer,
    isa: Isa,
) -> Box<dyn Workload> {
    let (lanes, mut at, mut stream) = (isa.lanes::<T>(), 0, inputs::stream(12));
    let mut coordinate = || {
        let (low, high) = landscape.facts.bounds(at / lanes % 2);
        at += 1;
        low + (high - low) * stream.uniform()
    };
    // In the corners of some domains the function is too steep for more.
    let value = |h: &Hyperparameter| if h.name == "lr" { 1e-6 } else { h.default };
    let hyperparameters: Vec<f64> = optimizer.hyperparameters.iter().map(value).collect();
    let (mut fresh, mut coefficients) =
        (vec![0.0; optimizer.coefficients], Buffer::zeroed(STARTS * optimizer.coefficients));
    optimizer.advance(&hyperparameters, &mut [], &mut fresh);
    for (row, at) in coefficients.chunks_exact_mut(lanes).zip((0..optimizer.coefficients).cycle()) {
        row.fill(T::from_f64(fresh[at]));
    }
    Box::new(Descents {
        landscape,
        optimizer,
        isa,
        hyperparameters,
        gradient: Buffer::zeroed(2 * STARTS),
        starts: inputs::buffer(2 * STARTS, &mut coordinate),
        x: Buffer::zeroed(2 * STARTS),
        state: Buffer::zeroed(2 * STARTS * optimizer.state),
        coefficients,
        survived: Buffer::zeroed(STARTS),
        plain: vec![0.0; 2 * STARTS],
    })
}

impl<T: Elementary> Descents<T> {
    /// The place of a coordinate of a start.
    fn place(&self, start: usize, i: usize) -> usize {
        let lanes = self.isa.lanes::<T>();
        (start / lanes * 2 + i) * lanes + start % lanes
    }

    /// What a walk amounts to, for the scalar instruction set, which has none.
    fn step_by_step(&mut self) {
        let Self { landscape, optimizer, isa, x, state, coefficients, gradient, survived, .. } = self;
        for _ in 0..STEPS {
            landscape.gradient(*isa, Points { x, dimensions: 2, spectrum: &[] }, gradient);
            let state = state_arrays(state, x.len());
            optimizer.update(
                *isa,
                Update { groups: STARTS, weights: x, gradient, state, range: 0..2, coefficients, alarm: survived },
            );
        }
    }

    fn by_formula(&mut self) {
        for start in 0..STARTS {
            let places = [0, 1].map(|i| self.place(start, i));
            let (mut x, mut memory) = (places.map(|place| self.starts[place].to_f64()), [Memory::default(); 2]);
            for _ in 0..STEPS {
                let (_, gradient) = self.landscape.reference(&x, &[]);
                for ((x, memory), partial) in x.iter_mut().zip(&mut memory).zip(gradient) {
                    *x = self.optimizer.reference(&self.hyperparameters, *x, partial, memory);
                }
            }
            places.into_iter().zip(x).for_each(|(place, x)| self.plain[place] = x);
        }
    }
}

impl<T: Elementary> Workload for Descents<T> {
    fn name(&self) -> String {
        format!("{}-{}-{}", self.landscape.facts.name, self.optimizer.name, T::NAME)
    }

    fn work(&self) -> u64 {
        (STARTS * STEPS) as u64
    }

    fn unit(&self) -> &'static str {
        "steps"
    }

    fn demands(&self) -> Option<Demands> {
        let stored = (self.x.len() + self.state.len() + self.survived.len()) as u64;
        // Coefficients are read at every step.
        let loaded = (self.coefficients.len() * STEPS) as u64;
        let held = stored + self.coefficients.len() as u64;
        Some(Demands { number: size_of::<T>(), loaded, stored, held, multiplications: None })
    }

    fn run(&mut self, runner: Runner) {
        if runner == Runner::Reference {
            return self.by_formula();
        }
        self.x.copy_from_slice(&self.starts);
        self.state.fill(T::default());
        let walker = Walker::new(self.isa, self.landscape, self.optimizer, 2);
        let Some(walker) = walker else { return self.step_by_step() };
        let Self { x, state, coefficients, survived, .. } = self;
        let walk = Walk { steps: STEPS as u64, x, state, coefficients, survived };
        walker.go(walk);
    }

    fn answer(&self, to: &mut Answer) {
        to.add(&self.x);
    }

    fn check(&mut self) {
        self.run(Runner::Thalweg);
        self.run(Runner::Reference);
        let largest = self.plain.iter().fold(1.0, |most: f64, x| most.max(x.abs()));
        // A hundred roundings of a coordinate.
        let epsilon = if size_of::<T>() == 4 { f64::from(f32::EPSILON) } else { f64::EPSILON };
        assert_close(self.name(), &self.x, &self.plain, Tolerance::absolute(STEPS as f64 * epsilon * largest));
        assert!(self.survived.iter().all(|steps| steps.to_f64() == STEPS as f64), "{}: a start is lost", self.name());
    }
}
