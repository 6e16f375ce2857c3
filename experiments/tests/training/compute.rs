//! Sweeps in memory have the rows of sweeps in folders.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use thalweg::memory::Memory;
use thalweg::record::{Trials, read_runs};
use thalweg::spec::Spec;
use thalweg::stats::configurations;
use thalweg::sweep::run::{Finished, Reuse, Settings, run};
use thalweg::sweep::{Computed, compute};
use thalweg_kernels::Isa;

const NETWORKS: &str = r#"name = "networks"

[problem]
kind = "moons"
samples = 40
noise = [0.1, 0.3]
test_fraction = 0.25

[network]
hidden = [3]

[train]
batch = 8
steps = 12
seeds = 3
log_every = 4

[[optimizer]]
kind = "momentum"
lr = [0.1, 1e38]
momentum = 0.9

[[optimizer]]
kind = "sgd"
lr = 0.1

[record]
observe = ["layers", { kind = "effective-lr", every = 2 }, "norms"]
weights = "both"

[[figure]]
kind = "sensitivity"
metric = "final_train_loss"
"#;

const DESCENTS: &str = r#"name = "descents"

[problem]
kind = "landscape"
function = "himmelblau"
start = { grid = [[-6, 6], [-6, 6]], points = 3 }

[train]
steps = 20
log_every = 5
precision = "f64"

[[optimizer]]
kind = "adam"
lr = [0.01, 0.1]

[record]
trajectory = true
"#;

fn parse(text: &str) -> Spec {
    Spec::parse("spec.toml", text, Path::new(""), &[]).unwrap_or_else(|error| panic!("{error}"))
}

fn computed(spec: &Spec, isa: Isa, threads: usize, stop: bool) -> Computed {
    compute(spec, isa, threads, Memory::unlimited(), &AtomicBool::new(stop)).unwrap()
}

#[test]
fn they_are_the_same_to_the_byte() {
    for (text, tables) in [
        (NETWORKS, &["runs.csv", "curves.csv", "layers.csv", "effective_lr.csv"][..]),
        (DESCENTS, &["runs.csv", "curves.csv", "trajectory.csv"]),
    ] {
        let (spec, folder) = (parse(text), tempfile::tempdir().unwrap());
        let settings = Settings {
            out: folder.path().to_owned(),
            threads: 2,
            isa: Isa::best(),
            reuse: Reuse::Everything,
            figures: None,
            memory: Memory::unlimited(),
        };
        assert_eq!(run(&spec, &settings, &(), &AtomicBool::new(false)).unwrap(), Finished::Complete);
        let one = computed(&spec, Isa::best(), 1, false);
        assert_eq!(one, computed(&spec, Isa::available()[0], 2, false));
        assert_eq!(one.tables.iter().map(|table| table.name.as_str()).collect::<Vec<_>>(), tables);
        for table in &one.tables {
            assert!(fs::read(folder.path().join(&table.name)).unwrap() == table.bytes, "{}", table.name);
        }
        assert_eq!(one.runs, read_runs(&folder.path().join("runs.csv")).unwrap());
        // Nothing draws figures here: there are none, and nothing is said of them.
        let manifest = fs::read_to_string(folder.path().join("manifest.toml")).unwrap();
        assert!(!folder.path().join("figures").exists() && !manifest.contains("figures"), "{manifest}");
    }
}

#[test]
fn statistics_are_made_of_them() {
    let trials = Trials::from(&computed(&parse(NETWORKS), Isa::best(), 1, false).runs);
    let configurations = configurations(&trials);
    assert_eq!(configurations.iter().map(|one| one.runs().len()).collect::<Vec<_>>(), [3; 6]);
    let diverged = configurations.iter().map(|one| one.diverged_share());
    assert_eq!(diverged.collect::<Vec<_>>(), [0.0, 1.0, 0.0, 0.0, 1.0, 0.0]);
}

#[test]
fn none_are_computed_once_it_is_stopped() {
    let stopped = computed(&parse(NETWORKS), Isa::best(), 1, true);
    assert!(stopped.runs.rows.is_empty());
    for table in stopped.tables {
        assert_eq!(table.bytes.iter().filter(|byte| **byte == b'\n').count(), 1, "{}", table.name);
    }
}

#[test]
fn what_does_not_fit_the_memory_is_told() {
    let stop = AtomicBool::new(false);
    let error = compute(&parse(NETWORKS), Isa::best(), 1, Memory::limited(1 << 20), &stop).unwrap_err();
    assert!(error.to_string().contains("memory"), "{error}");
}
