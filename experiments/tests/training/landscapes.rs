//! Descending landscapes: as PyTorch does, as theory has it, and to the bit on every instruction set and block width.

use std::fs;
use std::path::Path as FilePath;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use serde_json::Value;
use thalweg::descent::Descent;
use thalweg::memory::Memory;
use thalweg::record::{Runs, Setting, Status, read_runs};
use thalweg::spec::Spec;
use thalweg::sweep::run::{Finished, Reuse, Settings, run};
use thalweg::train::{Engine, Job, Keep, Lane, Layout, Objective, Outcome, Team, Timetable, TrainingPath, train};
use thalweg_kernels::Isa;
use thalweg_kernels::landscape::{ALL as LANDSCAPES, Dimensions, Landscape};
use thalweg_kernels::math::Elementary;
use thalweg_kernels::optimizer::{ALL as OPTIMIZERS, Domain, Hyperparameter, Optimizer};

use crate::bits::watches;
use crate::reference::{numbers, read};

/// Values as the scripts write them: numbers, names, truths.
fn hyperparameters(optimizer: &Optimizer, settings: &Value) -> Vec<f64> {
    let value = |h: &Hyperparameter| {
        let name = match &settings[h.name] {
            Value::Null => return h.default,
            Value::Number(number) => return number.as_f64().unwrap(),
            Value::String(name) => name.clone(),
            other => other.to_string(),
        };
        let Domain::Choice(names) = h.domain else { panic!("{} is a number", h.name) };
        names.iter().position(|known| *known == name).unwrap() as f64
    };
    optimizer.hyperparameters.iter().map(value).collect()
}

/// The outcomes of all jobs, in the order of the trials.
fn outcomes<T: Elementary>(
    objective: &Descent<T>,
    jobs: &[Job<'_>],
    schedule: &Timetable,
    engine: Engine,
) -> Vec<Vec<Outcome>> {
    let blocks = Mutex::new(Vec::new());
    let stop = AtomicBool::new(false);
    let done = |job, first, outcomes: &[Outcome]| blocks.lock().unwrap().push((job, first, outcomes.to_vec()));
    train(objective, jobs, schedule, &watches(&schedule.logged), engine, &stop, done).unwrap();
    let mut blocks: Vec<(usize, usize, Vec<Outcome>)> = blocks.into_inner().unwrap();
    blocks.sort_by_key(|(job, first, _)| (*job, *first));
    let mut outcomes = vec![Vec::new(); jobs.len()];
    blocks.into_iter().for_each(|(job, _, block)| outcomes[job].extend(block));
    outcomes
}

fn engine(isa: Isa, threads: usize, lanes: Option<usize>) -> Engine {
    Engine { isa, threads, path: TrainingPath::Population, lanes }
}

/// The starts are such that one unit in the last place more or less moves no end by 1e-13 (`ulp_sensitivity` in the
/// file), so that nothing amplifies the rounding of the steps.
#[test]
fn descents_follow_torch() {
    let file = read("landscapes_torch.json");
    let steps = file["steps"].as_u64().unwrap();
    let schedule = Timetable { steps, logged: vec![0, steps], divergence_factor: 10.0, target: None };
    let mut largest: f64 = 0.0;
    for name in ["rosenbrock", "beale", "rastrigin"] {
        let starts = file["landscapes"][name].as_array().unwrap();
        assert_eq!(starts.len(), 3);
        for from in starts {
            let start = numbers(&from["start"]);
            let runs = from["runs"].as_array().unwrap();
            assert_eq!(runs.len(), 3);
            for reference in runs {
                assert!(reference["ulp_sensitivity"].as_f64().unwrap() < 1e-13);
                let optimizer = Optimizer::named(reference["optimizer"].as_str().unwrap()).unwrap();
                let hyperparameters = hyperparameters(optimizer, &reference["settings"]);
                let keep = Keep::Ends;
                let lane = Lane { hyperparameters: &hyperparameters, start: &start, keep, ..Lane::default() };
                let objective = Descent::<f64>::new(Landscape::named(name).unwrap(), 2, &[]);
                for isa in Isa::available() {
                    let jobs = [Job { optimizer, lanes: vec![lane] }];
                    let [outcome] = &outcomes(&objective, &jobs, &schedule, engine(isa, 1, None))[0][..] else {
                        panic!("one trial")
                    };
                    let (end, expected) = (outcome.end().unwrap(), numbers(&reference["end"]));
                    let size = expected.iter().fold(0.0, |size: f64, x| size.max(x.abs()));
                    let error = end.iter().zip(&expected).fold(0.0, |most: f64, (a, b)| most.max((a - b).abs())) / size;
                    assert!(
                        error <= 1e-12,
                        "{optimizer:?} on {name} from {start:?}, {isa:?}: {end:?}, not {expected:?}"
                    );
                    let (value, expected) = (outcome.last().unwrap().loss[0].unwrap(), &reference["value"]);
                    assert!((value / expected.as_f64().unwrap() - 1.0).abs() <= 1e-12, "{optimizer:?} on {name}");
                    largest = largest.max(error);
                }
            }
        }
    }
    println!("ends differ by {largest:e} at most");
}

/// Every optimizer in every variant, beside torch, optax or the paper's pseudo-code: see the script for which, and for
/// the starts. Signs (Lion's) are compared as anything else: none of them hangs by a rounding error.
#[test]
fn descents_follow_other_implementations() {
    let file = read("optimizers_peers.json");
    let steps = file["steps"].as_u64().unwrap();
    let schedule = Timetable { steps, logged: vec![0, steps], divergence_factor: f64::INFINITY, target: None };
    let mut largest: f64 = 0.0;
    for name in ["rosenbrock", "beale"] {
        let runs = file["landscapes"][name].as_array().unwrap();
        // Those that see more are compared on layers, with the kernels.
        for optimizer in OPTIMIZERS.iter().filter(|optimizer| optimizer.is_rule()) {
            let of_optimizer = runs.iter().filter(|run| run["optimizer"] == optimizer.name);
            let all: Vec<_> = of_optimizer.clone().map(|run| hyperparameters(optimizer, &run["settings"])).collect();
            for (at, h) in optimizer.hyperparameters.iter().enumerate() {
                let Domain::Choice(names) = h.domain else { continue };
                let seen = |choice: usize| all.iter().any(|values| values[at] == choice as f64);
                assert!((0..names.len()).all(seen), "a variant of {optimizer:?} is missing: {}", h.name);
            }
            for (reference, hyperparameters) in of_optimizer.zip(&all) {
                assert!(reference["ulp_sensitivity"].as_f64().unwrap() < 1e-13);
                let (start, expected) = (numbers(&reference["start"]), numbers(&reference["end"]));
                let lane = Lane { hyperparameters, start: &start, keep: Keep::Ends, ..Lane::default() };
                let objective = Descent::<f64>::new(Landscape::named(name).unwrap(), 2, &[]);
                for isa in Isa::available() {
                    let jobs = [Job { optimizer, lanes: vec![lane] }];
                    let ends = outcomes(&objective, &jobs, &schedule, engine(isa, 1, None));
                    let end = ends[0][0].end().unwrap();
                    let size = expected.iter().fold(0.0, |size: f64, x| size.max(x.abs()));
                    let error = end.iter().zip(&expected).fold(0.0, |most: f64, (a, b)| most.max((a - b).abs())) / size;
                    assert!(error <= 1e-12, "{optimizer:?} {} on {name}, {isa:?}: {error:e}", reference["settings"]);
                    largest = largest.max(error);
                }
            }
        }
    }
    println!("ends differ by {largest:e} at most");
}

/// Every landscape, every optimizer, diverging trials among them.
fn same_bits<T: Elementary>() {
    let mut diverged = 0;
    for landscape in LANDSCAPES {
        let (dimensions, spectrum) = match landscape.facts.dimensions {
            Dimensions::Exactly(count) => (count, vec![]),
            Dimensions::AtLeast(_) => (3, vec![]),
            Dimensions::Spectrum => (4, vec![0.5, 1.0, 30.0, 7.0]),
        };
        let objective = Descent::<T>::new(landscape, dimensions, &spectrum);
        let starts: Vec<Vec<f64>> =
            (0..37).map(|at| (0..dimensions).map(|i| ((at * 7 + i * 3) % 11) as f64 * 0.4 - 2.0).collect()).collect();
        let rates = [1e-3, 0.02, 3.0];
        let settings: Vec<Vec<Vec<f64>>> = OPTIMIZERS
            .iter()
            .map(|optimizer| {
                let point = |lr: &f64| hyperparameters(optimizer, &serde_json::json!({ "lr": lr }));
                rates.iter().map(point).collect()
            })
            .collect();
        let jobs: Vec<Job<'_>> = OPTIMIZERS
            .iter()
            .zip(&settings)
            .map(|(optimizer, points)| {
                let keep = Keep::All;
                let pairs = points.iter().flat_map(|point| starts.iter().map(move |start| (point, start)));
                let lanes = pairs.map(|(point, start)| Lane { hyperparameters: point, start, keep, ..Lane::default() });
                Job { optimizer, lanes: lanes.collect() }
            })
            .collect();
        let schedule = Timetable { steps: 60, logged: vec![0, 1, 20, 60], divergence_factor: 10.0, target: None };
        let expected = outcomes(&objective, &jobs, &schedule, engine(Isa::available()[0], 1, None));
        let statuses = || expected.iter().flatten().map(|outcome| outcome.status);
        assert!(statuses().any(|status| status == Status::Ok));
        // Bounded gradients, such as those of waves, do not make trials diverge.
        diverged += usize::from(statuses().any(|status| status == Status::Diverged));
        for isa in Isa::available() {
            for (threads, lanes) in [(1, None), (2, Some(24)), (1, Some(200))] {
                let got = outcomes(&objective, &jobs, &schedule, engine(isa, threads, lanes));
                assert!(got == expected, "{landscape:?} on {isa:?} with {lanes:?} lanes");
            }
        }
    }
    assert!(diverged > LANDSCAPES.len() / 2, "{diverged}");
}

#[test]
fn bits_do_not_depend_on_isa_width_or_threads_in_f32() {
    same_bits::<f32>();
}

#[test]
fn bits_do_not_depend_on_isa_width_or_threads_in_f64() {
    same_bits::<f64>();
}

fn results(text: &str, out: &FilePath) -> Runs {
    let spec = Spec::parse("spec.toml", text, FilePath::new("."), &[]).unwrap();
    let settings = Settings {
        out: out.to_owned(),
        threads: 2,
        isa: Isa::best(),
        reuse: Reuse::Everything,
        figures: None,
        memory: Memory::of_machine(),
    };
    assert_eq!(run(&spec, &settings, &(), &AtomicBool::new(false)).unwrap(), Finished::Complete);
    read_runs(&out.join("runs.csv")).unwrap()
}

/// Gradient descent on a quadratic diverges from a learning rate of 2/λmax on, with momentum μ from 2 (1 + μ)/λmax on.
#[test]
fn divergence_begins_where_theory_has_it() {
    for (spectrum, largest) in [("[1.0]", 1.0), ("[0.5, 3.0, 40.0]", 40.0), ("[1e-3, 1e3]", 1e3)] {
        for momentum in [0.0, 0.5, 0.9, 0.98] {
            let theory = 2.0 * (1.0 + momentum) / largest;
            let start = spectrum.split(',').map(|_| "1.0").collect::<Vec<_>>().join(", ");
            // 41 rates, a ratio of 1.04 apart.
            let ratio = 1.04f64.powi(20);
            let optimizer = if momentum == 0.0 {
                "kind = \"sgd\"".to_owned()
            } else {
                format!("kind = \"momentum\"\nmomentum = {momentum}")
            };
            let text = format!(
                "name = \"threshold\"\n[problem]\nkind = \"landscape\"\nfunction = \"quadratic\"\nspectrum = {spectrum}\n\
                 start = [{start}]\n[train]\nsteps = 4000\nprecision = \"f64\"\n[[optimizer]]\n{optimizer}\n\
                 lr = {{ log = [{}, {}], points = 41 }}\n",
                0.98 * theory / ratio,
                0.98 * theory * ratio
            );
            let folder = tempfile::tempdir().unwrap();
            let rows = results(&text, folder.path()).rows;
            let rate = |at: usize| match &rows[at].settings[0] {
                Some(Setting::Number(lr)) => *lr,
                other => panic!("a rate: {other:?}"),
            };
            let diverged: Vec<bool> = rows.iter().map(|row| row.status == Status::Diverged).collect();
            let first = diverged.iter().position(|diverged| *diverged).unwrap();
            assert!(diverged[first..].iter().all(|diverged| *diverged), "{spectrum}, momentum {momentum}");
            let cell = rate(first) / rate(first - 1);
            assert!(cell < 1.05);
            // The threshold lies between the last rate that converges and the first that does not.
            let (low, high) = (rate(first - 1), rate(first));
            assert!(low < theory && theory <= high * cell, "{spectrum}, momentum {momentum}: {low} {theory} {high}");
        }
    }
}

/// The bits of a rotated landscape with noise do not depend on how they are computed.
fn same_bits_turned_and_noisy<T: Elementary>() {
    let landscape = Landscape::named("quadratic").unwrap();
    let objective = Descent::<T>::new(landscape, 3, &[0.5, 3.0, 20.0]).rotated(5).with_gradient_noise(0.1);
    let starts: Vec<Vec<f64>> = (0..6).map(|at| vec![f64::from(at) - 2.0, 1.0, -0.5]).collect();
    let lane = |at: usize| Lane {
        hyperparameters: &[0.02, 0.9, 0.0],
        start: &starts[at % 6],
        order_seed: at as u64 / 6,
        keep: Keep::All,
        ..Lane::default()
    };
    let jobs = [Job { optimizer: Optimizer::named("momentum").unwrap(), lanes: (0..40).map(lane).collect() }];
    let schedule = Timetable { steps: 30, logged: vec![0, 1, 2, 30], divergence_factor: 10.0, target: None };
    let expected = outcomes(&objective, &jobs, &schedule, engine(Isa::available()[0], 1, None));
    // The same start with two seeds.
    assert_ne!(expected[0][0].end(), expected[0][6].end());
    for isa in Isa::available() {
        for (threads, lanes) in [(1, None), (2, Some(16)), (1, Some(64))] {
            assert!(
                outcomes(&objective, &jobs, &schedule, engine(isa, threads, lanes)) == expected,
                "{isa:?} {lanes:?}"
            );
        }
    }
}

#[test]
fn bits_of_turned_and_noisy_landscapes_do_not_depend_on_isa_width_or_threads() {
    same_bits_turned_and_noisy::<f32>();
    same_bits_turned_and_noisy::<f64>();
}

/// Value and gradient of a turned landscape, and its minimum: against finite differences and Q itself.
#[test]
fn a_turned_landscape_is_the_same_elsewhere() {
    for (name, n, spectrum) in [("quadratic", 3, &[1.0, 10.0, 100.0][..]), ("rosenbrock", 4, &[]), ("ackley", 2, &[])] {
        let landscape = Landscape::named(name).unwrap();
        let straight = Descent::<f64>::new(landscape, n, spectrum);
        let turned = Descent::<f64>::new(landscape, n, spectrum).rotated(7);
        let point: Vec<f64> = (0..n).map(|i| 0.3 + 0.4 * i as f64).collect();
        let gradient = gradient(&turned, &point);
        for i in 0..n {
            let at = |shift: f64| {
                let mut moved = point.clone();
                moved[i] += shift;
                turned.values(Isa::best(), &[moved])[0]
            };
            let slope = (at(1e-5) - at(-1e-5)) / 2e-5;
            assert!((slope - gradient[i]).abs() < 1e-6 * gradient[i].abs().max(1.0), "{name}: {slope} {}", gradient[i]);
        }
        // Lengths stay, and at the origin nothing is turned.
        let origin = vec![0.0; n];
        let [there, here] =
            [&turned, &straight].map(|descent| descent.values(Isa::best(), &[origin.clone(), point.clone()]));
        assert!(there[0] == here[0] && there[1] != here[1], "{name}: {there:?} {here:?}");
        let length = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>();
        let at_origin = [&turned, &straight].map(|descent| length(&self::gradient(descent, &origin)));
        assert!((at_origin[0] - at_origin[1]).abs() < 1e-12 * at_origin[1].max(1.0));
    }
}

/// The gradient at a point, in f64.
fn gradient(descent: &Descent<f64>, point: &[f64]) -> Vec<f64> {
    let isa = Isa::best();
    let lanes = isa.lanes::<f64>();
    let x: Vec<f64> = point.iter().flat_map(|x| vec![*x; lanes]).collect();
    let layout = Layout { isa, path: TrainingPath::Population, groups: 1 };
    let (mut scratch, mut gradient) = (descent.scratch(layout, &Team::alone()), vec![0.0; x.len()]);
    descent.gradient(&mut scratch, 0, &x, &mut gradient, &mut vec![0.0; lanes]);
    gradient.into_iter().step_by(lanes).collect()
}

/// On a flat landscape gradient descent adds up noise: after t steps with rate α and noise σ the variance of a
/// coordinate is t (α σ)². Seeds are independent, starts of one seed share their noise.
#[test]
fn noise_has_its_variance_and_its_seed() {
    const STEPS: u64 = 25;
    const SEEDS: u64 = 2000;
    let flat = Descent::<f64>::new(Landscape::named("quadratic").unwrap(), 2, &[0.0, 0.0]).with_gradient_noise(0.5);
    let starts = [[0.0, 0.0], [3.0, -1.0]];
    let lane = |at: u64| Lane {
        hyperparameters: &[0.1],
        start: &starts[at as usize % 2],
        order_seed: at / 2,
        keep: Keep::Ends,
        ..Lane::default()
    };
    let jobs = [Job { optimizer: Optimizer::named("sgd").unwrap(), lanes: (0..2 * SEEDS).map(lane).collect() }];
    let schedule = Timetable { steps: STEPS, logged: vec![0, STEPS], divergence_factor: f64::INFINITY, target: None };
    let ends: Vec<Vec<f64>> = outcomes(&flat, &jobs, &schedule, engine(Isa::best(), 1, None))[0]
        .iter()
        .map(|outcome| outcome.end().unwrap().to_vec())
        .collect();
    for pair in ends.chunks_exact(2) {
        assert!((pair[1][0] - 3.0 - pair[0][0]).abs() < 1e-13 && (pair[1][1] + 1.0 - pair[0][1]).abs() < 1e-13);
    }
    let expected = STEPS as f64 * (0.1 * 0.5_f64).powi(2);
    let mean = |f: &dyn Fn(&[f64]) -> f64| ends.iter().step_by(2).map(|x| f(x)).sum::<f64>() / SEEDS as f64;
    // Five standard errors.
    let error = 5.0 / (SEEDS as f64).sqrt();
    for i in 0..2 {
        assert!(mean(&|x| x[i]).abs() < error * expected.sqrt());
        assert!((mean(&|x| x[i] * x[i]) - expected).abs() < error * 2.0_f64.sqrt() * expected);
    }
    assert!(mean(&|x| x[0] * x[1]).abs() < error * expected);
}

/// Growth is measured from the minimum: a trial that falls from -2 to -12 has not diverged, and one on a saddle never
/// does before its numbers end.
#[test]
fn values_below_zero_are_no_divergence() {
    let status = |name: &str, start: &[f64], lr: f64, steps: u64| {
        let objective = Descent::<f64>::new(Landscape::named(name).unwrap(), start.len(), &[]);
        let lane = Lane { hyperparameters: &[lr], start, ..Lane::default() };
        let jobs = [Job { optimizer: Optimizer::named("sgd").unwrap(), lanes: vec![lane] }];
        let schedule = Timetable { steps, logged: vec![0, steps], divergence_factor: 10.0, target: None };
        let outcome = outcomes(&objective, &jobs, &schedule, engine(Isa::best(), 1, None))[0][0].clone();
        let value = |point: &thalweg::train::Point| point.loss[0].unwrap();
        (outcome.status, value(&outcome.points[0]), outcome.last().map(value))
    };
    let (ended, first, last) = status("shubert", &[-0.65], 1e-3, 200);
    assert!(ended == Status::Ok && first < -5.0 && last.unwrap() < -12.0, "{ended:?} {first} {last:?}");
    let (ended, first, last) = status("saddle", &[0.0, 1.0], 0.1, 50);
    assert!(ended == Status::Ok && first == -1.0 && last.unwrap() < -1e6, "{ended:?} {last:?}");
    assert_eq!(status("saddle", &[0.0, 1.0], 3.0, 500).0, Status::Diverged);
    // From 0.7 above the minimum to 27 above it.
    let (ended, first, last) = status("styblinski-tang", &[-2.7], 0.2, 1);
    assert!(ended == Status::Diverged && last.unwrap() < 0.0, "{ended:?} {first} {last:?}");
}

#[test]
fn the_way_down_is_recorded() {
    let text = "name = \"way\"\n[problem]\nkind = \"landscape\"\nfunction = \"beale\"\nstart = [[1, 1], [2.5, 0], [90, 90]]\n\
                [train]\nsteps = 20\nlog_every = 10\nprecision = \"f64\"\n[[optimizer]]\nkind = \"sgd\"\nlr = 0.01\n\
                [record]\ntrajectory = true\nsurface = { grid = [[-4.5, 4.5], [-1, 1]], points = [4, 3] }\n";
    let folder = tempfile::tempdir().unwrap();
    let runs = results(text, folder.path());
    assert_eq!(runs.extra, ["start_x0", "start_x1", "final_x0", "final_x1", "final_value"]);
    let [near, valley, far] = &runs.rows[..] else { panic!("three trials") };
    assert_eq!(near.extra[..2], [Some(1.0), Some(1.0)]);
    assert_eq!((near.initial_train_loss, near.extra[4]), (Some(14.203125), near.final_train_loss));
    assert!(valley.final_train_loss < valley.initial_train_loss);
    assert_eq!((far.status, far.extra[2..].to_vec()), (Status::Diverged, vec![None; 3]));

    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let trajectory = read("trajectory.csv");
    let rows: Vec<Vec<&str>> = trajectory.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(rows[0], ["key", "problem", "optimizer", "lr", "step", "x0", "x1", "value"]);
    // Of the one that diverges only the start is finite.
    assert_eq!(rows.len(), 1 + 3 + 3 + 1);
    assert_eq!(rows[1][..3], [&near.key, "beale", &near.optimizer]);
    assert_eq!(rows[1][4..], ["0", "1.0", "1.0", "14.203125"]);
    let end: Vec<f64> = rows[3][5..].iter().map(|cell| cell.parse().unwrap()).collect();
    assert_eq!(end.into_iter().map(Some).collect::<Vec<_>>(), near.extra[2..]);

    let surface = read("surface.csv");
    let rows: Vec<&str> = surface.lines().collect();
    assert_eq!((rows.len(), rows[0]), (13, "x0,x1,value"));
    let cells: Vec<f64> = rows[12].split(',').map(|cell| cell.parse().unwrap()).collect();
    let (value, _) = Landscape::named("beale").unwrap().reference(&[4.5, 1.0], &[]);
    assert_eq!(cells[..2], [4.5, 1.0]);
    assert!((cells[2] / value - 1.0).abs() < 1e-14);
    let manifest = read("manifest.toml");
    assert!(["trajectory.csv", "surface.csv", "runs.csv"].iter().all(|name| manifest.contains(name)), "{manifest}");
}
