//! Schedules, clipping and weight decay: as PyTorch has them, and as specs name them.

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use serde_json::Value;
use thalweg::descent::Descent;
use thalweg::train::{
    COURSES, Course, Engine, Job, Keep, Lane, OPTIONS, Options, Outcome, SCHEDULE, Timetable, TrainingPath, defaults,
    forget_unread, train,
};
use thalweg_kernels::Isa;
use thalweg_kernels::landscape::Landscape;
use thalweg_kernels::optimizer::{Domain, Optimizer};

use crate::reference::{numbers, read};

/// The options that the script's settings name.
fn options(settings: &Value) -> Options {
    let mut values = defaults();
    for (option, value) in OPTIONS.iter().zip(&mut values) {
        *value = match (&settings[option.name], option.domain) {
            (Value::Null, _) => continue,
            (Value::String(name), Domain::Choice(names)) => {
                names.iter().position(|known| known == name).unwrap() as f64
            }
            (number, _) => number.as_f64().unwrap(),
        };
    }
    Options::new(&values)
}

#[test]
fn schedules_are_those_of_torch() {
    let file = read("options_torch.json");
    let steps = file["steps"].as_u64().unwrap();
    let mut seen = Vec::new();
    for reference in file["rates"].as_array().unwrap() {
        let rate = options(&reference["settings"]).rate;
        seen.push(rate.course);
        for (step, expected) in (1..=steps).zip(numbers(&reference["factors"])) {
            let factor = rate.factor(step, steps);
            let error = (factor - expected).abs() / expected;
            assert!(error <= 1e-12, "{}, step {step}: {factor}, not {expected}", reference["settings"]);
        }
    }
    assert!(COURSES.iter().all(|facts| seen.contains(&facts.course)));
}

/// A warm-up as long as the trial, trials of one step, parameters at the ends of their domains: factors are numbers,
/// and none is above 1.
#[test]
fn schedules_survive_every_end() {
    for (index, facts) in COURSES.iter().enumerate() {
        for (at, option) in OPTIONS.iter().enumerate().filter(|(_, option)| facts.reads.contains(&option.name)) {
            let Domain::Number { low, high } = option.domain else { panic!("{} is a number", option.name) };
            let inner = |(end, closed): (f64, bool), next: f64| if closed { end } else { next };
            for end in [inner(low, low.0.next_up()), inner(high, high.0.next_down()), option.default] {
                let mut values = defaults();
                (values[SCHEDULE], values[at]) = (index as f64, end);
                forget_unread(&mut values);
                let rate = Options::new(&values).rate;
                for steps in [1, 2, 9] {
                    for step in 1..=steps {
                        let factor = rate.factor(step, steps);
                        let what =
                            format!("{} with {} = {end}, step {step} of {steps}: {factor}", facts.name, option.name);
                        assert!(factor >= 0.0, "{what}");
                        assert!(factor <= 1.0, "{what}");
                    }
                }
            }
        }
    }
}

fn end(optimizer: &'static Optimizer, lane: Lane<'_>, isa: Isa, steps: u64) -> Vec<f64> {
    let objective = Descent::<f64>::new(Landscape::named("rosenbrock").unwrap(), 2, &[]);
    let schedule = Timetable { steps, logged: vec![0, steps], divergence_factor: 10.0, target: None };
    let engine = Engine { isa, threads: 1, path: TrainingPath::Population, lanes: None };
    let jobs = [Job { optimizer, lanes: vec![lane] }];
    let found = Mutex::new(Vec::new());
    let done = |_, _, outcomes: &[Outcome]| found.lock().unwrap().extend_from_slice(outcomes);
    train(&objective, &jobs, &schedule, &[], engine, &AtomicBool::new(false), done).unwrap();
    found.into_inner().unwrap()[0].end().unwrap().to_vec()
}

#[test]
fn descents_with_options_follow_torch() {
    let file = read("options_torch.json");
    let (steps, start) = (file["steps"].as_u64().unwrap(), numbers(&file["start"]));
    for reference in file["runs"].as_array().unwrap() {
        let (optimizer, settings) =
            (Optimizer::named(reference["optimizer"].as_str().unwrap()).unwrap(), &reference["settings"]);
        let of_optimizer = optimizer.hyperparameters.iter().map(|h| settings[h.name].as_f64().unwrap_or(h.default));
        let hyperparameters: Vec<f64> = of_optimizer.collect();
        let lane = Lane {
            hyperparameters: &hyperparameters,
            options: options(settings),
            start: &start,
            keep: Keep::Ends,
            ..Lane::default()
        };
        assert_ne!(lane.options, Options::default());
        for isa in Isa::available() {
            let (end, expected) = (end(optimizer, lane, isa, steps), numbers(&reference["end"]));
            for (x, expected) in end.iter().zip(expected) {
                assert!((x - expected).abs() <= 1e-12, "{optimizer:?} {settings} {isa:?}: {x}, not {expected}");
            }
        }
    }
}

/// Keras's velocity keeps the rates of the past: under a schedule it goes another way than PyTorch's, by hand here.
#[test]
fn forms_of_momentum_differ_under_a_schedule_only() {
    let gradient = |[x, y]: [f64; 2]| [-400.0 * x * (y - x * x) - 2.0 * (1.0 - x), 200.0 * (y - x * x)];
    let start = [-1.2, 0.7];
    let steps = 40;
    for (name, nesterov) in [("momentum", false), ("nesterov", true)] {
        let optimizer = Optimizer::named(name).unwrap();
        for schedule in ["constant", "cosine"] {
            let options = options(&serde_json::json!({ "schedule": schedule }));
            assert_eq!(options.is_scheduled(), options.rate.course != Course::Constant);
            let run = |keras: f64| {
                let hyperparameters = [2e-4, 0.9, keras];
                let lane = Lane {
                    hyperparameters: &hyperparameters,
                    options,
                    start: &start,
                    keep: Keep::Ends,
                    ..Lane::default()
                };
                end(optimizer, lane, Isa::best(), steps)
            };
            let (pytorch, keras) = (run(0.0), run(1.0));
            let apart = pytorch.iter().zip(&keras).fold(0.0, |most: f64, (a, b)| most.max((a - b).abs()));
            assert!(if schedule == "constant" { apart < 1e-13 } else { apart > 1e-5 }, "{name} {schedule}: {apart}");
            let (mut w, mut v) = (start, [0.0; 2]);
            for step in 1..=steps {
                let (g, lr) = (gradient(w), 2e-4 * options.rate.factor(step, steps));
                for i in 0..2 {
                    v[i] = 0.9 * v[i] - lr * g[i];
                    w[i] += if nesterov { 0.9 * v[i] - lr * g[i] } else { v[i] };
                }
            }
            assert!(keras.iter().zip(w).all(|(a, b)| (a - b).abs() < 1e-12), "{name} {schedule}: {keras:?} {w:?}");
        }
    }
}
