//! Specs of landscapes.

use thalweg::spec::Spec;
use thalweg::sweep::{Model, Plan, Starts};

use crate::{parse, plan};

const VALLEY: &str = r#"name = "valley"

[problem]
kind = "landscape"
function = "rosenbrock"
start = [-1.5, 2.0]

[train]
steps = 30

[[optimizer]]
kind = "sgd"
lr = [1e-3, 1e-4]

[record]
trajectory = true
"#;

fn edited(old: &str, new: &str) -> String {
    assert!(VALLEY.contains(old), "{old:?}");
    VALLEY.replacen(old, new, 1)
}

fn planned(text: &str) -> (Spec, Plan) {
    let spec = parse(text).unwrap();
    let plan = plan(&spec).unwrap();
    (spec, plan)
}

#[test]
fn every_configuration_sets_out_from_every_start() {
    let text = edited("[-1.5, 2.0]", "{ grid = [[-2, 2], [0, 1]], points = [3, 2] }");
    let (_, plan) = planned(&text);
    assert!(
        matches!(&plan.conditions[0].model, Model::Landscape(landscape) if landscape.function.facts.name == "rosenbrock")
    );
    let starts: Vec<_> = plan.trials.iter().take(6).map(|trial| trial.start).collect();
    let expected = [[-2.0, 0.0], [-2.0, 1.0], [0.0, 0.0], [0.0, 1.0], [2.0, 0.0], [2.0, 1.0]];
    assert_eq!(starts, expected);
    assert_eq!(plan.trials.len(), 12);
    assert!(plan.trials.iter().take(6).all(|trial| trial.hyperparameters[0] == 1e-3));
    let description = plan.describe(&plan.trials.get(4));
    assert_eq!(
        description,
        "contract = 5\nproblem.kind = \"landscape\"\nproblem.function = \"rosenbrock\"\ntrain.steps = 30\n\
         train.log_every = 0\ntrain.precision = \"f32\"\ntrain.divergence_factor = 10.0\noptimizer = \"sgd\"\n\
         lr = 0.001\nstart = [2.0, 0.0]\n"
    );
}

#[test]
fn a_start_is_the_same_trial_however_it_was_listed() {
    let (_, one) = planned(VALLEY);
    let (_, two) = planned(&edited("[-1.5, 2.0]", "[[0, 0], [-1.5, 2], [0, 0]]"));
    assert_eq!(two.trials.len(), 4);
    assert_eq!(one.trials.keys()[0], two.trials.keys()[1]);
}

#[test]
fn samples_extend_and_follow_their_seed() {
    let sample = |count: u64, seed: u64| {
        let text = edited(
            "start = [-1.5, 2.0]",
            &format!("start = {{ sample = [[-2, 2], [5, 6]], count = {count} }}\nseed = {seed}"),
        );
        let (_, plan) = planned(&text);
        let starts = &plan.conditions[0].starts;
        assert!(matches!(starts, Starts::Sample { .. }));
        (0..starts.count()).map(|number| starts.get(number)).collect::<Vec<_>>()
    };
    let many = sample(500, 3);
    assert_eq!(sample(10, 3), many[..10]);
    assert_ne!(sample(10, 4), many[..10]);
    assert!(many.iter().all(|x| (-2.0..2.0).contains(&x[0]) && (5.0..6.0).contains(&x[1])));
    assert!(many.iter().filter(|x| x[0] < 0.0).count().abs_diff(250) < 60);
}

/// A rotation, and noise with its seeds, enter the key; where there is neither, it is as it was.
#[test]
fn rotation_and_noise_are_part_of_the_key() {
    let (_, plain) = planned(VALLEY);
    let (_, still) = planned(&edited("\"rosenbrock\"", "\"rosenbrock\"\ngradient_noise = 0"));
    assert_eq!(plain.trials.keys()[0], still.trials.keys()[0]);
    let (_, turned) = planned(&edited("\"rosenbrock\"", "\"rosenbrock\"\nrotation = 0"));
    assert!(turned.describe(&turned.trials.get(0)).contains("\nproblem.rotation = 0\n"));
    let noisy = edited("steps = 30", "steps = 30\nseeds = [4, 9]");
    let (_, noisy) = planned(&noisy.replace("\"rosenbrock\"", "\"rosenbrock\"\ngradient_noise = 0.5"));
    assert_eq!(noisy.trials.len(), 4);
    assert_eq!(noisy.trials.get(1).order_seed, 9);
    let description = noisy.describe(&noisy.trials.get(1));
    assert!(description.contains("\nproblem.gradient_noise = 0.5\n"), "{description}");
    assert!(description.ends_with("start = [-1.5, 2.0]\norder_seed = 9\n"), "{description}");
}

#[test]
fn a_spectrum_can_be_a_range() {
    let sample = edited("[-1.5, 2.0]", "{ sample = [[-2, 2]], dimensions = 3, count = 2 }");
    let text = sample.replace("\"rosenbrock\"", "\"quadratic\"\nspectrum = { log = [1, 100], points = 3 }");
    let spec = parse(&text).unwrap();
    let landscape = spec.problem.landscape().unwrap();
    assert_eq!(landscape.spectrum, [1.0, 10.0, 100.0]);
    assert_eq!(landscape.starts.dimensions(), 3);
}

#[test]
fn canonical_text_reads_back_to_the_same_spec() {
    let quadratic = edited("\"rosenbrock\"", "\"quadratic\"\nspectrum = [1, 25.0]");
    let texts = [
        VALLEY.to_owned(),
        edited("[-1.5, 2.0]", "[[1, 2], [3, 4]]"),
        edited("[-1.5, 2.0]", "{ grid = [[-2, 2], [0, 1]], points = 4 }"),
        edited("[-1.5, 2.0]", "{ sample = [[-2, 2], [0, 1]], count = 4 }\nseed = 5"),
        edited("trajectory = true", "surface = { grid = [[-2, 2], [-1, 3]], points = 11 }"),
        quadratic,
        edited("\"rosenbrock\"", "\"rosenbrock\"\nrotation = 3"),
        edited("steps = 30", "steps = 30\ntarget = { metric = \"train_loss\", below = -12 }"),
        edited("steps = 30", "steps = 30\nseeds = 3").replace("\"rosenbrock\"", "\"rosenbrock\"\ngradient_noise = 0.1"),
        edited("[-1.5, 2.0]", "{ sample = [[-2, 2]], dimensions = 3, count = 2 }")
            .replace("\"rosenbrock\"", "\"quadratic\"\nspectrum = { log = [1, 100], points = 3 }"),
    ];
    for text in texts {
        let spec = parse(&text).unwrap();
        let canonical = spec.canonical();
        let again = parse(&canonical).unwrap_or_else(|error| panic!("{error}\n{canonical}"));
        assert_eq!((&again, again.canonical()), (&spec, canonical));
    }
}

#[test]
fn mistakes_are_named() {
    let cases: &[(&str, &str, &[&str])] = &[
        ("\"rosenbrock\"", "\"rosenbrok\"", &["5:12: `problem.function`", "did you mean `rosenbrock`?"]),
        ("function = \"rosenbrock\"\n", "", &["missing key `problem.function`"]),
        ("start = [-1.5, 2.0]\n", "", &["missing key `problem.start`"]),
        ("[-1.5, 2.0]", "[-1.5]", &["6:9: `problem.start`: rosenbrock has at least 2 coordinates, found 1"]),
        ("[-1.5, 2.0]", "[]", &["`problem.start`: expected a point such as [-1.5, 2]", "an empty list"]),
        ("[-1.5, 2.0]", "3", &["`problem.start`: expected a point", "found 3"]),
        ("[-1.5, 2.0]", "[-1.5, \"x\"]", &["6:16: `problem.start.1`: expected a number, found \"x\""]),
        ("[-1.5, 2.0]", "[-1.5, inf]", &["`problem.start.1`", "found inf"]),
        ("[-1.5, 2.0]", "[[1, 2], [3]]", &["`problem.start.1`: expected 2 coordinates, as the first point has"]),
        ("[-1.5, 2.0]", "{ gird = [[0, 1], [0, 1]], points = 3 }", &["unknown key `problem.start.gird`", "`grid`?"]),
        ("[-1.5, 2.0]", "{ grid = [[1, 0], [0, 1]], points = 3 }", &["expected the lower bound first"]),
        ("[-1.5, 2.0]", "{ grid = [[0, 1], [0, 1]], points = [3] }", &["expected 2 numbers, one per coordinate"]),
        ("[-1.5, 2.0]", "{ grid = [[0, 1], [0, 1]], points = 1 }", &["`problem.start.points`", "found 1"]),
        ("[-1.5, 2.0]", "{ grid = [[0, 1], [0, 1]], points = 5000000 }", &["`problem.start`", "more starts than"]),
        ("[-1.5, 2.0]", "{ grid = [[0, 1], [0, 1]], points = 900000 }", &["810000000000 starts takes the sweep past"]),
        ("[-1.5, 2.0]", "[-1.5, 2.0]\nseed = 3", &["7:8: `problem.seed`: only a sample of starts has a seed"]),
        ("[-1.5, 2.0]", "[-1.5, 2.0]\nspectrum = [1, 2]", &["rosenbrock has no spectrum"]),
        ("\"rosenbrock\"", "\"quadratic\"", &["missing key `problem.spectrum`"]),
        ("\"rosenbrock\"", "\"quadratic\"\nspectrum = [1]", &["quadratic has 1 coordinates, as the spectrum, found 2"]),
        ("\"rosenbrock\"", "\"quadratic\"\nspectrum = 3", &["`problem.spectrum`: expected a list of numbers, found 3"]),
        (
            "\"rosenbrock\"",
            "\"quadratic\"\nspectrum = { log = [1, 9], points = 10001 }",
            &["10001 eigenvalues are more"],
        ),
        ("\"rosenbrock\"", "\"rosenbrok\"", &["5:12: `problem.function`: expected one of", "`rosenbrock`?"]),
        ("\"rosenbrock\"", "\"rosenbrock\"\nrotation = -1", &["`problem.rotation`: expected an integer"]),
        (
            "\"rosenbrock\"",
            "\"rosenbrock\"\ngradient_noise = -1",
            &["`problem.gradient_noise`: expected a number of at"],
        ),
        ("[-1.5, 2.0]", "{ sample = [[0, 1]], dimensions = 2000, count = 1 }\nrotation = 1", &["more than the 1000"]),
        (
            "[-1.5, 2.0]",
            "{ sample = [[0, 1], [0, 1]], dimensions = 2, count = 1 }",
            &["bounds of every coordinate are"],
        ),
        ("steps = 30", "steps = 30\nseeds = 3", &["`train.seeds`: on a landscape nothing is random without"]),
        ("\"rosenbrock\"", "\"beale\"\nscale = \"none\"", &["unknown key `problem.scale`"]),
        ("[train]", "[network]\nhidden = [3]\n[train]", &["`network`: a landscape has no network"]),
        ("steps = 30", "steps = 30\nbatch = 4", &["unknown key `train.batch`"]),
        ("steps = 30", "epochs = 30", &["unknown key `train.epochs`"]),
        ("steps = 30", "steps = 30\ntarget = { metric = \"test_loss\", below = 1 }", &["a landscape has no splits"]),
        ("steps = 30", "steps = 30\ntarget = { metric = \"train_accuracy\", above = 0.5 }", &["no train_accuracy"]),
        ("trajectory = true", "surface = { grid = [[0, 1]], points = 3 }", &["2 coordinates, but the surface has 1"]),
        ("trajectory = true", "surface = { grid = [[0, 1], [0, 1]], points = 9000 }", &["surface has more than"]),
        ("[record]", "[engine]\npath = \"dense\"\n[record]", &["`engine.path`: a landscape has no dense path"]),
    ];
    for (old, new, parts) in cases {
        let error = parse(&edited(old, new)).map(|_| ()).unwrap_err();
        let help = miette::Diagnostic::help(&error).map(|help| help.to_string()).unwrap_or_default();
        let message = format!("{error}\n{help}");
        for part in *parts {
            assert!(message.contains(part), "{new:?}: expected {part:?} in {message}");
        }
    }
    let error = parse(&crate::edited("[[optimizer]]", "[record]\ntrajectory = true\n[[optimizer]]")).unwrap_err();
    assert!(error.to_string().contains("`record.trajectory`: only a landscape has one"), "{error}");
}
