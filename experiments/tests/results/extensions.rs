//! Axes that are extended until the best setting is inside.

use std::fs;
use std::path::Path;

use thalweg::record::{Quantities, read_trials};
use thalweg::spec::Spec;
use thalweg::sweep::{Extension, edges};

use crate::command::{fails, succeeds, thalweg};

/// Gradient descent with learning rates that are all too small, and momentum whose best is inside.
const TEXT: &str = r#"name = "narrow"
train = { steps = 60 }
problem = { kind = "landscape", function = "quadratic", spectrum = { log = [0.1, 1], points = 4 }, start = { sample = [[-1, 1]], dimensions = 4, count = 3 } }
record = { curves = "none" }

[[optimizer]]
kind = "sgd"
lr = { log = [1e-4, 1e-2], points = 3 }

[[optimizer]]
kind = "momentum"
lr = { log = [1e-3, 10], points = 5 }
momentum = [0, 0.5, 0.9]
"#;

/// What a command that succeeds says beside its output.
fn says(folder: &Path, arguments: &[&str]) -> String {
    let output = thalweg(folder, arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {said}");
    said
}

fn read(folder: &Path, file: &str) -> String {
    fs::read_to_string(folder.join("o").join(file)).unwrap()
}

fn rates(folder: &Path) -> Vec<f64> {
    let text = read(folder, "spec.toml");
    let spec = Spec::parse("spec.toml", &text, folder, &[]).unwrap();
    spec.optimizers[0].axis("lr").unwrap().1.values("lr")
}

#[test]
fn axes_are_extended_until_the_best_value_is_inside() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("narrow.toml"), TEXT).unwrap();
    let said = says(folder, &["run", "narrow.toml", "--out", "o", "--extend"]);
    assert!(said.contains("SGD: lr = 0.01, the largest, is best on quadratic"), "{said}");
    assert_eq!(rates(folder), [1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0]);
    let spec = Spec::parse("narrow.toml", TEXT, folder, &[]).unwrap();
    let trials = read_trials(&folder.join("o/runs.csv"), Quantities::ALL).unwrap();
    assert!(edges(&spec, &trials).iter().all(|edge| edge.series != "sgd"), "{:?}", edges(&spec, &trials));
    // The extended sweep is a sweep as any other.
    succeeds(folder, &["run", "o/spec.toml", "--out", "again"]);
    for table in ["runs.csv", "summary.csv", "spec.toml"] {
        assert!(read(folder, table) == fs::read_to_string(folder.join("again").join(table)).unwrap(), "{table}");
    }
    // The same command finds it complete, and the one without refuses to lose trials.
    let before = read(folder, "runs.csv");
    let said = says(folder, &["run", "narrow.toml", "--out", "o", "--extend"]);
    assert!(said.contains("complete already"), "{said}");
    assert!(before == read(folder, "runs.csv"));
    let (code, error) = fails(folder, &["run", "narrow.toml", "--out", "o"]);
    assert!(code == Some(65) && error.contains("holds the results of another spec"), "{error}");
}

#[test]
fn an_extension_stops_at_its_bound_and_goes_on_with_a_larger_one() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("narrow.toml"), TEXT).unwrap();
    let said = says(folder, &["run", "narrow.toml", "--out", "o", "--extend=1"]);
    assert!(said.contains("not extended any further") && said.contains("1 values beyond an end at most"), "{said}");
    assert_eq!(rates(folder), [1e-4, 1e-3, 1e-2, 0.1]);
    let spec = Spec::parse("narrow.toml", TEXT, folder, &[]).unwrap();
    let known = Extension::of_folder(&spec, &folder.join("o")).unwrap();
    assert_eq!(known.overrides(&spec), ["optimizer.0.lr=[1e-4, 1e-3, 1e-2, 1e-1]"]);
    succeeds(folder, &["run", "narrow.toml", "--out", "o", "--extend=4"]);
    assert_eq!(rates(folder), [1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0]);
    // Extended in one go, there are the same trials.
    succeeds(folder, &["run", "narrow.toml", "--out", "whole", "--extend=4"]);
    assert!(read(folder, "runs.csv") == fs::read_to_string(folder.join("whole/runs.csv")).unwrap());
}

#[test]
fn what_cannot_be_extended_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for (change, expected) in [
        ("[sweep]\ndraw = { random = 5 }\n[[opt", "cannot be extended"),
        ("[sweep]\ntogether = [[\"optimizer.lr\", \"optimizer.momentum\"]]\n[[opt", "together"),
    ] {
        fs::write(folder.join("n.toml"), TEXT.replacen("[[opt", change, 1)).unwrap();
        let (code, error) = fails(folder, &["run", "n.toml", "--extend"]);
        assert!(code == Some(65) && error.contains(expected), "{error}");
    }
    let (code, error) = fails(folder, &["run", "n.toml", "--extend", "--trials", "0..3"]);
    assert!(code == Some(2) && error.contains("cannot be used with"), "{error}");
}

#[test]
fn the_end_of_a_run_names_the_command_that_extends_it_where_there_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("narrow.toml"), TEXT).unwrap();
    let said = says(folder, &["run", "narrow.toml", "--out", "a b", "--set", "train.steps=50"]);
    let command = "thalweg run narrow.toml --set train.steps=50 --out 'a b' --extend\n";
    assert!(said.contains("thalweg look 'a b'") && said.ends_with(command), "{said}");
    // One that is extended as far as it may be, and draws, of which nothing lies beyond.
    let said = says(folder, &["run", "narrow.toml", "--out", "o", "--extend=0"]);
    assert!(said.contains("not extended any further") && !said.contains(" --extend\n"), "{said}");
    let drawn = TEXT.replacen("[[opt", "[sweep]\ndraw = { random = 5 }\n[[opt", 1);
    fs::write(folder.join("drawn.toml"), drawn).unwrap();
    let said = says(folder, &["run", "drawn.toml"]);
    assert!(said.contains("edge of the grid") && !said.contains("--extend"), "{said}");
}
