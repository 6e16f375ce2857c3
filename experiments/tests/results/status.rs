//! `thalweg status`: what is to be seen of a folder of results from outside, without touching it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use thalweg::record::{Holder, Lock, LockError};
use thalweg::spec::Spec;
use thalweg::sweep::run::{Finished, Reuse};

use crate::command::{SPEC, fails, folder, succeeds};
use crate::{run_until, settings};

/// Everything in a folder: paths, times of change and bytes.
fn content(folder: &Path) -> Vec<(PathBuf, SystemTime, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let changed = fs::metadata(&path).unwrap().modified().unwrap();
        let bytes = if path.is_dir() { Vec::new() } else { fs::read(&path).unwrap() };
        if path.is_dir() {
            found.extend(content(&path));
        }
        found.push((path, changed, bytes));
    }
    found.sort();
    found
}

/// What is said of a folder, in which nothing changes.
fn status(folder: &Path, name: &str) -> String {
    let before = content(folder);
    let said = succeeds(folder, &["status", name]);
    assert_eq!(content(folder), before);
    said
}

fn says(said: &str, parts: &[&str]) {
    parts.iter().for_each(|part| assert!(said.contains(part), "{part}: {said}"));
}

#[test]
fn finished_results_are_compared_with_their_manifest() {
    let folder = folder();
    succeeds(folder.path(), &["run", "small.toml", "--out", "a"]);
    let contract = format!("contract     {}\n", thalweg_kernels::CONTRACT);
    says(
        &status(folder.path(), "a"),
        &["small: small", "complete\n", "9 of 9 are done", &contract, "as the manifest has them", "none works here"],
    );
    let runs = folder.path().join("a/runs.csv");
    let whole = fs::read_to_string(&runs).unwrap();
    fs::write(&runs, whole.replacen("ok", "no", 1)).unwrap();
    fs::remove_file(folder.path().join("a/curves.csv")).unwrap();
    let said = status(folder.path(), "a");
    says(&said, &["not complete", "runs.csv was changed", "curves.csv is missing"]);
    succeeds(folder.path(), &["run", "small.toml", "--out", "a"]);
    says(&status(folder.path(), "a"), &["complete\n"]);
    // Under another contract, other numbers are right.
    let manifest = folder.path().join("a/manifest.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text.replacen(&format!("contract = {}", thalweg_kernels::CONTRACT), "contract = 1", 1))
        .unwrap();
    says(&status(folder.path(), "a"), &["not complete", "contract     1, but this program has contract"]);
    fs::write(&manifest, "garbage").unwrap();
    says(&status(folder.path(), "a"), &["not complete", "manifest.toml was changed"]);
    fs::write(folder.path().join("a/spec.toml"), "naem = 1").unwrap();
    says(&status(folder.path(), "a"), &["unknown key `naem`"]);
}

#[test]
fn tables_that_are_not_kept_and_studies_that_draw_are_complete() {
    let folder = folder();
    succeeds(folder.path(), &["run", "small.toml", "--out", "a", "--set", "record.tables=false"]);
    says(&status(folder.path(), "a"), &["complete\n", "as the manifest has them"]);
    succeeds(folder.path(), &["run", "activations", "--out", "b"]);
    says(&status(folder.path(), "b"), &["activations: ", "complete\n"]);
    for (nowhere, expected) in [("nowhere", 65), ("small.toml", 74), (".", 65)] {
        let (code, error) = fails(folder.path(), &["status", nowhere]);
        assert_eq!(code, Some(expected), "{error}");
    }
    assert!(fails(folder.path(), &["status", "nowhere"]).1.contains("nowhere holds no results"));
}

#[test]
fn of_a_run_that_was_stopped_the_trials_that_are_kept_are_counted() {
    let folder = folder();
    let spec = Spec::parse("small.toml", SPEC, folder.path(), &["train.seeds=300".to_owned()]).unwrap();
    let out = folder.path().join("a");
    let (finished, _) = run_until(&spec, &settings(&out, 1, Reuse::Everything), 1);
    let Ok(Finished::Stopped { done, trials: 900 }) = finished else { panic!("{finished:?}") };
    let kept = format!("trials       {done} of 900 of `small` are done and kept\n");
    says(&status(folder.path(), "a"), &["interrupted; the same command continues", &kept, "none works here"]);
    // Someone works there, or did, or is elsewhere.
    let host = gethostname::gethostname().to_string_lossy().into_owned();
    let holder = |process, host: &str| Holder { process, host: host.to_owned(), since: "then".to_owned() };
    let locked = |holder: &Holder| {
        // What another test starts at this moment has the file of a lock that was just given up, too.
        let _lock = loop {
            match Lock::take(&out.join(".thalweg/lock"), &|| holder.clone()) {
                Err(LockError::Held(_)) => std::thread::yield_now(),
                lock => break lock.unwrap(),
            }
        };
        status(folder.path(), "a")
    };
    let own = std::process::id();
    let process = format!("process      {own} on {host}, since then\n");
    says(&locked(&holder(own, &host)), &["in progress\n", &kept, &process]);
    if cfg!(unix) {
        says(
            &locked(&holder(u32::MAX, &host)),
            &["interrupted", &kept, "none works here; ", "ended without tidying up"],
        );
    }
    says(&locked(&holder(own, "elsewhere")), &["in progress, or left so", "on elsewhere, since then; whether"]);
    // What is damaged does not count.
    let rows =
        fs::read_dir(out.join(".thalweg")).unwrap().map(|entry| entry.unwrap().path()).find(|path| path.is_dir());
    let stamp = rows.unwrap().join("sweep.toml");
    let whole = fs::read_to_string(&stamp).unwrap();
    for damaged in
        [whole.replace("piece = ", "piece = 0 # "), whole.replace("trials = ", "trials = 99999999"), "?".to_owned()]
    {
        fs::write(&stamp, damaged).unwrap();
        assert!(!status(folder.path(), "a").contains(&kept));
    }
    fs::write(&stamp, whole).unwrap();
    // The process that is asked about holds the folder all the while: the lock is looked at, not taken.
    fs::remove_file(out.join(".thalweg/lock")).unwrap();
    fs::write(folder.path().join("long.toml"), SPEC).unwrap();
    succeeds(folder.path(), &["run", "long.toml", "--out", "a", "--set", "train.seeds=300"]);
    says(&status(folder.path(), "a"), &["complete\n", "900 of 900 are done"]);
}
