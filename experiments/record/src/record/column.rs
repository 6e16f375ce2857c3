//! Columns of `runs.csv` that hold numbers, by name: hyperparameters and extra columns.

use super::schema::{Run, Runs, Setting};

/// A column of `runs.csv` that a trial's number is read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The hyperparameter of this number in [`Runs::hyperparameters`].
    Hyperparameter(usize),
    /// The column of this number in [`Runs::extra`].
    Extra(usize),
}

impl Column {
    /// The column of that name, if there is one.
    pub fn find(runs: &Runs, name: &str) -> Option<Self> {
        let place = |names: &[String]| names.iter().position(|known| known == name);
        place(&runs.hyperparameters).map(Self::Hyperparameter).or_else(|| place(&runs.extra).map(Self::Extra))
    }

    /// The names of all such columns, in the order of the file.
    pub fn names(runs: &Runs) -> impl Iterator<Item = &str> + Clone {
        runs.hyperparameters.iter().chain(&runs.extra).map(String::as_str)
    }

    /// The trial's number; none where the cell is empty or holds the name of a choice.
    pub fn number(self, run: &Run) -> Option<f64> {
        match self {
            Self::Hyperparameter(index) => match run.settings[index] {
                Some(Setting::Number(value)) => Some(value),
                _ => None,
            },
            Self::Extra(index) => run.extra[index],
        }
    }
}
