//! How long a plan would take.

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use thalweg_kernels::Isa;
use thalweg_kernels::math::Elementary;

use super::{Choice, Condition, Plan, Population, Trial, Watch, WithObjective, lane, train_schedule, with_objective};
use crate::data::{DataFiles, Splits};
use crate::spec::InputError;
use crate::train::{self, Engine, Job, Objective};

/// What a plan would need, measured by training a block of each population for a moment.
#[derive(Clone, Debug)]
pub struct Estimate {
    /// For each population of the first condition's first instance, its path and the lanes of its blocks.
    pub paths: Vec<(Choice, usize)>,
    /// Worker threads.
    pub threads: usize,
    /// The instruction set.
    pub isa: &'static str,
    /// Memory, of [`Plan::memory`].
    pub bytes: u64,
    /// Wall-clock time.
    pub time: Duration,
}

/// How long one block is trained to see how fast it is.
const MOMENT: Duration = Duration::from_millis(50);

/// The most conditions that are measured; the others are taken to be like those before them.
const MOST_CONDITIONS: usize = 12;

impl Estimate {
    /// Trains one block of each population of the first instance of some conditions for a moment; the other instances are
    /// taken to be like it. `data` are the examples of the first condition; those of others are made from `files`.
    ///
    /// # Errors
    ///
    /// Those of [`Splits::of_instance`].
    pub fn measure(
        plan: &Plan,
        (files, data): (&[DataFiles], &Splits),
        isa: Isa,
        threads: usize,
    ) -> Result<Self, InputError> {
        let count = plan.conditions.len();
        let every = count.div_ceil(MOST_CONDITIONS);
        let (mut seconds, mut paths) = (0.0, Vec::new());
        for first in (0..count).step_by(every) {
            let condition = &plan.conditions[first];
            let own = (condition.examples > 0)
                .then(|| Splits::of_instance(&condition.spec, &files[condition.files], &condition.instance(0)))
                .transpose()?;
            let data = own.as_ref().unwrap_or(data);
            let measured = with_objective(condition, data, Measurement { plan, number: first, isa, threads });
            let alike = &plan.conditions[first..count.min(first + every)];
            let instances: u64 = alike.iter().map(Condition::instances).sum();
            seconds += measured.iter().map(|(.., seconds)| seconds).sum::<f64>() * instances as f64;
            if first == 0 {
                paths = measured.into_iter().map(|(choice, lanes, _)| (choice, lanes)).collect();
            }
        }
        let (bytes, time) = (plan.memory(isa, threads), Duration::from_secs_f64(seconds / threads as f64));
        Ok(Self { paths, threads, isa: isa.name(), bytes, time })
    }
}

/// Training a block of each population: gives its path, the lanes of its blocks, and the seconds that one thread would
/// need for it.
struct Measurement<'a> {
    plan: &'a Plan,
    /// That of the condition.
    number: usize,
    isa: Isa,
    /// Those of the run; one alone is measured.
    threads: usize,
}

impl WithObjective for Measurement<'_> {
    type Output = Vec<(Choice, usize, f64)>;

    fn call<T: Elementary, O: Objective<T>>(self, objective: &O) -> Self::Output {
        let seconds = |population| self.seconds(objective, population);
        self.plan.populations_of(self.number).iter().map(seconds).collect()
    }
}

impl Measurement<'_> {
    fn seconds<T: Elementary, O: Objective<T>>(&self, objective: &O, population: &Population) -> (Choice, usize, f64) {
        let Self { plan, number, isa, threads } = *self;
        let condition = &plan.conditions[number];
        let schedule = train_schedule(condition);
        let choice = Choice::new(condition, population, isa, threads);
        let engine = Engine { isa, threads: 1, path: choice.path, lanes: choice.lanes };
        let lanes = engine.block_lanes::<T>(population.trials);
        let indices = plan.first_trials(population, lanes);
        let trials: Vec<Trial> = indices.iter().map(|&index| plan.trials.get(index)).collect();
        let lanes_of_trials = indices.iter().zip(&trials).map(|(&index, trial)| lane(plan, index, trial));
        let jobs = [Job { optimizer: population.optimizer, lanes: lanes_of_trials.collect() }];
        let time_with = |steps: u64, logged: Vec<u64>, watches: &[train::Watch<'_>]| {
            let schedule = train::Timetable { steps, logged, ..schedule.clone() };
            let begin = Instant::now();
            let done = |_: usize, _: usize, _: &[train::Outcome]| {};
            let trained = train::train(objective, &jobs, &schedule, watches, engine, &STOP, done);
            trained.map_or(0.0, |_| begin.elapsed().as_secs_f64())
        };
        let time = |steps: u64, logged: Vec<u64>| time_with(steps, logged, &[]);
        // Two evaluations and one step, and then twice as many steps each time until it takes a moment.
        let base = time(1, vec![0, 1]);
        let (mut steps, mut last) = (1, base);
        while last - base < MOMENT.as_secs_f64() && steps < schedule.steps {
            steps = (2 * steps).min(schedule.steps);
            last = time(steps, vec![0, steps]);
        }
        let step = if steps > 1 { (last - base).max(0.0) / (steps - 1) as f64 } else { base / 3.0 };
        // Steps between which nothing is logged can be faster: what logging them takes is measured too.
        let mut logged: Vec<u64> = schedule.logged.iter().copied().filter(|&at| at < steps).collect();
        logged.push(steps);
        let more = logged.len().saturating_sub(2);
        let evaluation = if steps > 1 && more > 0 {
            (time(steps, logged) - last).max(0.0) / more as f64
        } else {
            (base - step).max(0.0) / 2.0
        };
        let looks = self.looks(step, objective.hessian_cost(), |watch| time_with(1, vec![0, 1], &[watch]) - base);
        let block = schedule.logged.len() as f64 * evaluation + schedule.steps as f64 * step + looks;
        (choice, lanes, block * population.trials.div_ceil(lanes) as f64)
    }

    /// The seconds that observers need for a block, where a step needs so many and a product of the Hessian so many gradients: by
    /// one look of each, unless that would take long.
    fn looks(&self, step: f64, product: f64, measured: impl Fn(train::Watch<'_>) -> f64) -> f64 {
        let condition = &self.plan.conditions[self.number];
        let passes = condition.schedule.train as f64 / condition.schedule.batch.max(1) as f64;
        let seconds = |watch: &Watch<'_>| {
            let asked = watch.cost.gradients as f64 + product * watch.cost.products as f64;
            let most = step * passes.max(1.0) * asked;
            // After the first step there is all that can be seen.
            let look =
                if most < LONGEST { measured(train::Watch { steps: &[1], ..watch.of_loop() }).max(0.0) } else { most };
            look * watch.steps.len() as f64
        };
        condition.watches().iter().map(seconds).sum()
    }
}

/// Seconds of a look that is still measured.
const LONGEST: f64 = 1.0;

impl Plan {
    /// Trials of a population that are trained together, at most `count`.
    fn first_trials(&self, population: &Population, count: usize) -> Vec<usize> {
        let Population { condition, instance, grid, .. } = *population;
        let first = self.trials.of_optimizers(condition).into_iter().find(|(known, ..)| *known == grid);
        let first = first.map_or(0, |(.., first)| first as usize);
        let end = self.trials.len().min(first + (1 << 16));
        let trials: Vec<u32> = (first..end).map(|trial| trial as u32).collect();
        let is_own = |other: &Population| (other.condition, other.instance, other.grid) == (condition, instance, grid);
        let lists = self.lists(&trials);
        let own = lists.iter().find(|(other, _)| is_own(other));
        own.iter().flat_map(|(_, trials)| trials).take(count).map(|&trial| trial as usize).collect()
    }
}

/// A measurement is never stopped.
static STOP: AtomicBool = AtomicBool::new(false);
