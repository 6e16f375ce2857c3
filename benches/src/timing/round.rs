//! Rounds: processes of their own, one after the other, each of which measures everything once.
//!
//! Where a process has its memory decides about its times as much as a neighbour does, so a process that measures twice
//! knows little more than one that measures once.

use std::process::{Command, ExitCode};
use std::{env, fmt};

use super::arguments::Arguments;
use super::pace::{Pace, QUICK};

/// A variable by which a process knows its round: `quick 2 of 3`.
const VARIABLE: &str = "THALWEG_BENCH_ROUND";

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

/// Runs this program once for every round.
pub(super) fn all(arguments: &Arguments) -> ExitCode {
    let pace = Pace::of(arguments);
    let of = pace.rounds();
    for number in 1..=of {
        let mut command = Command::new(env::current_exe().unwrap_or_else(|error| panic!("this program: {error}")));
        command.args(arguments.all().iter().filter(|argument| *argument != QUICK));
        // Criterion would judge each round by the one before.
        if !["-v", "--verbose", "--quiet"].iter().any(|flag| arguments.has(flag)) {
            command.arg("--quiet");
        }
        command.env(VARIABLE, Round { pace, number, of }.to_string());
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
