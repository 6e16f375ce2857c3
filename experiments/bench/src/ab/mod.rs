//! Two revisions in turns: what was there before is built in a work tree of its own, and in every round both run each benchmark,
//! one after the other, in processes of their own and an order that is drawn.
//!
//! Alternation takes out what drifts, and the random order what a place in the alternation does (Kalibera and Jones, Rigorous
//! Benchmarking in Reasonable Time, 2013).

mod build;
mod count;
mod sampling;
mod sides;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use thalweg_record::stats::Draws;
use thalweg_report::findings::counted;

use crate::estimate::{fewest_rounds, middle, paired};
use crate::report::{Comparison, Finding, changed_answers};
use crate::{BenchError, judge};

use sampling::Batch;
use sides::{Checks, Sides};

/// What is to be measured.
#[derive(Clone, Debug)]
pub struct Settings {
    /// A folder of the work tree that is judged.
    pub folder: PathBuf,
    /// The revision that it is compared with.
    pub revision: String,
    /// The bench.
    pub bench: String,
    /// Parts of the ids of the benchmarks that are wanted; all of them if there are none.
    pub filters: Vec<String>,
    /// Whether what others compute is measured as well.
    pub peers: bool,
    /// Rounds; by default [`ROUNDS`], or more if many benchmarks need more.
    pub rounds: Option<usize>,
    /// The change that is none, as a share of the time.
    pub threshold: f64,
    /// Seconds of measuring a benchmark in a round, on each side.
    pub seconds: f64,
    /// Whether instructions are counted as well.
    pub instructions: bool,
}

/// The bench that has everything.
pub const SUITE: &str = "suite";

/// Rounds, if nothing else is said.
///
/// A slowdown of 3 % was put on times of one build that were measured on a machine where a neighbour took a half of the core in two
/// of three runs: a function of 1 µs was called beyond 1 % in 97 % of tries with 31 rounds and in all with 61, a product of matrices
/// that fills the second cache in 61 % with 31, in 69 % with 41 and in 92 % with 61.
pub const ROUNDS: usize = 61;

/// Builds both revisions, measures them in turns, and judges. `built` is called between building and measuring, `say` with
/// what is being done.
///
/// # Errors
/// If the revision is not there, one of the two does not build or fails, or no benchmark matches.
pub fn run(settings: &Settings, built: impl FnOnce(), say: &dyn Fn(String)) -> Result<Comparison, BenchError> {
    let sides = Sides::new(settings, say)?;
    let executables = sides.build(settings, say)?;
    built();
    let rounds = settings.rounds.unwrap_or(ROUNDS);
    say(format!("checking the answers of {}", counted(executables.ids.len(), "benchmark")));
    let first = Batch::first(&executables.ids);
    let checked = |side: usize| sides.measure(&executables, side, &first, Checks::All);
    let (old, new) = (checked(0)?, checked(1)?);
    let alone: Vec<Batch> = old.times.iter().map(|(id, time)| Batch::alone(id, *time, settings.seconds)).collect();
    let seconds: f64 = alone.iter().zip(old.times.values()).map(|(batch, time)| batch.time(*time)).sum();
    say(format!("{rounds} rounds of both sides, at least {:.0} s", (2 * rounds) as f64 * seconds));
    let mut times = Times::new();
    let mut draws = Draws::new(&format!("rounds {}", sides.names[0]));
    let begun = Instant::now();
    for round in 0..rounds {
        for batch in &alone {
            let mut order = [0, 1];
            draws.shuffle(&mut order);
            for side in order {
                let run = sides.measure(&executables, side, batch, Checks::None)?;
                run.times.into_iter().for_each(|(id, time)| times.entry(id).or_default()[side].push(time));
            }
        }
        say(progress(round + 1, rounds, begun.elapsed()));
    }
    let threshold = libm::log1p(settings.threshold);
    let mut comparison = Comparison {
        baseline: sides.side(0, rounds),
        candidate: sides.side(1, rounds),
        threshold,
        answers: changed_answers(&old.checksums, &new.checksums),
        only_baseline: executables.only[0],
        only_candidate: executables.only[1],
        remarks: too_few(rounds, times.len()).into_iter().collect(),
        findings: findings(&times, threshold),
    };
    if settings.instructions {
        for id in &executables.ids {
            say(format!("counting the instructions of {id}"));
            let counts = sides.count(&executables, id)?;
            let own = comparison.findings.iter_mut().filter(|finding| finding.benchmark == *id);
            own.for_each(|finding| finding.instructions = Some(counts));
        }
    }
    Ok(comparison)
}

fn progress(done: usize, rounds: usize, elapsed: Duration) -> String {
    let left = elapsed.as_secs_f64() / done as f64 * (rounds - done) as f64;
    format!("round {done} of {rounds}, {left:.0} s left")
}

/// By benchmark, the times of both sides, one per round.
type Times = BTreeMap<String, [Vec<f64>; 2]>;

/// The verdicts on what was measured. `threshold` is a logarithm.
fn findings(times: &Times, threshold: f64) -> Vec<Finding> {
    let changes = |[old, new]: &[Vec<f64>; 2]| -> Vec<f64> {
        old.iter().zip(new).map(|(old, new)| libm::log(new / old)).collect()
    };
    let changes: Vec<Vec<f64>> = times.values().map(changes).collect();
    let estimates: Vec<_> = changes.iter().map(|changes| paired(changes, threshold, times.len())).collect();
    let verdicts = judge(&estimates, threshold);
    let mut findings = Vec::new();
    for (((id, times), changes), (estimate, verdict)) in
        times.iter().zip(&changes).zip(estimates.into_iter().zip(verdicts))
    {
        let slower = changes.iter().filter(|change| **change > threshold).count();
        let medians = [0, 1].map(|side| middle(&times[side]).unwrap_or(f64::NAN));
        let finding = Finding::new(id.clone(), medians, estimate, verdict);
        findings.push(Finding { rounds: [changes.len(); 2], slower_rounds: Some(slower), ..finding });
    }
    findings
}

/// What is said where no change can be called.
fn too_few(rounds: usize, tests: usize) -> Option<String> {
    let needed = fewest_rounds(tests);
    let benchmarks = counted(tests, "benchmark");
    (rounds < needed)
        .then(|| format!("{rounds} rounds can show no change of {benchmarks} together: --rounds {needed} is the least"))
}
