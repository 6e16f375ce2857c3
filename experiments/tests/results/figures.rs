//! What figures can do to results: nothing. They are refused before the first trial, or left out at the end.

use std::fs;
use std::path::Path;

use thalweg::drawing::{check, draw};
use thalweg::record::manifest::Manifest;
use thalweg::spec::Spec;
use thalweg::sweep::run::Reuse;

use crate::command::{fails, succeeds};
use crate::run_into;

/// Trials all of which diverge.
const LOST: &str = r#"name = "lost"

[problem]
kind = "moons"
samples = 60
noise = 0.2

[network]
hidden = [4]

[train]
batch = 16
steps = 20
seeds = 3

[[optimizer]]
kind = "sgd"
lr = 1e30

[[figure]]
kind = "density"
metric = "final_train_loss"

[[figure]]
kind = "sensitivity"
metric = "final_train_loss"
"#;

#[test]
fn a_figure_that_cannot_be_drawn_takes_nothing_with_it() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("lost.toml"), LOST).unwrap();
    let (code, errors) = fails(folder.path(), &["run", "lost.toml", "--out", "o"]);
    assert_eq!(code, Some(74), "{errors}");
    for part in [
        "1 of the figures could not be drawn; everything else is written",
        "the figure `density-final_train_loss` is not drawn",
        "no selected trial has a finite `final_train_loss`",
    ] {
        assert!(errors.contains(part), "{part} in {errors}");
    }
    let out = folder.path().join("o");
    let names: Vec<String> = Manifest::read(&out).unwrap().names().cloned().collect();
    assert_eq!(names, ["curves.csv", "figures/sensitivity-final_train_loss.svg", "runs.csv", "summary.csv"]);
    for file in ["runs.csv", "spec.toml", "provenance.json", "figures/sensitivity-final_train_loss.svg"] {
        assert!(out.join(file).is_file(), "{file}");
    }
    assert!(!out.join("parts").exists());
    // It stays so, and stays said.
    let before = fs::read(out.join("manifest.toml")).unwrap();
    let (code, errors) = fails(folder.path(), &["plot", "o"]);
    assert!(code == Some(74) && errors.contains("the figure `density-final_train_loss` is not drawn"), "{errors}");
    assert_eq!(fs::read(out.join("manifest.toml")).unwrap(), before);
}

#[test]
fn a_figure_that_no_trial_can_save_is_refused_before_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let text = LOST.replace("kind = \"sensitivity\"", "kind = \"sensitivity\"\nx_range = [0, 1]");
    fs::write(folder.path().join("lost.toml"), text).unwrap();
    for command in [&["run", "lost.toml", "--out", "o"][..], &["plan", "lost.toml"]] {
        let (code, errors) = fails(folder.path(), command);
        assert_eq!(code, Some(65), "{errors}");
        let expected = "lost.toml:26:11: `figure.1.x_range`: the x range from 0 to 1 is not one for a log axis";
        assert!(errors.contains(expected), "{errors}");
    }
    assert!(!folder.path().join("o").exists());
}

#[test]
fn the_density_of_losses_without_bounds_is_drawn() {
    let text = r#"name = "escape"
problem = { kind = "landscape", function = "saddle", start = { grid = [[-2, 2], [-2, 2]], points = 2 } }
train = { steps = 80, precision = "f64" }
optimizer = [{ kind = "momentum", lr = { linear = [0.1, 50], points = 6 }, momentum = [0, 0.9] }]
figure = [{ kind = "density", metric = "final_train_loss" }, { kind = "sensitivity", metric = "final_train_loss" }]
"#;
    let folder = tempfile::tempdir().unwrap();
    let spec = |set: &[&str]| {
        let set: Vec<String> = set.iter().map(|text| (*text).to_owned()).collect();
        Spec::parse("escape.toml", text, Path::new("."), &set).unwrap()
    };
    run_into(&spec(&[]), &folder.path().join("large"), 1, Reuse::Everything).unwrap();
    run_into(&spec(&["optimizer.0.lr=1e-320"]), &folder.path().join("small"), 1, Reuse::Everything).unwrap();
    for figure in ["large/figures/density", "small/figures/sensitivity"] {
        let text = fs::read_to_string(folder.path().join(format!("{figure}-final_train_loss.svg"))).unwrap();
        assert!(text.ends_with("</svg>\n") && !text.contains("NaN"));
    }
}

/// A table of two classes, and a spec whose figure counts its epochs.
fn by_epoch(folder: &Path) {
    let rows: String = (0..30).map(|i| format!("{i},{},{}\n", (i * 7) % 11, i % 2)).collect();
    fs::write(folder.join("own.csv"), format!("a,b,class\n{rows}")).unwrap();
    let text = r#"name = "own"
problem = { kind = "csv", path = "own.csv", target = "class", task = "classification" }
network = { hidden = [3] }
train = { batch = 8, steps = 9, seeds = 1, log_every = 2 }
optimizer = [{ kind = "sgd", lr = 0.1 }]
figure = [{ kind = "curves", metric = "train_loss", x = "epoch", name = "curves" }]
"#;
    fs::write(folder.join("own.toml"), text).unwrap();
}

#[test]
fn epochs_are_counted_without_the_data() {
    let folder = tempfile::tempdir().unwrap();
    by_epoch(folder.path());
    succeeds(folder.path(), &["run", "own.toml", "--out", "o"]);
    let out = folder.path().join("o");
    let read = |file: &str| fs::read_to_string(out.join(file)).unwrap();
    let before = [read("figures/curves.svg"), read("manifest.toml")];
    assert!(before[1].contains("steps_per_epoch = 3\n"), "{}", before[1]);
    fs::remove_file(folder.path().join("own.csv")).unwrap();
    fs::remove_file(out.join("figures/curves.svg")).unwrap();
    succeeds(folder.path(), &["plot", "o"]);
    assert_eq!([read("figures/curves.svg"), read("manifest.toml")], before);
}

#[test]
fn results_of_what_everyone_has_say_nothing_of_epochs() {
    let folder = tempfile::tempdir().unwrap();
    by_epoch(folder.path());
    let text = fs::read_to_string(folder.path().join("own.toml")).unwrap();
    let iris = text.replace("own.csv", "iris.csv").replace("\"class\"", "\"species\"");
    run_into(
        &Spec::parse("own.toml", &iris, folder.path(), &[]).unwrap(),
        &folder.path().join("o"),
        1,
        Reuse::Everything,
    )
    .unwrap();
    assert_eq!(Manifest::read(&folder.path().join("o")).unwrap().steps_per_epoch, None);
}

#[test]
fn a_table_that_cannot_be_read_costs_its_own_figures_only() {
    let folder = tempfile::tempdir().unwrap();
    let text = LOST.replace("lr = 1e30", "lr = 0.1").replace("kind = \"density\"", "kind = \"curves\"");
    let text = text.replacen("metric = \"final_train_loss\"", "metric = \"train_loss\"", 1);
    let spec = Spec::parse("lost.toml", &text, folder.path(), &[]).unwrap();
    run_into(&spec, folder.path(), 1, Reuse::Everything).unwrap();
    fs::write(folder.path().join("curves.csv"), "key\n").unwrap();
    let drawn = draw(&spec, folder.path(), None, &spec.style);
    assert_eq!(drawn.files, ["figures/sensitivity-final_train_loss.svg"]);
    assert_eq!(drawn.failures.len(), 1);
    assert!(drawn.failures[0].to_string().contains("curves.csv:1: expected column `step`"), "{}", drawn.failures[0]);
}

/// Sweeps that go well, and figures, some of which they cannot have.
const SWEEPS: [&str; 3] = [
    r#"problem = { kind = "moons", samples = 60, noise = 0.2 }
network = { hidden = [4] }
train = { batch = "full", steps = 6, seeds = 2 }
optimizer = [{ kind = "sgd", lr = [0.01, 0.02, 0.03] }, { kind = "momentum", lr = [0.01, 0.02], momentum = [0, 0.5, 0.9] }]
record = { observe = ["norms", "effective-lr", { kind = "layers", every = 2 }], perturb = { layer = 1, unit = 0, from = 0, by = 0.1 } }
"#,
    r#"problem = { kind = "landscape", function = "himmelblau", start = { grid = [[-1, 1], [-1, 1]], points = 3 } }
train = { steps = 6, log_every = 2 }
optimizer = [{ kind = "sgd", lr = [1e-4, 2e-4, 3e-4] }, { kind = "momentum", lr = [1e-4, 2e-4], momentum = [0, 0.5] }]
record = { trajectory = true, surface = { grid = [[-1, 1], [-1, 1]], points = 5 } }
"#,
    r#"problem = { kind = "landscape", function = "himmelblau", start = { sample = [[-1, 1], [-1, 1]], count = 100 } }
train = { steps = 6 }
optimizer = [{ kind = "momentum", lr = 1e-4, momentum = { linear = [0, 0.9], points = 60 } }]
record = { trajectory = true, surface = { grid = [[-1, 1], [-1, 1]], points = 5 } }
"#,
];

const FIGURES: [&str; 20] = [
    r#"kind = "sensitivity", metric = "final_train_loss""#,
    r#"kind = "sensitivity", metric = "best_train_loss", x = "momentum", x_range = [-1, 1], y_range = [0, 2]"#,
    r#"kind = "curves", metric = "train_loss", x_scale = "log""#,
    r#"kind = "curves", metric = "grad_norm", select = [{ optimizer = "momentum", momentum = 0 }]"#,
    r#"kind = "heatmap", metric = "final_train_loss", x = "lr", y = "momentum""#,
    r#"kind = "heatmap", metric = "final_train_loss", x = "start_x0", y = "start_x1""#,
    r#"kind = "heatmap", metric = "best_train_loss", x = "lr", y = "start_x1""#,
    r#"kind = "trajectories", select = [{ optimizer = "momentum", lr = 1e-4 }]"#,
    r#"kind = "basins", select = [{ optimizer = "momentum", momentum = 0 }]"#,
    r#"kind = "basins""#,
    r#"kind = "probability", metric = "final_train_loss", x = "lr", below = 1"#,
    r#"kind = "quantiles", column = "effective_lr""#,
    r#"kind = "curves", y = "layers.weight_norm""#,
    r#"kind = "curves", y = "layers.update_ratio", colour = "layer", series = "optimizer", y_scale = "linear""#,
    r#"kind = "curves", y = "layers.grad_norm", panel = "layer", lines = [0.5, 1]"#,
    r#"kind = "curves", y = "layers.update_cosine", select = [{ layer = 2, optimizer = "sgd" }]"#,
    r#"kind = "curves", y = "curves.grad_norm", series = "lr""#,
    r#"kind = "density", metric = "final_train_loss", x_range = [0, 1000]"#,
    r#"kind = "ecdf", metric = "final_train_loss", select = [{ optimizer = "momentum" }]"#,
    r#"kind = "network""#,
];

#[test]
fn what_is_refused_before_is_what_cannot_be_drawn_after() {
    let (mut drawn, mut refused) = (0, 0);
    for sweep in SWEEPS {
        let folder = tempfile::tempdir().unwrap();
        let sweep = format!("name = \"s\"\n{sweep}");
        let parse = |text: &str| Spec::parse("s.toml", text, folder.path(), &[]);
        run_into(&parse(&sweep).unwrap(), folder.path(), 1, Reuse::Everything).unwrap();
        for figure in FIGURES {
            // What the spec alone shows is tested elsewhere.
            let Ok(spec) = parse(&format!("{sweep}figure = [{{ {figure} }}]\n")) else { continue };
            let plan = crate::plan(&spec).unwrap();
            let before = check(&spec, &plan, folder.path());
            let after = draw(&spec, folder.path(), None, &spec.style).complete();
            assert_eq!(before.is_ok(), after.is_ok(), "{figure} of {sweep}: {before:?}, {after:?}");
            *(if before.is_ok() { &mut drawn } else { &mut refused }) += 1;
        }
    }
    assert!(drawn > 20 && refused > 5, "{drawn} and {refused}");
}

/// Two problems, and figures of one, of both, and of what one of them has.
const PROBLEMS: &str = r#"name = "problems"
train = { steps = 5 }
record = { curves = "none" }
problem = [
    { kind = "landscape", function = "rosenbrock", start = [-1.5, 2] },
    { kind = "landscape", function = "beale", start = [-1, 2] },
]

[[optimizer]]
kind = "sgd"
only = 'problem.function = "rosenbrock"'
lr = [1e-4, 1e-3]

[[optimizer]]
kind = "sgd"
only = 'problem.function = "beale"'
lr = [1e-3, 1e-2]

[[figure]]
kind = "sensitivity"
metric = "final_train_loss"
name = "one"
select = [{ problem = "beale" }]

[[figure]]
kind = "sensitivity"
metric = "final_train_loss"
name = "two"
select = [{ problem = "beale" }, { problem = "rosenbrock", lr = 1e-3 }]

[[figure]]
kind = "ecdf"
metric = "final_train_loss"
name = "some"
select = [{ lr = 1e-4 }]
"#;

#[test]
fn a_figure_may_be_of_one_problem_among_several() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("problems.toml"), PROBLEMS).unwrap();
    succeeds(folder.path(), &["run", "problems.toml", "--out", "o"]);
    let names: Vec<String> = Manifest::read(&path("o")).unwrap().names().cloned().collect();
    let figures: Vec<&str> = names.iter().filter_map(|name| name.strip_prefix("figures/")).collect();
    assert_eq!(figures, ["one.svg", "some-rosenbrock.svg", "two-beale.svg", "two-rosenbrock.svg"]);
    assert!(succeeds(folder.path(), &["status", "o"]).contains("complete"));
    // It is the figure of a sweep that has this problem alone.
    let rosenbrock = "    { kind = \"landscape\", function = \"rosenbrock\", start = [-1.5, 2] },\n";
    let table = "[[optimizer]]\nkind = \"sgd\"\nonly = 'problem.function = \"rosenbrock\"'\nlr = [1e-4, 1e-3]\n\n";
    let alone = PROBLEMS.replace(rosenbrock, "").replace(table, "");
    let alone = &alone
        [..alone.find("[[figure]]\nkind = \"sensitivity\"\nmetric = \"final_train_loss\"\nname = \"two\"").unwrap()];
    fs::write(path("alone.toml"), alone).unwrap();
    succeeds(folder.path(), &["run", "alone.toml", "--out", "a"]);
    let figure = |run: &str| fs::read_to_string(path(run).join("figures/one.svg")).unwrap();
    assert_eq!(figure("o"), figure("a"));
    for (select, expected) in [
        ("{ problem = \"baele\" }", "no trial has problem = baele"),
        ("{ problem = \"beale\", lr = 1e-4 }", "no trial has all of these settings"),
        ("{ optimizer = \"sdg\" }", "the spec has no optimizer `sdg`"),
    ] {
        fs::write(
            path("wrong.toml"),
            PROBLEMS.replace("select = [{ problem = \"beale\" }]", &format!("select = [{select}]")),
        )
        .unwrap();
        let (_, errors) = fails(folder.path(), &["plan", "wrong.toml"]);
        assert!(errors.contains(expected), "{errors}");
    }
}
