//! Questions to git.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::BenchError;

/// What git answers in a folder, without white space around it.
pub(crate) fn git(folder: &Path, arguments: &[&str]) -> Result<String, BenchError> {
    let output = Command::new("git").arg("-C").arg(folder).args(arguments).output().map_err(BenchError::NoGit)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(BenchError::Git { command: arguments.join(" "), said });
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The top of the work tree that a folder is in.
pub(crate) fn root(folder: &Path) -> Result<PathBuf, BenchError> {
    git(folder, &["rev-parse", "--show-toplevel"]).map(PathBuf::from)
}

/// The full revision that a name stands for.
pub(crate) fn revision(folder: &Path, name: &str) -> Result<String, BenchError> {
    let commit = format!("{name}^{{commit}}");
    git(folder, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit]).map_err(|error| match error {
        BenchError::Git { .. } => BenchError::NoRevision(name.to_owned()),
        other => other,
    })
}

/// Eight hexadecimal digits of what a work tree has beside its revision, if anything. Results do not count: a record that
/// was just written there makes no kernel slower.
pub(crate) fn changes(root: &Path) -> Result<Option<String>, BenchError> {
    const BUT_RESULTS: [&str; 3] = ["--", ".", ":(top,exclude)results"];
    let asked = |first: &[&str]| git(root, &[first, &BUT_RESULTS].concat());
    let difference = asked(&["diff", "HEAD", "--binary", "--no-ext-diff", "--no-textconv"])?;
    let new = asked(&["ls-files", "-z", "--others", "--exclude-standard"])?;
    if difference.is_empty() && new.is_empty() {
        return Ok(None);
    }
    let mut hasher = blake3::Hasher::new();
    hasher.update(difference.as_bytes());
    for name in new.split_terminator('\0') {
        hasher.update(name.as_bytes()).update(&std::fs::read(root.join(name)).unwrap_or_default());
    }
    Ok(Some(hasher.finalize().to_hex()[..8].to_owned()))
}
