//! Two revisions in turns: what was there before is built in a work tree of its own, and in every round both run, one after
//! the other, in an order that is drawn.
//!
//! Alternation takes out what drifts, and the random order what a place in the alternation does (Kalibera and Jones, Rigorous
//! Benchmarking in Reasonable Time, 2013).

mod build;
mod count;
mod sides;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use thalweg_record::stats::Draws;

use crate::estimate::{fewest_rounds, middle, paired};
use crate::report::{Comparison, Finding, changed_answers};
use crate::{BenchError, judge};

use sides::Sides;

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
/// In simulations with runs that differ by 0.7 %, one in ten of which loses up to 10 % to a neighbour, a slowdown by 3 % is called
/// beyond 1 % in 69 % of tries with 11 rounds, in 91 % with 17 and in 94 % with 21.
pub const ROUNDS: usize = 21;

/// Builds both revisions, measures them in turns, and judges. `built` is called between building and measuring, `say` with
/// what is being done.
///
/// # Errors
/// If the revision is not there, one of the two does not build or fails, or no benchmark matches.
pub fn run(settings: &Settings, built: impl FnOnce(), say: &dyn Fn(String)) -> Result<Comparison, BenchError> {
    let sides = Sides::new(settings, say)?;
    let executables = sides.build(settings, say)?;
    built();
    let tests = executables.ids.len();
    let rounds = settings.rounds.unwrap_or(ROUNDS);
    let seconds = (2 * rounds * tests) as f64 * settings.seconds * sides::WITH_WARMING;
    say(format!("{tests} benchmarks in {rounds} rounds: at least {seconds:.0} s"));
    let mut measured = Measured::default();
    let mut draws = Draws::new(&format!("rounds {}", sides.names[0]));
    let begun = Instant::now();
    for round in 0..rounds {
        let mut order = [0, 1];
        draws.shuffle(&mut order);
        for side in order {
            measured.add(side, sides.measure(settings, &executables, (side, round))?);
        }
        say(progress(round + 1, rounds, begun.elapsed()));
    }
    let mut comparison = judged(&measured, (&sides, executables.only), settings.threshold, rounds);
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

/// The times and checksums of both sides.
#[derive(Clone, Debug, Default)]
pub(crate) struct Measured {
    /// By benchmark, a time per round.
    pub times: BTreeMap<String, [Vec<f64>; 2]>,
    /// By benchmark.
    pub checksums: [BTreeMap<String, String>; 2],
}

/// The times and the checksums of one run.
pub(crate) type Run = (BTreeMap<String, f64>, BTreeMap<String, String>);

impl Measured {
    pub fn add(&mut self, side: usize, (times, checksums): Run) {
        times.into_iter().for_each(|(id, time)| self.times.entry(id).or_default()[side].push(time));
        self.checksums[side].extend(checksums);
    }
}

/// The verdicts on what was measured.
fn judged(measured: &Measured, (sides, only): (&Sides, [usize; 2]), threshold: f64, rounds: usize) -> Comparison {
    let threshold = libm::log1p(threshold);
    let tests = measured.times.len();
    let changes = |[old, new]: &[Vec<f64>; 2]| -> Vec<f64> {
        old.iter().zip(new).map(|(old, new)| libm::log(new / old)).collect()
    };
    let changes: Vec<Vec<f64>> = measured.times.values().map(changes).collect();
    let estimates: Vec<_> = changes.iter().map(|changes| paired(changes, threshold, tests)).collect();
    let verdicts = judge(&estimates, threshold);
    let mut findings = Vec::new();
    for (((id, times), changes), (estimate, verdict)) in
        measured.times.iter().zip(&changes).zip(estimates.into_iter().zip(verdicts))
    {
        let slower = changes.iter().filter(|change| **change > threshold).count();
        let medians = [0, 1].map(|side| middle(&times[side]).unwrap_or(f64::NAN));
        let finding = Finding::new(id.clone(), medians, estimate, verdict);
        findings.push(Finding { rounds: [changes.len(); 2], slower_rounds: Some(slower), ..finding });
    }
    let needed = fewest_rounds(tests);
    let too_few =
        format!("{rounds} rounds can show no change of {tests} benchmarks together: --rounds {needed} is the least");
    Comparison {
        baseline: sides.side(0, rounds),
        candidate: sides.side(1, rounds),
        threshold,
        answers: changed_answers(&measured.checksums[0], &measured.checksums[1]),
        only_baseline: only[0],
        only_candidate: only[1],
        remarks: if rounds < needed { vec![too_few] } else { vec![] },
        findings,
    }
}
