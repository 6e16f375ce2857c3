//! Numbers in prose: what stands between marks in a README is what a command writes.
//!
//! `<!-- thalweg ARGUMENTS -->` begins such a part, and `<!-- end -->` ends it; the command runs in the README's folder. The
//! ignored test writes them anew: `cargo test -p thalweg --test results prose -- --ignored`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::succeeds;

const BEGIN: &str = "<!-- thalweg ";
const END: &str = "<!-- end -->";

/// The README of the workspace, and those of results.
fn readmes() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let results = root.join("results");
    let folders = fs::read_dir(&results).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<PathBuf> =
        folders.chain([root.to_owned(), results.clone()]).map(|folder| folder.join("README.md")).collect();
    all.retain(|path| path.exists());
    all.sort();
    all
}

/// The text with its marked parts as commands write them, and how many there are.
fn renewed(path: &Path) -> (String, usize) {
    let text = fs::read_to_string(path).unwrap();
    let mut parts = text.split(BEGIN);
    let mut renewed = parts.next().unwrap_or_default().to_owned();
    let mut count = 0;
    for part in parts {
        let (arguments, rest) = part.split_once(" -->\n").expect("a mark ends its line");
        let (_, rest) = rest.split_once(END).expect("a marked part has an end");
        let arguments_of: Vec<&str> = arguments.split(' ').collect();
        let written = succeeds(path.parent().unwrap(), &arguments_of);
        renewed += &format!("{BEGIN}{arguments} -->\n\n{written}\n{END}{rest}");
        count += 1;
    }
    (renewed, count)
}

#[test]
fn numbers_in_prose_are_those_of_the_tables() {
    let mut found = 0;
    for path in readmes() {
        let (renewed, count) = renewed(&path);
        assert_eq!(fs::read_to_string(&path).unwrap(), renewed, "{} is stale", path.display());
        found += count;
    }
    assert!(found >= 2, "{found} marked parts");
}

#[test]
#[ignore = "it writes what stands between marks"]
fn write_numbers_in_prose() {
    for path in readmes() {
        let (renewed, count) = renewed(&path);
        if count > 0 {
            fs::write(path, renewed).unwrap();
        }
    }
}
