//! Weights at steps of a trial.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use thalweg::record::read_runs;
use thalweg::sweep::run::{Finished, Reuse};

use super::files::{SMALL, files, run};
use super::parse;
use crate::{plan, run_into, run_until, settings};

const STEPS: &str = "record.weights_at=[0, 5, 20]";
const EVERY: &str = "train.log_every=5";

#[test]
fn steps_are_files_that_agree_with_both_ends() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    run(&at("none"), &[EVERY], 1);
    for (engine, threads) in [("engine.path=\"population\"", 1), ("engine.path=\"dense\"", 2)] {
        let out = at(&threads.to_string());
        let kept = run(&out, &["record.weights=\"both\"", STEPS, EVERY, engine], threads);
        let mut expected = BTreeSet::new();
        for row in read_runs(&out.join("runs.csv")).unwrap().rows {
            let file = |moment: &str| format!("{}-{moment}.safetensors", row.key);
            expected.extend(["initial", "step-0"].map(file));
            assert!(kept[&file("initial")] == kept[&file("step-0")]);
            // With the enormous learning rate a trial is non-finite before step 5.
            if row.final_train_loss.is_some() {
                expected.extend(["step-5", "step-20", "final"].map(file));
                assert!(
                    kept[&file("final")] == kept[&file("step-20")] && kept[&file("final")] != kept[&file("step-5")]
                );
            }
        }
        assert_eq!(kept.keys().cloned().collect::<BTreeSet<_>>(), expected);
        assert_eq!(expected.len(), 14);
        for table in ["runs.csv", "curves.csv"] {
            assert!(fs::read(out.join(table)).unwrap() == fs::read(at("none").join(table)).unwrap(), "{table}");
        }
    }
    // Five steps are the first five of twenty.
    let five = run(&at("five"), &["record.weights=\"final\"", EVERY, "train.steps=5"], 1);
    let twenty = files(&at("1"));
    let has = |bytes: &Vec<u8>| twenty.iter().any(|(name, other)| name.contains("step-5") && other == bytes);
    assert!(five.len() == 2 && five.values().all(has));
}

#[test]
fn steps_are_added_to_trials_that_are_there_and_survive_an_interruption() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let all = run(&at("whole"), &[STEPS, EVERY], 1);
    let spec = parse(SMALL, Path::new("."), &[STEPS, EVERY, "engine.path=\"dense\""]);
    let stopped = run_until(&spec, &settings(&at("cut"), 1, Reuse::Everything), 1).0.unwrap();
    assert!(matches!(stopped, Finished::Stopped { done: 1, .. }), "{stopped:?}");
    assert!(run(&at("cut"), &[STEPS, EVERY], 1) == all);
    run(&at("added"), &[EVERY], 1);
    assert!(run(&at("added"), &[STEPS, EVERY], 1) == all);
    assert!(run(&at("added"), &["record.weights_at=[5]", EVERY], 1).len() == 2);
    let logged = run(&at("logged"), &["record.weights_at=\"logged\"", EVERY], 1);
    assert_eq!(logged.len(), 2 * 5 + 2);
    assert!(all.iter().all(|(name, bytes)| logged[name] == *bytes));
}

#[test]
fn a_step_that_is_not_logged_is_an_error() {
    let error = |set: &[&str]| plan(&parse(SMALL, Path::new("."), set)).unwrap_err().to_string();
    let message = error(&["record.weights_at=[7]", EVERY]);
    assert!(message.contains("`record.weights_at`: step 7 is not logged; next to it are 5 and 10"), "{message}");
    let message = error(&["record.weights_at=[30]", EVERY]);
    assert!(message.contains("step 30 is not logged; next to it are 20"), "{message}");
    let spec = parse(SMALL, Path::new("."), &[STEPS, EVERY, "record.weights_of=\"first-seed\""]);
    assert_eq!(spec.canonical().matches("weights").count(), 2);
    assert!(spec.canonical().contains("weights_at = [0, 5, 20]\nweights_of = \"first-seed\"\n"));
    let out = tempfile::tempdir().unwrap();
    run_into(&spec, out.path(), 1, Reuse::Everything).unwrap();
    assert_eq!(files(out.path()).len(), 4);
}
