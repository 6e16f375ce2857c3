//! What was built, and by what.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::git;

/// The sources of a build and the tools that built it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The revision; none outside git.
    pub revision: Option<String>,
    /// Of a tree with changes beside its revision, a hash of them.
    pub changes: Option<String>,
    /// The compiler's version.
    pub rustc: Option<String>,
    /// The versions of crates that computations or their timing are made of.
    pub crates: BTreeMap<String, String>,
}

impl Source {
    /// What a folder of the workspace is built from now.
    pub fn of(root: &Path) -> Self {
        let rustc = Command::new("rustc").arg("--version").current_dir(root).output().ok();
        let rustc = rustc.filter(|output| output.status.success());
        let rustc = rustc.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
        let lock = fs::read_to_string(root.join("Cargo.lock")).unwrap_or_default();
        Self {
            revision: git::revision(root, "HEAD").ok(),
            changes: git::changes(root).ok().flatten(),
            rustc,
            crates: crates(&lock),
        }
    }
}

impl Source {
    /// As text, for another process.
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What [`text`](Self::text) says.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

/// The versions that a lock file has of the crates that count.
fn crates(lock: &str) -> BTreeMap<String, String> {
    const COUNT: [&str; 6] = ["criterion", "faer", "libm", "matrixmultiply", "nalgebra", "pulp"];
    let table: toml::Table = lock.parse().unwrap_or_default();
    let packages = table.get("package").and_then(toml::Value::as_array).map_or(&[][..], Vec::as_slice);
    let text = |package: &toml::Value, key| package.get(key).and_then(toml::Value::as_str).map(str::to_owned);
    let pairs = packages.iter().filter_map(|package| Some((text(package, "name")?, text(package, "version")?)));
    pairs.filter(|(name, _)| COUNT.contains(&name.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_read_as_it_is_written() {
        let source = Source { revision: Some("aaaa".to_owned()), changes: Some("b".to_owned()), ..Source::default() };
        assert_eq!((Source::read(&source.text()), Source::read("")), (Some(source), None));
    }

    #[test]
    fn a_lock_file_has_versions() {
        let lock =
            "[[package]]\nname = \"pulp\"\nversion = \"0.22.3\"\n[[package]]\nname = \"serde\"\nversion = \"1.0.0\"\n";
        assert_eq!(crates(lock), BTreeMap::from([("pulp".to_owned(), "0.22.3".to_owned())]));
        assert_eq!(crates("no lock file"), BTreeMap::new());
    }
}
