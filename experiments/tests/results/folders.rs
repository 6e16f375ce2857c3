//! Folders of results: whose they are, what is believed of them, and what is made again.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use thalweg::record::{Holder, Lock};
use thalweg::spec::{Difference, Spec};
use thalweg::sweep::run::{Finished, Reuse, RunError};

use crate::{run_into, run_until, settings};

const NETWORKS: &str = r#"
name = "networks"
title = "Networks"
problem = { kind = "moons", samples = 60, noise = 0.2 }
network = { hidden = [4], activation = "tanh" }
train = { batch = 16, steps = 20, seeds = 3, log_every = 5 }
record = { weights = "final", weights_of = "first-seed" }
engine = { path = "dense" }

[[optimizer]]
kind = "sgd"
lr = [0.1, 1e30]

[[figure]]
kind = "sensitivity"
metric = "final_train_loss"
"#;

const LANDSCAPE: &str = r#"
name = "landscape"
problem = { kind = "landscape", function = "rosenbrock", start = { grid = [[-1, 1], [-1, 1]], points = 3 } }
train = { steps = 30, log_every = 10 }
record = { trajectory = true, surface = { grid = [[-1, 1], [-1, 1]], points = 4 } }

[[optimizer]]
kind = "momentum"
lr = [1e-4, 1e-3]

[[figure]]
kind = "trajectories"
"#;

fn spec(text: &str, overrides: &[&str]) -> Spec {
    let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
    Spec::parse("test.toml", text, Path::new("."), &overrides).unwrap_or_else(|error| panic!("{error}"))
}

fn complete(spec: &Spec, out: &Path) -> Vec<String> {
    let (finished, notices) = run_until(spec, &settings(out, 2, Reuse::Everything), usize::MAX);
    let finished = finished.unwrap();
    assert!(matches!(finished, Finished::Complete | Finished::Redrawn), "{finished:?}");
    notices
}

/// All files of a folder but what differs from run to run.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| name != "provenance.json") {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
                all.insert(name, fs::read(path).unwrap());
            }
        }
    }
    all
}

/// What can become of a file.
const DAMAGES: &[fn(&mut Vec<u8>)] = &[
    |bytes| bytes.truncate(bytes.len() / 2),
    |bytes| bytes.truncate(bytes.len() - 1),
    Vec::clear,
    |bytes| *bytes = bytes.repeat(2),
    |bytes| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
    },
];

/// Every file of complete results, damaged in every way, removed, or swapped with the next one.
#[test]
fn what_was_changed_or_lost_is_named_and_made_again() {
    for text in [NETWORKS, LANDSCAPE] {
        let (spec, folder) = (spec(text, &[]), tempfile::tempdir().unwrap());
        let out = folder.path().join("out");
        complete(&spec, &out);
        let whole = files(&out);
        let mend = |name: &str, what: &str| {
            let notices = complete(&spec, &out);
            // A manifest that says something else of a file makes it look changed.
            let own = name == "manifest.toml" || notices.iter().any(|notice| notice.starts_with(name));
            assert!(own, "{name} {what}: {notices:?}");
            let now = files(&out);
            let differ: Vec<&String> = whole.keys().filter(|name| now.get(*name) != whole.get(*name)).collect();
            assert!(now == whole, "{name} {what}: {differ:?} of {:?}", now.keys());
        };
        for (name, bytes) in &whole {
            for (number, damage) in DAMAGES.iter().enumerate() {
                let mut bytes = bytes.clone();
                damage(&mut bytes);
                fs::write(out.join(name), bytes).unwrap();
                mend(name, &format!("damaged by {number}"));
            }
            fs::remove_file(out.join(name)).unwrap();
            mend(name, "removed");
        }
        let names: Vec<&String> = whole.keys().filter(|name| *name != "manifest.toml").collect();
        for pair in names.windows(2) {
            fs::write(out.join(pair[0]), &whole[pair[1]]).unwrap();
            fs::write(out.join(pair[1]), &whole[pair[0]]).unwrap();
            mend(pair[0], "swapped");
        }
        assert_eq!(run_into(&spec, &out, 1, Reuse::Everything).unwrap(), Finished::AlreadyComplete);
    }
}

/// Every file of a sweep in progress, damaged in every way or removed.
#[test]
fn rows_in_progress_are_not_believed_unseen() {
    for text in [NETWORKS, LANDSCAPE] {
        let (spec, folder) = (spec(text, &["engine.lanes=1"]), tempfile::tempdir().unwrap());
        let (whole, out) = (folder.path().join("whole"), folder.path().join("out"));
        complete(&spec, &whole);
        let whole = files(&whole);
        let stop = || {
            let _ = fs::remove_dir_all(&out);
            let stopped = run_until(&spec, &settings(&out, 1, Reuse::Everything), 3).0.unwrap();
            assert!(matches!(stopped, Finished::Stopped { .. }), "{stopped:?}");
            files(&out)
        };
        for name in stop().keys() {
            for damage in DAMAGES {
                let mut bytes = stop().remove(name).unwrap();
                damage(&mut bytes);
                fs::write(out.join(name), bytes).unwrap();
                complete(&spec, &out);
                assert!(files(&out) == whole, "{name}");
            }
            stop();
            fs::remove_file(out.join(name)).unwrap();
            complete(&spec, &out);
            assert!(files(&out) == whole, "{name}");
        }
    }
}

#[test]
fn what_is_fresh_has_no_row_of_before() {
    let (spec, folder) = (spec(NETWORKS, &["engine.lanes=1"]), tempfile::tempdir().unwrap());
    let out = folder.path().join("out");
    for (reuse, is_fresh) in [(Reuse::Nothing, true), (Reuse::InProgress, false), (Reuse::Everything, false)] {
        run_until(&spec, &settings(&out, 1, Reuse::Everything), 3).0.unwrap();
        let (finished, notices) = run_until(&spec, &settings(&out, 1, reuse), usize::MAX);
        assert_eq!(finished.unwrap(), Finished::Complete);
        let provenance = fs::read_to_string(out.join("provenance.json")).unwrap();
        assert_eq!(provenance.contains("\"earlier_trials\": 0,"), is_fresh, "{provenance}");
        assert_eq!(notices.iter().any(|notice| notice.ends_with("of 6 trials reused")), !is_fresh, "{notices:?}");
        fs::remove_dir_all(&out).unwrap();
    }
}

#[test]
fn the_same_bytes_however_often_it_is_stopped() {
    for (text, trials) in [(NETWORKS, 6), (LANDSCAPE, 18)] {
        let (spec, folder) = (spec(text, &["engine.lanes=1"]), tempfile::tempdir().unwrap());
        let (whole, out) = (folder.path().join("whole"), folder.path().join("out"));
        complete(&spec, &whole);
        for threads in [1, 3] {
            let mut stops = 0;
            while let Finished::Stopped { done, .. } =
                run_until(&spec, &settings(&out, threads, Reuse::Everything), 1).0.unwrap()
            {
                stops += 1;
                assert!(stops <= trials && done <= trials);
            }
            assert!(files(&out) == files(&whole));
            fs::remove_dir_all(&out).unwrap();
        }
    }
}

#[test]
fn another_process_in_the_folder_is_named() {
    let (spec, folder) = (spec(NETWORKS, &[]), tempfile::tempdir().unwrap());
    fs::create_dir(folder.path().join(".thalweg")).unwrap();
    let other = Holder { process: 7, host: "elsewhere".to_owned(), since: "yesterday".to_owned() };
    let lock = Lock::take(&folder.path().join(".thalweg/lock"), &|| other.clone()).unwrap();
    let error = run_into(&spec, folder.path(), 1, Reuse::Everything).unwrap_err();
    assert!(error.to_string().ends_with("process 7 on elsewhere, since yesterday"), "{error}");
    // One that is gone does not block.
    drop(lock);
    complete(&spec, folder.path());
    assert!(!folder.path().join(".thalweg").exists());
}

/// Files of a user's own with the names of results, and of the folder in which the command works.
#[test]
fn nothing_foreign_is_touched() {
    let spec = spec(NETWORKS, &["record.weights=\"none\"", "record.weights_of=\"all\""]);
    let names = [
        "runs.csv",
        "curves.csv",
        "summary.csv",
        "spec.toml",
        "manifest.toml",
        "figures/sensitivity-final_train_loss.svg",
    ];
    for name in names {
        for reuse in [Reuse::Everything, Reuse::InProgress, Reuse::Nothing] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "my own").unwrap();
            let error = run_into(&spec, folder.path(), 1, reuse).unwrap_err();
            assert!(matches!(&error, RunError::Foreign { names, .. } if names == name), "{name}: {error}");
            assert_eq!(files(folder.path()).len(), 1);
            assert_eq!(fs::read_to_string(path).unwrap(), "my own");
        }
    }
    let folder = tempfile::tempdir().unwrap();
    for name in ["parts/thesis.txt", "figures/mine.svg", ".thalweg/mine", "notes.md", "README.md"] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "my own").unwrap();
    }
    for reuse in [Reuse::Everything, Reuse::InProgress, Reuse::Nothing] {
        run_into(&spec, folder.path(), 1, reuse).unwrap();
        for name in ["parts/thesis.txt", "figures/mine.svg", ".thalweg/mine", "notes.md", "README.md"] {
            assert_eq!(fs::read_to_string(folder.path().join(name)).unwrap(), "my own", "{name}");
        }
    }
}

#[test]
fn rows_belong_to_trials() {
    let folder = tempfile::tempdir().unwrap();
    let (out, expected) = (folder.path().join("out"), folder.path().join("expected"));
    complete(&spec(NETWORKS, &[]), &out);
    let cases: &[(&[&str], usize)] = &[
        (&["title=\"Another title\""], 0),
        (&["title=\"Another title\"", "figure.0.metric=\"final_train_accuracy\""], 0),
        (&["train.seeds=5"], 4),
        (&["train.seeds=5", "optimizer.0.lr=[0.01, 0.1, 1, 1e30]"], 14),
        // What a plan calls its trials, and the columns that it has for them, are not theirs.
        (&["optimizer.0.label=\"Mine, \\\"best\\\"\""], 0),
        (&["optimizer=[{ kind = \"sgd\", lr = [0.1, 1e30] }, { kind = \"momentum\", lr = 0.1 }]"], 3),
        (&["network.activation=[\"tanh\", \"relu\"]"], 6),
    ];
    for (overrides, computed) in cases {
        // From complete results, and from those that were stopped on the way.
        for stop_after in [usize::MAX, 1] {
            let (spec, copy) = (spec(NETWORKS, overrides), folder.path().join("copy"));
            for (name, bytes) in files(&out) {
                let path = copy.join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, bytes).unwrap();
            }
            run_until(&spec, &settings(&copy, 1, Reuse::Everything), stop_after).0.unwrap();
            run_into(&spec, &copy, 1, Reuse::Everything).unwrap();
            if stop_after == usize::MAX {
                // Who computed the numbers is not told anew where none is.
                let provenance = fs::read_to_string(copy.join("provenance.json")).ok();
                let trials = format!("\"trials\": {computed},");
                let is_told = provenance.as_ref().is_some_and(|provenance| provenance.contains(&trials));
                assert!(is_told || (*computed == 0 && provenance.is_none()), "{overrides:?}: {provenance:?}");
            }
            run_into(&spec, &expected, 1, Reuse::Nothing).unwrap();
            assert!(files(&copy) == files(&expected), "{overrides:?}");
            fs::remove_dir_all(&copy).unwrap();
        }
    }
}

#[test]
fn trials_that_would_be_lost_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let stopped = folder.path().join("stopped");
    let complete_out = folder.path().join("complete");
    complete(&spec(NETWORKS, &[]), &complete_out);
    run_until(&spec(NETWORKS, &[]), &settings(&stopped, 1, Reuse::Everything), 5).0.unwrap();
    for overrides in [&["train.seeds=2"][..], &["train.steps=10"], &["record.curves=\"none\""]] {
        let other = spec(NETWORKS, overrides);
        for out in [&complete_out, &stopped] {
            let before = files(out);
            let error = run_into(&other, out, 1, Reuse::Everything);
            let Err(RunError::Occupied { differences, .. }) = error else { panic!("{overrides:?}: {error:?}") };
            let (key, value) = overrides[0].split_once('=').unwrap();
            let is_it = |one: &Difference| one.key.starts_with(key) && one.new.as_deref() == Some(value);
            assert!(differences.len() == 1 && differences.iter().all(is_it), "{overrides:?}: {differences:?}");
            let mut after = files(out);
            after.retain(|name, _| !name.starts_with(".thalweg/lock"));
            assert!(before.iter().filter(|(name, _)| !name.starts_with(".thalweg/lock")).eq(&after), "{overrides:?}");
        }
    }
    // Unless they are to be replaced: then nothing of them stays.
    let other = spec(LANDSCAPE, &[]);
    for out in [&complete_out, &stopped] {
        run_into(&other, out, 1, Reuse::Nothing).unwrap();
        let fresh = folder.path().join("fresh");
        run_into(&other, &fresh, 1, Reuse::Nothing).unwrap();
        assert_eq!(files(out).keys().collect::<Vec<_>>(), files(&fresh).keys().collect::<Vec<_>>());
        assert!(files(out) == files(&fresh));
    }
}

#[test]
fn what_a_killed_process_left_is_swept() {
    let (spec, folder) = (spec(NETWORKS, &[]), tempfile::tempdir().unwrap());
    complete(&spec, folder.path());
    let whole = files(folder.path());
    for name in
        [".thalweg-ab12cd.tmp", "figures/.thalweg-x.tmp", ".thalweg/0123456789abcdef/00000000.toml", ".thalweg/lock"]
    {
        let path: PathBuf = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "left").unwrap();
    }
    assert_eq!(run_into(&spec, folder.path(), 1, Reuse::Everything).unwrap(), Finished::AlreadyComplete);
    assert!(files(folder.path()) == whole, "{:?}", files(folder.path()).keys());
}
