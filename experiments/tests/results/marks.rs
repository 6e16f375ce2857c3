//! Whose the marks of a page's figures are: every kind that shows trials says so.

use std::collections::HashMap;
use std::fs;

use serde_json::Value;
use thalweg::figure::{Input, KINDS};

use crate::command::{succeeds, thalweg};

const NETWORKS: &str = r#"
name = "networks"

[[problem]]
kind = ["moons", "circles"]
samples = 60

[network]
hidden = [4]
activation = "tanh"

[train]
batch = 16
steps = 20
seeds = 3
log_every = 5
target = { metric = "train_loss", below = 0.7 }

[record]
observe = ["effective-lr"]

[[optimizer]]
kind = ["sgd", "adam"]
lr = [0.001, 0.1, 0.3]
"#;

const LANDSCAPE: &str = r#"
name = "landscape"

[problem]
kind = "landscape"
function = "himmelblau"
start = { grid = [[-4, 4], [-4, 4]], points = 3 }

[train]
steps = 20

[record]
trajectory = true
surface = { grid = [[-5, 5], [-5, 5]], points = 11 }

[[optimizer]]
kind = "sgd"
lr = 0.01
"#;

const GRID: &str = r#"
name = "grid"

[problem]
kind = "moons"
samples = 60

[network]
hidden = [2]

[train]
batch = 16
steps = 5
seeds = 1

[[optimizer]]
kind = "momentum"
lr = [0.01, 0.1, 0.3]
momentum = [0.5, 0.9]
"#;

const CURVE: &str = r#"
name = "curve"

[problem]
kind = "landscape"
function = "quadratic"
spectrum = [1]
start = [-1.8]

[train]
steps = 5
log_every = 1

[record]
trajectory = true
surface = { grid = [[-2, 2]], points = 11 }

[[optimizer]]
kind = "sgd"
lr = [0.1, 2.2]
"#;

const KEPT: &str = r#"
name = "kept"

[problem]
kind = "moons"
samples = 40

[network]
hidden = [2]

[train]
batch = 16
steps = 5
seeds = 2

[record]
data = true
weights = "both"

[[optimizer]]
kind = "adam"
lr = [0.01, 0.1]
"#;

/// Kinds of figures of each spec, with what their table says besides.
const FIGURES: [(&str, &[(&str, &str)]); 5] = [
    (
        NETWORKS,
        &[
            ("sensitivity", "metric = 'final_train_loss'"),
            ("scatter", "metric = 'final_train_loss'\nx = 'lr'"),
            ("curves", "metric = 'train_loss'"),
            ("probability", "metric = 'final_train_loss'\nx = 'lr'\nbelow = 0.6"),
            ("quantiles", "column = 'effective_lr'"),
            ("ecdf", "metric = 'final_train_loss'"),
            ("density", "metric = 'final_train_loss'"),
            ("profile", "metric = 'final_train_loss'"),
            ("rank", "metric = 'final_train_loss'"),
            ("rank-intervals", "metric = 'final_train_loss'"),
            ("budget", "metric = 'final_train_loss'"),
            ("regimes", "metric = 'final_train_loss'"),
            ("slope", "metric = 'final_train_loss'"),
            ("target", "metric = 'steps_to_target'"),
            ("paired", "metric = 'final_train_loss'\nagainst = 'adam'"),
            ("safety", ""),
        ],
    ),
    (LANDSCAPE, &[("trajectories", ""), ("basins", "")]),
    (
        GRID,
        &[
            ("heatmap", "metric = 'final_train_loss'\nx = 'lr'\ny = 'momentum'"),
            ("image", "column = 'final_train_loss'\nx = 'lr'\ny = 'momentum'"),
            ("phase", "metric = 'final_train_loss'\nbelow = 0.6\nx = 'lr'\ny = 'momentum'"),
            ("parallel", "metric = 'final_train_loss'"),
        ],
    ),
    (CURVE, &[("descent", "")]),
    (KEPT, &[("boundary", "at = 'all'"), ("diagram", "")]),
];

/// The data of a page's only study.
fn data(page: &str) -> Value {
    let (_, rest) = page.split_once("class=\"data\">").unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

/// The owners of everything in a figure, with the methods of its lines.
fn owners(figure: &Value) -> (Vec<i64>, Vec<&str>) {
    let list = |value: &'_ Value, name: &str| value[name].as_array().unwrap().clone();
    let lines = list(figure, "lines");
    let points = lines.iter().flat_map(|line| list(line, "points")).map(|point| point[2].as_i64().unwrap());
    let cells =
        list(figure, "grids").into_iter().flat_map(|grid| list(&grid, "cells")).map(|cell| cell.as_i64().unwrap());
    let methods = figure["lines"].as_array().unwrap().iter().map(|line| line["method"].as_str().unwrap()).collect();
    (points.chain(cells).collect(), methods)
}

#[test]
fn every_kind_that_shows_trials_names_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut shown: HashMap<&str, usize> = HashMap::new();
    for (number, (spec, figures)) in FIGURES.iter().enumerate() {
        for (kind, keys) in *figures {
            // Trials that are there are not trained again for another figure.
            let name = number.to_string();
            let text = format!("{spec}\n[[figure]]\nkind = \"{kind}\"\n{keys}\n");
            fs::write(folder.path().join("spec.toml"), text).unwrap();
            succeeds(folder.path(), &["run", "spec.toml", "--out", &name, "--quiet"]);
            let output = thalweg(folder.path(), &["report", &name, "--out", "page.html"]);
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success() && !said.contains("warning"), "{kind}: {said}");
            let data = data(&fs::read_to_string(folder.path().join("page.html")).unwrap());
            for figure in data["figures"].as_array().unwrap() {
                let (owners, methods) = owners(figure);
                assert!(!owners.is_empty(), "{kind} has no marks");
                assert!(owners.iter().all(|owner| *owner != -1), "{kind}: {owners:?}");
                let configurations = data["configurations"].as_array().unwrap().len() as i64;
                let groups = figure["groups"].as_array().unwrap();
                assert!(
                    owners.iter().all(|owner| *owner < configurations && -2 - *owner < groups.len() as i64),
                    "{kind}"
                );
                let group = |group: &Value| group.as_array().unwrap().iter().all(|at| at.as_i64() >= Some(0));
                assert!(groups.iter().all(group), "{kind}: {groups:?}");
                assert!(methods.iter().all(|method| !method.is_empty()), "{kind}: {methods:?}");
                *shown.entry(kind).or_default() += 1;
            }
        }
    }
    let of_trials = KINDS.iter().filter(|kind| kind.input != Input::Table || kind.name == "image");
    for kind in of_trials {
        assert!(shown.contains_key(kind.name), "no page has a figure of the kind `{}`", kind.name);
    }
}
