//! What trials cost in gradients, in tables, statistics and figures.

use std::fs;
use std::path::Path;

use thalweg::record::{Quantities, Run, read_runs, read_trials};
use thalweg::stats::{Score, configurations};
use thalweg::sweep::run::Reuse;

use crate::command::fails;
use crate::run_into;
use thalweg::spec::Spec;

/// Gradient descent with one gradient a step and with two, and a method of each number of its own.
const TEXT: &str = r#"name = "costs"
problem = { kind = "moons", samples = 60 }
network = { hidden = [4] }
train = { batch = 16, steps = 30, seeds = 2, log_every = 10, target = { metric = "train_loss", below = 0.69 } }
figure = [
    { kind = "curves", metric = "train_loss", name = "by-step" },
    { kind = "curves", metric = "train_loss", x = "gradient", name = "by-gradient" },
    { kind = "ecdf", metric = "final_train_loss", name = "ecdf" },
]

[[optimizer]]
kind = "sgd"
lr = [0.1, 1e30]
sam = [0, 0.05]

[[optimizer]]
kind = "lamb"
lr = 0.01
"#;

fn cost(run: &Run, sam: usize) -> u64 {
    let is_on = run.settings[sam].as_ref().and_then(thalweg::record::Setting::number).is_some_and(|rho| rho > 0.0);
    if is_on { 2 } else { 1 }
}

#[test]
fn every_trial_says_how_many_gradients_it_took() {
    let folder = tempfile::tempdir().unwrap();
    let spec = Spec::parse("costs.toml", TEXT, Path::new("."), &[]).unwrap();
    run_into(&spec, folder.path(), 2, Reuse::Everything).unwrap();
    let path = folder.path().join("runs.csv");
    let runs = read_runs(&path).unwrap();
    let sam = runs.hyperparameters.iter().position(|name| name == "sam").unwrap();
    assert!(runs.rows.iter().any(|run| run.diverged_at.is_some()));
    for run in &runs.rows {
        assert_eq!(run.gradients, cost(run, sam) * run.steps, "{run:?}");
    }
    let trials = read_trials(&path, Quantities::ALL).unwrap();
    let configurations = configurations(&trials);
    let reached: Vec<[f64; 2]> = configurations
        .iter()
        .flat_map(|own| own.runs().map(|trial| (own.number("sam") > Some(0.0), trial)).collect::<Vec<_>>())
        .filter(|(_, trial)| trial.steps_to_target() > Some(0))
        .map(|(is_on, trial)| {
            let [steps, gradients] = [Score::StepsToTarget, Score::GradientsToTarget].map(|by| by.cost(trial).unwrap());
            [gradients / steps, if is_on { 2.0 } else { 1.0 }]
        })
        .collect();
    assert!(reached.iter().all(|[found, expected]| found == expected), "{reached:?}");
    assert!(reached.contains(&[2.0; 2]) && reached.contains(&[1.0; 2]), "{reached:?}");
}

#[test]
fn curves_are_drawn_by_gradients() {
    let folder = tempfile::tempdir().unwrap();
    let text = TEXT.replace("lr = [0.1, 1e30]", "lr = 0.1").replace("figure = [", "figure = [\n    { kind = \"curves\", \
        metric = \"train_loss\", x = \"gradient\", series = \"sam\", select = [{ optimizer = \"sgd\" }], name = \"sam\" },");
    let spec = Spec::parse("costs.toml", &text, Path::new("."), &[]).unwrap();
    assert_eq!(Spec::parse("costs.toml", &spec.canonical(), Path::new("."), &[]).unwrap(), spec);
    run_into(&spec, folder.path(), 1, Reuse::Everything).unwrap();
    let read = |name: &str| fs::read_to_string(folder.path().join(format!("figures/{name}.svg"))).unwrap();
    let (steps, gradients) = (read("by-step"), read("sam"));
    assert!(steps.contains("steps of training") && !steps.contains("gradients of batches"));
    assert!(gradients.contains("gradients of batches") && gradients.contains("by gradients taken"));
    // Thirty steps of two gradients.
    assert!(gradients.contains(">60</text>") && !steps.contains(">60</text>"));
}

#[test]
fn other_abscissas_are_refused_with_the_nearest() {
    let folder = tempfile::tempdir().unwrap();
    for (name, nearest) in [("gradients", "gradient"), ("epochs", "epoch")] {
        fs::write(folder.path().join("c.toml"), TEXT.replace("x = \"gradient\"", &format!("x = \"{name}\""))).unwrap();
        let (code, error) = fails(folder.path(), &["run", "c.toml"]);
        assert_eq!(code, Some(65), "{error}");
        assert!(error.contains("figure.1.x") && error.contains(&format!("did you mean `{nearest}`")), "{error}");
    }
}
