//! `[record]`: which weights are kept, and of which trials.

use super::canonical::{list, quoted};
use super::error::InputError;
use super::key::{Key, Values, Without, names_of};
use super::output::{Curves, Record};
use super::reader::{Field, Named};
use super::train::MAX_STEPS;
use crate::record;

/// The keys of `[record]`.
pub const RECORD: &[Key] = &[
    Key::new(
        "curves",
        "logged steps in curves.csv; thin: about 50, log-spaced",
        Values::Name(names_of::<Curves>),
        Without::Value("\"all\""),
    ),
    Key::new(
        "tables",
        "whether the CSV files stay once figures are drawn; else the manifest keeps their hashes",
        Values::Truth,
        Without::Value("true"),
    ),
    Key::new(
        "trajectory",
        "on a landscape: whether the points of logged steps go to trajectory.csv",
        Values::Truth,
        Without::Value("false"),
    ),
    Key::new(
        "surface",
        "on a landscape: its values on a lattice, in surface.csv",
        Values::Words("{ grid = [[low, high], …], points = n }"),
        Without::Words("none"),
    ),
    Key::new(
        "observe",
        "who looks at trials at steps of curves.csv, for columns of it or tables of their own; `thalweg list observers` has them",
        Values::Words("a list such as [\"norms\", { kind = \"sharpness\", every = 10, count = 2 }]"),
        Without::Words("[\"norms\"] where there are curves"),
    ),
    Key::new(
        "perturb",
        "a weight of the first trial's network, as it starts, that is changed; what changes with it goes to units.csv",
        Values::Words("{ layer = 1, unit = 0, from = 0, by = 0.1 }"),
        Without::Words("none"),
    ),
    Key::new(
        "spectrum",
        "on the landscape quadratic, or of networks without hidden layers and the loss mse: whether the eigenvalues of \
         the Hessian go to spectrum.csv and, of networks, the losses at the least-squares optimum to optimum.csv, both \
         outside the numerics contract",
        Values::Truth,
        Without::Value("false"),
    ),
    Key::new(
        "data",
        "whether the examples of every problem, as networks learn them, go to data.csv",
        Values::Truth,
        Without::Value("false"),
    ),
    Key::new(
        "columns",
        "more columns of runs.csv",
        Values::Words("a list of names, such as [\"boundary_measure\"]"),
        Without::Value("[]"),
    ),
    Key::new(
        "summary",
        "the columns by which summary.csv has rows, besides the problem: trials that differ in others are pooled",
        Values::Words("a list of axes, such as [\"optimizer\", \"batch\"]"),
        Without::Words("all axes"),
    ),
    Key::new(
        "weights",
        "weights/<key>-initial.safetensors and -final.safetensors, with tensors layers.<n>.weight of shape (outputs, \
         inputs) and layers.<n>.bias, from n = 0",
        Values::Name(names_of::<Weights>),
        Without::Value("\"none\""),
    ),
    Key::new(
        "weights_at",
        "logged steps whose weights are kept as well, as weights/<key>-step-<step>.safetensors",
        Values::Words("a list of steps, such as [0, 10, 100], or \"logged\" for all of them"),
        Without::Value("[]"),
    ),
    Key::new(
        "weights_of",
        "of which trials",
        Values::Words("\"all\"; \"first-seed\": of every configuration the first; or a list of keys as in runs.csv"),
        Without::Value("\"all\""),
    ),
];

/// Which weights become files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weights {
    /// None.
    None,
    /// Those before the first step.
    Initial,
    /// Those after the last step; a trial that became non-finite has none.
    Final,
    /// Both.
    Both,
}

impl Weights {
    /// Whether those before the first step are wanted.
    pub fn initial(self) -> bool {
        matches!(self, Self::Initial | Self::Both)
    }

    /// Whether those after the last step are wanted.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Final | Self::Both)
    }
}

impl Named for Weights {
    const NAMES: &'static [(&'static str, Self)] =
        &[("none", Self::None), ("initial", Self::Initial), ("final", Self::Final), ("both", Self::Both)];
}

/// The logged steps after which weights become files, besides the first and the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WeightsAt {
    /// These, ascending.
    Steps(Vec<u64>),
    /// All of them.
    Logged,
}

/// The name in specs of all logged steps.
const LOGGED: &str = "logged";

impl WeightsAt {
    pub(super) fn read(field: &Field<'_>) -> Result<Self, InputError> {
        if field.as_str().is_some() {
            return field.choice(&[LOGGED]).map(|_| Self::Logged);
        }
        let items = field.list("a list of steps, or \"logged\"")?;
        let mut steps: Vec<u64> = items.iter().map(|item| item.integer(0..=MAX_STEPS)).collect::<Result<_, _>>()?;
        steps.sort_unstable();
        steps.dedup();
        Ok(Self::Steps(steps))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Steps(steps) if steps.is_empty())
    }

    fn text(&self) -> String {
        match self {
            Self::Steps(steps) => list(steps, u64::to_string),
            Self::Logged => quoted(LOGGED),
        }
    }
}

/// The trials whose weights become files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WeightsOf {
    /// All of them.
    All,
    /// The first trial of every configuration: that of the first seed.
    FirstSeed,
    /// Those with these keys.
    Keys(Vec<String>),
}

impl WeightsOf {
    pub(super) fn read(field: &Field<'_>) -> Result<Self, InputError> {
        if field.as_str().is_some() {
            return Ok([Self::All, Self::FirstSeed][field.choice(&["all", "first-seed"])?].clone());
        }
        let keys = field.list("\"all\", \"first-seed\" or a list of keys")?;
        if keys.is_empty() {
            return Err(field.expected("at least one key"));
        }
        let key = |field: &Field<'_>| match field.string()? {
            key if record::Key::parse(key.as_bytes()).is_some() => Ok(key.to_owned()),
            _ => Err(field.expected("a key: a `t` and 16 hex digits, as in runs.csv")),
        };
        Ok(Self::Keys(keys.iter().map(key).collect::<Result<_, _>>()?))
    }

    fn text(&self) -> String {
        match self {
            Self::All => quoted("all"),
            Self::FirstSeed => quoted("first-seed"),
            Self::Keys(keys) => list(keys, |key| quoted(key)),
        }
    }
}

impl Record {
    /// Whether weights of some trials are kept.
    pub fn keeps_weights(&self) -> bool {
        self.weights != Weights::None || !self.weights_at.is_empty()
    }

    /// What it says of weights as specs write it; nothing if none are kept.
    pub(super) fn weights_lines(&self) -> Vec<(&'static str, String)> {
        let kept = (self.weights != Weights::None).then(|| ("weights", quoted(self.weights.name())));
        let at = (!self.weights_at.is_empty()).then(|| ("weights_at", self.weights_at.text()));
        let of = self.keeps_weights().then(|| ("weights_of", self.weights_of.text()));
        [kept, at, of].into_iter().flatten().collect()
    }
}
