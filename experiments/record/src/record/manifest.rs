//! `manifest.toml`: what a result consists of, so that it can be checked without being computed again.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Component, Path};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{atomic, is_outside_contract};

/// The name of the file.
pub const FILE: &str = "manifest.toml";

/// The content of `manifest.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the numerics contract under which the numbers were made.
    pub contract: u32,
    /// The BLAKE3 of `spec.toml`.
    pub spec: String,
    /// Which trials of the spec these are, from the first to one after the last, if they are not all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trials: Option<String>,
    /// The number of the result, by which it can be quoted and checked; none of a part of a sweep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Steps of an epoch, where a figure counts epochs and the examples are from a user's own files: it is then drawn again
    /// without them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps_per_epoch: Option<u64>,
    /// The BLAKE3 of every other file under the contract, by its path from the folder.
    pub files: BTreeMap<String, String>,
    /// The BLAKE3 of the files outside the contract: another machine may write other last digits.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub outside_contract: BTreeMap<String, String>,
    /// The BLAKE3 of the user's own files that the trials learned from or started with, by the paths that the spec gives.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub inputs: BTreeMap<String, String>,
}

/// What became of a file that a manifest names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is no longer there.
    Missing(String),
    /// Its bytes are others.
    Changed(String),
}

impl Change {
    /// The name of the file.
    pub fn name(&self) -> &str {
        match self {
            Self::Missing(name) | Self::Changed(name) => name,
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(name) => write!(f, "{name} is missing"),
            Self::Changed(name) => write!(f, "{name} was changed"),
        }
    }
}

/// The BLAKE3 of a file, as manifests have it.
///
/// # Errors
///
/// If the file cannot be read.
pub fn hash_file(path: &Path) -> io::Result<String> {
    // Files of weights may be large.
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path)?)?;
    Ok(hasher.finalize().to_hex().to_string())
}

impl Manifest {
    /// The manifest of the files of a result.
    ///
    /// # Errors
    ///
    /// If a file cannot be read.
    pub fn of(folder: &Path, contract: u32, files: &[String]) -> io::Result<Self> {
        let hash = |name: &str| hash_file(&folder.join(name));
        let files: Vec<(String, String)> =
            files.par_iter().map(|name| Ok((name.clone(), hash(name)?))).collect::<io::Result<_>>()?;
        let (outside_contract, files) = files.into_iter().partition(|(name, _)| is_outside_contract(name));
        Ok(Self {
            contract,
            spec: hash("spec.toml")?,
            trials: None,
            id: None,
            steps_per_epoch: None,
            files,
            outside_contract,
            inputs: BTreeMap::new(),
        })
    }

    /// The same with the hashes of these figures, by their paths from the folder, in place of those of all figures.
    ///
    /// # Errors
    ///
    /// If a figure cannot be read.
    pub fn with_figures(mut self, folder: &Path, figures: &[String]) -> io::Result<Self> {
        self.files.retain(|name, _| !name.starts_with("figures/"));
        for name in figures {
            self.files.insert(name.clone(), hash_file(&folder.join(name))?);
        }
        Ok(self)
    }

    /// The names of all files but `spec.toml`.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.files.keys().chain(self.outside_contract.keys())
    }

    /// What became of its files and of `spec.toml`, in the order of their names.
    ///
    /// # Errors
    ///
    /// If a file is there and cannot be read.
    pub fn changes(&self, folder: &Path) -> io::Result<Vec<Change>> {
        let files = self.files.iter().chain(&self.outside_contract);
        let mut files: Vec<(&str, &str)> = files.map(|(name, hash)| (name.as_str(), hash.as_str())).collect();
        files.push(("spec.toml", &self.spec));
        files.sort_unstable();
        let check = |&(name, expected): &(&str, &str)| match hash_file(&folder.join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Some(Change::Missing(name.to_owned()))),
            Err(error) => Err(io::Error::new(error.kind(), format!("{name} cannot be read: {error}"))),
            Ok(hash) => Ok((hash != expected).then(|| Change::Changed(name.to_owned()))),
        };
        let changes = files.par_iter().map(check).collect::<io::Result<Vec<_>>>()?;
        Ok(changes.into_iter().flatten().collect())
    }

    /// Whether two results are the same as far as manifests can tell: all is equal but the hashes of files outside the
    /// contract.
    pub fn agrees_with(&self, other: &Self) -> bool {
        let same_names = self.outside_contract.keys().eq(other.outside_contract.keys());
        same_names && *self == Self { outside_contract: self.outside_contract.clone(), ..other.clone() }
    }

    /// Reads the manifest of a result.
    ///
    /// # Errors
    ///
    /// If there is none, or it is not one, or names files outside its folder.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let text = fs::read_to_string(folder.join(FILE))?;
        let invalid = |message: String| io::Error::new(io::ErrorKind::InvalidData, message);
        let manifest: Self = toml::from_str(&text).map_err(|error| invalid(error.message().to_owned()))?;
        if let Some(name) = manifest.names().find(|name| !stays_inside(name)) {
            return Err(invalid(format!("`{name}` is not a file of its folder")));
        }
        Ok(manifest)
    }

    /// Whether its file is, to the byte, what [`Self::write`] would write.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn is_written(&self, folder: &Path) -> io::Result<bool> {
        Ok(fs::read_to_string(folder.join(FILE))? == toml::to_string(self).map_err(io::Error::other)?)
    }

    /// Writes it into the folder of its result.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let text = toml::to_string(self).map_err(io::Error::other)?;
        atomic::write(&folder.join(FILE), |file| file.write_all(text.as_bytes()))
    }
}

/// Whether a name leads to a file in a folder or below, and nowhere else.
fn stays_inside(name: &str) -> bool {
    let mut components = Path::new(name).components().peekable();
    components.peek().is_some() && components.all(|component| matches!(component, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made() -> (tempfile::TempDir, Manifest) {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("figures")).unwrap();
        let names = ["runs.csv", "figures/a.svg", "spectrum.csv"].map(str::to_owned);
        for name in names.iter().map(String::as_str).chain(["spec.toml"]) {
            fs::write(folder.path().join(name), name).unwrap();
        }
        let manifest = Manifest::of(folder.path(), 4, &names).unwrap();
        manifest.write(folder.path()).unwrap();
        (folder, manifest)
    }

    #[test]
    fn it_tells_what_is_missing_or_changed() {
        let (folder, manifest) = made();
        assert_eq!(Manifest::read(folder.path()).unwrap(), manifest);
        assert_eq!(manifest.changes(folder.path()).unwrap(), []);
        for name in ["figures/a.svg", "runs.csv", "spec.toml", "spectrum.csv"] {
            let path = folder.path().join(name);
            fs::write(&path, "other").unwrap();
            assert_eq!(manifest.changes(folder.path()).unwrap(), [Change::Changed(name.to_owned())]);
            fs::remove_file(&path).unwrap();
            assert_eq!(manifest.changes(folder.path()).unwrap(), [Change::Missing(name.to_owned())]);
            fs::write(&path, name).unwrap();
        }
    }

    #[test]
    fn its_files_stay_inside_its_folder() {
        let (folder, manifest) = made();
        for name in ["../other.csv", "/etc/hostname", "figures/../../a", "..", ""] {
            let files = [(name.to_owned(), String::new())].into();
            Manifest { files, ..manifest.clone() }.write(folder.path()).unwrap();
            let error = Manifest::read(folder.path()).unwrap_err();
            assert_eq!(error.to_string(), format!("`{name}` is not a file of its folder"));
        }
    }
}
