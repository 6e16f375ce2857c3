//! The options of a figure beyond its kind and metric, and the selection of its trials.

use super::axis::{Axis, Scale};
use super::kept::{At, Split};
use super::named;
use super::ticks::value_label;
use thalweg_record::record::{Key, Setting, Trial};
use thalweg_record::stats::{Assessment, Configuration, Metric, Statistic};

/// The column of problems.
pub const PROBLEM: &str = "problem";

/// The options of a figure beyond its kind and metric; every kind takes a subset of them ([`super::Kind::keys`]).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// The file's name without its ending; by default, kind, metric and columns.
    pub name: Option<String>,
    /// The title; by default, what is shown.
    pub title: Option<String>,
    /// The range of the abscissa; by default, around the data.
    pub x_range: Option<(f64, f64)>,
    /// The range of the ordinate; by default, around the data.
    pub y_range: Option<(f64, f64)>,
    /// How values are spread along the abscissa; by default, the kind chooses.
    pub x_scale: Option<Scale>,
    /// The same for the ordinate.
    pub y_scale: Option<Scale>,
    /// The metric that the best configuration is best in; by default, the outcome that belongs to the metric.
    pub select_by: Option<Metric>,
    /// On which trials chosen configurations are judged.
    pub assessment: Assessment,
    /// What stands for the trials of a configuration.
    pub statistic: Statistic,
    /// The configurations that are shown; if there are none, the kind chooses.
    pub selection: Vec<Selection>,
    /// The default settings of optimizers, for a figure that shows them.
    pub defaults: Vec<Selection>,
    /// The column on the abscissa.
    pub x: Option<String>,
    /// The column on the ordinate.
    pub y: Option<String>,
    /// The column with one line per value; `problem` and `optimizer` are columns as well.
    pub series: Option<String>,
    /// The column with one colour per value.
    pub color: Option<String>,
    /// The column with one panel per value.
    pub panel: Option<String>,
    /// The column with one row of panels per value.
    pub row: Option<String>,
    /// The column that is shown.
    pub column: Option<String>,
    /// The table that is drawn, as a path from the folder of the results.
    pub table: Option<String>,
    /// The value below which a metric counts as reached.
    pub below: Option<f64>,
    /// The optimizer that another one is compared with.
    pub against: Option<String>,
    /// When the weights that are shown were kept.
    pub at: At,
    /// The examples that are shown, or that one of them is of.
    pub split: Split,
    /// The number of the example that is worked through.
    pub example: Option<u64>,
    /// The functions that are shown.
    pub functions: Vec<String>,
    /// The columns that have an axis; if there are none, those whose values differ.
    pub columns: Vec<String>,
    /// The keys of the trials that are shown, or their beginnings; if there are none, all of the configurations that are shown.
    pub trials: Vec<String>,
    /// The theory that is laid over the figure.
    pub theory: Option<Theory>,
    /// Values at which level lines are drawn.
    pub lines: Vec<f64>,
    /// What the abscissa of a curve counts.
    pub progress: Progress,
    /// Whether the abscissa is the probability σ(z) and not z.
    pub by_probability: bool,
    /// Whether losses are measured from that of the least-squares optimum.
    pub from_optimum: bool,
    /// The values of the colours of cells, where several panels have them in common.
    pub colors: Option<Axis>,
    /// Steps of an epoch of the sweep, for a figure by epoch.
    pub steps_per_epoch: Option<u64>,
    /// The smallest and the largest eigenvalue of a quadratic, for a theory that needs them.
    pub spectrum: Option<(f64, f64)>,
    /// The training loss of the least-squares optimum, for a figure of losses from there on.
    pub optimum: Option<f64>,
    /// The column of an observer's table that tells rows of a step apart, where the figure names it.
    pub index: Option<String>,
    /// Only what happened until then is shown, in what the kind's times count ([`super::Kind::times`]).
    pub until: Option<f64>,
}

/// Which configurations are shown: those that have these settings, whatever their other settings; the problem is one of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// The optimizer's name or label; any if there is none.
    pub optimizer: Option<String>,
    /// Names and values of settings.
    pub settings: Vec<(String, Setting)>,
}

impl Selection {
    /// The problem that it names, if it does.
    pub fn problem(&self) -> Option<&str> {
        self.settings.iter().find_map(|(name, value)| match value {
            Setting::Choice(problem) if name == PROBLEM => Some(problem.as_str()),
            _ => None,
        })
    }
}

/// How far training has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Progress {
    /// In updates.
    #[default]
    Steps,
    /// In passes over the training split.
    Epochs,
    /// In gradients of batches, of which some methods take several in a step.
    Gradients,
}

impl Progress {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Steps, Self::Epochs, Self::Gradients];

    /// Its name in specs, and of one of what it counts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Steps => "step",
            Self::Epochs => "epoch",
            Self::Gradients => "gradient",
        }
    }
}

/// A theory that says where an optimizer converges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theory {
    /// That of gradient descent and momentum on a quadratic.
    Quadratic,
    /// The same, read the other way round: the largest curvature at which steps of a learning rate are stable.
    Edge,
}

/// Whether a value is the number that a user means: equal, or told apart by no figure, which have three digits.
pub fn is_meant(wanted: f64, value: f64) -> bool {
    wanted == value || value_label(wanted) == value_label(value)
}

impl Options {
    /// The same with numbers in selections as configurations have them: where none has a number itself, the nearest of those
    /// that may be meant by it.
    pub(super) fn resolved(&self, configurations: &[Configuration<'_>]) -> Self {
        let mut resolved = self.clone();
        let numbers = resolved.selection.iter_mut().flat_map(|selection| &mut selection.settings);
        for (name, setting) in numbers {
            let Some(wanted) = setting.number() else { continue };
            let own = configurations.iter().filter_map(|configuration| configuration.setting(name)?.number());
            let distance = |value: f64| (value - wanted).abs();
            let nearest = own.min_by(|a, b| distance(*a).total_cmp(&distance(*b)));
            if let Some(value) = nearest.filter(|value| is_meant(wanted, *value)) {
                *setting = Setting::Number(value);
            }
        }
        resolved.trials = named::complete(&self.trials, configurations);
        resolved
    }

    /// Whether a trial is among those that are named by their keys, if any are.
    pub(super) fn names_trial(&self, trial: Trial<'_>) -> bool {
        self.trials.is_empty() || self.trials.iter().any(|key| Key::parse(key.as_bytes()) == Some(trial.key()))
    }

    /// The settings that all selected configurations have in common, because every selection has them; not the problem, which
    /// titles name.
    pub(super) fn fixed(&self) -> impl Iterator<Item = &(String, Setting)> {
        let (first, others) =
            self.selection.split_first().map_or((&[][..], &[][..]), |(first, others)| (&first.settings[..], others));
        let first = first.iter().filter(|(name, _)| name != PROBLEM);
        first.filter(|setting| others.iter().all(|other| other.settings.contains(setting)))
    }

    /// Whether the configuration is among those that are shown.
    pub fn selects(&self, configuration: &Configuration<'_>) -> bool {
        let has = |(name, value): &(String, Setting)| match (name.as_str(), value) {
            (PROBLEM, Setting::Choice(problem)) => problem == configuration.problem(),
            _ => configuration.setting(name).as_ref() == Some(value),
        };
        let is_of = |name: &str| [configuration.optimizer(), configuration.series()].contains(&name);
        let matches = |selection: &Selection| {
            selection.optimizer.as_deref().is_none_or(is_of) && selection.settings.iter().all(has)
        };
        (self.selection.is_empty() || self.selection.iter().any(matches))
            && (self.trials.is_empty() || configuration.runs().any(|trial| self.names_trial(trial)))
    }

    /// Whether configurations are selected, and not problems alone.
    pub(super) fn selects_configurations(&self) -> bool {
        let names = |selection: &Selection| {
            let is_index = |name: &String| self.index.as_ref() == Some(name);
            selection.optimizer.is_some()
                || selection.settings.iter().any(|(name, _)| name != PROBLEM && !is_index(name))
        };
        !self.trials.is_empty() || self.selection.iter().any(names)
    }

    /// The columns that tell lines, colours, panels and rows apart, and those by which some are selected.
    pub(super) fn mentions(&self, column: &str) -> bool {
        let Self { series, color, panel, row, selection, .. } = self;
        let roles = [series, color, panel, row].into_iter().flatten();
        let selected = selection.iter().flat_map(|selection| &selection.settings).map(|(name, _)| name);
        roles.chain(selected).any(|name| name == column)
    }

    /// Whether configurations of a problem may be selected.
    pub fn selects_problem(&self, problem: &str) -> bool {
        self.selection.is_empty() || self.selection.iter().any(|one| one.problem().is_none_or(|own| own == problem))
    }
}
