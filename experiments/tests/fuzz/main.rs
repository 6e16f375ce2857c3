//! Inputs that are nearly right, thousands of them: none may end in a panic, and whatever is wrong with one is an error
//! with a place. The same inputs come at every run.
//!
//! `THALWEG_FUZZ=20000 cargo test -p thalweg --test fuzz` tries that many of each kind; `fuzz.sh` beside this file runs
//! the command on some of them.

mod data;
mod mutation;
mod specs;
mod sweeps;
mod tables;

use std::panic::{AssertUnwindSafe, catch_unwind};

use thalweg::random::Stream;
use thalweg::spec::InputError;

/// Inputs of each kind.
const CASES: u64 = 400;

/// Tries many inputs of a kind; `slowness` is how many times fewer than of others.
fn try_all(kind: &str, slowness: u64, case: impl Fn(&mut Stream)) {
    let cases = std::env::var("THALWEG_FUZZ").map_or(CASES, |cases| cases.parse().expect("THALWEG_FUZZ is a number"));
    for number in 0..cases.div_ceil(slowness) {
        let mut random = random(kind, number);
        let result = catch_unwind(AssertUnwindSafe(|| case(&mut random)));
        assert!(result.is_ok(), "{kind}: case {number} panics");
    }
}

/// The stream from which an input is made.
fn random(kind: &str, number: u64) -> Stream {
    Stream::new(kind, 0).substream(number)
}

/// A folder in memory, where there is one: results are synced to disk, which takes most of the time elsewhere.
fn scratch() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder can be made")
}

/// An error is short, has its place, and can be shown.
fn look_at(error: InputError) {
    let line = error.to_string();
    assert!(!error.message().is_empty() && line.chars().count() < 2_500, "{line}");
    assert!(line.contains(&format!(":{}:{}: ", error.line(), error.column())), "{line}");
    let report = format!("{:?}", miette::Report::new(error));
    assert!(report.len() < 30_000, "{} bytes of {line}", report.len());
}
