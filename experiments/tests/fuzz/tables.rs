//! Tables of results, read back.

use std::fs;
use std::path::Path;

use thalweg::record::{self, Sheet, manifest::Manifest};
use thalweg::stats;

use crate::mutation::{mutated, pick};
use crate::{scratch, try_all};

/// Committed results with every kind of table.
const STUDIES: [&str; 5] = ["one-weight", "digits-epochs", "linear-optimum", "trajectories-beale", "basins"];

const NAMES: [&str; 9] = [
    "runs.csv",
    "curves.csv",
    "trajectory.csv",
    "surface.csv",
    "spectrum.csv",
    "optimum.csv",
    "units.csv",
    "effective_lr.csv",
    "manifest.toml",
];

/// The most bytes of a table.
const LONGEST: usize = 20_000;

/// The first lines of every table.
fn tables() -> Vec<(&'static str, Vec<u8>)> {
    let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("../results");
    let mut tables = Vec::new();
    for study in STUDIES {
        for name in NAMES {
            let Ok(mut bytes) = fs::read(results.join(study).join(name)) else { continue };
            if bytes.len() > LONGEST {
                bytes.truncate(LONGEST);
                let last = bytes.iter().rposition(|byte| *byte == b'\n').expect("lines are short");
                bytes.truncate(last + 1);
            }
            tables.push((name, bytes));
        }
    }
    assert!(tables.len() > 12, "{} tables", tables.len());
    tables
}

#[test]
fn results() {
    let folder = scratch();
    let tables = tables();
    try_all("results", 2, |random| {
        let (name, bytes) = pick(random, &tables);
        let path = folder.path().join(name);
        fs::write(&path, mutated(random, bytes)).unwrap();
        let read = match *name {
            "runs.csv" => record::read_runs(&path)
                .map(drop)
                .and_then(|()| stats::write_summary(&folder.path().join("summary.csv"), &path)),
            "curves.csv" => record::read_curves(&path).map(drop),
            "trajectory.csv" => record::read_trajectory(&path).map(drop),
            "surface.csv" => record::read_surface(&path).map(drop),
            "spectrum.csv" => record::read_spectrum(&path).map(drop),
            "optimum.csv" => record::read_optimum(&path).map(drop),
            "manifest.toml" => return drop(Manifest::read(folder.path())),
            _ => Sheet::open(&path).map(drop),
        };
        if let Err(error) = read {
            let message = error.to_string();
            assert!(message.contains(name) && message.len() < 60_000, "{message}");
        }
    });
}
