//! A trial's outcome has the same bits whoever helps with it.

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use thalweg::network::{Batches, Examples, Fan, Initializer, Network, Parameterisation};
use thalweg::train::{
    Engine, Job, Keep, Lane, Layout, OPTIONS, Objective, Options, Outcome, Setting, Team, Timetable, TrainingPath,
    defaults, train,
};
use thalweg_kernels::activation::ALL as ACTIVATIONS;
use thalweg_kernels::loss::ALL as LOSSES;
use thalweg_kernels::math::Elementary;
use thalweg_kernels::optimizer::{ALL as OPTIMIZERS, Optimizer};
use thalweg_kernels::{Isa, Real};

use crate::bits::watches;
use crate::networks::{architecture, examples};

const SCHEDULE: [u64; 4] = [0, 1, 2, 4];

fn schedule() -> Timetable {
    let steps = SCHEDULE[SCHEDULE.len() - 1];
    Timetable { steps, logged: SCHEDULE.to_vec(), divergence_factor: f64::INFINITY, target: None }
}

fn network<T: Elementary>(units: &[usize], names: [&str; 2], count: usize, batch: usize) -> Network<T> {
    let architecture = architecture(units, true, names[0], names[1]);
    let architecture = architecture.parameterised(Parameterisation::Ntk, 1.0);
    let splits = [examples(&architecture, count, 1), Examples::default(), examples(&architecture, 70, 2)];
    let batches = Batches { examples: count, size: batch, drop_last: false, shuffled: true, replacement: false };
    Network::new(architecture, Initializer::ScaledNormal { gain: 1.0, fan: Fan::In, scale: 1.0 }, splits, batches, None)
}

/// The outcome of a trial, with every digit and its weights, and the bits of its gradients.
fn outcome<T: Elementary>(
    network: &Network<T>,
    optimizer: &'static Optimizer,
    options: Options,
    team: &Team,
) -> String {
    let (schedule, stop) = (schedule(), AtomicBool::new(false));
    let layout = Layout { isa: Isa::best(), path: TrainingPath::Dense, groups: 1 };
    let optimizers = [optimizer];
    let (watches, optimizers) = (&watches(&SCHEDULE), &optimizers);
    let setting = Setting { schedule: &schedule, watches, layout, team, optimizers, stop: &stop };
    let hyperparameters: Vec<f64> = optimizer.hyperparameters.iter().map(|h| h.default).collect();
    let hyperparameters = &hyperparameters;
    // Learning rates that differ by layer, for one of the two.
    let scales: Vec<f64> = (0..network.architecture().layers().len()).map(|layer| 1.0 / (1 + layer) as f64).collect();
    let lr_scale = if options.adjusts() { &scales[..] } else { &[] };
    let lane = Lane { hyperparameters, options, lr_scale, keep: Keep::Ends, ..Lane::default() };
    format!("{:?}", network.trainer(setting).train(optimizer, &[lane]).unwrap())
}

fn adjusting() -> Options {
    let mut values = defaults();
    for (name, value) in
        [("clip_norm", 0.1), ("clip_value", 0.05), ("weight_decay", 0.1), ("decoupled_weight_decay", 0.2)]
    {
        values[OPTIONS.iter().position(|option| option.name == name).unwrap()] = value;
    }
    Options::new(&values)
}

fn check<T: Elementary>(network: &Network<T>, optimizer: &'static Optimizer, what: &str) {
    for options in [Options::default(), adjusting()] {
        let want = outcome(network, optimizer, options, &Team::alone());
        for threads in [2, 3, 5] {
            let got = outcome(network, optimizer, options, &Team::eager(threads));
            assert!(got == want, "{what} in {}, {threads} threads:\n{got}\n{want}", <T as Real>::NAME);
        }
    }
}

fn momentum() -> &'static Optimizer {
    Optimizer::named("momentum").unwrap()
}

#[test]
fn every_optimizer_is_shared() {
    for optimizer in OPTIMIZERS {
        check(&network::<f32>(&[5, 40, 33, 3], ["tanh", "mse"], 130, 100), optimizer, optimizer.name);
        check(&network::<f64>(&[5, 40, 33, 3], ["relu", "mse"], 130, 100), optimizer, optimizer.name);
    }
}

#[test]
fn every_loss_and_every_activation_is_shared() {
    for loss in LOSSES {
        let outputs = if loss.task == thalweg_kernels::loss::Task::Binary { 1 } else { 19 };
        for activation in ACTIVATIONS {
            let what = format!("{loss:?} of {activation:?}");
            check(&network::<f32>(&[7, 20, outputs], [activation.name, loss.name], 90, 81), momentum(), &what);
            check(&network::<f64>(&[7, 20, outputs], [activation.name, loss.name], 90, 81), momentum(), &what);
        }
    }
}

/// Shapes of one and of many, around the tiles and their registers, with batches of several pieces.
#[test]
fn every_shape_is_shared() {
    for units in [&[1, 1][..], &[600, 1], &[3, 700, 2], &[33, 17, 50, 1], &[129, 65, 31, 10], &[16, 32, 48]] {
        let loss = if units.ends_with(&[1]) { "bce" } else { "softmax-cross-entropy" };
        for batch in [1, 17, 64, 530, 1100] {
            let what = format!("{units:?}, {batch}");
            check(&network::<f32>(units, ["relu", loss], 1100, batch), momentum(), &what);
            check(&network::<f64>(units, ["softplus", loss], 1100, batch), momentum(), &what);
        }
    }
}

/// As sweeps do it: fewer trials than threads, and more of them, the last of which finds threads that have none.
#[test]
fn the_number_of_threads_changes_no_bit() {
    let network = network::<f32>(&[130, 257, 67, 10], ["relu", "softmax-cross-entropy"], 700, 300);
    let defaults: Vec<f64> = momentum().hyperparameters.iter().map(|h| h.default).collect();
    let rates: Vec<Vec<f64>> = (1..=5).map(|trial| [&[0.01 * f64::from(trial)], &defaults[1..]].concat()).collect();
    let lane = |hyperparameters| Lane { hyperparameters, keep: Keep::Ends, ..Lane::default() };
    let run = |trials: usize, threads| {
        let lanes = rates[..trials].iter().map(|rates| lane(&rates[..])).collect();
        let jobs = [Job { optimizer: momentum(), lanes }];
        let results = Mutex::new(vec![None; trials]);
        let done = |_: usize, first: usize, outcomes: &[Outcome]| {
            for (at, outcome) in outcomes.iter().enumerate() {
                results.lock().unwrap()[first + at] = Some(format!("{outcome:?}"));
            }
        };
        let engine = Engine { isa: Isa::best(), threads, path: TrainingPath::Dense, lanes: None };
        train(&network, &jobs, &schedule(), &watches(&SCHEDULE), engine, &AtomicBool::new(false), done).unwrap();
        results.into_inner().unwrap()
    };
    let want = run(5, 1);
    assert!(want.iter().all(Option::is_some));
    for (trials, threads) in [(1, 2), (1, 3), (1, 5), (2, 3), (2, 5), (3, 2), (5, 2), (5, 3)] {
        assert!(run(trials, threads) == want[..trials], "{trials} trials on {threads} threads");
    }
}
