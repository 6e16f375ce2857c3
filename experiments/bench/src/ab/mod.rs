//! Two revisions in turns: what was there before is built in a work tree of its own, and in every round both run, one after
//! the other, in an order that is drawn.
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
/// In simulations with runs that differ by 0.7 %, one in ten of which loses up to 10 % to a neighbour, a slowdown by 3 % is
/// called beyond 1 % in 99 % of tries with 21 rounds. Of times of a product of matrices that were measured on a shared machine,
/// a fifth of which were slower by up to 10 %, it was called in 91 % with 31 rounds and in 97 % with 41.
pub const ROUNDS: usize = 41;

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
    let batches = Batch::all(&old.times, settings.seconds);
    let seconds: f64 = batches.iter().map(|batch| batch.time(&old.times)).sum();
    say(format!("{} rounds of both sides, about {:.0} s", rounds, (2 * rounds) as f64 * seconds));
    let mut times = Times::new();
    let mut draws = Draws::new(&format!("rounds {}", sides.names[0]));
    let begun = Instant::now();
    for round in 0..rounds {
        let mut order = [0, 1];
        draws.shuffle(&mut order);
        for side in order {
            for batch in &batches {
                let run = sides.measure(&executables, side, batch, Checks::None)?;
                run.times.into_iter().for_each(|(id, time)| times.entry(id).or_default()[side].push(time));
            }
        }
        say(progress(round + 1, rounds, begun.elapsed()));
    }
    let findings = findings(&times, settings.threshold);
    let mut comparison = Comparison {
        baseline: sides.side(0, rounds),
        candidate: sides.side(1, rounds),
        threshold: libm::log1p(settings.threshold),
        answers: changed_answers(&old.checksums, &new.checksums),
        only_baseline: executables.only[0],
        only_candidate: executables.only[1],
        remarks: too_few(rounds, times.len()).into_iter().collect(),
        findings,
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

/// The verdicts on what was measured.
fn findings(times: &Times, threshold: f64) -> Vec<Finding> {
    let threshold = libm::log1p(threshold);
    let logarithms = |times: &[f64]| -> Vec<f64> { times.iter().map(|time| libm::log(*time)).collect() };
    let estimate = |[old, new]: &[Vec<f64>; 2]| paired(&logarithms(old), &logarithms(new), threshold, times.len());
    let estimates: Vec<_> = times.values().map(estimate).collect();
    let verdicts = judge(&estimates, threshold);
    let mut findings = Vec::new();
    for ((id, times), (estimate, verdict)) in times.iter().zip(estimates.into_iter().zip(verdicts)) {
        let [old, new] = times;
        let slower = old.iter().zip(new).filter(|(old, new)| libm::log(*new / *old) > threshold).count();
        let medians = [0, 1].map(|side| middle(&times[side]).unwrap_or(f64::NAN));
        let finding = Finding::new(id.clone(), medians, estimate, verdict);
        findings.push(Finding { rounds: times.each_ref().map(Vec::len), slower_rounds: Some(slower), ..finding });
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
