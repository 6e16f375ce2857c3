//! How far the suite is: a rewritten line on a terminal, and one every ten seconds elsewhere.

use std::io::{IsTerminal, Write, stderr, stdout};
use std::time::{Duration, Instant};

/// From one line to the next where there is no terminal.
const BETWEEN_LINES: Duration = Duration::from_secs(10);
/// From one rewriting to the next.
const BETWEEN_REWRITINGS: Duration = Duration::from_millis(25);

/// The progress of a round.
pub(super) struct Progress {
    /// Benchmarks of the rounds before.
    before: usize,
    /// Benchmarks of all rounds.
    all: usize,
    /// Those of this round that are done or being timed.
    number: usize,
    /// What those that are done should have taken, and all that are left.
    planned: Duration,
    left: Duration,
    begun: Instant,
    told: Option<Instant>,
    is_terminal: bool,
}

impl Progress {
    pub fn new([before, all]: [usize; 2], left: Duration) -> Self {
        // Criterion rewrites its own line only if standard output is a terminal.
        let is_terminal = stderr().is_terminal() && stdout().is_terminal();
        let (number, planned) = (0, Duration::ZERO);
        Self { before, all, number, planned, left, begun: Instant::now(), told: None, is_terminal }
    }

    /// A benchmark begins.
    pub fn begin(&mut self, id: &str) {
        self.number += 1;
        if self.is_terminal {
            self.rewrite(id);
        } else if self.is_due(BETWEEN_LINES) {
            eprintln!("{}", self.line(id));
        }
    }

    /// Says it again in place of what criterion says meanwhile.
    pub fn rewrite(&mut self, id: &str) {
        if self.is_terminal && self.is_due(BETWEEN_REWRITINGS) {
            eprint!("\r\x1b[2K{}", self.line(id));
            // Who closed standard error wants no progress.
            let _ = stderr().flush();
        }
    }

    /// A benchmark is done that should have taken so long.
    pub fn end(&mut self, planned: Duration) {
        self.planned += planned;
        self.left = self.left.saturating_sub(planned);
    }

    fn is_due(&mut self, between: Duration) -> bool {
        let is_due = self.told.is_none_or(|told| told.elapsed() >= between);
        if is_due {
            self.told = Some(Instant::now());
        }
        is_due
    }

    fn line(&self, id: &str) -> String {
        let left = left(self.begun.elapsed(), self.planned, self.left);
        format!("[{:>3} of {}, {} left] {id}", self.before + self.number, self.all, about(left))
    }
}

/// The time that is left: as much longer or shorter than planned as what is done was.
fn left(elapsed: Duration, planned: Duration, left: Duration) -> Duration {
    /// Until so much is done, the plan is better than its correction.
    const ENOUGH: Duration = Duration::from_secs(2);
    if planned < ENOUGH { left } else { left.mul_f64(elapsed.as_secs_f64() / planned.as_secs_f64()) }
}

fn about(time: Duration) -> String {
    match time.as_secs() {
        seconds @ ..60 => format!("about {} s", seconds.max(1)),
        seconds => format!("about {} min", (seconds + 30) / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_follows_what_has_passed() {
        let seconds = Duration::from_secs;
        assert_eq!(left(seconds(30), seconds(20), seconds(100)), seconds(150));
        assert_eq!(left(seconds(30), seconds(1), seconds(100)), seconds(100));
        let texts = [0, 42, 60, 89, 90, 360].map(|time| about(seconds(time)));
        assert_eq!(texts, ["about 1 s", "about 42 s", "about 1 min", "about 1 min", "about 2 min", "about 6 min"]);
    }
}
