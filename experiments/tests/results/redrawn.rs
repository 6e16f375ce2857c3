//! The figures of `results/` come from the tables there: without a trial, a data set or a spec of the workspace.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::command::succeeds;

/// Pictures of up to a million trials, whose tables are not kept: `reproduce --full` computes them.
const WITHOUT_TABLES: &str = "fractal-";

/// Every file below a folder, as paths from there.
fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut open, mut files) = (vec![folder.to_owned()], Vec::new());
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { files.push(path.strip_prefix(folder).unwrap().to_owned()) }
        }
    }
    files
}

/// The figures of every study, by their paths.
fn figures(results: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let is_figure = |path: &PathBuf| {
        path.components().nth(1).is_some_and(|folder| folder.as_os_str() == "figures")
            && path.extension().is_some_and(|ending| ending == "svg")
            && !path.starts_with("bench")
            && !path.to_string_lossy().starts_with(WITHOUT_TABLES)
    };
    files(results)
        .into_iter()
        .filter(is_figure)
        .map(|path| (path.clone(), fs::read(results.join(path)).unwrap()))
        .collect()
}

#[test]
fn every_figure_is_drawn_again_from_the_results_alone() {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("results");
    let expected = figures(&committed);
    assert!(expected.len() > 70, "{} figures", expected.len());
    let folder = TempDir::new().unwrap();
    let is_table = |path: &PathBuf| {
        path.extension().is_some_and(|ending| ending == "csv" || ending == "toml" || ending == "safetensors")
    };
    for path in files(&committed).into_iter().filter(is_table) {
        let to = folder.path().join(&path);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(committed.join(&path), to).unwrap();
    }
    let mut studies: Vec<&str> = expected.keys().map(|path| path.iter().next().unwrap().to_str().unwrap()).collect();
    studies.dedup();
    succeeds(folder.path(), &[&["plot"], &studies[..]].concat());
    let drawn = figures(folder.path());
    assert!(drawn.keys().eq(expected.keys()));
    for (path, bytes) in &expected {
        assert!(drawn[path] == *bytes, "{} is drawn otherwise", path.display());
    }
}
