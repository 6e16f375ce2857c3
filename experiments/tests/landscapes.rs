//! Going down landscapes: as PyTorch does, as theory has it, and to the bit on every instruction set and block width.

use std::fs;
use std::path::Path as FilePath;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use serde_json::Value;
use thalweg::descent::Descent;
use thalweg::record::{Runs, Setting, Status, read_runs};
use thalweg::spec::Spec;
use thalweg::sweep::run::{Finished, Progress, Settings, run};
use thalweg::train::{Engine, Job, Keep, Lane, Norms, Outcome, Path, Schedule, train};
use thalweg_kernels::Isa;
use thalweg_kernels::landscape::{ALL as LANDSCAPES, Dimensions, Landscape};
use thalweg_kernels::math::Elementary;
use thalweg_kernels::optimizer::{ALL as METHODS, Domain, Hyperparameter, Method};

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

/// Values as the scripts write them: numbers, names, truths.
fn hyperparameters(method: &Method, settings: &Value) -> Vec<f64> {
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
    method.hyperparameters.iter().map(value).collect()
}

/// The outcomes of all jobs, in the order of the trials.
fn outcomes<T: Elementary>(
    objective: &Descent<T>,
    jobs: &[Job<'_>],
    schedule: &Schedule,
    engine: Engine,
) -> Vec<Vec<Outcome>> {
    let blocks = Mutex::new(Vec::new());
    let stop = AtomicBool::new(false);
    let done = |job, first, outcomes| blocks.lock().unwrap().push((job, first, outcomes));
    train(objective, jobs, schedule, &[&Norms], engine, &stop, done).unwrap();
    let mut blocks: Vec<(usize, usize, Vec<Outcome>)> = blocks.into_inner().unwrap();
    blocks.sort_by_key(|(job, first, _)| (*job, *first));
    let mut outcomes = vec![Vec::new(); jobs.len()];
    blocks.into_iter().for_each(|(job, _, block)| outcomes[job].extend(block));
    outcomes
}

fn engine(isa: Isa, threads: usize, lanes: Option<usize>) -> Engine {
    Engine { isa, threads, path: Path::Population, lanes }
}

/// The starts are such that one unit in the last place more or less moves no end by 1e-13 (`ulp_sensitivity` in the
/// file), so that nothing amplifies the rounding of the steps.
#[test]
fn descents_follow_torch() {
    let path = format!("{}/tests/reference/landscapes_torch.json", env!("CARGO_MANIFEST_DIR"));
    let file: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let steps = file["steps"].as_u64().unwrap();
    let schedule = Schedule { steps, logged: vec![0, steps], divergence_factor: 10.0, target: None };
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
                let method = Method::named(reference["optimizer"].as_str().unwrap()).unwrap();
                let hyperparameters = hyperparameters(method, &reference["settings"]);
                let keep = Keep::Ends;
                let lane = Lane { hyperparameters: &hyperparameters, start: &start, keep, ..Lane::default() };
                let objective = Descent::<f64>::new(Landscape::named(name).unwrap(), 2, &[]);
                for isa in Isa::available() {
                    let jobs = [Job { method, lanes: vec![lane] }];
                    let [outcome] = &outcomes(&objective, &jobs, &schedule, engine(isa, 1, None))[0][..] else {
                        panic!("one trial")
                    };
                    let (end, expected) = (outcome.end().unwrap(), numbers(&reference["end"]));
                    let size = expected.iter().fold(0.0, |size: f64, x| size.max(x.abs()));
                    let error = end.iter().zip(&expected).fold(0.0, |most: f64, (a, b)| most.max((a - b).abs())) / size;
                    assert!(error <= 1e-12, "{method:?} on {name} from {start:?}, {isa:?}: {end:?}, not {expected:?}");
                    let (value, expected) = (outcome.last().unwrap().loss[0].unwrap(), &reference["value"]);
                    assert!((value / expected.as_f64().unwrap() - 1.0).abs() <= 1e-12, "{method:?} on {name}");
                    largest = largest.max(error);
                }
            }
        }
    }
    println!("ends differ by {largest:e} at most");
}

/// Every optimizer in every variant, beside torch, optax or the paper's pseudo-code: see the script for which, and for the
/// starts. Signs (Lion's) are compared as anything else: none of them hangs by a rounding error.
#[test]
fn descents_follow_other_implementations() {
    let path = format!("{}/tests/reference/optimizers_peers.json", env!("CARGO_MANIFEST_DIR"));
    let file: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let steps = file["steps"].as_u64().unwrap();
    let schedule = Schedule { steps, logged: vec![0, steps], divergence_factor: f64::INFINITY, target: None };
    let mut largest: f64 = 0.0;
    for name in ["rosenbrock", "beale"] {
        let runs = file["landscapes"][name].as_array().unwrap();
        for method in METHODS {
            let of_method = runs.iter().filter(|run| run["optimizer"] == method.name);
            let all: Vec<_> = of_method.clone().map(|run| hyperparameters(method, &run["settings"])).collect();
            for (at, h) in method.hyperparameters.iter().enumerate() {
                let Domain::Choice(names) = h.domain else { continue };
                let seen = |choice: usize| all.iter().any(|values| values[at] == choice as f64);
                assert!((0..names.len()).all(seen), "a variant of {method:?} is missing: {}", h.name);
            }
            for (reference, hyperparameters) in of_method.zip(&all) {
                assert!(reference["ulp_sensitivity"].as_f64().unwrap() < 1e-13);
                let (start, expected) = (numbers(&reference["start"]), numbers(&reference["end"]));
                let lane = Lane { hyperparameters, start: &start, keep: Keep::Ends, ..Lane::default() };
                let objective = Descent::<f64>::new(Landscape::named(name).unwrap(), 2, &[]);
                for isa in Isa::available() {
                    let jobs = [Job { method, lanes: vec![lane] }];
                    let ends = outcomes(&objective, &jobs, &schedule, engine(isa, 1, None));
                    let end = ends[0][0].end().unwrap();
                    let size = expected.iter().fold(0.0, |size: f64, x| size.max(x.abs()));
                    let error = end.iter().zip(&expected).fold(0.0, |most: f64, (a, b)| most.max((a - b).abs())) / size;
                    assert!(error <= 1e-12, "{method:?} {} on {name}, {isa:?}: {error:e}", reference["settings"]);
                    largest = largest.max(error);
                }
            }
        }
    }
    println!("ends differ by {largest:e} at most");
}

/// Every landscape, every optimizer, diverging trials among them.
fn same_bits<T: Elementary>() {
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
        let settings: Vec<Vec<Vec<f64>>> = METHODS
            .iter()
            .map(|method| {
                let point = |lr: &f64| hyperparameters(method, &serde_json::json!({ "lr": lr }));
                rates.iter().map(point).collect()
            })
            .collect();
        let jobs: Vec<Job<'_>> = METHODS
            .iter()
            .zip(&settings)
            .map(|(method, points)| {
                let keep = Keep::All;
                let pairs = points.iter().flat_map(|point| starts.iter().map(move |start| (point, start)));
                let lanes = pairs.map(|(point, start)| Lane { hyperparameters: point, start, keep, ..Lane::default() });
                Job { method, lanes: lanes.collect() }
            })
            .collect();
        let schedule = Schedule { steps: 60, logged: vec![0, 1, 20, 60], divergence_factor: 10.0, target: None };
        let expected = outcomes(&objective, &jobs, &schedule, engine(Isa::available()[0], 1, None));
        let statuses = || expected.iter().flatten().map(|outcome| outcome.status);
        assert!(statuses().any(|status| status == Status::Ok) && statuses().any(|status| status == Status::Diverged));
        for isa in Isa::available() {
            for (threads, lanes) in [(1, None), (2, Some(24)), (1, Some(200))] {
                let got = outcomes(&objective, &jobs, &schedule, engine(isa, threads, lanes));
                assert!(got == expected, "{landscape:?} on {isa:?} with {lanes:?} lanes");
            }
        }
    }
}

#[test]
fn bits_do_not_depend_on_isa_width_or_threads_in_f32() {
    same_bits::<f32>();
}

#[test]
fn bits_do_not_depend_on_isa_width_or_threads_in_f64() {
    same_bits::<f64>();
}

struct Silent;

impl Progress for Silent {
    fn begin(&self, _: usize, _: usize) {}
    fn advance(&self, _: usize) {}
    fn end(&self) {}
}

fn results(text: &str, out: &FilePath) -> Runs {
    let spec = Spec::parse("spec.toml", text, FilePath::new("."), &[]).unwrap();
    let settings = Settings { out: out.to_owned(), threads: 2, isa: Isa::best(), fresh: false, png: false };
    assert_eq!(run(&spec, &settings, &Silent, &AtomicBool::new(false)).unwrap(), Finished::Complete);
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
    assert_eq!(rows[0], ["key", "step", "x0", "x1", "value"]);
    // Of the one that diverges only the start is finite.
    assert_eq!(rows.len(), 1 + 3 + 3 + 1);
    assert_eq!(rows[1], [&near.key, "0", "1", "1", "14.203125"]);
    let end: Vec<f64> = rows[3][2..].iter().map(|cell| cell.parse().unwrap()).collect();
    assert_eq!(end.into_iter().map(Some).collect::<Vec<_>>(), near.extra[2..]);

    let surface = read("surface.csv");
    let rows: Vec<&str> = surface.lines().collect();
    assert_eq!((rows.len(), rows[0]), (13, "x0,x1,value"));
    let cells: Vec<f64> = rows[12].split(',').map(|cell| cell.parse().unwrap()).collect();
    let (value, _) = (Landscape::named("beale").unwrap().reference)(&[4.5, 1.0], &[]);
    assert_eq!(cells[..2], [4.5, 1.0]);
    assert!((cells[2] / value - 1.0).abs() < 1e-14);
    let manifest = read("manifest.toml");
    assert!(["trajectory.csv", "surface.csv", "runs.csv"].iter().all(|name| manifest.contains(name)), "{manifest}");
}
