//! How the training loop judges trials: divergence, targets, and when it stops; on losses that are written down.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use thalweg::record::Status;
use thalweg::train::{
    Engine, Evaluation, Job, Lane, Layout, Metric, Objective, Outcome, Sample, Split, Target, Team, Timetable,
    TrainingPath, train,
};
use thalweg_kernels::Isa;
use thalweg_kernels::optimizer::Optimizer;

/// What happens to a trial.
#[derive(Clone, Default)]
struct Trial {
    /// Its training loss at every step, from step 0 on; the last one goes on.
    losses: Vec<f64>,
    /// The update whose batch has a loss that is not finite.
    batch_fails: Option<u64>,
    /// The update that makes a parameter infinite.
    parameter_fails: Option<u64>,
}

/// Plays trials. A trial's first parameter is its number, which is its initial seed; its second one counts its updates
/// (the gradient is -1 and the learning rate 1).
struct Play {
    trials: Vec<Trial>,
    gradients: AtomicU64,
}

impl Play {
    fn new(trials: &[Trial]) -> Self {
        Self { trials: trials.to_vec(), gradients: AtomicU64::new(0) }
    }

    /// Calls `each` with the place of every lane in the arrays of its group, its trial and its updates so far.
    fn each_lane(&self, lanes: usize, weights: &[f64], mut each: impl FnMut(usize, usize, &Trial, f64)) {
        for (at, first) in (0..weights.len()).step_by(2 * lanes).flat_map(|f| f..f + lanes).enumerate() {
            each(at, first, &self.trials[weights[first] as usize], weights[first + lanes]);
        }
    }
}

impl Objective<f64> for Play {
    /// The lanes of a register.
    type Scratch = usize;

    fn parameters(&self) -> usize {
        2
    }

    fn scratch(&self, layout: Layout, _: &Team) -> usize {
        layout.lanes::<f64>()
    }

    fn start(&self, width: &mut usize, lanes: &[Lane<'_>], weights: &mut [f64]) {
        for (group, lanes) in weights.chunks_exact_mut(2 * *width).zip(lanes.chunks_exact(*width)) {
            group.fill(0.0);
            group.iter_mut().zip(lanes).for_each(|(number, lane)| *number = lane.init_seed as f64);
        }
    }

    fn gradient_of(&self, lanes: &mut usize, sample: Sample, weights: &[f64], gradient: &mut [f64], alarm: &mut [f64]) {
        let Sample::Batch(step) = sample else { panic!("trials have batches") };
        self.gradients.fetch_add(1, Ordering::Relaxed);
        gradient.fill(0.0);
        self.each_lane(*lanes, weights, |at, first, trial, _| {
            let fails = |when: Option<u64>| when == Some(step + 1);
            gradient[first + *lanes] = if fails(trial.parameter_fails) { f64::NEG_INFINITY } else { -1.0 };
            if fails(trial.batch_fails) {
                alarm[at] = f64::NAN;
            }
        });
    }

    fn hessian_product(&self, _: &mut usize, _: Sample, _: &[f64], _: &[f64], product: &mut [f64]) {
        product.fill(0.0);
    }

    fn evaluate(&self, lanes: &mut usize, _: u64, split: Split, weights: &[f64], evaluation: &mut Evaluation) {
        assert_eq!(split, Split::Train);
        evaluation.reset(weights.len() / 2);
        self.each_lane(*lanes, weights, |at, _, trial, updates| {
            let loss = trial.losses[(updates as usize).min(trial.losses.len() - 1)];
            (evaluation.loss[at], evaluation.accuracy[at]) = (loss, 1.0 / (1.0 + loss));
        });
    }

    fn has(&self, split: Split) -> bool {
        split == Split::Train
    }

    fn classifies(&self) -> bool {
        true
    }
}

const ENGINE: fn(Option<usize>) -> Engine =
    |lanes| Engine { isa: Isa::best(), threads: 1, path: TrainingPath::Population, lanes };

fn schedule(steps: u64, logged: &[u64], target: Option<Target>) -> Timetable {
    Timetable { steps, logged: logged.to_vec(), divergence_factor: 10.0, target }
}

fn run(play: &Play, order: &[u64], schedule: &Timetable, engine: Engine, stop: &AtomicBool) -> Vec<Option<Outcome>> {
    let lane = |trial: &u64| Lane { hyperparameters: &[1.0], init_seed: *trial, order_seed: 0, ..Lane::default() };
    let jobs = [Job { optimizer: Optimizer::named("sgd").unwrap(), lanes: order.iter().map(lane).collect() }];
    let results = Mutex::new(vec![None; order.len()]);
    let done = |_: usize, first: usize, outcomes: &[Outcome]| {
        let places = &mut results.lock().unwrap()[first..];
        places.iter_mut().zip(outcomes).for_each(|(place, outcome)| *place = Some(outcome.clone()));
    };
    train(play, &jobs, schedule, &[], engine, stop, done).unwrap();
    results.into_inner().unwrap()
}

/// How one trial goes.
fn outcome(trial: &Trial, schedule: &Timetable) -> Outcome {
    let play = Play::new(std::slice::from_ref(trial));
    run(&play, &[0], schedule, ENGINE(None), &AtomicBool::new(false)).remove(0).unwrap()
}

fn with_losses(losses: &[f64]) -> Trial {
    Trial { losses: losses.to_vec(), ..Trial::default() }
}

fn steps_of(outcome: &Outcome) -> Vec<u64> {
    outcome.points.iter().map(|point| point.step).collect()
}

#[test]
fn a_trial_that_stays_finite_is_ok() {
    let outcome = outcome(&with_losses(&[1.0, 0.9, 0.8, 0.7]), &schedule(3, &[0, 1, 3], None));
    assert_eq!((outcome.status, outcome.steps, outcome.diverged_at), (Status::Ok, 3, None));
    assert_eq!(steps_of(&outcome), [0, 1, 3]);
    let losses: Vec<_> = outcome.points.iter().map(|point| point.loss).collect();
    assert_eq!(losses, [1.0, 0.9, 0.7].map(|loss| [Some(loss), None, None]));
    assert_eq!(outcome.last().unwrap().loss[0], Some(0.7));
    assert_eq!(outcome.initial().unwrap().step, 0);
}

#[test]
fn divergence_is_at_the_step_that_made_a_number_not_finite() {
    let schedule = schedule(6, &[0, 2, 4, 6], None);
    let finite = with_losses(&[1.0]);
    for step in 1..=6 {
        let logged: Vec<u64> = [0, 2, 4].into_iter().filter(|logged| *logged < step).collect();
        for trial in [
            Trial { batch_fails: Some(step), ..finite.clone() },
            Trial { parameter_fails: Some(step), ..finite.clone() },
        ] {
            let outcome = outcome(&trial, &schedule);
            assert_eq!((outcome.status, outcome.steps, outcome.diverged_at), (Status::Diverged, step, Some(step)));
            assert_eq!(steps_of(&outcome), logged, "what was logged before stays, and nothing follows");
            assert_eq!(outcome.last(), None);
        }
    }
}

#[test]
fn an_evaluation_that_is_not_finite_is_divergence_at_its_step() {
    let schedule = schedule(6, &[0, 2, 4, 6], None);
    for loss in [f64::NAN, f64::INFINITY] {
        let later = outcome(&with_losses(&[1.0, 1.0, 1.0, loss]), &schedule);
        assert_eq!((later.status, later.steps, later.diverged_at), (Status::Diverged, 4, Some(4)));
        assert_eq!(steps_of(&later), [0, 2]);
        let at_once = outcome(&with_losses(&[loss]), &schedule);
        assert_eq!((at_once.status, at_once.steps, at_once.diverged_at), (Status::Diverged, 0, Some(0)));
        assert_eq!(at_once.points, []);
    }
}

/// The limit is 10 times the initial loss of 2.
#[test]
fn a_loss_that_ends_far_above_the_initial_one_is_divergence_from_the_first_step_of_that_stretch() {
    let schedule = schedule(4, &[0, 1, 2, 3, 4], None);
    for (losses, diverged_at) in [
        ([2.0, 3.0, 19.0, 19.0, 20.0], None),
        ([2.0, 3.0, 19.0, 19.0, 20.000001], Some(4)),
        ([2.0, 30.0, 19.0, 21.0, 22.0], Some(3)),
        ([2.0, 30.0, 40.0, 50.0, 60.0], Some(1)),
        ([2.0, 30.0, 40.0, 50.0, 6.0], None),
        ([0.0, 0.0, 0.0, 0.0, 0.0], None),
    ] {
        let outcome = outcome(&with_losses(&losses), &schedule);
        let status = if diverged_at.is_some() { Status::Diverged } else { Status::Ok };
        assert_eq!((outcome.status, outcome.diverged_at), (status, diverged_at), "{losses:?}");
        assert_eq!((outcome.steps, outcome.points.len()), (4, 5), "it did all its steps");
        assert_eq!(outcome.last().unwrap().step, 4);
    }
}

#[test]
fn only_logged_steps_count_for_the_factor() {
    let outcome = outcome(&with_losses(&[2.0, 30.0, 30.0, 3.0, 30.0, 30.0]), &schedule(5, &[0, 2, 5], None));
    assert_eq!(outcome.diverged_at, Some(2));
}

const BELOW_ONE: Target = Target { metric: Metric::Loss(Split::Train), threshold: 1.0, stop: false };

#[test]
fn the_first_logged_step_at_the_target_is_kept() {
    let falling = with_losses(&[3.0, 2.0, 1.0, 0.5, 2.0]);
    for (logged, steps_to_target) in [(&[0, 1, 2, 3, 4][..], 2), (&[0, 1, 3, 4], 3)] {
        let got = outcome(&falling, &schedule(4, logged, Some(BELOW_ONE)));
        assert_eq!((got.status, got.steps, got.steps_to_target), (Status::Ok, 4, Some(steps_to_target)));
        assert_eq!(steps_of(&got), logged);
        let got = outcome(&falling, &schedule(4, logged, Some(Target { stop: true, ..BELOW_ONE })));
        assert_eq!(
            (got.status, got.steps, got.steps_to_target),
            (Status::Target, steps_to_target, Some(steps_to_target))
        );
        assert_eq!(got.last().unwrap().step, steps_to_target);
        assert_eq!(got.diverged_at, None);
    }
    let never = outcome(&falling, &schedule(1, &[0, 1], Some(BELOW_ONE)));
    assert_eq!((never.status, never.steps_to_target), (Status::Ok, None));
}

#[test]
fn a_target_can_be_an_accuracy_and_be_reached_at_the_start() {
    // The accuracy of a loss of 3 is 1/4.
    let target = |threshold| Target { metric: Metric::Accuracy(Split::Train), threshold, stop: true };
    let trial = with_losses(&[3.0, 1.0, 0.0]);
    for (threshold, step) in [(0.25, 0), (0.26, 1), (0.5, 1), (1.0, 2)] {
        let outcome = outcome(&trial, &schedule(4, &[0, 1, 2, 3, 4], Some(target(threshold))));
        assert_eq!((outcome.status, outcome.steps, outcome.steps_to_target), (Status::Target, step, Some(step)));
        assert_eq!(outcome.points.len(), step as usize + 1);
    }
}

#[test]
fn a_trial_can_reach_its_target_and_diverge_later() {
    for (last, diverged_at) in [(f64::NAN, 3), (31.0, 3)] {
        let outcome = outcome(&with_losses(&[3.0, 1.0, 2.0, last]), &schedule(3, &[0, 1, 2, 3], Some(BELOW_ONE)));
        assert_eq!((outcome.status, outcome.diverged_at), (Status::Diverged, Some(diverged_at)));
        assert_eq!(outcome.steps_to_target, Some(1));
    }
}

/// Trials of every fate.
fn cast() -> Vec<Trial> {
    vec![
        with_losses(&[3.0, 2.0, 2.0]),
        Trial { batch_fails: Some(2), ..with_losses(&[3.0]) },
        with_losses(&[3.0, 2.0, 0.5]),
        Trial { parameter_fails: Some(3), ..with_losses(&[3.0]) },
        with_losses(&[3.0, 2.0, 50.0]),
        with_losses(&[f64::NAN]),
        with_losses(&[0.5]),
    ]
}

#[test]
fn neighbours_do_not_change_an_outcome() {
    let cast = cast();
    let schedule = schedule(5, &[0, 1, 2, 5], Some(Target { stop: true, ..BELOW_ONE }));
    let alone: Vec<Outcome> = cast.iter().map(|trial| outcome(trial, &schedule)).collect();
    let order: Vec<u64> = (0..50).map(|i| i * i * 3 % 7).collect();
    for isa in Isa::available() {
        for (threads, lanes) in [(1, None), (2, Some(5)), (3, Some(16)), (1, Some(64))] {
            let (engine, stop) =
                (Engine { isa, threads, path: TrainingPath::Population, lanes }, AtomicBool::new(false));
            for (trial, outcome) in order.iter().zip(run(&Play::new(&cast), &order, &schedule, engine, &stop)) {
                assert_eq!(outcome.as_ref(), Some(&alone[*trial as usize]), "trial {trial}, {engine:?}");
            }
        }
    }
}

#[test]
fn a_block_ends_when_its_last_trial_does() {
    let cast = cast();
    let schedule = schedule(100, &[0, 1, 2, 100], Some(Target { stop: true, ..BELOW_ONE }));
    // One that runs to the end, one that fails at step 2, stops at step 2, fails at step 3, never starts. The loss at
    // which one stops comes with the gradient of the next step.
    for (trials, gradients) in [(&[0, 1][..], 100), (&[1, 5], 2), (&[2, 6], 3), (&[1, 3, 2], 3), (&[5, 6], 1)] {
        let play = Play::new(&cast);
        let outcomes = run(&play, trials, &schedule, ENGINE(Some(4)), &AtomicBool::new(false));
        assert!(outcomes.iter().all(Option::is_some));
        assert_eq!(play.gradients.into_inner(), gradients, "{trials:?}");
    }
}

#[test]
fn nothing_begins_once_it_is_told_to_stop() {
    let play = Play::new(&cast());
    let order: Vec<u64> = vec![0; 20];
    let outcomes = run(&play, &order, &schedule(3, &[0, 3], None), ENGINE(None), &AtomicBool::new(true));
    assert!(outcomes.iter().all(Option::is_none));
    assert_eq!(play.gradients.into_inner(), 0);
}
