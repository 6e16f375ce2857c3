//! `budget.csv` and `regimes.csv`: what trying settings is worth.

use std::path::Path;

use super::bootstrap::median_interval;
use super::budget::Budgets;
use super::candidates::Candidates;
use super::comparison_table::settings;
use super::configuration::Configuration;
use super::criterion::Assessment;
use super::metric::Metric;
use super::quantile::{ascend, median};
use super::ranks_table::{chosen_by, number, optional, write};
use super::regimes::Regimes;
use super::score::Score;
use crate::record::RecordError;

const BUDGET: [&str; 10] =
    ["score", "chosen_by", "problem", "optimizer", "budget", "expected", "q25", "median", "q75", "average_rank"];

const REGIMES: [&str; 13] = [
    "score",
    "chosen_by",
    "problem",
    "optimizer",
    "regime",
    "settings",
    "trials",
    "median",
    "ci_low",
    "ci_high",
    "average_rank",
    "rank_low",
    "rank_high",
];

/// Writes `budget.csv`: for each score, each problem, each optimizer that has trials of every problem, and each number of
/// configurations, the mean and the quartiles of the cost of a trial of the best of so many that are drawn ([`Budgets`]), and
/// the average rank over problems by the medians. The mean is missing where a trial may diverge.
///
/// # Errors
/// [`RecordError::Write`].
pub fn write_budgets(
    path: &Path,
    configurations: &[Configuration<'_>],
    scores: &[(Score, Option<Metric>)],
) -> Result<(), RecordError> {
    let mut rows = Vec::new();
    for &(score, by) in scores {
        let candidates = Candidates::of(configurations, score, by, &|_| true).complete();
        let budgets = Budgets::of(&candidates, Assessment::CrossFit);
        let ranks = budgets.ranks();
        for (problem, name) in candidates.problems.iter().enumerate() {
            for (optimizer, series) in candidates.optimizers.iter().enumerate() {
                for (at, k) in budgets.budgets.iter().enumerate() {
                    let cost = budgets.cost(at, problem, optimizer);
                    let mut row = vec![score.name().to_owned(), chosen_by(&candidates.criteria[problem..=problem], by)];
                    row.extend([(*name).to_owned(), (*series).to_owned(), k.to_string()]);
                    row.push(optional(Some(cost.expected).filter(|mean| mean.is_finite())));
                    row.extend([cost.q25, cost.median, cost.q75, ranks[at][optimizer]].map(number));
                    rows.push(row);
                }
            }
        }
    }
    write(path, &BUDGET, rows)
}

/// Writes `regimes.csv`: for each score, each problem and each optimizer under each regime that it has ([`Regimes`]), the
/// settings, the median cost with its bootstrap interval, and the average rank over all problems among all of these, with its
/// interval.
///
/// # Errors
/// [`RecordError::Write`].
pub fn write_regimes<'a>(
    path: &Path,
    configurations: &[Configuration<'a>],
    scores: &[(Score, Option<Metric>)],
    is_default: &dyn Fn(&Configuration<'a>) -> bool,
) -> Result<(), RecordError> {
    let mut rows = Vec::new();
    for &(score, by) in scores {
        let candidates = Candidates::of(configurations, score, by, &|_| true).complete();
        let regimes = Regimes::of(&candidates, Assessment::CrossFit, is_default);
        let ranks = regimes.ranks();
        for (problem, name) in regimes.problems.iter().enumerate() {
            for (at, entrant) in regimes.entrants.iter().enumerate() {
                let (configuration, costs) = &entrant.cells[problem];
                let mut sorted = costs.clone();
                ascend(&mut sorted);
                let interval = median_interval(&sorted);
                let ends = ranks.intervals[at];
                rows.push(vec![
                    score.name().to_owned(),
                    chosen_by(&candidates.criteria[problem..=problem], by),
                    (*name).to_owned(),
                    regimes.optimizers[entrant.optimizer].to_owned(),
                    entrant.regime.name().to_owned(),
                    settings(configuration),
                    costs.len().to_string(),
                    optional(median(&sorted)),
                    optional(interval.map(|interval| interval.low)),
                    optional(interval.map(|interval| interval.high)),
                    number(ranks.averages[at]),
                    number(ends.low),
                    number(ends.high),
                ]);
            }
        }
    }
    write(path, &REGIMES, rows)
}
