//! Trials grouped by what they have in common: all but their seeds.

use std::fmt::Write;

use super::bootstrap::{Interval, median_interval};
use super::metric::Metric;
use super::quantile::{median, quantile};
use crate::record::{Quantities, Setting, Status, Trial, Trials};

/// The trials of one problem, optimizer and settings, which differ in their seeds: at least one, in plan order.
#[derive(Clone, Copy, Debug)]
pub struct Configuration<'a> {
    trials: &'a Trials,
    place: u32,
    /// What its problem has.
    quantities: Quantities,
}

/// A metric over the trials of a configuration, with diverged trials as the worst ones ([`Metric::worst`]).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The median.
    pub median: f64,
    /// The first quartile.
    pub q25: f64,
    /// The third quartile.
    pub q75: f64,
}

impl<'a> Configuration<'a> {
    /// The configuration at this place among those of the trials, whose problem has these quantities.
    pub(super) fn new(trials: &'a Trials, place: usize, quantities: Quantities) -> Self {
        Self { trials, place: place as u32, quantities }
    }

    /// Its trials, in plan order.
    pub fn runs(&self) -> impl ExactSizeIterator<Item = Trial<'a>> + Clone + use<'a> {
        self.trials.of(self.place as usize)
    }

    /// Its trial of this number, in plan order.
    pub fn run(&self, number: usize) -> Trial<'a> {
        self.trials.trial(self.place as usize, number)
    }

    /// The problem's name.
    pub fn problem(&self) -> &'a str {
        self.trials.problem(self.place as usize)
    }

    /// The optimizer's name.
    pub fn optimizer(&self) -> &'a str {
        self.trials.optimizer(self.place as usize)
    }

    /// What tells its optimizer from others of the sweep: a label, if it has one, or else its name.
    pub fn series(&self) -> &'a str {
        self.trials.series(self.place as usize)
    }

    /// The names of all hyperparameters, also of those that this optimizer does not have.
    pub fn hyperparameters(&self) -> &'a [String] {
        &self.trials.hyperparameters
    }

    /// The hyperparameters that this optimizer has, with their values.
    pub fn settings(&self) -> impl Iterator<Item = (&'a str, Setting)> {
        let setting = |(i, name): (usize, &'a String)| Some((name.as_str(), self.setting_of(i)?));
        self.hyperparameters().iter().enumerate().filter_map(setting)
    }

    /// The setting of that name, if this optimizer has one.
    pub fn setting(&self, name: &str) -> Option<Setting> {
        self.setting_of(self.hyperparameters().iter().position(|known| known == name)?)
    }

    /// The number of the setting of that name, if this optimizer has one.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.setting(name)?.number()
    }

    /// The setting of that number in [`Self::hyperparameters`], if this optimizer has one.
    pub fn setting_of(&self, hyperparameter: usize) -> Option<Setting> {
        self.trials.setting(self.place as usize, hyperparameter)
    }

    /// Whether another configuration of the same trials has the same setting of that number.
    pub fn agrees_with(&self, other: &Self, hyperparameter: usize) -> bool {
        self.trials.have_same_setting([self.place as usize, other.place as usize], hyperparameter)
    }

    /// Whether its problem has this metric.
    pub fn has(&self, metric: Metric) -> bool {
        metric.is_in(self.quantities)
    }

    /// Problem, optimizer and settings in one line, such as `moons sgd lr=0.1`.
    ///
    /// It does not mention hyperparameters that this optimizer does not have: adding an optimizer to a sweep changes no
    /// text.
    pub fn text(&self) -> String {
        let mut text = format!("{} {}", self.problem(), self.optimizer());
        for (name, setting) in self.settings() {
            write!(text, " {name}={}", setting.text()).expect("a String takes all text");
        }
        text
    }

    /// The share of trials that diverged.
    pub fn diverged_share(&self) -> f64 {
        let diverged = self.runs().filter(|trial| trial.status() == Status::Diverged).count();
        diverged as f64 / self.runs().len() as f64
    }

    /// The outcomes of the trials in ascending order; none if the problem does not have this metric.
    pub fn outcomes(&self, metric: Metric) -> Vec<f64> {
        let mut outcomes = Vec::with_capacity(self.runs().len());
        self.collect(metric, &mut outcomes);
        outcomes
    }

    /// [`Self::outcomes`], in place of what is there.
    pub(super) fn collect(&self, metric: Metric, outcomes: &mut Vec<f64>) {
        outcomes.clear();
        if self.has(metric) {
            outcomes.extend(self.runs().filter_map(|trial| metric.outcome(trial)));
            outcomes.sort_by(f64::total_cmp);
        }
    }

    /// Median and quartiles; none if the problem does not have this metric.
    pub fn spread(&self, metric: Metric) -> Option<Spread> {
        Spread::of(&self.outcomes(metric))
    }

    /// The bootstrap interval of the median; none for one trial.
    pub fn interval(&self, metric: Metric) -> Option<Interval> {
        median_interval(&self.outcomes(metric))
    }
}

impl Spread {
    /// Median and quartiles of ascending values; none of no values.
    pub fn of(sorted: &[f64]) -> Option<Self> {
        Some(Self { median: median(sorted)?, q25: quantile(sorted, 0.25)?, q75: quantile(sorted, 0.75)? })
    }
}

/// The configurations of the trials, in the order in which the plan first has each.
pub fn configurations(trials: &Trials) -> Vec<Configuration<'_>> {
    let quantities = trials.quantities();
    (0..trials.configurations()).map(|place| Configuration::new(trials, place, quantities(place))).collect()
}

/// For each problem and [series](Configuration::series), the configuration whose median of `metric` is best.
///
/// Where several are equally good, the one with the smallest median loss on the same split ([`Metric::tie_break`]),
/// then the first in plan order. An optimizer all of whose medians diverged is still given, by its first configuration;
/// one without the metric is not.
pub fn choose_best<'a>(configurations: &[Configuration<'a>], metric: Metric) -> Vec<Configuration<'a>> {
    choose_best_of(configurations, metric, |one, other| {
        one.problem() == other.problem() && one.series() == other.series()
    })
}

/// Of configurations that are alike, the one whose median of `metric` is best, as [`choose_best`] has it.
pub fn choose_best_of<'a>(
    configurations: &[Configuration<'a>],
    metric: Metric,
    are_alike: impl Fn(&Configuration<'_>, &Configuration<'_>) -> bool,
) -> Vec<Configuration<'a>> {
    let mut best: Vec<(Configuration<'a>, [f64; 2])> = Vec::new();
    for &candidate in configurations {
        let Some(spread) = candidate.spread(metric) else { continue };
        // Negated where larger is better, so that smaller costs are better throughout.
        let cost = if metric.lower_is_better() { spread.median } else { -spread.median };
        let tie = candidate.spread(metric.tie_break()).map_or(f64::INFINITY, |spread| spread.median);
        match best.iter_mut().find(|(other, _)| are_alike(other, &candidate)) {
            None => best.push((candidate, [cost, tie])),
            Some(leader) if [cost, tie] < leader.1 => *leader = (candidate, [cost, tie]),
            Some(_) => {}
        }
    }
    best.into_iter().map(|(configuration, _)| configuration).collect()
}
