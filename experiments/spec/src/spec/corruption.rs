//! What is done to the training split alone, to make it harder to learn from.

use super::canonical::{list, number};
use super::error::InputError;
use super::key::{Key, Values, names};
use super::reader::{Field, Interval, Table};
use crate::dataset::Task;

/// What is done to the training split alone: other splits show what was to be learned.
#[derive(Clone, Debug, PartialEq)]
pub struct Corruption {
    /// The share of the labels that are replaced by another class.
    pub label_noise: f64,
    /// How classes differ in size, if they are made to.
    pub imbalance: Option<Imbalance>,
    /// The share of the targets of a regression that are moved.
    pub outliers: f64,
    /// By how many standard deviations they are moved.
    pub outlier_size: f64,
}

/// How classes differ in size.
#[derive(Clone, Debug, PartialEq)]
pub enum Imbalance {
    /// The first class keeps all of its examples, the last one this many times fewer, those between in geometric steps.
    Ratio(f64),
    /// The share of its examples that each class keeps.
    Shares(Vec<f64>),
}

/// The default of `outlier_size`.
pub(super) const OUTLIER_SIZE: f64 = 10.0;

/// A share that may be nothing or all.
pub(super) const SHARE: Interval = Interval { low: (0.0, true), high: (1.0, true) };

/// The keys of `problem.imbalance` as a table.
pub(super) const IMBALANCE_KEYS: &[Key] = &[Key::needed(
    "shares",
    "the share of its examples that each class keeps",
    Values::Words("a list of numbers above 0 and at most 1"),
)];

impl Default for Corruption {
    fn default() -> Self {
        Self { label_noise: 0.0, imbalance: None, outliers: 0.0, outlier_size: OUTLIER_SIZE }
    }
}

impl Corruption {
    pub(super) fn read(table: &Table<'_>, task: Task) -> Result<Self, InputError> {
        let of = |key: &str, wanted: Task, message: &str| match table.optional(key) {
            Some(field) if task != wanted => Err(field.error(message)),
            field => Ok(field),
        };
        const NO_CLASSES: &str = "a regression has no classes; its targets are spoilt by `outliers`";
        const NO_VALUES: &str = "only the targets of a regression have outliers; classes are spoilt by `label_noise`";
        let label_noise = of("label_noise", Task::Classification, NO_CLASSES)?;
        let imbalance = of("imbalance", Task::Classification, NO_CLASSES)?;
        let outliers = of("outliers", Task::Regression, NO_VALUES)?;
        let size = of("outlier_size", Task::Regression, NO_VALUES)?;
        if let (Some(size), None) = (&size, &outliers) {
            return Err(size.error("there are no outliers: `outliers`, their share, is missing"));
        }
        const SIZE: Interval = Interval { low: (f64::NEG_INFINITY, false), high: (f64::INFINITY, false) };
        let number = |field: Option<Field<'_>>, interval: Interval, default: f64| {
            field.map_or(Ok(default), |field| field.number(interval))
        };
        let mut corruption = Self {
            label_noise: number(label_noise, SHARE, 0.0)?,
            imbalance: imbalance.map_or(Ok(None), |field| Imbalance::read(&field))?,
            outliers: number(outliers, SHARE, 0.0)?,
            outlier_size: number(size, SIZE, OUTLIER_SIZE)?,
        };
        if corruption.outliers == 0.0 {
            // Without outliers, their size does not matter.
            corruption.outlier_size = OUTLIER_SIZE;
        }
        Ok(corruption)
    }

    /// The keys and values of what is done, as specs write them; none where nothing is done.
    pub(crate) fn lines(&self) -> Vec<(&'static str, String)> {
        let mut lines = Vec::new();
        if self.label_noise > 0.0 {
            lines.push(("label_noise", number(self.label_noise)));
        }
        match &self.imbalance {
            None => {}
            Some(Imbalance::Ratio(ratio)) => lines.push(("imbalance", number(*ratio))),
            Some(Imbalance::Shares(shares)) => {
                lines.push(("imbalance", format!("{{ shares = {} }}", list(shares, |share| number(*share)))));
            }
        }
        if self.outliers > 0.0 {
            lines.push(("outliers", number(self.outliers)));
            lines.push(("outlier_size", number(self.outlier_size)));
        }
        lines
    }
}

impl Imbalance {
    /// None where all classes keep all of their examples.
    fn read(field: &Field<'_>) -> Result<Option<Self>, InputError> {
        if let Some(table) = field.as_table() {
            table.allow(&names(IMBALANCE_KEYS))?;
            let field = table.required("shares", "the share of its examples that each class keeps")?;
            const SHARE: Interval = Interval { low: (0.0, false), high: (1.0, true) };
            let shares = field.list("a list of shares, one per class")?;
            let shares = shares.iter().map(|share| share.number(SHARE)).collect::<Result<Vec<_>, _>>()?;
            return Ok(Some(Self::Shares(shares)));
        }
        const RATIO: Interval = Interval { low: (1.0, true), high: (f64::INFINITY, false) };
        if field.as_number().is_none() {
            return Err(field.expected(format!("{RATIO}, or {{ shares = [s0, s1, …] }}")));
        }
        let ratio = field.number(RATIO)?;
        Ok((ratio > 1.0).then_some(Self::Ratio(ratio)))
    }
}
