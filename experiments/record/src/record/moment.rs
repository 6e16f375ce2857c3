//! When the weights of a trial were kept, and the names of their files.

use std::fmt::Display;

use super::key::Key;

/// When the weights of a trial were kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    /// Before the first step.
    Initial,
    /// After this many steps.
    Step(u64),
    /// After the last step.
    Final,
}

/// How the names of files end.
const ENDING: &str = ".safetensors";

/// What stands before a number of steps.
const STEP: &str = "step-";

impl Moment {
    /// After how many steps it is, of a trial that took `all`.
    pub fn step(self, all: u64) -> u64 {
        match self {
            Self::Initial => 0,
            Self::Step(step) => step,
            Self::Final => all,
        }
    }

    /// Its name: `initial`, `final`, or the number of steps.
    pub fn name(self) -> String {
        match self {
            Self::Initial => "initial".to_owned(),
            Self::Step(step) => step.to_string(),
            Self::Final => "final".to_owned(),
        }
    }

    /// The name of the file of a trial's weights.
    pub fn file(self, trial: impl Display) -> String {
        let step = if matches!(self, Self::Step(_)) { STEP } else { "" };
        format!("{trial}-{step}{}{ENDING}", self.name())
    }

    /// The trial and the moment of the weights in a file of this name; none if it is not one that [`Self::file`] gives.
    pub fn of_file(name: &str) -> Option<(Key, Self)> {
        let (key, moment) = name.strip_suffix(ENDING)?.split_once('-')?;
        let key = Key::parse(key.as_bytes())?;
        let moment = match moment {
            "initial" => Self::Initial,
            "final" => Self::Final,
            step => Self::Step(step.strip_prefix(STEP)?.parse().ok()?),
        };
        // A number can be spelt in several ways.
        (moment.file(key) == name).then_some((key, moment))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_say_what_they_hold() {
        let key = Key::parse(b"t0123456789abcdef").unwrap();
        for moment in [Moment::Initial, Moment::Step(0), Moment::Step(200), Moment::Final] {
            assert_eq!(Moment::of_file(&moment.file(key)), Some((key, moment)));
        }
        assert_eq!(Moment::Step(200).file(key), "t0123456789abcdef-step-200.safetensors");
        for other in ["-step-007", "-step-+7", "-step-", "-200", "-initial-final", ""] {
            assert_eq!(Moment::of_file(&format!("{key}{other}.safetensors")), None, "{other}");
        }
        assert_eq!(Moment::of_file("mine-final.safetensors"), None);
    }
}
