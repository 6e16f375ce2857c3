//! A whole sweep: which learning rate of Adam, for a small network on two moons.

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use thalweg::dataset::{Targets, moons};
use thalweg::network::{Architecture, Batches, Examples, Fan, Initializer, Network, Orders};
use thalweg::train::{Engine, Job, Lane, Split, Timetable, TrainingPath, train};
use thalweg_kernels::Isa;
use thalweg_kernels::activation::Activation;
use thalweg_kernels::loss::Loss;
use thalweg_kernels::optimizer::Optimizer;

use super::{Runner, Workload};
use crate::agreement::{Tolerance, assert_close};
use crate::answer::Answer;
use crate::inputs;
use crate::plain::Plain;

mod plain_loop;

/// Points of the data set.
const POINTS: usize = 1024;
/// Examples per batch.
const BATCH: usize = 64;
/// Updates of a run.
const STEPS: u64 = 100;
/// Hidden units.
const HIDDEN: usize = 16;
/// The order of examples, the same for all runs.
const ORDER_SEED: u64 = 0;
/// Runs that are compared with the reference.
const CHECKED: usize = 32;

/// Runs of an MLP 2-16-1 (tanh, binary cross-entropy) on two moons: 1,024 points with noise 0.2, batches of 64, 100
/// steps of Adam. Learning rates are log-uniform on \[1e-4, 1\]; weights are drawn from N(0, 1/fan_in), biases are
/// zero, every run has its own; data and order are shared. The result is the loss on all points, before and after.
///
/// The reference is the same training as a plain loop over runs, with std's functions.
struct Sweep<T: Plain> {
    isa: Isa,
    hyperparameters: Vec<Vec<f64>>,
    network: Network<T>,
    inputs: Vec<T>,
    targets: Vec<T>,
    orders: Orders,
    losses: Vec<T>,
}

/// The workload of `runs` runs, on one thread.
pub fn workload(runs: usize, isa: Isa) -> Box<dyn Workload> {
    Box::new(Sweep::<f32>::new(runs, isa))
}

fn initializer() -> Initializer {
    Initializer::ScaledNormal { gain: 1.0, fan: Fan::In, scale: 1.0 }
}

fn architecture() -> Architecture {
    let tanh = Activation::named("tanh").expect("there is such an activation");
    let bce = Loss::named("bce").expect("there is such a loss");
    Architecture::new(&[2, HIDDEN, 1], true, tanh, bce)
}

fn adam() -> &'static Optimizer {
    Optimizer::named("adam").expect("there is such an optimizer")
}

impl<T: Plain> Sweep<T> {
    fn new(runs: usize, isa: Isa) -> Self {
        let data = moons(POINTS, 0.2, 0);
        let Targets::Classes { labels, .. } = &data.targets else { unreachable!("moons are classes") };
        let labels: Vec<f64> = labels.iter().map(|label| f64::from(*label)).collect();
        let examples = Examples::<T>::new(&data.features, &labels, POINTS);
        let (inputs, targets) = (examples.inputs.to_vec(), examples.targets.clone());
        let batches = Batches { examples: POINTS, size: BATCH, drop_last: false, shuffled: true, replacement: false };
        let splits = [examples, Examples::default(), Examples::default()];
        let network = Network::new(architecture(), initializer(), splits, batches, None);
        let mut stream = inputs::stream(7);
        let rates = (0..runs).map(|_| libm::pow(10.0, 4.0 * stream.uniform() - 4.0));
        let defaults: Vec<f64> = adam().hyperparameters.iter().map(|parameter| parameter.default).collect();
        let with_rate = |rate| {
            let mut values = defaults.clone();
            values[0] = rate;
            values
        };
        let hyperparameters = rates.map(with_rate).collect();
        let orders = Orders::new(POINTS, false);
        Self { isa, hyperparameters, network, inputs, targets, orders, losses: vec![T::from_f64(f64::NAN); runs] }
    }

    fn by_thalweg(&mut self) {
        let lane = |(run, hyperparameters)| Lane {
            hyperparameters,
            init_seed: run as u64,
            order_seed: ORDER_SEED,
            ..Lane::default()
        };
        let lanes = self.hyperparameters.iter().map(Vec::as_slice).enumerate().map(lane).collect();
        let jobs = [Job { optimizer: adam(), lanes }];
        let schedule =
            Timetable { steps: STEPS, logged: vec![0, STEPS], divergence_factor: f64::INFINITY, target: None };
        let engine = Engine { isa: self.isa, threads: 1, path: TrainingPath::Population, lanes: None };
        let losses = Mutex::new(&mut self.losses);
        let done = |_, first: usize, outcomes: &[thalweg::train::Outcome]| {
            let mut losses = losses.lock().expect("no thread panics");
            for (loss, outcome) in losses[first..].iter_mut().zip(outcomes) {
                let last = outcome.last().and_then(|point| point.loss[Split::Train as usize]);
                *loss = T::from_f64(last.unwrap_or(f64::NAN));
            }
        };
        train(&self.network, &jobs, &schedule, &[], engine, &AtomicBool::new(false), done).expect("a thread starts");
    }

    fn by_loop(&mut self) {
        for run in 0..self.losses.len() {
            self.losses[run] = self.loss_by_loop(run);
        }
    }

    fn loss_by_loop(&self, run: usize) -> T {
        let mut weights = vec![T::default(); architecture().parameters()];
        initializer().draw(&architecture(), run as u64, |at, weight| weights[at] = T::from_f64(weight));
        let data = plain_loop::Data { inputs: &self.inputs, targets: &self.targets };
        plain_loop::train(data, &self.orders, &self.hyperparameters[run], weights)
    }

    /// Panics unless the first losses are the expected ones.
    fn check_against(&mut self, expected: &[f64], tolerance: Tolerance) {
        self.by_thalweg();
        assert_close("the final losses of the sweep", &self.losses[..expected.len()], expected, tolerance);
    }
}

impl<T: Plain> Workload for Sweep<T> {
    fn name(&self) -> String {
        format!("moons-2-16-1-adam-{}", T::NAME)
    }

    fn work(&self) -> u64 {
        self.losses.len() as u64
    }

    fn unit(&self) -> &'static str {
        "runs"
    }

    fn run(&mut self, runner: Runner) {
        match runner {
            Runner::Thalweg => self.by_thalweg(),
            _ => self.by_loop(),
        }
    }

    fn answer(&self, to: &mut Answer) {
        to.add(&self.losses);
    }

    /// In f64 the losses must be the plain loop's, but for the rounding of another order of operations; in this
    /// precision within what rounding to it does to 100 steps.
    fn check(&mut self) {
        let runs = self.losses.len().min(CHECKED);
        let mut exact = Sweep::<f64>::new(runs, self.isa);
        let expected: Vec<f64> = (0..runs).map(|run| exact.loss_by_loop(run)).collect();
        exact.check_against(&expected, Tolerance::relative(1e-9));
        self.check_against(&expected, Tolerance::relative(1e-3));
    }
}
