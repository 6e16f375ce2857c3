//! A part of a sweep: a range of its trials.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use super::{Plan, Trials};
use crate::record::Key;
use crate::spec::{InputError, Spec};

/// The most trials that are run at a time: rows are numbered with 32 bits.
pub const MAX_RUN: u64 = 1_000_000_000;

/// The trials from one number to another, which is not among them, counted from 0 in the order of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialRange(Range<u64>);

impl FromStr for TrialRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once("..").and_then(|(first, end)| Some((first.parse().ok()?, end.parse().ok()?)));
        match numbers {
            Some((first, end)) if first < end => Ok(Self(first..end)),
            Some((first, end)) => Err(format!("{first}..{end} has no trials: the first comes before the end")),
            None => Err("expected FIRST..END, such as 0..1000".to_owned()),
        }
    }
}

impl fmt::Display for TrialRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.0.start, self.0.end)
    }
}

impl TrialRange {
    /// The part that is the trial of this key; none if the plan has no such trial.
    pub fn of_key(plan: &Plan, key: Key) -> Option<Self> {
        let number = plan.trials.number(plan.trials.keys().into_iter().position(|own| own == key)?);
        Some(Self(number..number + 1))
    }

    /// The part of all trials of a spec.
    ///
    /// # Errors
    ///
    /// If not all of it is there.
    pub(super) fn of(&self, spec: &Spec, trials: Trials) -> Result<Trials, InputError> {
        if self.0.end > trials.all() {
            let message = format!("the trials {self} are not all there: the sweep has {}, from 0 on", trials.all());
            return Err(spec.error("optimizer", message));
        }
        Ok(trials.part(vec![self.0.clone()]))
    }

    /// The part that some trials are; nothing if they are all of a spec's.
    pub(super) fn from(trials: &Trials) -> Option<Self> {
        trials.ranges().first().filter(|range| **range != (0..trials.all())).cloned().map(Self)
    }
}

/// Checks that trials are not too many to be run at a time.
pub(super) fn check_run(spec: &Spec, trials: &Trials) -> Result<(), InputError> {
    let count = trials.len();
    if count as u64 <= MAX_RUN {
        return Ok(());
    }
    let error = spec.error("optimizer", format!("{count} trials are more than the {MAX_RUN} that are run at a time"));
    Err(error.with_help("--trials FIRST..END runs a part of them"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_two_numbers() {
        assert_eq!("5..10".parse(), Ok(TrialRange(5..10)));
        assert_eq!(TrialRange(0..1_000_000_000_000).to_string().parse(), Ok(TrialRange(0..1_000_000_000_000)));
        for text in ["", "5", "5..", "..5", "5...6", "a..b", "-1..5", "5..=6"] {
            assert!(text.parse::<TrialRange>().unwrap_err().contains("0..1000"), "{text}");
        }
        for text in ["5..5", "6..5"] {
            assert!(text.parse::<TrialRange>().unwrap_err().contains("has no trials"), "{text}");
        }
    }
}
