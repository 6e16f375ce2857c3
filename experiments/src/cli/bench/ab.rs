//! `thalweg bench ab`.

use std::path::PathBuf;

use clap::Args;
#[cfg(target_os = "linux")]
use nix::{
    sched::{CpuSet, sched_getaffinity, sched_setaffinity},
    unistd::Pid,
};
use thalweg_benchmarks::ab::{self, SUITE, Settings};

use super::Judgement;
use crate::cli::{CliError, tell};

/// Measure the work tree and another revision in turns, and judge. The exit code is 1 if a benchmark regressed.
///
/// The other revision is built in a work tree of its own in target/thalweg-ab. In every round both run, in random order, pinned to
/// one core where the system can do that; what both have in common, a slow minute or a loud neighbour, cancels.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  thalweg bench ab HEAD --filter activation --filter math/     what an edit does
  thalweg bench ab $(git merge-base main HEAD) --filter product/ --format markdown
  thalweg bench ab main --filter math/thalweg/exp-f32 --instructions")]
pub(super) struct Ab {
    /// The revision that was there before.
    #[arg(value_name = "REV")]
    revision: String,
    /// Measure the benchmarks whose ids hold this; may be given several times [default: all, which takes two hours].
    #[arg(long = "filter", value_name = "TEXT")]
    filters: Vec<String>,
    /// Measure what other libraries and plain code compute as well.
    #[arg(long)]
    peers: bool,
    /// Rounds [default: 61].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=200))]
    rounds: Option<u16>,
    /// Seconds of measuring a benchmark on each side in a round.
    #[arg(long, value_name = "SECONDS", default_value_t = 0.05, value_parser = parse_seconds)]
    time: f64,
    /// The core that both run on [default: the last one].
    #[arg(long, value_name = "N")]
    core: Option<usize>,
    /// Count instructions as well, by callgrind: valgrind must be installed.
    #[arg(long)]
    instructions: bool,
    /// Say nothing but the result and errors.
    #[arg(long, short)]
    quiet: bool,
    #[command(flatten)]
    judgement: Judgement,
}

impl Ab {
    pub fn run(self) -> Result<(), CliError> {
        let settings = Settings {
            folder: PathBuf::from("."),
            revision: self.revision,
            bench: SUITE.to_owned(),
            filters: self.filters,
            peers: self.peers,
            rounds: self.rounds.map(usize::from),
            threshold: self.judgement.share(),
            seconds: self.time,
            instructions: self.instructions,
        };
        let say = |text: String| {
            if !self.quiet {
                tell(text);
            }
        };
        // Compilers take all cores, so the process is pinned after them; what it starts then inherits that.
        let pinned = || {
            if let Some(told) = pin(self.core) {
                say(told);
            }
        };
        let comparison = ab::run(&settings, pinned, &say)?;
        self.judgement.say(&comparison)
    }
}

fn parse_seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.02..=60.0).contains(&seconds) => Ok(seconds),
        _ => Err("a number from 0.02 to 60 is needed".to_owned()),
    }
}

/// Pins this process to a core; says what is worth knowing of it.
#[cfg(target_os = "linux")]
fn pin(core: Option<usize>) -> Option<String> {
    let this = Pid::from_raw(0);
    let allowed = sched_getaffinity(this).ok()?;
    let last = || (0..CpuSet::count()).rev().find(|core| allowed.is_set(*core) == Ok(true));
    let core = core.or_else(last)?;
    let mut only = CpuSet::new();
    match only.set(core).and_then(|()| sched_setaffinity(this, &only)) {
        Ok(()) => Some(format!("pinned to core {core}")),
        Err(error) => Some(format!("warning: cannot be pinned to core {core} ({error}), so times differ more")),
    }
}

#[cfg(not(target_os = "linux"))]
fn pin(_: Option<usize>) -> Option<String> {
    Some("this system pins no process to a core, so times differ more".to_owned())
}
