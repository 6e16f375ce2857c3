//! Trials grouped by what they have in common: all but their seeds.

use std::collections::HashMap;
use std::fmt::Write;

use super::bootstrap::{Interval, median_interval};
use super::metric::Metric;
use super::quantile::{median, quantile};
use crate::record::{Run, Runs, Setting, Status};

/// The trials of one problem, optimizer and settings, which differ in their seeds.
#[derive(Clone, Debug)]
pub struct Configuration<'a> {
    /// The names of the settings.
    pub hyperparameters: &'a [String],
    /// The trials, in plan order; there is at least one.
    pub runs: Vec<&'a Run>,
    /// The metrics that this problem has.
    metrics: Vec<Metric>,
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
    /// A configuration of these trials, whose problem has these metrics.
    pub(super) fn new(hyperparameters: &'a [String], runs: Vec<&'a Run>, metrics: Vec<Metric>) -> Self {
        Self { hyperparameters, runs, metrics }
    }

    /// The problem's name.
    pub fn problem(&self) -> &'a str {
        &self.runs[0].problem
    }

    /// The optimizer's name.
    pub fn optimizer(&self) -> &'a str {
        &self.runs[0].optimizer
    }

    /// One value per name in `hyperparameters`; none where this optimizer has no such hyperparameter.
    pub fn settings(&self) -> &'a [Option<Setting>] {
        &self.runs[0].settings
    }

    /// The setting of that name, if this optimizer has one.
    pub fn setting(&self, name: &str) -> Option<&'a Setting> {
        let index = self.hyperparameters.iter().position(|known| known == name)?;
        self.settings()[index].as_ref()
    }

    /// Problem, optimizer and settings in one line, such as `moons sgd lr=0.1`.
    ///
    /// It does not mention hyperparameters that this optimizer does not have: adding an optimizer to a sweep changes no
    /// text.
    pub fn text(&self) -> String {
        let mut text = format!("{} {}", self.problem(), self.optimizer());
        for (name, setting) in self.hyperparameters.iter().zip(self.settings()) {
            if let Some(setting) = setting {
                write!(text, " {name}={}", setting.text()).expect("a String takes all text");
            }
        }
        text
    }

    /// The share of trials that diverged.
    pub fn diverged_share(&self) -> f64 {
        let diverged = self.runs.iter().filter(|run| run.status == Status::Diverged).count();
        diverged as f64 / self.runs.len() as f64
    }

    /// The outcomes of the trials in ascending order; none if the problem does not have this metric.
    pub fn outcomes(&self, metric: Metric) -> Vec<f64> {
        if !self.metrics.contains(&metric) {
            return Vec::new();
        }
        let mut outcomes: Vec<f64> = self.runs.iter().filter_map(|run| metric.outcome(run)).collect();
        outcomes.sort_by(f64::total_cmp);
        outcomes
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

/// Groups the trials, in the order in which the plan first has each configuration.
pub fn configurations(runs: &Runs) -> Vec<Configuration<'_>> {
    let mut metrics: HashMap<&str, Vec<Metric>> = HashMap::new();
    for run in &runs.rows {
        metrics.entry(&run.problem).or_insert_with_key(|&problem| {
            let same = || runs.rows.iter().filter(|run| run.problem == problem);
            Metric::ALL.into_iter().filter(|metric| metric.exists_in(same())).collect()
        });
    }
    let mut groups: Vec<Configuration<'_>> = Vec::new();
    let mut places: HashMap<(&str, &str, Vec<Option<String>>), usize> = HashMap::new();
    for run in &runs.rows {
        let settings = run.settings.iter().map(|setting| setting.as_ref().map(Setting::text)).collect();
        let place = *places.entry((&run.problem, &run.optimizer, settings)).or_insert(groups.len());
        if place == groups.len() {
            let metrics = metrics[run.problem.as_str()].clone();
            groups.push(Configuration::new(&runs.hyperparameters, Vec::new(), metrics));
        }
        groups[place].runs.push(run);
    }
    groups
}

/// For each problem and optimizer, the configuration whose median of `metric` is best.
///
/// Where several are equally good, the one with the smallest median loss on the same split ([`Metric::tie_break`]),
/// then the first in plan order. An optimizer all of whose medians diverged is still given, by its first configuration;
/// one without the metric is not.
pub fn choose_best<'a>(runs: &'a Runs, metric: Metric) -> Vec<Configuration<'a>> {
    let mut best: Vec<(Configuration<'a>, [f64; 2])> = Vec::new();
    for candidate in configurations(runs) {
        let Some(spread) = candidate.spread(metric) else { continue };
        // Negated where larger is better, so that smaller costs are better throughout.
        let cost = if metric.lower_is_better() { spread.median } else { -spread.median };
        let tie = candidate.spread(metric.tie_break()).map_or(f64::INFINITY, |spread| spread.median);
        let same = |other: &Configuration<'_>| {
            other.problem() == candidate.problem() && other.optimizer() == candidate.optimizer()
        };
        match best.iter_mut().find(|(other, _)| same(other)) {
            None => best.push((candidate, [cost, tie])),
            Some(leader) if [cost, tie] < leader.1 => *leader = (candidate, [cost, tie]),
            Some(_) => {}
        }
    }
    best.into_iter().map(|(configuration, _)| configuration).collect()
}
