//! The tables that a spec may ask for besides the trials: what they say, and that figures are drawn of them.

use std::fs;
use std::path::Path;

use thalweg::spec::Spec;
use thalweg::sweep::run::{Finished, Reuse};

use crate::run_into;

const SPEC: &str = r#"name = "tables"

[problem]
kind = "sinusoid"
samples = 40

[network]
hidden = [3]
activation = "tanh"

[train]
batch = "full"
steps = 6
seeds = 1
log_every = 2
precision = "f64"

[[optimizer]]
kind = "sgd"
lr = 0.25
lr_scale = [1.0, 0.5]

[record]
observe = ["norms", "effective-lr"]
perturb = { layer = 1, unit = 2, from = 0, by = 0.5 }

[[figure]]
kind = "quantiles"
column = "effective_lr"

[[figure]]
kind = "network"
"#;

fn parse(text: &str) -> Spec {
    Spec::parse("tables.toml", text, Path::new(""), &[]).unwrap_or_else(|error| panic!("{error}"))
}

fn made(spec: &Spec, out: &Path) {
    assert_eq!(run_into(spec, out, 2, Reuse::Everything).unwrap(), Finished::Complete);
}

/// The cells of a table, row by row, without its header.
fn cells(path: &Path) -> Vec<Vec<String>> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

#[test]
fn gradient_descent_has_the_learning_rates_of_its_layers() {
    let folder = tempfile::tempdir().unwrap();
    made(&parse(SPEC), folder.path());
    let path = folder.path().join("effective_lr.csv");
    let header = fs::read_to_string(&path).unwrap().lines().next().unwrap().to_owned();
    let quantiles = "effective_lr_q05,effective_lr_q25,effective_lr_q50,effective_lr_q75,effective_lr_q95";
    assert_eq!(header, format!("key,problem,optimizer,lr,lr_scale_0,lr_scale_1,step,{quantiles}"));
    let rows = cells(&path);
    assert_eq!(rows.iter().map(|row| row[6].as_str()).collect::<Vec<_>>(), ["2", "4", "6"]);
    for row in rows {
        // Six of the ten parameters are the first layer's.
        for (cell, expected) in row[7..].iter().zip([0.125, 0.125, 0.25, 0.25, 0.25]) {
            let found: f64 = cell.parse().unwrap();
            assert!((found - expected).abs() < 1e-9, "{found}, not {expected}");
        }
    }
    assert!(folder.path().join("figures/quantiles-quantiles-effective_lr.svg").exists());
}

#[test]
fn a_weight_changes_its_unit_and_what_depends_on_it() {
    let folder = tempfile::tempdir().unwrap();
    made(&parse(SPEC), folder.path());
    let rows = cells(&folder.path().join("units.csv"));
    // An input, three units with a weight each, and an output with three.
    assert_eq!(rows.len(), 1 + 2 * 3 + 1 + 3);
    let changed = |row: &&Vec<String>| row[3] != row[4];
    let outputs: Vec<&str> = rows.iter().filter(|row| row[2].is_empty()).filter(changed).map(|row| &*row[0]).collect();
    assert_eq!(outputs, ["1", "2"]);
    // Every gradient but for that of a unit that leads nowhere else goes through the output.
    assert_eq!(rows.iter().filter(|row| !row[2].is_empty()).filter(changed).count(), 6);
    let perturbed: Vec<_> = rows.iter().filter(|row| row[5] == "1").map(|row| row[..3].to_vec()).collect();
    assert_eq!(perturbed, [["1", "2", "0"]]);
    assert!(folder.path().join("figures/network-change.svg").exists());
}

#[test]
fn tables_do_not_change_a_trial_and_their_specs_read_back() {
    let plan = |spec: &Spec| crate::plan(spec).unwrap();
    let asked = parse(SPEC);
    let plain = parse(&SPEC[..SPEC.find("[record]").unwrap()]);
    assert_eq!(plan(&asked).trials.keys()[0], plan(&plain).trials.keys()[0]);
    assert_eq!(parse(&asked.canonical()), asked);
    let missing = SPEC.replace("unit = 2", "unit = 3");
    let spec = parse(&missing);
    let error = crate::plan(&spec).unwrap_err().to_string();
    assert!(error.contains("`record.perturb.unit`: that layer has 3 units, counted from 0"), "{error}");
}

#[test]
fn test_examples_may_have_a_loss_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let plain = SPEC.find("[record]").map(|end| &SPEC[..end]).unwrap();
    let value = |name: &str, network: &str| {
        let spec = parse(&plain.replace("hidden = [3]", &format!("hidden = [3]\n{network}")));
        assert_eq!(parse(&spec.canonical()), spec);
        let out = folder.path().join(name);
        made(&spec, &out);
        let runs = thalweg::record::read_runs(&out.join("runs.csv")).unwrap();
        (runs.rows[0].key.clone(), runs.rows[0].final_train_loss, runs.rows[0].final_test_loss)
    };
    let (same, other) = (value("same", "test_loss = \"mse\""), value("default", ""));
    assert_eq!(same, other);
    let moons = plain.replace("sinusoid", "moons").replace("hidden = [3]", "hidden = [3]\ntest_loss = \"mse\"");
    let spec = parse(&moons);
    let error = crate::plan(&spec).unwrap_err().to_string();
    assert!(error.contains("`network.test_loss`: mse and bce are of networks with other outputs"), "{error}");
}
