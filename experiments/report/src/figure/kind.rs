//! What specs and the command know of a kind of figure.

use std::fmt;

use super::{Chart, Data, FigureError, Picture, Times};

/// What makes something of a chart's data.
type Maker<T> = fn(&Chart, &Data<'_>) -> Result<T, FigureError>;

/// A kind of figure, as specs and the command know it.
///
/// A crate with a kind of its own makes a static of this type.
pub struct Kind {
    /// Its name in specs.
    pub name: &'static str,
    /// What it shows, in a few words.
    pub summary: &'static str,
    /// The names of the metrics that it can show; the first is the default.
    pub metrics: fn() -> Vec<&'static str>,
    /// The keys of a `[[figure]]` that it takes besides kind, metric, title and name; required ones come first.
    pub keys: &'static [&'static str],
    /// How many of the keys are required.
    pub required: usize,
    /// What it is drawn from.
    pub input: Input,
    /// The table that it is drawn from, alone or besides the trials, unless the figure names another one.
    pub table: Option<&'static str>,
    /// Makes the picture of a chart of this kind from the tables; of a kind that moves, as it was at the moment
    /// [`super::Options::until`], with the axes of all that there is.
    pub compose: Maker<Picture>,
    /// When there is something new to be seen, for a kind that moves.
    pub times: Option<Maker<Times>>,
}

/// What a kind of figure is drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// The trials of one problem: every problem has a figure of its own.
    Problem,
    /// The trials of all problems at once.
    Problems,
    /// A table of its own ([`Kind::table`]), without trials.
    Table,
    /// The networks of trials whose weights were kept ([`super::Kept`]): every problem has a figure of its own.
    Networks,
}

impl Input {
    /// Whether every problem has a figure of its own.
    pub(super) fn is_of_problem(self) -> bool {
        matches!(self, Self::Problem | Self::Networks)
    }
}

/// Names are unique.
impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Kind").field(&self.name).finish()
    }
}
