//! Optimizers on several problems, each with its best settings.

use std::path::Path;

use super::bootstrap::{Interval, median_interval};
use super::configuration::Configuration;
use super::quantile::median;
use super::score::Score;
use crate::record::{Precision, RecordError, atomic, optional_cell};

/// Optimizers on problems: for each pair the configuration that does best there.
#[derive(Clone, Debug)]
pub struct Comparison<'a> {
    /// What is compared.
    pub score: Score,
    /// The problems, in the order of the rows.
    pub problems: Vec<&'a str>,
    /// The optimizers, by [series](Configuration::series), in the order of the rows.
    pub optimizers: Vec<&'a str>,
    /// One row per problem, one cell per optimizer.
    cells: Vec<Vec<Option<Best<'a>>>>,
}

/// An optimizer's best configuration on a problem.
#[derive(Clone, Debug)]
pub struct Best<'a> {
    /// The configuration.
    pub configuration: Configuration<'a>,
    /// The costs of its trials, in plan order: with the same seeds and starts as those of other configurations.
    pub costs: Vec<f64>,
    /// Their median.
    pub median: f64,
}

/// How one optimizer compares with another one on a problem.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// The median over paired trials of the logarithm to base 10 of the ratio of costs.
    pub log_ratio: f64,
    /// The bootstrap interval of that median; none for one trial.
    pub interval: Option<Interval>,
}

impl<'a> Comparison<'a> {
    /// The configurations with the best medians among those that are `selected`; of equally good ones, the first in
    /// plan order. Problems that do not have this score are left out.
    pub fn of(
        configurations: &[Configuration<'a>],
        score: Score,
        selected: impl Fn(&Configuration<'a>) -> bool,
    ) -> Self {
        let mut comparison = Self { score, problems: Vec::new(), optimizers: Vec::new(), cells: Vec::new() };
        let mut having: Vec<&str> = Vec::new();
        for configuration in configurations {
            if !having.contains(&configuration.problem()) && score.exists_in(configuration) {
                having.push(configuration.problem());
            }
        }
        let candidates = configurations.iter().filter(|candidate| having.contains(&candidate.problem()));
        for &candidate in candidates.filter(|candidate| selected(candidate)) {
            let Some(costs) = candidate.runs().map(|run| score.cost(run)).collect::<Option<Vec<f64>>>() else {
                continue;
            };
            let median = of_unsorted(&costs);
            let problem = number(&mut comparison.problems, candidate.problem());
            let optimizer = number(&mut comparison.optimizers, candidate.series());
            comparison.cells.resize(comparison.problems.len(), Vec::new());
            comparison.cells.iter_mut().for_each(|row| row.resize(comparison.optimizers.len(), None));
            let cell = &mut comparison.cells[problem][optimizer];
            if cell.as_ref().is_none_or(|best| median < best.median) {
                *cell = Some(Best { configuration: candidate, costs, median });
            }
        }
        comparison
    }

    /// The best configuration of an optimizer on a problem, by index.
    pub fn best(&self, problem: usize, optimizer: usize) -> Option<&Best<'a>> {
        self.cells[problem][optimizer].as_ref()
    }

    /// The medians of all optimizers on a problem; infinite where there are no trials.
    pub fn costs(&self, problem: usize) -> Vec<f64> {
        self.cells[problem].iter().map(|cell| cell.as_ref().map_or(f64::INFINITY, |best| best.median)).collect()
    }

    /// The first pair of a problem and an optimizer that has no trials there.
    pub fn gap(&self) -> Option<(&'a str, &'a str)> {
        let gap = |(problem, row): (usize, &Vec<Option<Best<'a>>>)| {
            let optimizer = row.iter().position(Option::is_none)?;
            Some((self.problems[problem], self.optimizers[optimizer]))
        };
        self.cells.iter().enumerate().find_map(gap)
    }

    /// How `other` compares with `one` on a problem: a positive ratio if `other` costs more.
    ///
    /// Trials are paired in plan order. Where both cost the same, zero or infinity included, their ratio is 1.
    pub fn pair(&self, problem: usize, one: usize, other: usize) -> Option<Pair> {
        let (first, second) = (self.best(problem, one)?, self.best(problem, other)?);
        let mut ratios: Vec<f64> = first.costs.iter().zip(&second.costs).map(|(&a, &b)| log_ratio(a, b)).collect();
        ratios.sort_by(f64::total_cmp);
        Some(Pair { log_ratio: median(&ratios)?, interval: median_interval(&ratios) })
    }
}

/// The logarithm to base 10 of b / a, of costs from 0 to infinity.
fn log_ratio(a: f64, b: f64) -> f64 {
    if a == b { 0.0 } else { libm::log10(b) - libm::log10(a) }
}

fn of_unsorted(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    median(&sorted).expect("a configuration has a trial")
}

/// The index of a name, added if it is new.
fn number<'a>(names: &mut Vec<&'a str>, name: &'a str) -> usize {
    names.iter().position(|known| *known == name).unwrap_or_else(|| {
        names.push(name);
        names.len() - 1
    })
}

/// Writes `comparison.csv`: for each score, problem and optimizer the best configuration, its median cost with the 95 %
/// bootstrap interval, the share of its trials that diverged, and its rank among the optimizers on that problem.
///
/// # Errors
/// [`RecordError::Write`].
pub fn write_comparison(
    path: &Path,
    configurations: &[Configuration<'_>],
    scores: &[Score],
) -> Result<(), RecordError> {
    atomic::write(path, |file| {
        let mut writer = csv::Writer::from_writer(file);
        let header = ["score", "problem", "optimizer", "settings", "trials", "diverged_share"];
        writer.write_record(header.into_iter().chain(["median", "ci_low", "ci_high", "rank"]))?;
        for &score in scores {
            let comparison = Comparison::of(configurations, score, |_| true);
            for (problem, name) in comparison.problems.iter().enumerate() {
                let ranks = super::rank::ranks(&comparison.costs(problem));
                for (optimizer, rank) in ranks.into_iter().enumerate() {
                    let Some(best) = comparison.best(problem, optimizer) else { continue };
                    writer.write_record(row(score, name, best, rank))?;
                }
            }
        }
        writer.flush().map_err(csv::Error::from)
    })
    .map_err(|source| RecordError::Write { path: path.to_owned(), source })
}

fn row(score: Score, problem: &str, best: &Best<'_>, rank: f64) -> Vec<String> {
    let Best { configuration, costs, median } = best;
    let set = configuration.settings().map(|(name, setting)| format!("{name}={}", setting.text()));
    let mut sorted = costs.clone();
    sorted.sort_by(f64::total_cmp);
    let interval = median_interval(&sorted);
    let number = |value| Precision::F64.format(value);
    vec![
        score.name().to_owned(),
        problem.to_owned(),
        configuration.series().to_owned(),
        set.collect::<Vec<_>>().join(" "),
        costs.len().to_string(),
        number(configuration.diverged_share()),
        number(*median),
        optional_cell(Precision::F64, interval.map(|interval| interval.low)),
        optional_cell(Precision::F64, interval.map(|interval| interval.high)),
        number(rank),
    ]
}
