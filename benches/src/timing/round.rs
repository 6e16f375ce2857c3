//! Rounds: processes of their own, one after the other, each of which measures everything once.
//!
//! Where a process has its memory decides about its times as much as a neighbour does, so a process that measures twice
//! knows little more than one that measures once.

use std::process::{Command, ExitCode};
use std::{env, fmt};

use thalweg_benchmarks::Source;

use super::arguments::Arguments;
use super::pace::{Pace, QUICK};

/// A variable by which a process knows its round: `quick 2 of 3`.
const VARIABLE: &str = "THALWEG_BENCH_ROUND";

/// Another that says what was built, as the tree may have changed since.
const SOURCE: &str = "THALWEG_BENCH_SOURCE";

/// What a process is to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Round {
    pub pace: Pace,
    /// From 1.
    pub number: usize,
    /// How many there are.
    pub of: usize,
}

impl Round {
    /// One that has none beside it.
    pub fn only(pace: Pace) -> Self {
        Self { pace, number: 1, of: 1 }
    }

    pub fn from_environment() -> Option<Self> {
        Self::read(&env::var(VARIABLE).ok()?)
    }

    fn read(text: &str) -> Option<Self> {
        let [pace, number, "of", of] = text.split(' ').collect::<Vec<_>>()[..] else { return None };
        let pace = if pace == "quick" { Pace::Quick } else { Pace::Standard };
        Some(Self { pace, number: number.parse().ok()?, of: of.parse().ok()? })
    }
}

impl fmt::Display for Round {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pace = if self.pace == Pace::Quick { "quick" } else { "standard" };
        write!(formatter, "{pace} {} of {}", self.number, self.of)
    }
}

/// What rounds are of; none in a process without others.
pub(super) fn source() -> Option<Source> {
    Source::read(&env::var(SOURCE).ok()?)
}

/// Rounds of a suite: of two builds with so many each, a kernel that is slower by a fifth is called in nine of ten
/// simulations, in which a neighbour takes 6 % of a tenth of every round.
const ROUNDS: usize = 4;

/// Runs this program once for every round.
pub(super) fn all(arguments: &Arguments, source: &Source) -> ExitCode {
    let pace = Pace::of(arguments);
    for number in 1..=ROUNDS {
        let mut command = Command::new(env::current_exe().unwrap_or_else(|error| panic!("this program: {error}")));
        command.args(arguments.all().iter().filter(|argument| *argument != QUICK));
        // Criterion would judge each round by the one before.
        if !["-v", "--verbose", "--quiet"].iter().any(|flag| arguments.has(flag)) {
            command.arg("--quiet");
        }
        command.env(VARIABLE, Round { pace, number, of: ROUNDS }.to_string()).env(SOURCE, source.text());
        let status = command.status().unwrap_or_else(|error| panic!("round {number}: {error}"));
        if !status.success() {
            return status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from);
        }
    }
    ExitCode::SUCCESS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_is_read_as_it_is_written() {
        let round = Round { pace: Pace::Quick, number: 2, of: 3 };
        assert_eq!((round.to_string().as_str(), Round::read("quick 2 of 3")), ("quick 2 of 3", Some(round)));
        for text in ["", "quick", "quick 2 3", "quick a of b"] {
            assert_eq!(Round::read(text), None, "{text}");
        }
    }
}
