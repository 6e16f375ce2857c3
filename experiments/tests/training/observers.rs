//! What observers see of networks: the numbers of JAX and NumPy, eigenvalues that faer finds, and the same bits however trials
//! are computed.

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use serde_json::Value;
use thalweg::network::{Batches, Examples, Fan, Initializer, Network};
use thalweg::observe::{ALL, Observer, SHARPNESS};
use thalweg::record::Status;
use thalweg::train::{
    Engine, Job, Lane, Layout, Objective, Outcome, Sample, Team, Timetable, TrainingPath, Watch, train,
};
use thalweg_kernels::Isa;
use thalweg_kernels::linalg::{eigenvalues, faer};
use thalweg_kernels::math::Elementary;
use thalweg_kernels::optimizer::Optimizer;

use crate::bits::FINGERPRINT;
use crate::networks::{architecture, examples, full_batch, outputs, random_weights};
use crate::reference::{numbers, read};

/// The outcomes of some trials of an optimizer, in their order.
fn outcomes<T: Elementary>(
    objective: &impl Objective<T>,
    optimizer: &'static Optimizer,
    lanes: &[Lane<'_>],
    schedule: &Timetable,
    watches: &[Watch<'_>],
    engine: Engine,
) -> Vec<Outcome> {
    let found = Mutex::new(vec![None; lanes.len()]);
    let done = |_: usize, first: usize, outcomes: &[Outcome]| {
        let mut found = found.lock().unwrap();
        outcomes.iter().enumerate().for_each(|(at, outcome)| found[first + at] = Some(outcome.clone()));
    };
    let jobs = [Job { optimizer, lanes: lanes.to_vec() }];
    train(objective, &jobs, schedule, watches, engine, &AtomicBool::new(false), done).unwrap();
    found.into_inner().unwrap().into_iter().map(Option::unwrap).collect()
}

fn engine(path: TrainingPath) -> Engine {
    Engine { isa: Isa::best(), threads: 1, path, lanes: None }
}

/// The values of an observer's parameters in these tests: three eigenvalues.
fn values(observer: &Observer) -> Vec<f64> {
    let value = |name: &str, default| if name == "count" { 3.0 } else { default };
    observer.parameters.iter().zip(observer.defaults()).map(|(own, default)| value(own.name, default)).collect()
}

/// Every observer, with these values of its parameters.
fn watches<'a>(values: &'a [Vec<f64>], steps: &'a [u64]) -> Vec<Watch<'a>> {
    ALL.iter().zip(values).map(|(observer, values)| Watch { observer, values, steps }).collect()
}

/// The rows of a step that a reference has, as numbers or nothing.
fn rows(observer: &Observer, seen: &Value) -> Vec<Vec<Option<f64>>> {
    let cells = |row: &Value| row.as_array().unwrap().iter().map(Value::as_f64).collect();
    match seen {
        Value::Null => Vec::new(),
        // A number a row.
        _ if observer == &SHARPNESS => numbers(seen).into_iter().map(|number| vec![Some(number)]).collect(),
        Value::Array(all) if all[0].is_array() => all.iter().map(cells).collect(),
        row => vec![cells(row)],
    }
}

fn check<T: Elementary>(case: &Value, path: TrainingPath, tolerance: f64) {
    let name = |key: &str| case[key].as_str().unwrap();
    let units: Vec<usize> = numbers(&case["units"]).iter().map(|units| *units as usize).collect();
    let architecture = architecture(&units, true, name("activation"), name("loss"));
    let (inputs, targets, start) = (numbers(&case["inputs"]), numbers(&case["targets"]), numbers(&case["weights"]));
    let count = inputs.len() / units[0];
    let size = case["batch"].as_u64().unwrap() as usize;
    let batches = Batches { examples: count, size, drop_last: false, shuffled: false, replacement: false };
    let splits = [Examples::<T>::new(&inputs, &targets, count), Examples::default(), Examples::default()];
    let network = Network::new(architecture, Initializer::Zeros, splits, batches, None);
    let looks = case["looks"].as_object().unwrap();
    let mut logged: Vec<u64> = looks.keys().map(|step| step.parse().unwrap()).collect();
    logged.sort_unstable();
    let schedule =
        Timetable { steps: *logged.last().unwrap(), logged: logged.clone(), divergence_factor: 1e9, target: None };
    let hyperparameters = [case["lr"].as_f64().unwrap(), case["momentum"].as_f64().unwrap(), 0.0];
    let lane = Lane { hyperparameters: &hyperparameters, start: &start, ..Lane::default() };
    let values: Vec<Vec<f64>> = ALL.iter().map(|observer| values(observer)).collect();
    let watches = watches(&values, &logged);
    let optimizer = Optimizer::named("momentum").unwrap();
    let outcome = &outcomes(&network, optimizer, &[lane], &schedule, &watches, engine(path))[0];
    for (observer, observed) in ALL.iter().zip(&outcome.observed) {
        // What is left of an update in f32 after it is rounded with its weight.
        let is_coarse = observer.name == "effective-lr" && tolerance > 1e-6;
        let tolerance = if is_coarse { 5e-3 } else { tolerance };
        for step in &logged {
            let seen = looks[&step.to_string()].get(observer.name);
            let want = rows(observer, seen.unwrap_or_else(|| panic!("no reference of {observer:?}")));
            let got: Vec<_> = observed.rows().filter(|row| row.step == *step).collect();
            assert_eq!(got.len(), want.len(), "{observer:?} at {step}");
            let scale = want.iter().flatten().flatten().fold(0.0, |most: f64, number| most.max(number.abs()));
            for (place, (got, want)) in got.iter().zip(&want).enumerate() {
                assert_eq!(got.index, if observer.index().is_some() { 1 + place as u64 } else { 0 });
                for (column, want) in want.iter().enumerate() {
                    let got = got.cell(column);
                    let error = got.zip(*want).map_or(0.0, |(got, want)| (got - want).abs());
                    let is_near = got.is_some() == want.is_some() && error <= tolerance * scale;
                    assert!(is_near, "{observer:?} at {step}, {place}, {column}: {got:?}, not {want:?}");
                }
            }
        }
    }
}

#[test]
fn observers_see_what_jax_computes() {
    for case in read("observers_jax.json")["cases"].as_array().unwrap() {
        for path in [TrainingPath::Population, TrainingPath::Dense] {
            check::<f64>(case, path, 1e-9);
            check::<f32>(case, path, 1e-5);
        }
    }
}

/// The eigenvalues of the Hessian on all examples, the largest first: of its columns, by faer.
fn spectrum(network: &Network<f64>, weights: &[f64]) -> Vec<f64> {
    let parameters = weights.len();
    let layout = Layout { isa: Isa::best(), path: TrainingPath::Dense, groups: 1 };
    let mut scratch = network.scratch(layout, &Team::alone());
    let mut own = weights.to_vec();
    network.start(&mut scratch, &[Lane { start: weights, ..Lane::default() }], &mut own);
    let mut columns = Vec::new();
    for at in 0..parameters {
        let direction: Vec<f64> = (0..parameters).map(|i| f64::from(u8::from(i == at))).collect();
        let mut column = vec![0.0; parameters];
        network.hessian_product(&mut scratch, Sample::All, weights, &direction, &mut column);
        columns.extend(column);
    }
    let matrix = faer::MatRef::from_column_major_slice(&columns, parameters, parameters);
    let mut eigenvalues = eigenvalues(matrix).unwrap();
    eigenvalues.sort_by(|one, other| other.total_cmp(one));
    eigenvalues
}

#[test]
fn sharpness_is_the_top_of_the_spectrum() {
    for (units, activation, loss) in [
        (vec![2, 16, 1], "tanh", "bce"),
        (vec![4, 8, 8, 3], "relu", "softmax-cross-entropy"),
        (vec![3, 6, 2], "gelu", "mse"),
        (vec![5, 4, 2], "sigmoid", "huber"),
        (vec![6, 2], "identity", "mse"),
    ] {
        let architecture = architecture(&units, true, activation, loss);
        let parameters = architecture.parameters();
        let network =
            full_batch(architecture.clone(), examples::<f64>(&architecture, 40, 1), Examples::default(), None);
        let starts: Vec<Vec<f64>> = (0..5).map(|seed| random_weights::<f64>(parameters, 1, seed)).collect();
        let lanes: Vec<Lane<'_>> = starts
            .iter()
            .zip(0..)
            .map(|(start, init_seed)| Lane { hyperparameters: &[0.0], start, init_seed, ..Lane::default() })
            .collect();
        let schedule = Timetable { steps: 0, logged: vec![0], divergence_factor: 10.0, target: None };
        let watch = Watch { observer: &SHARPNESS, values: &[5.0, 200.0], steps: &schedule.logged };
        let optimizer = Optimizer::named("sgd").unwrap();
        let all = outcomes(&network, optimizer, &lanes, &schedule, &[watch], engine(TrainingPath::Population));
        for (outcome, start) in all.iter().zip(&starts) {
            let want = spectrum(&network, start);
            let scale = want.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
            assert_eq!(outcome.observed[0].rows().len(), 5.min(parameters));
            for (row, want) in outcome.observed[0].rows().zip(&want) {
                let got = row.cell(0).unwrap();
                assert!((got - want).abs() <= 1e-9 * scale, "{units:?} {activation}: {got}, not {want}");
                assert!(row.cell(1).unwrap() <= (1.001e-6 * want.abs()).max(3e-10 * scale), "{row:?}");
            }
        }
    }
}

/// Networks of three layers, of which the last batch of an epoch is smaller.
fn small<T: Elementary>(loss: &str) -> Network<T> {
    let loss = thalweg_kernels::loss::Loss::named(loss).unwrap();
    let units = [3, 5, 4, outputs(loss)];
    let architecture = thalweg::network::Architecture::new(&units, true, thalweg_kernels::activation::ALL[0], loss);
    let splits = [examples(&architecture, 50, 1), Examples::default(), Examples::default()];
    let batches = Batches { examples: 50, size: 30, drop_last: false, shuffled: true, replacement: false };
    let initializer = Initializer::ScaledNormal { gain: 1.0, fan: Fan::In, scale: 1.0 };
    Network::new(architecture, initializer, splits, batches, None)
}

/// Trains trials one of which diverges; their outcomes with every digit.
fn seen<T: Elementary>(
    network: &Network<T>,
    trials: &[usize],
    isa: Isa,
    path: TrainingPath,
    lanes: usize,
) -> Vec<String> {
    let enormous = if size_of::<T>() == size_of::<f32>() { 1e37 } else { 1e306 };
    let rates: Vec<[f64; 3]> =
        trials.iter().map(|at| [if *at == 4 { enormous } else { 0.02 * (1 + at) as f64 }, 0.5, 0.0]).collect();
    let lane = |(at, hyperparameters): (&usize, &'_ [f64; 3])| (*at as u64 / 2, *at as u64 % 3, *hyperparameters);
    let of_trials: Vec<_> = trials.iter().zip(&rates).map(lane).collect();
    let all: Vec<Lane<'_>> = of_trials
        .iter()
        .map(|(init_seed, order_seed, rates)| Lane {
            hyperparameters: rates,
            init_seed: *init_seed,
            order_seed: *order_seed,
            ..Lane::default()
        })
        .collect();
    let schedule = Timetable { steps: 6, logged: vec![0, 1, 3, 4, 6], divergence_factor: 10.0, target: None };
    let values: Vec<Vec<f64>> = ALL.iter().map(|observer| values(observer)).collect();
    let steps = &[0, 1, 4, 6];
    let mut watches = watches(&values, steps);
    watches.push(Watch { observer: &FINGERPRINT, values: &[], steps });
    let engine = Engine { isa, threads: 2, path, lanes: Some(lanes) };
    let all = outcomes(network, Optimizer::named("momentum").unwrap(), &all, &schedule, &watches, engine);
    for (outcome, at) in all.iter().zip(trials) {
        assert_eq!(outcome.status == Status::Diverged, *at == 4);
        for (observer, observed) in ALL.iter().zip(&outcome.observed) {
            let last = observed.rows().next_back().map(|row| row.step);
            // Rows end where the curve ends.
            assert!(last <= outcome.points.last().map(|point| point.step), "{observer:?} of {at}");
            assert!(*at == 4 || last == Some(6), "{observer:?} of {at}");
            // Its first update has made the loss infinite.
            assert!(*at != 4 || last <= Some(0), "{observer:?} of {at}");
        }
    }
    all.iter().map(|outcome| format!("{outcome:?}")).collect()
}

fn check_bits<T: Elementary>(loss: &str) {
    let network = small::<T>(loss);
    let trials: Vec<usize> = (0..9).collect();
    let want = seen(&network, &trials, Isa::best(), TrainingPath::Population, 8);
    for isa in Isa::available() {
        for (path, lanes) in [(TrainingPath::Population, 64), (TrainingPath::Population, 4), (TrainingPath::Dense, 1)] {
            assert_eq!(seen(&network, &trials, isa, path, lanes), want, "{isa:?}, {path:?}, {lanes} lanes");
        }
    }
    let others = [7, 2, 4, 5];
    let got = seen(&network, &others, Isa::best(), TrainingPath::Population, 8);
    others.iter().zip(&got).for_each(|(at, got)| assert_eq!(*got, want[*at], "trial {at} among others"));
}

#[test]
fn nothing_changes_a_bit_of_what_is_seen() {
    check_bits::<f32>("softmax-cross-entropy");
    check_bits::<f64>("mse");
}
