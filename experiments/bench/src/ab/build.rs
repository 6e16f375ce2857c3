//! Building the benches of a tree, and what they hold.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use super::SUITE;
use crate::BenchError;

/// A bench of both sides, and what is measured of it.
#[derive(Clone, Debug)]
pub(super) struct Executables {
    pub bench: String,
    /// The baseline's first.
    pub paths: [PathBuf; 2],
    /// The benchmarks, by name.
    pub ids: Vec<String>,
    /// How many would have been measured of each side if the other had them.
    pub only: [usize; 2],
}

/// A line of what cargo says of its work.
#[derive(Deserialize)]
struct Message {
    target: Option<Target>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

/// Builds a bench of the tree `root` and returns its executable. Cargo's progress and errors go to standard error.
pub(super) fn build(root: &Path, into: Option<&Path>, bench: &str, what: &str) -> Result<PathBuf, BenchError> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(&cargo);
    command.current_dir(root).args(["bench", "--package", "thalweg-benches", "--no-run"]);
    command.args(["--message-format", "json-render-diagnostics", "--bench", bench]);
    if let Some(folder) = into {
        command.env("CARGO_TARGET_DIR", folder);
    }
    let failed = |source| BenchError::Start { program: cargo.to_string_lossy().into_owned(), source };
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().map_err(failed)?;
    let lines = String::from_utf8_lossy(&output.stdout);
    let messages = lines.lines().filter_map(|line| serde_json::from_str::<Message>(line).ok());
    let mut executables = messages.filter_map(|message| {
        let target = message.target?;
        (target.name == bench && target.kind.iter().any(|kind| kind == "bench")).then_some(message.executable?)
    });
    match executables.next() {
        Some(path) if output.status.success() => Ok(path),
        _ => Err(missing(root, bench, what)),
    }
}

/// Why there is no executable: no such bench, or one that does not build.
fn missing(root: &Path, bench: &str, what: &str) -> BenchError {
    let (bench, what) = (bench.to_owned(), what.to_owned());
    let folder = root.join("benches/benches");
    if folder.join(&bench).with_extension("rs").is_file() || folder.join(&bench).join("main.rs").is_file() {
        return BenchError::Build { bench, what };
    }
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names: BTreeSet<String> =
        entries.filter_map(|entry| Some(entry.path().file_stem()?.to_str()?.to_owned())).collect();
    let names = names.into_iter().collect::<Vec<_>>().join(", ");
    let help = if names.is_empty() {
        "it has none at all".to_owned()
    } else if bench == SUITE {
        format!(
            "it is older than the suite and has a bench per family, {names}: only `thalweg bench ab` of its time measures it"
        )
    } else {
        format!("its benches are {names}")
    };
    BenchError::NoBench { bench, what, help }
}

/// The ids that a bench lists, without running any.
pub(super) fn list(executable: &Path, root: &Path, bench: &str, what: &str) -> Result<BTreeSet<String>, BenchError> {
    let text = output(command(executable, root).args(["--list", "--format", "terse"]), bench, what)?;
    Ok(text.lines().filter_map(|line| line.strip_suffix(": benchmark")).map(str::to_owned).collect())
}

/// The command that starts a bench as cargo does.
pub(super) fn command(executable: &Path, root: &Path) -> Command {
    let mut command = Command::new(executable);
    command.current_dir(root.join("benches")).arg("--bench").stdin(Stdio::null());
    command
}

/// What a bench says on standard output, if it succeeds.
pub(super) fn output(command: &mut Command, bench: &str, what: &str) -> Result<String, BenchError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|source| BenchError::Start { program, source })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    let own = errors.lines().take_while(|line| *line != "stack backtrace:").filter(|line| !line.starts_with("note:"));
    let own: Vec<&str> = own.collect();
    let said = own[own.len().saturating_sub(3)..].join("\n");
    Err(BenchError::Bench { bench: bench.to_owned(), what: what.to_owned(), said })
}
