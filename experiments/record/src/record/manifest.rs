//! `manifest.toml`: what a result consists of, so that it can be checked without being computed again.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

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
    /// The steps of an epoch, where figures count epochs of data that are not part of the result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps_per_epoch: Option<u64>,
    /// The BLAKE3 of every other file under the contract, by its path from the folder.
    pub files: BTreeMap<String, String>,
    /// The BLAKE3 of the files outside the contract: another machine may write other last digits.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub outside_contract: BTreeMap<String, String>,
}

impl Manifest {
    /// The manifest of the files of a result.
    ///
    /// # Errors
    ///
    /// If a file cannot be read.
    pub fn of(folder: &Path, contract: u32, files: &[String]) -> io::Result<Self> {
        let hash = |name: &str| {
            // Files of weights may be large.
            let mut hasher = blake3::Hasher::new();
            hasher.update_reader(File::open(folder.join(name))?)?;
            Ok::<_, io::Error>(hasher.finalize().to_hex().to_string())
        };
        let files = files.iter().map(|name| Ok((name.clone(), hash(name)?))).collect::<io::Result<BTreeMap<_, _>>>()?;
        let (outside_contract, files) = files.into_iter().partition(|(name, _)| is_outside_contract(name));
        Ok(Self { contract, spec: hash("spec.toml")?, steps_per_epoch: None, files, outside_contract })
    }

    /// The names of all files but `spec.toml`.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.files.keys().chain(self.outside_contract.keys())
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
    /// If there is none, or it is not one.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let text = fs::read_to_string(folder.join(FILE))?;
        toml::from_str(&text).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.message().to_owned()))
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
