//! The modules of the crates of specs and sweeps import downwards only.

use std::fs;
use std::path::{Path, PathBuf};

/// The folders of crates, and their modules, each above those that it may import.
const CRATES: [(&str, &[&str]); 2] = [
    ("src", &["main", "cli", "drawing", "sweep", "data", "input memory"]),
    ("spec/src", &["study", "spec", "registry", "dataset", "input"]),
];

fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_dir() {
        return fs::read_dir(path).unwrap().flat_map(|entry| files(&entry.unwrap().path())).collect();
    }
    path.extension().filter(|ending| *ending == "rs").map(|_| path.to_owned()).into_iter().collect()
}

#[test]
fn no_module_imports_one_above_it() {
    for (folder, modules) in CRATES {
        check(folder, modules);
    }
}

fn check(folder: &str, modules: &[&str]) {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let modules: Vec<(usize, &str)> =
        modules.iter().enumerate().flat_map(|(at, names)| names.split(' ').map(move |name| (at, name))).collect();
    let mut found = 0;
    for file in files(&sources) {
        let module = file.strip_prefix(&sources).unwrap().iter().next().unwrap().to_str().unwrap();
        let module = module.trim_end_matches(".rs");
        if module == "lib" {
            continue;
        }
        let (own, _) =
            modules.iter().find(|(_, name)| *name == module).unwrap_or_else(|| panic!("{module} has no place"));
        let text = fs::read_to_string(&file).unwrap();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            for import in line.split("crate::").skip(1) {
                let name: String = import.chars().take_while(|c| c.is_ascii_lowercase()).collect();
                let Some((place, _)) = modules.iter().find(|(_, other)| *other == name) else { continue };
                let is_below = place > own || name == module;
                assert!(is_below, "{} imports `{name}`: {line}", file.display());
                found += 1;
            }
        }
    }
    assert!(found > 20, "{found} imports");
}
