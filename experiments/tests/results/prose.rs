//! Numbers in prose: what stands between marks in a README is what a command writes.
//!
//! `<!-- thalweg ARGUMENTS -->` begins such a part, and `<!-- end -->` ends it; the command runs in the README's folder. The
//! ignored test writes them anew: `cargo test -p thalweg --test results prose -- --ignored`. Numbers outside of marks are those
//! of `claims`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::succeeds;

const BEGIN: &str = "<!-- thalweg ";
const END: &str = "<!-- end -->";

/// The texts that may quote results: the README of the workspace, the guide, and everything in Markdown below results.
pub(crate) fn readmes() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let results = root.join("results");
    let entries = |folder: &Path| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let folders = entries(&results).into_iter().filter(|path| path.is_dir());
    let folders = folders.chain([results, root.join("experiments/guide")]);
    let mut all: Vec<PathBuf> = folders.flat_map(|folder| entries(&folder)).collect();
    all.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    all.push(root.join("README.md"));
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
        let stands = fs::read_to_string(&path).unwrap();
        let differs = stands.lines().zip(renewed.lines()).find(|(old, new)| old != new);
        assert!(stands == renewed, "{} is stale, from {differs:.200?} on", path.display());
        found += count;
    }
    assert!(found >= 15, "{found} marked parts");
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
