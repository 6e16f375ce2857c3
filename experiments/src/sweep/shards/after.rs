//! Meeting places that are no folder: chunks that are carried away by a command of the user's, and are not here any more.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use miette::Diagnostic;
use thiserror::Error;

use crate::record::chunk::chunk_of;

/// A command that is run for every file of a chunk once it is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AfterChunk(String);

/// What stands for the path of the file in it.
const FILE: &str = "{}";

/// Why chunks could not be carried away.
#[derive(Debug, Error, Diagnostic)]
pub enum HookError {
    /// The command failed.
    #[error("`{command}` failed ({status})")]
    #[diagnostic(help("the chunk stays here; the same command goes on, and tries it again"))]
    Failed {
        /// As it was run.
        command: String,
        /// How it ended.
        status: String,
    },
    /// It could not be started.
    #[error("`{command}` cannot be run")]
    NotRun {
        /// As it was to be run.
        command: String,
        /// The cause.
        source: io::Error,
    },
    /// The list of what is there cannot be read.
    #[error("cannot read {}", path.display())]
    DoneList {
        /// The list.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
}

impl std::str::FromStr for AfterChunk {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.contains(FILE) {
            return Ok(Self(text.to_owned()));
        }
        Err(format!("expected a command with {FILE} where the file's path belongs, such as 'cp {FILE} /elsewhere'"))
    }
}

impl AfterChunk {
    /// Runs it for these files, one after the other.
    ///
    /// # Errors
    ///
    /// If it fails for one of them, which ends it.
    pub fn run(&self, files: &[PathBuf]) -> Result<(), HookError> {
        files.iter().try_for_each(|file| self.run_once(file))
    }

    fn run_once(&self, file: &Path) -> Result<(), HookError> {
        let command = self.0.replace(FILE, &quoted(&file.display().to_string()));
        let mut shell = if cfg!(windows) { Command::new("cmd") } else { Command::new("sh") };
        let status = shell.arg(if cfg!(windows) { "/C" } else { "-c" }).arg(&command).status();
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(HookError::Failed { command, status: status.to_string() }),
            Err(source) => Err(HookError::NotRun { command, source }),
        }
    }
}

/// A path as a shell takes it for one.
fn quoted(path: &str) -> String {
    if cfg!(windows) { format!("\"{path}\"") } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

/// The names of what is elsewhere already: any listing of a folder or a bucket, with a name in every line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DoneList(BTreeSet<u64>);

impl DoneList {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub fn read(path: &Path) -> Result<Self, HookError> {
        let text = fs::read_to_string(path);
        text.map(|text| Self::of(&text)).map_err(|source| HookError::DoneList { path: path.to_owned(), source })
    }

    /// The chunks whose seals are named: a seal is the last of a chunk's files to be carried away.
    fn of(text: &str) -> Self {
        let name = |word: &str| word.rsplit(['/', '\\']).next().and_then(chunk_of);
        Self(text.split_whitespace().filter_map(name).collect())
    }

    /// The chunks.
    pub fn chunks(&self) -> &BTreeSet<u64> {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listings_of_any_client_name_the_seals() {
        let text = "2026-11-28 10:00:00   120 sweep/chunks/00000003.toml\ns3://bucket/00000017.toml\n\
                    00000018.toml\nruns-00000019.csv.gz\nother.toml\n";
        assert!(DoneList::of(text).chunks().iter().eq(&[3, 17, 18]));
    }

    #[cfg(unix)]
    #[test]
    fn the_command_sees_each_file_and_its_failure_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let files = ["it's a.csv", "b.toml"].map(|name| folder.path().join(name));
        files.iter().for_each(|file| fs::write(file, "x").unwrap());
        let there = folder.path().join("there");
        fs::create_dir(&there).unwrap();
        let copy: AfterChunk = format!("cp {{}} {}/", there.display()).parse().unwrap();
        copy.run(&files).unwrap();
        assert!(there.join("it's a.csv").exists() && there.join("b.toml").exists());
        let fails: AfterChunk = "test -e {} && exit 7".parse().unwrap();
        let error = fails.run(&files).unwrap_err().to_string();
        assert!(error.contains("exit status: 7"), "{error}");
        assert!("cp".parse::<AfterChunk>().unwrap_err().contains("{}"));
    }
}
