//! Columns of `runs.csv` that hold numbers, by name: hyperparameters and extra columns.

use super::trials::{Trial, Trials};

/// A column of `runs.csv` that a trial's number is read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The hyperparameter of this number in [`Trials::hyperparameters`].
    Hyperparameter(usize),
    /// The column of this number in [`Trials::extra`].
    Extra(usize),
}

impl Column {
    /// The column of that name, if there is one.
    pub fn find(trials: &Trials, name: &str) -> Option<Self> {
        let place = |names: &[String]| names.iter().position(|known| known == name);
        place(&trials.hyperparameters).map(Self::Hyperparameter).or_else(|| place(&trials.extra).map(Self::Extra))
    }

    /// The names of all such columns, in the order of the file.
    pub fn names(trials: &Trials) -> impl Iterator<Item = &str> + Clone {
        trials.hyperparameters.iter().chain(&trials.extra).map(String::as_str)
    }

    /// The trial's number; none where the cell is empty or holds the name of a choice.
    pub fn number(self, trial: Trial<'_>) -> Option<f64> {
        match self {
            Self::Hyperparameter(index) => trial.setting(index)?.number(),
            Self::Extra(index) => trial.extra(index),
        }
    }
}
