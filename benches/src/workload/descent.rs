//! Going down a landscape with momentum, from a grid of starts.

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use thalweg::descent::Descent;
use thalweg::train::{Engine, Job, Keep, Lane, Outcome, Timetable, TrainingPath, train};
use thalweg_kernels::Isa;
use thalweg_kernels::landscape::Landscape;
use thalweg_kernels::optimizer::MOMENTUM;
use thalweg_kernels::optimizer::reference::Memory;

use super::{Runner, Workload};
use crate::agreement::{Tolerance, assert_close};
use crate::answer::Answer;

/// Updates of a trial.
const STEPS: u64 = 1000;
/// Learning rate and momentum, in PyTorch's form.
const HYPERPARAMETERS: [f64; 3] = [1e-4, 0.9, 0.0];
/// Lanes of a block: as `thalweg plan` chooses them.
const LANES: usize = 682;
/// Starts that are compared with the reference.
const CHECKED: usize = 16;

/// Starts on a grid over \[-2, 2\]², 1,000 steps of momentum each. An element is a step from a point; the reference is
/// the textbook's formula in f64, a start at a time.
struct Walk {
    landscape: &'static Landscape,
    isa: Isa,
    starts: Vec<Vec<f64>>,
    ends: Vec<f32>,
}

/// The workload of a landscape with `side` starts along each coordinate.
pub fn workload(landscape: &'static Landscape, side: usize, isa: Isa) -> Box<dyn Workload> {
    let at = |i: usize| -2.0 + 4.0 * i as f64 / (side - 1) as f64;
    let starts: Vec<Vec<f64>> = (0..side * side).map(|i| vec![at(i / side), at(i % side)]).collect();
    let ends = vec![f32::NAN; 2 * starts.len()];
    Box::new(Walk { landscape, isa, starts, ends })
}

impl Walk {
    fn by_thalweg(&mut self) {
        let objective = Descent::<f32>::new(self.landscape, 2, &[]);
        let lane = |start| Lane { hyperparameters: &HYPERPARAMETERS, start, keep: Keep::Ends, ..Lane::default() };
        let optimizer = &MOMENTUM;
        let jobs = [Job { optimizer, lanes: self.starts.iter().map(|start| lane(start)).collect() }];
        let schedule =
            Timetable { steps: STEPS, logged: vec![0, STEPS], divergence_factor: f64::INFINITY, target: None };
        let engine = Engine { isa: self.isa, threads: 1, path: TrainingPath::Population, lanes: Some(LANES) };
        let ends = Mutex::new(&mut self.ends);
        let done = |_, first: usize, outcomes: &[Outcome]| {
            let mut ends = ends.lock().expect("no thread panics");
            for (end, outcome) in ends[2 * first..].chunks_exact_mut(2).zip(outcomes) {
                let x = outcome.end().unwrap_or(&[f64::NAN; 2]);
                end.iter_mut().zip(x).for_each(|(end, x)| *end = *x as f32);
            }
        };
        train(&objective, &jobs, &schedule, &[], engine, &AtomicBool::new(false), done).expect("a thread starts");
    }

    fn end_by_formula(&self, start: &[f64]) -> Vec<f64> {
        let (mut x, mut memory) = (start.to_vec(), vec![Memory::default(); start.len()]);
        for _ in 0..STEPS {
            let (_, gradient) = self.landscape.reference(&x, &[]);
            for ((x, memory), partial) in x.iter_mut().zip(&mut memory).zip(gradient) {
                *x = MOMENTUM.reference(&HYPERPARAMETERS, *x, partial, memory);
            }
        }
        x
    }
}

impl Workload for Walk {
    fn name(&self) -> String {
        format!("{}-momentum-f32", self.landscape.facts.name)
    }

    fn work(&self) -> u64 {
        self.starts.len() as u64 * STEPS
    }

    fn unit(&self) -> &'static str {
        "steps"
    }

    fn run(&mut self, runner: Runner) {
        if runner == Runner::Thalweg {
            return self.by_thalweg();
        }
        for (at, start) in self.starts.iter().enumerate() {
            let end = self.end_by_formula(start);
            self.ends[2 * at..2 * at + 2].iter_mut().zip(end).for_each(|(out, x)| *out = x as f32);
        }
    }

    fn answer(&self, to: &mut Answer) {
        to.add(&self.ends);
    }

    fn check(&mut self) {
        self.by_thalweg();
        for at in (0..self.starts.len()).step_by(self.starts.len() / CHECKED) {
            let expected = self.end_by_formula(&self.starts[at]);
            let what = format!("the end on {} from {:?}", self.landscape.facts.name, self.starts[at]);
            assert_close(what, &self.ends[2 * at..2 * at + 2], &expected, Tolerance::absolute(1e-3));
        }
    }
}
