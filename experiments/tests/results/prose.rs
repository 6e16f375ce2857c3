//! Numbers in prose: what stands between marks in a README is what a command writes.
//!
//! `<!-- thalweg ARGUMENTS -->` begins such a part, and `<!-- end -->` ends it; the command runs in the README's folder. The
//! ignored test writes them anew: `cargo test -p thalweg --test results prose -- --ignored`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::succeeds;

const BEGIN: &str = "<!-- thalweg ";
const END: &str = "<!-- end -->";

/// The texts that may quote results: the README of the workspace, the guide, and everything in Markdown below results.
fn readmes() -> Vec<PathBuf> {
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

/// The numbers of `median (low to high)` in a text.
fn triples(text: &str) -> Vec<[f64; 3]> {
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let cells = text.lines().filter(|line| line.starts_with('|')).flat_map(|line| line.split('|'));
    let triple = |cell: &str| {
        let (median, rest) = cell.split_once(" (")?;
        let (low, high) = rest.trim().strip_suffix(')')?.split_once(" to ")?;
        Some([number(median)?, number(low)?, number(high)?])
    };
    cells.filter_map(triple).collect()
}

/// Tables that were laid out by hand, whose medians and bootstrap intervals are those of a summary.
#[test]
fn medians_by_hand_are_those_of_summaries() {
    let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("../results");
    for (study, metric) in [("outliers", "final_test_loss")] {
        let summary = fs::read_to_string(results.join(study).join("summary.csv")).unwrap();
        let mut lines = summary.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let header = lines.next().unwrap();
        let column = |ending: &str| header.iter().position(|name| *name == format!("{metric}_{ending}")).unwrap();
        let columns = ["median", "ci_low", "ci_high"].map(column);
        let rows: Vec<[f64; 3]> =
            lines.map(|row| columns.map(|column| row[column].parse().unwrap_or(f64::NAN))).collect();
        let text = fs::read_to_string(results.join(study).join("README.md")).unwrap();
        let triples = triples(&text);
        assert!(!triples.is_empty(), "{study} has no medians with intervals");
        for triple in triples {
            // Three digits are half a unit of the third away from a number.
            let is_near = |(said, own): (&f64, &f64)| (said - own).abs() <= 0.0051 * own.abs();
            let is_row = |row: &[f64; 3]| triple.iter().zip(row).all(is_near);
            assert!(rows.iter().any(is_row), "{study}: no row of summary.csv has {triple:?}");
        }
    }
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

/// Whether a text is a number, rounded to as many significant digits as it has.
fn is_rounded(text: &str, own: f64) -> bool {
    let mantissa = text.split('e').next().unwrap_or_default();
    let digits = mantissa.chars().filter(char::is_ascii_digit).skip_while(|digit| *digit == '0').count().max(1);
    text.parse::<f64>().ok() == format!("{own:.*e}", digits - 1).parse().ok()
}

/// The ends of the walks on surfaces, which differ in their learning rates, are those of the trials.
#[test]
fn ends_of_trajectories_by_hand_are_those_of_trials() {
    let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("../results");
    let text = fs::read_to_string(results.join("trajectories/README.md")).unwrap();
    let rows: Vec<Vec<&str>> = text
        .lines()
        .filter(|line| line.starts_with("| ") && !line.contains("optimizer"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert_eq!(rows.len(), 15);
    for (place, study) in ["trajectories", "trajectories-beale", "trajectories-himmelblau"].into_iter().enumerate() {
        let runs = fs::read_to_string(results.join(study).join("runs.csv")).unwrap();
        let mut lines = runs.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let header = lines.next().unwrap();
        let [optimizer, lr, value] =
            ["optimizer", "lr", "final_value"].map(|name| header.iter().position(|own| *own == name).unwrap());
        let trials: Vec<Vec<&str>> = lines.collect();
        for row in &rows {
            let end = row[2 + 2 * place].split(' ').next().unwrap();
            let is_own = |trial: &&Vec<&str>| {
                trial[optimizer] == row[0] && trial[lr].parse::<f64>().ok() == row[1 + 2 * place].parse().ok()
            };
            let trial = trials.iter().find(is_own).unwrap_or_else(|| panic!("{study} has no trial of {row:?}"));
            assert!(is_rounded(end, trial[value].parse().unwrap()), "{study}: {} ends at {}", row[0], trial[value]);
        }
    }
}
