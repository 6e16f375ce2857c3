//! What linear algebra says of linear regression and of quadratic landscapes: closed forms, and against training.

use std::path::Path;

use thalweg::data::Splits;
use thalweg::dataset::Targets;
use thalweg::drawing::drawer;
use thalweg::memory::Memory;
use thalweg::record::{self, read_optimum, read_spectrum};
use thalweg::spec::{InputError, Spec};
use thalweg::sweep::Quadratic;
use thalweg_kernels::Isa;

const LANDSCAPE: &str = "name = \"bowl\"\n[problem]\nkind = \"landscape\"\nfunction = \"quadratic\"\nspectrum = SPECTRUM\n\
                         start = START\n[train]\nsteps = 1\n[[optimizer]]\nkind = \"sgd\"\nlr = 0.1\n[record]\nspectrum = true\n";

const LINEAR: &str = "name = \"line\"\n[problem]\nkind = \"linear\"\nsamples = 40\ninputs = 3\nnoise = 0.3\n\
                      validation_fraction = 0.2\ntest_fraction = 0.1\n[network]\nhidden = []\n[train]\nbatch = \"full\"\n\
                      steps = 1\nseeds = 1\n[[optimizer]]\nkind = \"sgd\"\nlr = 0.1\n[record]\nspectrum = true\n";

fn parse(text: &str) -> Result<Spec, InputError> {
    Spec::parse("quadratic.toml", text, Path::new("."), &[])
}

fn quadratic(text: &str) -> (Quadratic, Splits) {
    let spec = parse(text).unwrap();
    let data = Splits::load(&spec).unwrap();
    let plan = crate::plan(&spec).unwrap();
    (Quadratic::of(&spec, &plan, &data, Isa::best()).unwrap().expect("the spec asks for it"), data)
}

#[track_caller]
fn assert_near(found: &[f64], expected: &[f64], tolerance: f64) {
    let near = |(a, b): (&f64, &f64)| (a - b).abs() <= tolerance * b.abs().max(1.0);
    assert!(found.len() == expected.len() && found.iter().zip(expected).all(near), "{found:?} is not {expected:?}");
}

/// LINEAR with one text in place of another.
fn edited(old: &str, new: &str) -> String {
    assert!(LINEAR.contains(old), "{old:?}");
    LINEAR.replacen(old, new, 1)
}

#[test]
fn a_quadratic_landscape_has_its_spectrum_however_it_is_turned() {
    let plain = LANDSCAPE.replace("SPECTRUM", "[40, -3, 0, 0.5, 3]").replace("START", "[1, 1, 1, 1, 1]");
    let (straight, _) = quadratic(&plain);
    assert_eq!(straight, Quadratic { spectrum: vec![-3.0, 0.0, 0.5, 3.0, 40.0], optimum: None });
    let (turned, _) = quadratic(
        &plain.replace("start", "rotation = 3\ngradient_noise = 0.1\nstart").replace("steps", "seeds = 1\nsteps"),
    );
    assert_eq!(turned, straight);
}

/// With one input and no bias, λ = 2 mean(x²), and the least loss is mean(y²) - mean(xy)²/mean(x²).
#[test]
fn regression_through_the_origin_has_a_closed_form() {
    let (found, data) = quadratic(
        &edited("inputs = 3", "inputs = 1\nscale = \"none\"").replace("hidden = []", "hidden = []\nbias = false"),
    );
    let Targets::Values { values: y, .. } = &data.train.targets else { panic!("regression") };
    let x = &data.train.features.to_f64();
    let mean = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / a.len() as f64;
    assert_near(&found.spectrum, &[2.0 * mean(x, x)], 1e-9);
    let losses = found.optimum.unwrap();
    assert_eq!(losses.iter().map(|(split, _)| *split).collect::<Vec<_>>(), ["train", "validation", "test"]);
    assert_near(&[losses[0].1], &[mean(y, y) - mean(x, y) * mean(x, y) / mean(x, x)], 1e-9);
}

/// Standardised features are at a right angle to the ones of the bias, whose eigenvalue is 2; every output has a copy, of
/// which each counts for its share of the mean.
#[test]
fn biases_outputs_and_scales_enter_the_hessian() {
    let (one, _) = quadratic(LINEAR);
    assert_eq!(one.spectrum.len(), 4);
    assert!(one.spectrum.contains(&2.0), "{:?}", one.spectrum);
    // Weights of three inputs count 1/√3: the eigenvalues of the features are a third, and the bias keeps its own.
    let (ntk, _) = quadratic(&edited("hidden = []", "hidden = []\nparameterisation = \"ntk\""));
    let mut expected: Vec<f64> = one.spectrum.iter().map(|x| if *x == 2.0 { 2.0 } else { x / 3.0 }).collect();
    expected.sort_by(f64::total_cmp);
    assert_near(&ntk.spectrum, &expected, 1e-9);
    assert_near(&[ntk.optimum.unwrap()[0].1], &[one.optimum.unwrap()[0].1], 1e-9);
    let classes =
        LINEAR.replace("kind = \"linear\"\nsamples = 40\ninputs = 3\nnoise = 0.3", "kind = \"blobs\"\nsamples = 40");
    let (several, data) = quadratic(&classes.replace("hidden = []", "hidden = []\nloss = \"mse\""));
    let outputs = data.train.targets.classes().unwrap();
    assert_eq!(several.spectrum.len(), 3 * outputs);
    assert!(several.spectrum.chunks(outputs).all(|copies| copies.iter().all(|x| *x == copies[0])), "{several:?}");
    let of_bias = record::Precision::F64.format(2.0 / outputs as f64)[..10].to_owned();
    let is_of_bias = |x: &f64| record::Precision::F64.format(*x).starts_with(&of_bias);
    assert!(several.spectrum.iter().any(is_of_bias), "{several:?}");
}

/// What can be fitted exactly leaves no loss, and directions that no example shows no curvature: zeros, and not rounding.
#[test]
fn rounding_is_written_as_zero() {
    let (exact, _) = quadratic(&edited("noise = 0.3", "noise = 0"));
    assert!(exact.optimum.unwrap().iter().all(|(_, loss)| *loss == 0.0));
    let (wide, data) = quadratic(&edited("inputs = 3", "inputs = 50"));
    let rank = data.train.len() - 1;
    assert_eq!(wide.spectrum.iter().filter(|x| **x == 0.0).count(), 51 - rank - 1);
    assert_eq!(wide.optimum.unwrap()[0], ("train", 0.0));
}

/// Gradient descent ends at the optimum, in the training loss as in the others.
#[test]
fn training_comes_down_to_the_optimum() {
    let text = edited("steps = 1", "steps = 3000\nlog_every = 0\nprecision = \"f64\"");
    let (found, folder) = (quadratic(&text).0, tempfile::tempdir().unwrap());
    let out = folder.path().join("out");
    run(&text, &out);
    let row = &record::read_runs(&out.join("runs.csv")).unwrap().rows[0];
    let ends = [row.final_train_loss, row.final_validation_loss, row.final_test_loss].map(Option::unwrap);
    let losses = found.optimum.unwrap();
    assert_near(&ends, &losses.iter().map(|(_, loss)| *loss).collect::<Vec<_>>(), 1e-9);
    assert_eq!(read_spectrum(&out.join("spectrum.csv")).unwrap(), found.spectrum);
    let read = read_optimum(&out.join("optimum.csv")).unwrap();
    assert!(read.iter().map(|(split, loss)| (split.as_str(), *loss)).eq(losses));
    let manifest = record::manifest::Manifest::read(&out).unwrap();
    assert!(manifest.outside_contract.keys().eq(["optimum.csv", "spectrum.csv"]));
    assert!(manifest.files.keys().eq(["curves.csv", "runs.csv", "summary.csv"]));
    // Without it, the trials are the same ones, and the manifest has no word of it.
    let without = folder.path().join("without");
    run(&text.replace("[record]\nspectrum = true\n", ""), &without);
    let [with, without] = [&out, &without].map(|out| std::fs::read_to_string(out.join("manifest.toml")).unwrap());
    assert!(with.contains("[outside_contract]") && !without.contains("outside_contract"));
    let runs = |manifest: &str| manifest.lines().find(|line| line.starts_with("\"runs.csv\"")).unwrap().to_owned();
    assert_eq!(runs(&with), runs(&without));
}

fn run(text: &str, out: &Path) {
    use thalweg::sweep::run::{Reuse, Settings, run};
    let isa = Isa::best();
    let settings = Settings {
        out: out.to_owned(),
        threads: 1,
        isa,
        reuse: Reuse::Everything,
        figures: Some(drawer(false)),
        memory: Memory::of_machine(),
    };
    run(&parse(text).unwrap(), &settings, &(), &false.into()).unwrap();
}

#[test]
fn where_there_is_no_one_hessian_the_spec_is_wrong() {
    let landscape = LANDSCAPE.replace("SPECTRUM", "[1, 2]").replace("START", "[1, 1]");
    let rosenbrock = landscape.replace("\"quadratic\"\nspectrum = [1, 2]", "\"rosenbrock\"");
    let optimum = "[[figure]]\nkind = \"curves\"\nmetric = \"train_loss\"\nfrom_optimum = true\n";
    let theory = "[[figure]]\nkind = \"sensitivity\"\nmetric = \"final_train_loss\"\ntheory = \"quadratic\"\n";
    for (text, expected) in [
        (rosenbrock, "`record.spectrum`: of the landscapes, only quadratic has a spectrum"),
        (edited("hidden = []", "hidden = [4]"), "`record.spectrum`: with hidden layers, every point has a Hessian"),
        (
            edited("hidden = []", "hidden = []\nloss = \"mae\""),
            "`record.spectrum`: the optimum is that of the mean squared",
        ),
        (edited("hidden = []", "hidden = []\ntest_loss = \"mae\""), "in training and in tests"),
        (
            edited("noise = 0.3", "noise = [0.1, 0.3]"),
            "`record.spectrum`: the sweep has 2 conditions, and each has its own",
        ),
        (edited("seeds = 1", "seeds = 2").replace("noise = 0.3", "noise = 0.3\nseed = \"trial\""), "several problems"),
        (
            edited("spectrum = true", "spectrum = true\ntables = false"),
            "compared by their numbers: record.tables = true",
        ),
        (edited("spectrum = true", "spectrum = 1"), "`record.spectrum`: expected true or false, found 1"),
        (edited("inputs = 3", "inputs = 2000"), "a Hessian of 2001 rows is larger than the 2000"),
        (
            edited("spectrum = true\n", optimum),
            "`figure.0.from_optimum`: the optimum of a network without hidden layers has",
        ),
        (LINEAR.to_owned() + &optimum.replace("train_loss", "test_loss"), "`figure.0.from_optimum`: the least-squares"),
        (edited("steps = 1", "steps = 1\nlog_examples = 5") + optimum, "train.log_examples logs a part of it"),
        (landscape.clone() + optimum, "`figure.0.from_optimum`: the optimum of a network"),
        (edited("spectrum = true\n", theory), "`figure.0.theory`: this theory is of the landscape quadratic, or of a"),
        (
            edited("\"full\"", "8") + theory,
            "`figure.0.theory`: this theory is of gradients of the whole training split",
        ),
    ] {
        let plan = |spec: Spec| crate::plan(&spec).map(drop);
        let error = parse(&text).and_then(plan).expect_err(expected).to_string();
        assert!(error.contains(expected) && error.starts_with("quadratic.toml:"), "{error}\nis not\n{expected}");
    }
}
