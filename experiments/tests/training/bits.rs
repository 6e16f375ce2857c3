//! A trial's outcome has the same bits on either path, on any number of threads, instruction set, number of lanes,
//! chunk of examples, and whatever its neighbours are.

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use thalweg::network::{Batches, Examples, Fan, Initializer, Network};
use thalweg::observe::{Column, Cost, Look, NORMS, Observe, Observer, Records, Rows};
use thalweg::random::Stream;
use thalweg::record::Status;
use thalweg::train::{Engine, Job, Lane, OPTIONS, Options, Outcome, Timetable, TrainingPath, Watch, defaults, train};
use thalweg_kernels::math::Elementary;
use thalweg_kernels::optimizer::{ALL, Domain, Optimizer};
use thalweg_kernels::{Isa, Real};

use crate::networks::{architecture, examples};

/// A batch is more than a piece of the reduction, the last batch of an epoch is partial, and the last logged step is in
/// the third epoch.
const EXAMPLES: usize = 640;
const BATCH: usize = 560;
const STEPS: u64 = 5;

struct Trial {
    optimizer: &'static Optimizer,
    hyperparameters: Vec<f64>,
    options: Options,
    init_seed: u64,
    order_seed: u64,
}

/// A learning rate with which a trial overflows.
fn enormous<T: Elementary>() -> f64 {
    if T::NAME == "f32" { 1e37 } else { 1e306 }
}

/// Every third trial clips, decays or changes its learning rate; its neighbours do not.
fn options(index: usize) -> Options {
    const SETTINGS: [&[(&str, f64)]; 3] = [
        &[("clip_norm", 0.1), ("schedule", 3.0), ("warmup", 2.0)],
        &[("clip_value", 0.01), ("weight_decay", 0.1), ("sam", 0.05)],
        &[("decoupled_weight_decay", 0.3), ("schedule", 2.0), ("gamma", 0.5)],
    ];
    let mut values = defaults();
    if index.is_multiple_of(3) {
        for (name, value) in SETTINGS[index / 3 % 3] {
            let at = OPTIONS.iter().position(|option| option.name == *name).unwrap();
            values[at] = *value;
        }
    }
    Options::new(&values)
}

/// For every optimizer trials that share neither weights nor orders with all of their neighbours, one of which
/// diverges.
fn trials<T: Elementary>() -> Vec<Trial> {
    let trial = |optimizer: &'static Optimizer, index: usize| {
        let value = |h: &thalweg_kernels::optimizer::Hyperparameter| match h.domain {
            Domain::Choice(names) => (index % names.len()) as f64,
            Domain::Number { .. } if h.name == "lr" && index == 6 => enormous::<T>(),
            Domain::Number { .. } if h.name == "lr" => 0.01 * (1.0 + index as f64),
            Domain::Number { .. } => h.default,
        };
        let hyperparameters = optimizer.hyperparameters.iter().map(value).collect();
        let (init_seed, order_seed) = (index as u64 / 2, index as u64 % 3);
        Trial { optimizer, hyperparameters, options: options(index), init_seed, order_seed }
    };
    // Several blocks of three of them; of the others, whose rules differ in what a lane does alone, a part of one.
    let places =
        |optimizer: &Optimizer| if ["sgd", "momentum", "adam"].contains(&optimizer.name) { 0..21 } else { 5..8 };
    ALL.iter().flat_map(|optimizer| places(optimizer).map(|index| trial(optimizer, index))).collect()
}

/// Every bit of a trial's weights, of its last gradient, of its weights before and of what its optimizer keeps, as two numbers
/// of 24 bits: without it a difference could hide in the rounding of a mean.
pub static FINGERPRINT: Observer = Observer::new::<Fingerprint>(
    ("fingerprint", "", ""),
    &[],
    (
        Records::Curves,
        &[Column { name: "high", unit: "1", meaning: "" }, Column { name: "low", unit: "1", meaning: "" }],
    ),
    ("", |_| Cost::ROW),
);

struct Fingerprint;

impl Observe for Fingerprint {
    type Room<T: Real> = ();

    fn look<T: Real>(look: Look<'_, T>, (): &mut (), rows: &mut Rows<'_, T>) {
        for trial in look.running() {
            let mut hash = 0xcbf2_9ce4_8422_2325_u64;
            let arrays = [Some(look.weights), look.previous, look.gradient].into_iter().flatten();
            for number in arrays.chain(look.arrays()).flat_map(|array| look.numbers(array, trial)) {
                hash = (hash ^ number.to_bits()).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(29);
            }
            let part = |shift: u32| Some(((hash >> shift) & 0xff_ffff) as f64);
            rows.push(trial, 0, &[part(40), part(16)]);
        }
    }
}

/// Norms and fingerprints at these steps.
pub fn watches(steps: &[u64]) -> [Watch<'_>; 2] {
    [&NORMS, &FINGERPRINT].map(|observer| Watch { observer, values: &[], steps })
}

/// Trains the trials in this order; returns their outcomes, as text with every digit, in the order of `trials`.
fn outcomes<T: Elementary>(network: &Network<T>, trials: &[Trial], order: &[u32], engine: Engine) -> Vec<String> {
    let ordered = |optimizer: &Optimizer| {
        let of_optimizer = |at: &u32| trials[*at as usize].optimizer.name == optimizer.name;
        order.iter().copied().filter(of_optimizer).map(|at| at as usize).collect::<Vec<usize>>()
    };
    let places: Vec<Vec<usize>> = ALL.iter().map(|optimizer| ordered(optimizer)).collect();
    let lane = |at: &usize| {
        let trial = &trials[*at];
        Lane {
            hyperparameters: &trial.hyperparameters,
            options: trial.options,
            init_seed: trial.init_seed,
            order_seed: trial.order_seed,
            ..Lane::default()
        }
    };
    let job = |(optimizer, places): (&&'static Optimizer, &Vec<usize>)| Job {
        optimizer,
        lanes: places.iter().map(lane).collect(),
    };
    let jobs: Vec<Job<'_>> = ALL.iter().zip(&places).map(job).collect();
    let schedule = Timetable { steps: STEPS, logged: vec![0, 1, 3, STEPS], divergence_factor: 10.0, target: None };
    let results = Mutex::new(vec![None; trials.len()]);
    let done = |job: usize, first: usize, outcomes: &[Outcome]| {
        let mut results = results.lock().unwrap();
        for (outcome, at) in outcomes.iter().zip(&places[job][first..]) {
            let before = results[*at].replace(format!("{outcome:?}"));
            assert!(before.is_none(), "trial {at} was handed over twice");
        }
    };
    train(network, &jobs, &schedule, &watches(&schedule.logged), engine, &AtomicBool::new(false), done).unwrap();
    results.into_inner().unwrap().into_iter().map(|outcome| outcome.expect("every trial is handed over")).collect()
}

fn network<T: Elementary>(units: &[usize], activation: &str, loss: &str, chunk: Option<usize>) -> Network<T> {
    let architecture = architecture(units, true, activation, loss);
    let splits = [examples(&architecture, EXAMPLES, 1), Examples::default(), examples(&architecture, 50, 2)];
    let batches = Batches { examples: EXAMPLES, size: BATCH, drop_last: false, shuffled: true, replacement: false };
    Network::new(
        architecture,
        Initializer::ScaledNormal { gain: 1.0, fan: Fan::In, scale: 1.0 },
        splits,
        batches,
        chunk,
    )
}

fn nothing_changes_a_bit<T: Elementary>(units: &[usize], activation: &str, loss: &str) {
    let trials = trials::<T>();
    let order: Vec<u32> = (0..trials.len() as u32).collect();
    let best = Engine { isa: Isa::best(), threads: 1, path: TrainingPath::Population, lanes: None };
    let network_of = |chunk| network::<T>(units, activation, loss, chunk);
    let usual = network_of(None);
    let want = outcomes(&usual, &trials, &order, best);

    let diverged = format!("{:?}", Status::Diverged);
    for (trial, outcome) in trials.iter().zip(&want) {
        let overflows = trial.hyperparameters[0] == enormous::<T>();
        let (diverged, optimizer) = (outcome.contains(&diverged), trial.optimizer);
        // With other optimizers small gradients may stay finite for this few steps; Adam climbs with its misprinted
        // sign.
        let must = overflows && ["sgd", "momentum", "adam"].contains(&optimizer.name);
        let may = overflows || (optimizer.name == "adam" && trial.hyperparameters.ends_with(&[1.0]));
        assert!(if diverged { may } else { !must }, "{optimizer:?} {:?}: {outcome}", trial.hyperparameters);
    }
    let check = |what: &str, network: &Network<T>, order: &[u32], engine: Engine| {
        for (at, (got, want)) in outcomes(network, &trials, order, engine).iter().zip(&want).enumerate() {
            assert_eq!(got, want, "{what} changed trial {at}, {:?}", trials[at].optimizer);
        }
    };
    for isa in Isa::available() {
        check(isa.name(), &usual, &order, Engine { isa, ..best });
        check(isa.name(), &usual, &order, Engine { isa, lanes: Some(20), threads: 2, ..best });
        check(
            &format!("dense {isa:?}"),
            &usual,
            &order,
            Engine { isa, path: TrainingPath::Dense, threads: 2, lanes: Some(5) },
        );
    }
    for threads in [2, 3] {
        check(&format!("{threads} threads"), &usual, &order, Engine { threads, ..best });
    }
    for lanes in [1, 5, 16, 64] {
        check(&format!("{lanes} lanes"), &usual, &order, Engine { lanes: Some(lanes), ..best });
    }
    for chunk in [1, 3, 16, 64, 512] {
        check(&format!("chunks of {chunk}"), &network_of(Some(chunk)), &order, best);
    }
    for seed in 0..4 {
        let mut order = order.clone();
        Stream::new("test neighbours", seed).shuffle(&mut order);
        check(&format!("order {seed}"), &usual, &order, Engine { threads: 2, ..best });
    }
    for (at, want) in want.iter().enumerate().step_by(3) {
        let trial = &trials[at];
        let alone = [Trial { hyperparameters: trial.hyperparameters.clone(), ..*trial }];
        assert_eq!(&outcomes(&usual, &alone, &[0], best)[0], want, "trial {at} alone");
    }
}

#[test]
fn nothing_changes_a_bit_of_tanh_and_bce_in_f32() {
    nothing_changes_a_bit::<f32>(&[2, 16, 1], "tanh", "bce");
}

#[test]
fn nothing_changes_a_bit_of_tanh_and_bce_in_f64() {
    nothing_changes_a_bit::<f64>(&[2, 16, 1], "tanh", "bce");
}

#[test]
fn nothing_changes_a_bit_of_relu_and_softmax_in_f32() {
    nothing_changes_a_bit::<f32>(&[5, 7, 3], "relu", "softmax-cross-entropy");
}

#[test]
fn nothing_changes_a_bit_of_relu_and_softmax_in_f64() {
    nothing_changes_a_bit::<f64>(&[5, 7, 3], "relu", "softmax-cross-entropy");
}

/// Reductions of 1 to 2,000 terms, layers of one unit, widths around the tiles of either path.
#[test]
fn both_paths_give_the_same_bits_on_every_isa() {
    fn check<T: Elementary>(units: &[usize], activation: &str, loss: &str) {
        let trials: Vec<Trial> = trials::<T>().into_iter().step_by(5).collect();
        let order: Vec<u32> = (0..trials.len() as u32).collect();
        let engine = |isa, path| Engine { isa, threads: 2, path, lanes: None };
        let usual = network::<T>(units, activation, loss, None);
        let want = outcomes(&usual, &trials, &order, engine(Isa::best(), TrainingPath::Population));
        for isa in Isa::available().into_iter().filter(|isa| !isa.is_scalar()) {
            for path in [TrainingPath::Population, TrainingPath::Dense] {
                let got = outcomes(&usual, &trials, &order, engine(isa, path));
                assert!(got == want, "{units:?} in {}, {isa:?}, {path:?}", T::NAME);
            }
        }
        let short = network::<T>(units, activation, loss, Some(100));
        let got = outcomes(&short, &trials, &order, engine(Isa::best(), TrainingPath::Dense));
        assert!(got == want, "{units:?} in {}, chunks of 100", T::NAME);
    }
    for (units, activation, loss) in [
        (&[1, 1][..], "identity", "mse"),
        (&[2, 1, 3], "sigmoid", "softmax-cross-entropy"),
        (&[600, 1], "identity", "bce"),
        (&[3, 2000, 2], "tanh", "mse"),
        (&[33, 17, 50, 1], "relu", "bce"),
    ] {
        check::<f32>(units, activation, loss);
        check::<f64>(units, activation, loss);
    }
}
