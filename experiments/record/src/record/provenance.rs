//! `provenance.json`: when, where and how fast a result was computed. It differs from run to run, and git ignores it.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::atomic;

/// The name of the file.
pub const PROVENANCE: &str = "provenance.json";

/// The content of `provenance.json`.
#[derive(Clone, Debug, Serialize)]
pub struct Provenance {
    /// The version of the program.
    pub version: &'static str,
    /// The revision of the sources, where they are in git and git is there.
    pub revision: Option<String>,
    /// The version of the numerics contract.
    pub contract: u32,
    /// When it ended, as RFC 3339 in UTC.
    pub date: String,
    /// The machine's name.
    pub host: String,
    /// Operating system and processor family.
    pub platform: String,
    /// The instruction set.
    pub isa: &'static str,
    /// Worker threads.
    pub threads: usize,
    /// Trials that were computed this time.
    pub trials: usize,
    /// Trials that were there already.
    pub earlier_trials: usize,
    /// Wall-clock time of training, and of putting rows on disk meanwhile.
    pub seconds: f64,
    /// Time of training alone, the mean over threads.
    pub training_seconds: f64,
    /// Trials per second of wall-clock time.
    pub trials_per_second: f64,
    /// Floating-point operations of matrix products per second, in 10⁹.
    pub gflops: f64,
}

impl Provenance {
    /// Writes it into the folder of its result.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let mut text = serde_json::to_string_pretty(self).map_err(io::Error::other)?;
        text.push('\n');
        atomic::write(&folder.join(PROVENANCE), |file| file.write_all(text.as_bytes()))
    }
}
