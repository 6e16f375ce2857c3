//! Walks of many steps per call have the outcomes of single steps.

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use thalweg::descent::Descent;
use thalweg::train::{
    Engine, Evaluation, Job, Keep, Lane, Layout, Metric, OPTIONS, Objective, Options, Outcome, Sample, Split, Target,
    Team, Timetable, TrainingPath, defaults, train,
};
use thalweg_kernels::Isa;
use thalweg_kernels::landscape::{ALL as LANDSCAPES, Landscape};
use thalweg_kernels::math::Elementary;
use thalweg_kernels::optimizer::{ALL as OPTIMIZERS, Hyperparameter, Optimizer};
use thalweg_kernels::walk::Walker;

use crate::bits::watches;

/// The outcomes of a job, in blocks of 24 lanes, in the order of the trials.
fn outcomes<T: Elementary>(
    objective: &impl Objective<T>,
    job: &Job<'_>,
    schedule: &Timetable,
    isa: Isa,
) -> Vec<Outcome> {
    let found = Mutex::new(Vec::new());
    // One thread: blocks come in order.
    let engine = Engine { isa, threads: 1, path: TrainingPath::Population, lanes: Some(24) };
    let done = |_: usize, _: usize, outcomes: &[Outcome]| found.lock().unwrap().extend_from_slice(outcomes);
    let jobs = std::slice::from_ref(job);
    train(objective, jobs, schedule, &watches(&schedule.logged), engine, &AtomicBool::new(false), done).unwrap();
    found.into_inner().unwrap()
}

/// A descent that does one step after another.
struct Stepwise<T>(Descent<T>);

impl<T: Elementary> Objective<T> for Stepwise<T> {
    type Scratch = <Descent<T> as Objective<T>>::Scratch;

    fn parameters(&self) -> usize {
        Objective::<T>::parameters(&self.0)
    }

    fn scratch(&self, layout: Layout, team: &Team) -> Self::Scratch {
        self.0.scratch(layout, team)
    }

    fn start(&self, scratch: &mut Self::Scratch, lanes: &[Lane<'_>], weights: &mut [T]) {
        self.0.start(scratch, lanes, weights);
    }

    fn gradient_of(
        &self,
        scratch: &mut Self::Scratch,
        sample: Sample,
        weights: &[T],
        gradient: &mut [T],
        alarm: &mut [T],
    ) {
        self.0.gradient_of(scratch, sample, weights, gradient, alarm);
    }

    fn hessian_product(
        &self,
        scratch: &mut Self::Scratch,
        sample: Sample,
        weights: &[T],
        direction: &[T],
        product: &mut [T],
    ) {
        self.0.hessian_product(scratch, sample, weights, direction, product);
    }

    fn evaluate(&self, scratch: &mut Self::Scratch, step: u64, split: Split, weights: &[T], into: &mut Evaluation) {
        self.0.evaluate(scratch, step, split, weights, into);
    }

    fn floor(&self) -> f64 {
        Objective::<T>::floor(&self.0)
    }

    fn has(&self, split: Split) -> bool {
        Objective::<T>::has(&self.0, split)
    }

    fn classifies(&self) -> bool {
        Objective::<T>::classifies(&self.0)
    }
}

/// Trials that diverge at any time, that reach a target and stop, that clip, decay or have a schedule.
fn walks_are_their_steps<T: Elementary>() {
    let mut ends = [0; 3];
    for landscape in LANDSCAPES {
        let descent = || Descent::<T>::new(landscape, 2, &[]);
        for optimizer in OPTIMIZERS.iter().filter(|by| Walker::new(Isa::best(), landscape, by, 2).is_some()) {
            compare(&descent(), &Stepwise(descent()), optimizer, &mut ends);
        }
    }
    // Where there is no instruction set but the scalar one, nothing walks.
    assert!(Isa::best().is_scalar() || ends.iter().all(|count| *count > 10), "{ends:?}");
}

/// Landscapes that walk, but not once they are rotated or have noise.
#[test]
fn rotated_or_noisy_landscapes_do_not_walk() {
    let (landscape, optimizer) = (Landscape::named("rosenbrock").unwrap(), Optimizer::named("momentum").unwrap());
    assert!(Isa::best().is_scalar() || Walker::new(Isa::best(), landscape, optimizer, 2).is_some());
    let descent = || Descent::<f64>::new(landscape, 2, &[]);
    compare(&descent().rotated(1), &Stepwise(descent().rotated(1)), optimizer, &mut [0; 3]);
    let noisy = || descent().with_gradient_noise(0.1);
    compare(&noisy(), &Stepwise(noisy()), optimizer, &mut [0; 3]);
}

/// Fails where the outcomes of two objectives differ; counts how trials end.
fn compare<T: Elementary>(
    walking: &Descent<T>,
    stepwise: &Stepwise<T>,
    optimizer: &'static Optimizer,
    ends: &mut [usize; 3],
) {
    let starts: Vec<[f64; 2]> = (0..24).map(|at| [f64::from(at % 5) - 2.0, f64::from(at % 7) * 0.6 - 1.9]).collect();
    let target = Target { metric: Metric::Loss(Split::Train), threshold: 0.05, stop: true };
    // Walks of no, one and several steps, and of more steps than are done at once.
    let schedule =
        Timetable { steps: 600, logged: vec![0, 1, 3, 6, 50, 600], divergence_factor: 10.0, target: Some(target) };
    let settings = [1e-4, 3e-3, 0.06, 2.0].map(|lr| {
        let value = |h: &Hyperparameter| if h.name == "lr" { lr } else { h.default };
        optimizer.hyperparameters.iter().map(value).collect::<Vec<f64>>()
    });
    let options = [("schedule", 2.0), ("clip_norm", 1.0), ("weight_decay", 0.1)].map(|(name, value)| {
        let mut values = defaults();
        values[OPTIONS.iter().position(|option| option.name == name).unwrap()] = value;
        Options::new(&values)
    });
    // Two blocks without options, and one of which some trials have one.
    let lane = |at: usize| Lane {
        hyperparameters: &settings[at % 24 % 4],
        options: if at >= 48 && at.is_multiple_of(3) { options[at / 3 % 3] } else { Options::default() },
        start: &starts[at % 24],
        order_seed: at as u64 / 24,
        keep: Keep::All,
        ..Lane::default()
    };
    let job = Job { optimizer, lanes: (0..72).map(lane).collect() };
    for isa in Isa::available() {
        let expected = outcomes(stepwise, &job, &schedule, isa);
        let got = outcomes(walking, &job, &schedule, isa);
        assert!(got == expected, "{walking:?} by {optimizer:?} on {isa:?}");
        got.iter().for_each(|outcome| ends[outcome.status as usize] += 1);
    }
}

#[test]
fn walks_are_their_steps_in_f32() {
    walks_are_their_steps::<f32>();
}

#[test]
fn walks_are_their_steps_in_f64() {
    walks_are_their_steps::<f64>();
}
