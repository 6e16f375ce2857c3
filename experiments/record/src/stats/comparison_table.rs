//! `comparison.csv`: the best settings of each optimizer on each problem.

use std::path::Path;

use super::bootstrap::median_interval;
use super::candidates::Candidates;
use super::comparison::{Best, Comparison};
use super::configuration::Configuration;
use super::criterion::Assessment;
use super::edge::AtEnd;
use super::interquartile::{interquartile_interval, interquartile_mean};
use super::metric::Metric;
use super::quantile::ascend;
use super::ranks_table::{number, optional, write};
use super::score::Score;
use crate::record::RecordError;

const HEADER: [&str; 17] = [
    "score",
    "problem",
    "optimizer",
    "settings",
    "trials",
    "diverged_share",
    "median",
    "ci_low",
    "ci_high",
    "rank",
    "chosen_by",
    "in_sample",
    "optimism",
    "at_end",
    "iqm",
    "iqm_low",
    "iqm_high",
];

/// Writes `comparison.csv`: for each score with what is chosen by, each problem and optimizer the best configuration, its
/// median cost with the 95 % bootstrap interval, the share of its trials that diverged, and its rank among the optimizers on
/// that problem.
///
/// Costs are cross-fitted ([`Assessment::CrossFit`]) where trials allow it: `in_sample` is the median on the trials that the
/// choice is made on, and `optimism` that minus the cross-fitted one. `at_end` names the hyperparameters whose chosen value is
/// the first or the last of their axis. `iqm` is the interquartile mean, with its bootstrap interval.
///
/// # Errors
/// [`RecordError::Write`].
pub fn write_comparison(
    path: &Path,
    configurations: &[Configuration<'_>],
    scores: &[(Score, Option<Metric>)],
) -> Result<(), RecordError> {
    let mut rows = Vec::new();
    for &(score, by) in scores {
        let candidates = Candidates::of(configurations, score, by, &|_| true);
        let comparison = Comparison::of(&candidates, Assessment::CrossFit);
        for problem in 0..comparison.problems.len() {
            let ranks = super::rank::ranks(&comparison.costs(problem));
            for (optimizer, rank) in ranks.into_iter().enumerate() {
                let best = comparison.best(problem, optimizer);
                rows.extend(best.map(|best| row(&comparison, problem, best, rank)));
            }
        }
    }
    write(path, &HEADER, rows)
}

fn row(comparison: &Comparison<'_>, problem: usize, best: &Best<'_>, rank: f64) -> Vec<String> {
    let Best { configuration, costs, median, in_sample, .. } = best;
    let mut sorted = costs.clone();
    ascend(&mut sorted);
    let interval = median_interval(&sorted);
    let middle = interquartile_interval(&[costs]);
    vec![
        comparison.score.name().to_owned(),
        comparison.problems[problem].to_owned(),
        configuration.series().to_owned(),
        settings(configuration),
        costs.len().to_string(),
        number(configuration.diverged_share()),
        number(*median),
        optional(interval.map(|interval| interval.low)),
        optional(interval.map(|interval| interval.high)),
        number(rank),
        comparison.criteria[problem].name().to_owned(),
        number(*in_sample),
        // Without other trials than those of the choice, nothing is known of it.
        optional((comparison.assessment == Assessment::CrossFit).then(|| best.optimism())),
        best.at_ends.iter().map(end).collect::<Vec<_>>().join(" "),
        optional(interquartile_mean(&sorted)),
        optional(middle.map(|interval| interval.low)),
        optional(middle.map(|interval| interval.high)),
    ]
}

fn end(AtEnd { name, is_last }: &AtEnd<'_>) -> String {
    format!("{name}:{}", if *is_last { "last" } else { "first" })
}

/// The settings of a configuration in a cell.
pub(super) fn settings(configuration: &Configuration<'_>) -> String {
    let set = configuration.settings().map(|(name, setting)| format!("{name}={}", setting.text()));
    set.collect::<Vec<_>>().join(" ")
}
