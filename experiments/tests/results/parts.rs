//! Parts of a sweep: their rows are those of the whole, and a folder has one part.

use std::fs;
use std::path::Path;

use thalweg::record::manifest::Manifest;
use thalweg::spec::Spec;
use thalweg::sweep::TrialRange;
use thalweg::sweep::run::{Finished, Reuse, RunError, run_part};

use super::{StopAfter, run_into, settings};

const SPEC: &str = r#"name = "whole"
problem = { kind = "moons", samples = 40 }
network = { hidden = [3], activation = ["tanh", "relu"] }
train = { batch = 8, steps = 20, seeds = 5, log_every = 10 }

[[optimizer]]
kind = ["sgd", "adam"]
lr = { log = [1e-3, 1], points = 7 }

[[optimizer]]
kind = "sgd"
lr = [1, 2]

[[figure]]
kind = "sensitivity"
metric = "final_train_loss"
select = [{ activation = "tanh" }]
"#;

/// All trials: of each activation 14 points of the first table, and one more of the second, of five seeds.
const TRIALS: usize = 2 * 15 * 5;

fn spec() -> Spec {
    Spec::parse("whole.toml", SPEC, Path::new("."), &[]).unwrap()
}

/// Runs a part until so many trials are done.
fn run(part: &str, out: &Path, reuse: Reuse, trials: usize) -> Result<Finished, RunError> {
    let part: TrialRange = part.parse().unwrap();
    let progress = StopAfter { trials, done: 0.into(), stop: false.into(), notices: Vec::new().into() };
    run_part((&spec(), Some(&part)), &settings(out, 2, reuse), &progress, &progress.stop)
}

fn lines(out: &Path, table: &str) -> Vec<String> {
    fs::read_to_string(out.join(table)).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn a_part_has_the_rows_of_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole");
    run_into(&spec(), &whole, 2, Reuse::Everything).unwrap();
    let runs = lines(&whole, "runs.csv");
    assert_eq!(runs.len(), 1 + TRIALS);
    assert_eq!(Manifest::read(&whole).unwrap().trials, None);
    for (first, end) in [(0, 1), (3, 17), (64, 80), (149, 150), (0, 149)] {
        let (out, part) = (folder.path().join("part"), format!("{first}..{end}"));
        // Stopped on the way, it goes on.
        run(&part, &out, Reuse::Everything, 1).unwrap();
        run(&part, &out, Reuse::Everything, usize::MAX).unwrap();
        let own = lines(&out, "runs.csv");
        assert_eq!((&own[0], &own[1..]), (&runs[0], &runs[1 + first..1 + end]), "{part}");
        let keys: Vec<&str> = own[1..].iter().map(|row| row.split(',').next().unwrap()).collect();
        let curves = lines(&whole, "curves.csv");
        let is_own = |row: &&String| keys.contains(&row.split(',').next().unwrap());
        let expected: Vec<&String> = curves.iter().take(1).chain(curves.iter().skip(1).filter(is_own)).collect();
        assert_eq!(lines(&out, "curves.csv").iter().collect::<Vec<_>>(), expected, "{part}");
        assert_eq!(Manifest::read(&out).unwrap().trials, Some(part.clone()));
        assert!(!out.join("figures").exists() && !out.join(".thalweg").exists());
        let spec = |out: &Path| fs::read(out.join("spec.toml")).unwrap();
        assert_eq!(spec(&out), spec(&whole));
        assert_eq!(run(&part, &out, Reuse::Everything, usize::MAX).unwrap(), Finished::AlreadyComplete);
        fs::remove_dir_all(&out).unwrap();
    }
}

#[test]
fn all_trials_are_no_part() {
    let folder = tempfile::tempdir().unwrap();
    run(&format!("0..{TRIALS}"), folder.path(), Reuse::Everything, usize::MAX).unwrap();
    assert_eq!(Manifest::read(folder.path()).unwrap().trials, None);
}

#[test]
fn a_folder_keeps_its_trials() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    run("10..30", &out, Reuse::Everything, usize::MAX).unwrap();
    let before = lines(&out, "runs.csv");
    for part in ["0..20", "11..30", "40..60"] {
        let error = run(part, &out, Reuse::Everything, usize::MAX).unwrap_err();
        assert!(matches!(error, RunError::OtherPart { .. }), "{error:?}");
        let expected = format!("holds the trials 10..30 of this spec, not {part}");
        assert!(error.to_string().contains(&expected), "{error}");
        assert_eq!(lines(&out, "runs.csv"), before);
    }
    // More trials take over those that are there, and so does the whole.
    for part in ["5..30", "5..150", "0..150"] {
        run(part, &out, Reuse::Everything, usize::MAX).unwrap();
        let (first, end) = part.split_once("..").unwrap();
        let count = end.parse::<usize>().unwrap() - first.parse::<usize>().unwrap();
        assert_eq!(lines(&out, "runs.csv").len(), 1 + count);
    }
    let provenance = fs::read_to_string(out.join("provenance.json")).unwrap();
    assert!(provenance.contains("\"trials\": 5,") && provenance.contains("\"earlier_trials\": 145"), "{provenance}");
    let whole = folder.path().join("whole");
    run_into(&spec(), &whole, 2, Reuse::Everything).unwrap();
    assert_eq!(lines(&out, "runs.csv"), lines(&whole, "runs.csv"));
    let error = run("0..20", &whole, Reuse::Everything, usize::MAX).unwrap_err().to_string();
    assert!(error.contains("holds the trials 0..150 of this spec, not 0..20"), "{error}");
    run("0..20", &whole, Reuse::Nothing, usize::MAX).unwrap();
    assert_eq!(lines(&whole, "runs.csv").len(), 1 + 20);
    assert!(!whole.join("figures").exists());
}

#[test]
fn a_part_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let error = run("100..151", folder.path(), Reuse::Everything, usize::MAX).unwrap_err().to_string();
    assert!(error.contains("`optimizer`: the trials 100..151 are not all there: the sweep has 150"), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
