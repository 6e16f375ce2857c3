//! What a page's script knows of the trials, in little space: the configurations, their trials, and curves.

use std::collections::BTreeMap;

use serde::Serialize;

use super::targets::Targets;
use crate::figure::words;
use crate::findings::Criterion;
use thalweg_record::record::{Curve, Key, LABEL, Status};
use thalweg_record::stats::{Configuration, CurveMetric, Metric};

/// Configurations that a page has, at most: of more, those that its figures show, and the best by the shown metric.
const MOST_CONFIGURATIONS: usize = 5000;
/// Trials whose keys and outcomes a page has, at most.
const MOST_TRIALS: usize = 30_000;
/// Points of all curves together, at most, and of one.
const MOST_POINTS: usize = 60_000;
const MOST_OF_CURVE: usize = 60;

/// What the script knows of a study.
#[derive(Debug, Serialize)]
pub(super) struct Data {
    /// What runs a trial again, before its key.
    pub command: String,
    methods: Vec<String>,
    problems: Vec<String>,
    /// The names of the settings that differ, and of the metrics.
    columns: Vec<String>,
    metrics: Vec<&'static str>,
    /// The place of the shown one among them, and whether less of it is better.
    shown: usize,
    lower_is_better: bool,
    configurations: Vec<Row>,
    /// How many there are in the tables.
    all: usize,
    curves: BTreeMap<String, Points>,
    pub figures: Vec<Targets>,
}

/// A configuration.
#[derive(Debug, Serialize)]
struct Row {
    problem: usize,
    method: usize,
    settings: Vec<String>,
    trials: usize,
    diverged: usize,
    medians: Vec<Median>,
    /// The keys of its trials, the median one first, with the shown metric of each; none where it diverged.
    keys: Vec<(String, Option<f64>)>,
}

/// The median of a metric; none where it is not finite, and an empty text where the problem has no such metric.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Median {
    Known(Option<f64>),
    Absent(&'static str),
}

/// A curve: steps, training losses and validation losses.
#[derive(Debug, Default, Serialize)]
struct Points(Vec<u64>, Vec<Option<f64>>, Vec<Option<f64>>);

impl Data {
    /// The data of a study, and for each of its configurations its number there.
    pub(super) fn of(
        all: &[Configuration<'_>],
        criterion: Criterion,
        curves: &[Curve],
        command: String,
        shown: impl Iterator<Item = usize>,
    ) -> (Self, Vec<Option<usize>>) {
        let kept = kept(all, criterion, shown);
        let mut numbers = vec![None; all.len()];
        kept.iter().enumerate().for_each(|(number, at)| numbers[*at] = Some(number));
        let shown: Vec<Configuration<'_>> = kept.iter().map(|at| all[*at]).collect();
        let metrics: Vec<Metric> =
            Metric::ALL.into_iter().filter(|metric| all.iter().any(|one| one.has(*metric))).collect();
        let methods = names(&shown, Configuration::series);
        let problems = names(&shown, Configuration::problem);
        let varying = varying(&shown);
        let most = (MOST_TRIALS / shown.len().max(1)).max(1);
        let row = |one: &Configuration<'_>| {
            let place = |names: &[&str], own: &str| names.iter().position(|name| *name == own).unwrap_or(0);
            Row {
                problem: place(&problems, one.problem()),
                method: place(&methods, one.series()),
                settings: varying.iter().map(|at| setting(one, *at)).collect(),
                trials: one.runs().len(),
                diverged: one.runs().filter(|run| run.status() == Status::Diverged).count(),
                medians: metrics
                    .iter()
                    .map(|metric| match one.spread(*metric) {
                        Some(spread) => Median::Known(rounded(spread.median)),
                        None => Median::Absent(""),
                    })
                    .collect(),
                keys: keys(one, criterion.shown).take(most).collect(),
            }
        };
        let configurations: Vec<Row> = shown.iter().map(row).collect();
        let columns = varying.iter().map(|at| all[0].hyperparameters()[*at].replace('_', " ")).collect();
        let data = Self {
            command,
            columns,
            metrics: metrics.iter().map(|metric| metric.label()).collect(),
            shown: metrics.iter().position(|metric| *metric == criterion.shown).unwrap_or(0),
            lower_is_better: criterion.shown.lower_is_better(),
            all: all.len(),
            curves: curves_of(&configurations, curves),
            configurations,
            methods: methods.into_iter().map(words::method).collect(),
            problems: problems.into_iter().map(words::problem).collect(),
            figures: Vec::new(),
        };
        (data, numbers)
    }

    /// The number of the metric that comes of a figure's, which may be of the steps of a trial.
    pub(super) fn number(&self, name: &str) -> Option<usize> {
        let metric = Metric::from_name(name).or(CurveMetric::from_name(name).map(CurveMetric::outcome))?;
        self.metrics.iter().position(|label| *label == metric.label())
    }

    /// What the page leaves out, in words; empty if it has all.
    pub(super) fn omissions(&self) -> String {
        let (shown, all) = (self.configurations.len(), self.all);
        let mut texts = Vec::new();
        if shown < all {
            texts.push(format!(
                "Of {all} configurations {shown} are listed, those of figures and the best; summary.csv has all."
            ));
        }
        if self.configurations.iter().any(|row| row.keys.len() < row.trials) {
            texts.push("Not every trial is named here; runs.csv has all.".to_owned());
        }
        texts.join(" ")
    }

    /// The text that a page holds: nothing in it ends a script.
    pub(super) fn json(&self) -> String {
        serde_json::to_string(self).expect("its maps have texts as keys").replace('<', "\\u003c")
    }
}

/// The keys of the trials with their outcomes, the median one first.
fn keys(one: &Configuration<'_>, metric: Metric) -> impl Iterator<Item = (String, Option<f64>)> {
    let mut trials: Vec<(Key, Option<f64>)> = one.runs().map(|run| (run.key(), metric.outcome(run))).collect();
    let mut order: Vec<usize> = (0..trials.len()).collect();
    let outcome = |at: &usize| trials[*at].1.unwrap_or(metric.worst());
    order.sort_by(|a, b| outcome(a).total_cmp(&outcome(b)));
    let median = order.get((trials.len().max(1) - 1) / 2).copied().unwrap_or(0);
    trials[..=median].rotate_right(1);
    trials.into_iter().map(|(key, outcome)| (key.to_string(), outcome.and_then(rounded)))
}

/// The places of the configurations that are kept, in their order: those that are shown before others.
fn kept(all: &[Configuration<'_>], criterion: Criterion, shown: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut kept: Vec<usize> = (0..all.len()).collect();
    if all.len() > MOST_CONFIGURATIONS {
        let mut is_shown = vec![false; all.len()];
        shown.for_each(|place| is_shown[place] = true);
        let sign = if criterion.shown.lower_is_better() { 1.0 } else { -1.0 };
        let cost = |at: &usize| all[*at].spread(criterion.shown).map_or(f64::INFINITY, |spread| sign * spread.median);
        kept.sort_by_cached_key(|at| {
            // Ascending bits of a total order.
            let bits = cost(at).to_bits() as i64;
            (!is_shown[*at], bits ^ (((bits >> 63) as u64) >> 1) as i64)
        });
        kept.truncate(MOST_CONFIGURATIONS);
        kept.sort_unstable();
    }
    kept
}

fn names<'a>(shown: &[Configuration<'a>], name: impl Fn(&Configuration<'a>) -> &'a str) -> Vec<&'a str> {
    let mut names = Vec::new();
    for own in shown.iter().map(name) {
        if !names.contains(&own) {
            names.push(own);
        }
    }
    names
}

/// The columns of settings that differ.
fn varying(shown: &[Configuration<'_>]) -> Vec<usize> {
    let Some(first) = shown.first() else { return Vec::new() };
    let names = first.hyperparameters().iter().enumerate().filter(|(_, name)| *name != LABEL);
    // What other methods do not have is no difference.
    let differs = |at: usize| {
        let mut settings = shown.iter().filter_map(|one| one.setting_of(at));
        settings.next().is_some_and(|first| settings.any(|other| other != first))
    };
    names.filter(|(at, _)| differs(*at)).map(|(at, _)| at).collect()
}

fn setting(one: &Configuration<'_>, at: usize) -> String {
    one.setting_of(at)
        .map(|setting| setting.number().map_or_else(|| setting.text(), crate::findings::number))
        .unwrap_or_default()
}

/// A number to five digits; none if it is not finite.
fn rounded(value: f64) -> Option<f64> {
    value.is_finite().then(|| format!("{value:.4e}").parse().unwrap_or(value))
}

/// The curves of the trials, as many as there is room for: the first trial of each configuration before the second of any.
fn curves_of(rows: &[Row], curves: &[Curve]) -> BTreeMap<String, Points> {
    let mut by_key: BTreeMap<&str, Vec<&Curve>> = BTreeMap::new();
    curves.iter().for_each(|curve| by_key.entry(&curve.key).or_default().push(curve));
    let most = rows.iter().map(|row| row.keys.len()).max().unwrap_or(0);
    let mut points = 0;
    let mut kept = BTreeMap::new();
    for (key, _) in (0..most).flat_map(|number| rows.iter().filter_map(move |row| row.keys.get(number))) {
        let Some(own) = by_key.get(key.as_str()) else { continue };
        let stride = own.len().div_ceil(MOST_OF_CURVE).max(1);
        let last = own.len() - 1;
        let shown: Vec<&&Curve> =
            own.iter().enumerate().filter(|(at, _)| at % stride == 0 || *at == last).map(|(_, row)| row).collect();
        points += shown.len();
        if points > MOST_POINTS {
            break;
        }
        let steps = shown.iter().map(|row| row.step).collect();
        let losses = |loss: fn(&Curve) -> Option<f64>| -> Vec<Option<f64>> {
            shown.iter().map(|row| loss(row).and_then(rounded)).collect()
        };
        let (train, validation) = (losses(|row| row.train_loss), losses(|row| row.validation_loss));
        let validation = if validation.iter().all(Option::is_none) { Vec::new() } else { validation };
        kept.insert(key.clone(), Points(steps, train, validation));
    }
    kept
}
