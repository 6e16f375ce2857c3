//! `manifest.toml`: what a result consists of, so that it can be checked without being computed again.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::atomic;

/// The name of the file.
pub const FILE: &str = "manifest.toml";

/// The content of `manifest.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the numerics contract under which the numbers were made.
    pub contract: u32,
    /// The BLAKE3 of `spec.toml`.
    pub spec: String,
    /// The BLAKE3 of every other file, by its path from the folder.
    pub files: BTreeMap<String, String>,
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
        let files = files.iter().map(|name| Ok((name.clone(), hash(name)?))).collect::<io::Result<_>>()?;
        Ok(Self { contract, spec: hash("spec.toml")?, files })
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
