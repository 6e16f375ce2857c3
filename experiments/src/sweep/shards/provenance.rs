//! Who computed which chunks: `provenance/<host>-<process>-<start>.json`. It differs from run to run, and nothing is hashed of it.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::ChunkList;
use crate::record::atomic;

/// The folder, in that of the results.
const FOLDER: &str = "provenance";

/// Variables by which engines tell how often something was tried.
const ATTEMPTS: [&str; 3] = ["SLURM_RESTART_COUNT", "AWS_BATCH_JOB_ATTEMPT", "HQ_INSTANCE_ID"];

/// What a process computed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Computation {
    /// The machine's name.
    pub host: String,
    /// The number of the process.
    pub process: u32,
    /// The version of the program.
    pub version: String,
    /// The version of the numerics contract.
    pub contract: u32,
    /// Operating system and processor family.
    pub platform: String,
    /// The instruction set.
    pub isa: String,
    /// Worker threads.
    pub threads: usize,
    /// What the engine says of tries before, if it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt: Option<String>,
    /// When it began, as RFC 3339 in UTC.
    pub began: String,
    /// Seconds until the last of the chunks was written.
    pub seconds: f64,
    /// The chunks.
    pub chunks: String,
}

impl Computation {
    /// The number of tries that an engine tells.
    pub fn attempt() -> Option<String> {
        ATTEMPTS.iter().find_map(|name| Some(format!("{name}={}", std::env::var(name).ok()?)))
    }

    /// Who computed a chunk, as far as the files in this folder of results say.
    pub fn of_chunk(folder: &Path, chunk: u64) -> Option<Self> {
        let entries = fs::read_dir(folder.join(FOLDER)).ok()?.flatten();
        let read = |entry: fs::DirEntry| serde_json::from_slice(&fs::read(entry.path()).ok()?).ok();
        let has = |own: &Self| own.chunks.parse::<ChunkList>().is_ok_and(|list| list.contains(chunk));
        entries.filter_map(read).filter(has).max_by(|one, other| one.began.cmp(&other.began))
    }

    /// The path of its file.
    fn path(&self, folder: &Path) -> PathBuf {
        let plain =
            |text: &str| text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect::<String>();
        folder.join(FOLDER).join(format!("{}-{}-{}.json", plain(&self.host), self.process, plain(&self.began)))
    }

    /// Writes it into the folder of its results, in place of what it wrote before.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        atomic::create_folder(&folder.join(FOLDER))?;
        let mut text = serde_json::to_string_pretty(self).map_err(io::Error::other)?;
        text.push('\n');
        atomic::write(&self.path(folder), |file| file.write_all(text.as_bytes()))
    }
}
