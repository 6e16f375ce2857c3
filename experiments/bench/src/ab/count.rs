//! Instructions of an iteration, by callgrind: no neighbour disturbs them.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::BenchError;

/// Tells a bench to run one benchmark a number of times and nothing else: its id …
const ID: &str = "THALWEG_BENCH_ID";
/// … and how often.
const TIMES: &str = "THALWEG_BENCH_TIMES";

/// The instructions of an iteration: the difference between runs of more and of fewer, in which all else is the same.
pub(super) fn of(executable: &Path, root: &Path, id: &str, what: &str) -> Result<u64, BenchError> {
    const FEW: u64 = 2;
    const MANY: u64 = 12;
    let [few, many] = [FEW, MANY].map(|times| total(executable, root, id, times));
    let failed = |why: String| BenchError::NoCount { id: id.to_owned(), what: what.to_owned(), why };
    let (few, many) = (few.map_err(failed)?, many.map_err(failed)?);
    match many.checked_sub(few) {
        Some(difference) if difference > 0 => Ok(difference / (MANY - FEW)),
        _ => Err(failed("its bench is of a revision that does not count".to_owned())),
    }
}

fn total(executable: &Path, root: &Path, id: &str, times: u64) -> Result<u64, String> {
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(executable).arg("--bench");
    command.current_dir(root.join("benches")).env(ID, id).env(TIMES, times.to_string()).stdin(Stdio::null());
    let output = command.output().map_err(|error| format!("valgrind cannot be started ({error}); is it installed?"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = said.lines().collect();
    let collected = lines.iter().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok());
    match collected {
        Some(count) if output.status.success() => Ok(count),
        _ => Err(format!("valgrind says: {}", lines.last().copied().unwrap_or_default())),
    }
}
