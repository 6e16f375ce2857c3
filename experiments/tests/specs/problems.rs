//! Every generator and every shipped data set: what is made, what is done to it, and that it can be learned.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use serde_json::Value;
use thalweg::data::Splits;
use thalweg::dataset::Task;
use thalweg::dataset::{Dataset, GENERATORS, Generator, SHIPPED, Targets, blobs, circles, moons};
use thalweg::memory::Memory;
use thalweg::network::INITIALIZERS;
use thalweg::spec::Spec;
use thalweg::sweep::run::{Finished, Reuse, Settings, run};
use thalweg_kernels::Isa;

use crate::{edited, parse, plan};

const REFERENCE: &str = include_str!("../reference/generators_sklearn.json");

/// A spec of a few steps with these lines in `[problem]` and `[network]`.
fn spec(problem: &str, network: &str) -> Spec {
    let text = format!(
        "name = \"few-steps\"\n[problem]\n{problem}\n[network]\nhidden = [4]\n{network}\n[train]\nbatch = 16\n\
         steps = 5\nseeds = 2\n[[optimizer]]\nkind = \"sgd\"\nlr = [0.01, 0.1]\n"
    );
    Spec::parse("few-steps.toml", &text, Path::new(""), &[]).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Every generator with its defaults, and every shipped data set, as lines of `[problem]`.
fn problems() -> Vec<String> {
    let generator = |generator: &&Generator| {
        let scale = if generator.task == Task::Regression { "\ntarget_scale = \"standard\"" } else { "" };
        format!("kind = \"{}\"\nsamples = 200{scale}", generator.name)
    };
    let shipped = |name: &str| {
        let (target, task) = match name {
            "iris.csv" => ("species", "classification"),
            "digits.csv" => ("digit", "classification"),
            "diabetes.csv" => ("progression", "regression\"\ntarget_scale = \"standard"),
            other => panic!("{other} is new: what is its target?"),
        };
        format!("kind = \"csv\"\npath = \"{name}\"\ntarget = \"{target}\"\ntask = \"{task}\"")
    };
    let generators = GENERATORS.iter().map(generator);
    generators.chain(SHIPPED.iter().map(|data| shipped(data.name))).collect()
}

fn labels<F>(data: &Dataset<F>) -> &[u32] {
    match &data.targets {
        Targets::Classes { labels, .. } => labels,
        Targets::Values { .. } => panic!("no classes"),
    }
}

fn values<F>(data: &Dataset<F>) -> &[f64] {
    match &data.targets {
        Targets::Values { values, .. } => values,
        Targets::Classes { .. } => panic!("no values"),
    }
}

/// `runs.csv` of a spec.
fn runs(spec: &Spec, threads: usize, isa: Isa) -> String {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        out: folder.path().to_owned(),
        threads,
        isa,
        reuse: Reuse::Everything,
        figures: None,
        memory: Memory::of_machine(),
    };
    assert_eq!(run(spec, &settings, &(), &AtomicBool::new(false)).unwrap(), Finished::Complete);
    fs::read_to_string(folder.path().join("runs.csv")).unwrap()
}

#[test]
fn every_problem_can_be_learned_from_to_the_same_bytes() {
    for problem in problems() {
        let spec = spec(&problem, "");
        let first = runs(&spec, 1, Isa::best());
        assert_eq!(first, runs(&spec, 2, Isa::available()[0]), "{problem}");
        assert_eq!(first.lines().count(), 5, "{problem}");
        // Statuses stand in a column of their own: no trial of a few small steps may diverge.
        assert!(first.lines().skip(1).all(|line| line.contains(",ok,5,")), "{problem}\n{first}");
    }
}

#[test]
fn every_initializer_starts_a_sweep() {
    let mut seen = HashSet::new();
    for (name, ..) in INITIALIZERS {
        let spec = spec("kind = \"blobs\"\nsamples = 100", &format!("init = \"{name}\""));
        let first = runs(&spec, 2, Isa::best());
        assert_eq!(first, runs(&spec, 1, Isa::best()), "{name}");
        assert!(seen.insert(first), "{name} gives what another one gives");
    }
}

#[test]
fn every_problem_has_examples_in_both_splits_and_in_every_class() {
    for problem in problems() {
        let spec = spec(&problem, "");
        let data = Splits::load(&spec).unwrap();
        let (train, test) = (data.train.len(), data.test.len());
        assert!(train > 0 && test.abs_diff((train + test) / 4) <= 1, "{problem}: {train} and {test}");
        for split in [&data.train, &data.test] {
            assert_eq!(split.features.len(), split.len() * split.inputs);
            assert!(split.features.to_f64().iter().all(|x| x.is_finite()));
            match (&split.targets, spec.problem.task()) {
                (Targets::Classes { labels, classes }, Task::Classification) => {
                    let all = classes.len() as u32;
                    assert!((0..all).all(|class| labels.contains(&class)), "{problem}: a class is missing");
                    assert!(labels.iter().all(|label| *label < all));
                    assert_eq!(classes.iter().collect::<HashSet<_>>().len(), classes.len());
                }
                (Targets::Values { values, outputs: 1 }, Task::Regression) => {
                    assert!(values.iter().all(|y| y.is_finite()));
                }
                other => panic!("{problem}: {other:?}"),
            }
        }
    }
}

/// Every row of a sweep over problems is that of a sweep over one of them, except for the columns that name it.
#[test]
fn trials_do_not_depend_on_other_problems_of_a_sweep() {
    let blobs = "kind = \"blobs\"\nsamples = 100\ncenter_box = 3\n";
    let sweep = runs(&spec(&format!("{blobs}seed = \"trial\"\nlabel_noise = [0, 0.1, 0.3]"), ""), 2, Isa::best());
    let mut lines = sweep.lines();
    assert!(lines.next().unwrap().starts_with("key,problem,optimizer,label_noise,lr,init_seed"));
    let mut seen = HashSet::new();
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        let (key, label_noise, seed) = (cells[0], cells[3], cells[5]);
        let alone = spec(&format!("{blobs}seed = {seed}\nlabel_noise = {label_noise}"), "");
        let alone = runs(&alone, 1, Isa::best());
        let found = alone.lines().find(|row| row.starts_with(key)).unwrap_or_else(|| panic!("{line}\n{alone}"));
        assert_eq!(found, [&cells[..3], &cells[4..]].concat().join(","));
        seen.insert((label_noise, seed));
    }
    assert_eq!((seen.len(), sweep.lines().count()), (6, 13));
}

/// What generators make must never change: committed results depend on it.
#[test]
fn bits_of_generators_never_change() {
    let digest = |data: &Dataset| {
        let mut hasher = blake3::Hasher::new();
        data.features.iter().for_each(|x| {
            hasher.update(&x.to_bits().to_le_bytes());
        });
        match &data.targets {
            Targets::Classes { labels, .. } => labels.iter().for_each(|label| {
                hasher.update(&label.to_le_bytes());
            }),
            Targets::Values { values, .. } => values.iter().for_each(|y| {
                hasher.update(&y.to_bits().to_le_bytes());
            }),
        }
        hasher.finalize().to_hex()[..16].to_owned()
    };
    let found: Vec<(&str, String)> = GENERATORS
        .iter()
        .map(|generator| {
            let spec = spec(&format!("kind = \"{}\"\nsamples = 100", generator.name), "");
            let thalweg::spec::Source::Generated(generated) = &spec.problem.source else { panic!("a generator") };
            assert_ne!(digest(&generated.dataset(3)), digest(&generated.dataset(4)));
            (generator.name, digest(&generated.dataset(3)))
        })
        .collect();
    let expected = [
        ("moons", "890a6f4f8b53cf0c"),
        ("circles", "c7353e113d00b56b"),
        ("spirals", "1bb460fb5b4ddf1c"),
        ("blobs", "af5e90866ece17af"),
        ("xor", "3de3ffa613bb5719"),
        ("checkerboard", "e2214d04a1ba2750"),
        ("linear", "5e26d7c2ef095665"),
        ("sinusoid", "f12885f2e76d84b6"),
        ("friedman1", "86d2863830b5dbc7"),
    ];
    assert_eq!(found, expected.map(|(name, hash)| (name, hash.to_owned())));
}

/// The points of a set without noise are those of the reference, each once, whatever their order.
fn check_points(data: &Dataset, reference: &Value) {
    let mut left: Vec<Vec<f64>> = reference
        .as_array()
        .unwrap()
        .iter()
        .map(|point| point.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect())
        .collect();
    assert_eq!(data.len(), left.len());
    for (index, &label) in labels(data).iter().enumerate() {
        let [x, y] = *data.example(index) else { panic!("two features") };
        let is_near = |p: &Vec<f64>| (p[0] - x).abs() < 1e-15 && (p[1] - y).abs() < 1e-15 && p[2] == f64::from(label);
        let at = left.iter().position(is_near).unwrap_or_else(|| panic!("({x}, {y}) of {label} is not there"));
        left.swap_remove(at);
    }
}

#[test]
fn points_without_noise_are_those_of_scikit_learn() {
    let reference: Value = serde_json::from_str(REFERENCE).unwrap();
    check_points(&moons(23, 0.0, 1), &reference["moons 23"]);
    check_points(&circles(23, 0.3, 0.0, 1), &reference["circles 23 0.3"]);
    for (key, sizes) in reference["blobs"].as_object().unwrap() {
        let (samples, centers) = key.split_once(' ').unwrap();
        let (samples, centers) = (samples.parse().unwrap(), centers.parse().unwrap());
        let data = blobs([samples, centers, 2], 1.0, 10.0, 5);
        let count = |class: usize| labels(&data).iter().filter(|&&label| label as usize == class).count();
        let found: Vec<Value> = (0..centers).map(|class| count(class).into()).collect();
        assert_eq!(&Value::Array(found), sizes, "{key}");
    }
}

#[test]
fn only_the_training_split_is_spoilt() {
    let load = |lines: &str| Splits::load(&spec(lines, "")).unwrap();
    let blobs = "kind = \"blobs\"\nsamples = 400\ncenters = 4\n";
    let clean = load(blobs);
    let noisy = load(&format!("{blobs}label_noise = 0.2"));
    assert_eq!((&noisy.test, &noisy.train.features), (&clean.test, &clean.train.features));
    let wrong = labels(&noisy.train).iter().zip(labels(&clean.train)).filter(|(a, b)| a != b).count();
    assert_eq!(wrong, 60);

    let uneven = load(&format!("{blobs}scale = \"none\"\nimbalance = {{ shares = [1, 0.1, 1, 0.5] }}"));
    let clean = load(&format!("{blobs}scale = \"none\""));
    assert_eq!(uneven.test, clean.test);
    let size = |data: &Splits, class: u32| labels(&data.train).iter().filter(|&&label| label == class).count() as f64;
    for (class, share) in [(0, 1.0), (1, 0.1), (2, 1.0), (3, 0.5)] {
        assert!((size(&uneven, class) - share * size(&clean, class)).abs() <= 0.5);
    }

    let linear = "kind = \"linear\"\nsamples = 400\ntarget_scale = \"standard\"\n";
    let (clean, spoilt) = (load(linear), load(&format!("{linear}outliers = 0.1\noutlier_size = 7")));
    assert_eq!((&spoilt.test, &spoilt.train.features), (&clean.test, &clean.train.features));
    let moved = || values(&spoilt.train).iter().zip(values(&clean.train)).map(|(a, b)| a - b);
    assert_eq!(moved().filter(|by| *by != 0.0).count(), 30);
    // In units of the clean targets, whose standard deviation is 1 after scaling.
    assert!(moved().all(|by| by == 0.0 || (by - 7.0).abs() < 1e-12));
}

#[test]
fn scaled_targets_have_mean_zero_and_deviation_one() {
    let load = |scale: &str| {
        let csv = "kind = \"csv\"\npath = \"diabetes.csv\"\ntarget = \"progression\"\ntask = \"regression\"\n";
        Splits::load(&spec(&format!("{csv}target_scale = {scale}"), "")).unwrap()
    };
    let (raw, scaled) = (load("\"none\""), load("\"standard\""));
    let n = scaled.train.len() as f64;
    let mean = values(&raw.train).iter().sum::<f64>() / n;
    let deviation = (values(&raw.train).iter().map(|y| (y - mean) * (y - mean)).sum::<f64>() / n).sqrt();
    assert!((140.0..165.0).contains(&mean) && (70.0..85.0).contains(&deviation), "{mean} {deviation}");
    for (raw, scaled) in [(&raw.train, &scaled.train), (&raw.test, &scaled.test)] {
        for (raw, scaled) in values(raw).iter().zip(values(scaled)) {
            assert!(((raw - mean) / deviation - scaled).abs() < 1e-12);
        }
    }
    assert_eq!(values(&load("{ divide = 100 }").test)[0], values(&raw.test)[0] / 100.0);
}

#[test]
fn shipped_data_sets_have_a_task() {
    let csv = |rest: &str| edited("kind = \"moons\"\nsamples = 100\nnoise = 0.2", &format!("kind = \"csv\"\n{rest}"));
    for data in &SHIPPED {
        let target = if data.name == "diabetes.csv" {
            "progression"
        } else {
            ["digit", "species"][usize::from(data.name == "iris.csv")]
        };
        let text = csv(&format!("path = \"{}\"\ntarget = \"{target}\"", data.name));
        let spec = parse(&text).unwrap();
        assert_eq!(spec.problem.task(), data.task);
        plan(&spec).unwrap_or_else(|error| panic!("{error}"));
    }
    let error = parse(&csv("path = \"my.csv\"\ntarget = \"y\"")).unwrap_err().to_string();
    assert!(error.contains("missing key `problem.task`"), "{error}");
}
