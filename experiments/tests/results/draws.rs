//! A sweep whose points are drawn jointly, from problems, networks, training and optimizers.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use thalweg::record::read_runs;
use thalweg::spec::Spec;
use thalweg::sweep::run::{Finished, Reuse, Settings};
use thalweg_kernels::Isa;

use crate::{run_into, run_until, settings};

const SWEEP: &str = r#"name = "drawn"

[[problem]]
kind = "moons"
samples = 48
noise = [0.1, 0.2]

[[problem]]
kind = "csv"
path = "iris.csv"
target = "species"
task = "classification"

[network]
hidden = { values = [[3], [8], [4, 4]] }
activation = ["tanh", "relu"]
init = "normal"
init_scale = { log = [0.1, 10], points = 5 }

[train]
batch = [8, 32, "full"]
steps = 6
seeds = 3
log_every = 3
precision = ["f32", "f64"]

[[optimizer]]
kind = ["sgd", "adam", "lion"]
lr = { log = [1e-4, 1e0], points = 13 }

[[optimizer]]
kind = "momentum"
label = "heavy"
lr = { log = [1e-4, 1e0] }
momentum = { one_minus_log_uniform = [0.5, 0.999] }

[sweep]
draw = { halton = 12 }

[[figure]]
kind = "density"
metric = "final_train_loss"
panel = "activation"
"#;

/// Two problems, four optimizers, twelve points of each, three seeds.
const TRIALS: usize = 2 * 4 * 12 * 3;

fn spec() -> Spec {
    Spec::parse("drawn.toml", SWEEP, Path::new("."), &[]).unwrap()
}

#[test]
fn what_is_drawn_is_trained_everywhere_alike() {
    let folder = tempfile::tempdir().unwrap();
    let out = |name: String| folder.path().join(name);
    let first = out("1".to_owned());
    assert_eq!(run_into(&spec(), &first, 1, Reuse::Everything).unwrap(), Finished::Complete);
    let files = ["runs.csv", "curves.csv", "summary.csv", "spec.toml", "manifest.toml"];
    let bytes = |folder: &Path| files.map(|file| fs::read(folder.join(file)).unwrap());
    for threads in [2, 3] {
        let other = out(threads.to_string());
        run_into(&spec(), &other, threads, Reuse::Everything).unwrap();
        assert_eq!(bytes(&other), bytes(&first), "{threads} threads");
    }
    for isa in Isa::available() {
        let other = out(isa.name().to_owned());
        run_until(&spec(), &Settings { isa, ..settings(&other, 2, Reuse::Everything) }, usize::MAX).0.unwrap();
        assert_eq!(bytes(&other), bytes(&first), "{}", isa.name());
    }
    let stopped = out("stopped".to_owned());
    let mut stops = 0;
    while let Finished::Stopped { .. } = run_until(&spec(), &settings(&stopped, 2, Reuse::Everything), 40).0.unwrap() {
        stops += 1;
    }
    assert!(stops > 2, "{stops}");
    assert_eq!(bytes(&stopped), bytes(&first));
    let again = Spec::parse("spec.toml", &fs::read_to_string(first.join("spec.toml")).unwrap(), Path::new("."), &[]);
    assert_eq!(run_into(&again.unwrap(), &first, 1, Reuse::Everything).unwrap(), Finished::AlreadyComplete);
    for problem in ["moons", "iris"] {
        assert!(first.join(format!("figures/density-final_train_loss-activation-{problem}.svg")).exists());
    }
    // All that is drawn has a column, and each point all seeds.
    let runs = read_runs(&first.join("runs.csv")).unwrap();
    assert_eq!(runs.rows.len(), TRIALS);
    let names = ["noise", "hidden", "activation", "init_scale", "batch", "precision", "label", "lr", "momentum"];
    assert!(names.iter().all(|name| runs.hyperparameters.iter().any(|own| own == name)), "{:?}", runs.hyperparameters);
    let points: BTreeSet<String> =
        runs.rows.iter().map(|run| format!("{} {} {:?}", run.problem, run.optimizer, run.settings)).collect();
    assert_eq!(points.len(), TRIALS / 3);
    assert_eq!(runs.rows.iter().filter(|run| run.init_seed == 2).count(), TRIALS / 3);
}

/// A longer draw keeps the rows of the shorter one.
#[test]
fn a_draw_grows() {
    let folder = tempfile::tempdir().unwrap();
    run_into(&spec(), folder.path(), 2, Reuse::Everything).unwrap();
    let longer = Spec::parse("drawn.toml", &SWEEP.replace("halton = 12", "halton = 15"), Path::new("."), &[]).unwrap();
    run_into(&longer, folder.path(), 2, Reuse::Everything).unwrap();
    let provenance = fs::read_to_string(folder.path().join("provenance.json")).unwrap();
    let (new, earlier) = (TRIALS / 12 * 3, TRIALS);
    assert!(provenance.contains(&format!("\"trials\": {new},")), "{provenance}");
    assert!(provenance.contains(&format!("\"earlier_trials\": {earlier}")), "{provenance}");
}
