//! How long a plan would take.

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use thalweg_kernels::Isa;
use thalweg_kernels::math::Elementary;

use super::{Plan, network, train_schedule};
use crate::data::Splits;
use crate::record::Precision;
use crate::spec::Spec;
use crate::train::{self, Engine, Job, Lane};

/// What a plan would need, measured by training a block of each population for a moment.
#[derive(Clone, Debug)]
pub struct Estimate {
    /// Lanes of a block.
    pub lanes: usize,
    /// Worker threads.
    pub threads: usize,
    /// The instruction set.
    pub isa: &'static str,
    /// Memory of the data, the workers and the trials' places.
    pub bytes: u64,
    /// Wall-clock time.
    pub time: Duration,
}

/// How long one block is trained to see how fast it is.
const MOMENT: Duration = Duration::from_millis(50);

impl Estimate {
    /// Trains one block of each population for a moment.
    pub fn measure(spec: &Spec, plan: &Plan, data: &Splits, isa: Isa, threads: usize) -> Self {
        let engine = Engine { isa, threads: 1, lanes: spec.engine.lanes };
        let (lanes, size, seconds) = match spec.train.precision {
            Precision::F32 => (engine.block_lanes::<f32>(), 4, measure::<f32>(spec, plan, data, engine)),
            Precision::F64 => (engine.block_lanes::<f64>(), 8, measure::<f64>(spec, plan, data, engine)),
        };
        let examples = [&data.train, &data.validation, &data.test].map(|split| split.features.len() as u64).iter().sum();
        // Weights, gradient, the weights before a logged step, and the optimizer's state.
        let state = plan.populations.iter().map(|population| population.optimizer.state).max().unwrap_or(0) as u64;
        let worker = plan.shape.parameters * lanes as u64 * size * (3 + state);
        let places = plan.trials.len() as u64 * PLACE;
        let time = Duration::from_secs_f64(seconds / threads as f64);
        let bytes = 8 * examples + size * examples + worker * threads as u64 + places;
        Self { lanes, threads, isa: isa.name(), bytes, time }
    }
}

/// Bytes that a trial takes while a plan runs: its key, hyperparameters and the places of its rows.
const PLACE: u64 = 250;

/// Seconds that one thread would need for the whole plan.
fn measure<T: Elementary>(spec: &Spec, plan: &Plan, data: &Splits, engine: Engine) -> f64 {
    let network = network::<T>(spec, plan, data);
    let schedule = train_schedule(spec, plan);
    let lanes = engine.block_lanes::<T>();
    let seconds = |population: &super::Population| {
        let trials: Vec<&super::Trial> =
            population.trials.iter().take(lanes).map(|&trial| &plan.trials[trial]).collect();
        let lane = |trial: &&super::Trial| Lane {
            hyperparameters: &trial.hyperparameters,
            init_seed: trial.init_seed,
            order_seed: trial.order_seed,
        };
        let job = Job { method: population.optimizer, lanes: trials.iter().map(lane).collect() };
        let time = |steps: u64| {
            let schedule = train::Schedule { steps, logged: vec![0, steps], ..schedule.clone() };
            let begin = Instant::now();
            let done = |_, _, _| {};
            let trained = train::train(&network, std::slice::from_ref(&job), &schedule, &[], engine, &STOP, done);
            trained.map_or(0.0, |()| begin.elapsed().as_secs_f64())
        };
        // Two evaluations and one step, and then twice as many steps each time until it takes a moment.
        let base = time(1);
        let (mut steps, mut last) = (1, base);
        while last - base < MOMENT.as_secs_f64() && steps < schedule.steps {
            steps = (2 * steps).min(schedule.steps);
            last = time(steps);
        }
        let step = if steps > 1 { (last - base).max(0.0) / (steps - 1) as f64 } else { base / 3.0 };
        let evaluation = (base - step).max(0.0) / 2.0;
        let block = schedule.logged.len() as f64 * evaluation + schedule.steps as f64 * step;
        block * population.trials.len().div_ceil(lanes) as f64
    };
    plan.populations.iter().map(seconds).sum()
}

/// Nobody stops a measurement.
static STOP: AtomicBool = AtomicBool::new(false);
