//! Optimizers on several problems, each with its best settings.

use super::bootstrap::{Interval, median_interval};
use super::candidates::{Candidate, Candidates, order, rotation};
use super::configuration::Configuration;
use super::criterion::Assessment;
use super::edge::{AtEnd, at_ends};
use super::quantile::{ascend, median, middle};
use super::score::Score;

/// Optimizers on problems: for each pair the configuration that does best there.
#[derive(Clone, Debug)]
pub struct Comparison<'a> {
    /// What is compared.
    pub score: Score,
    /// On which trials the chosen configurations are judged.
    pub assessment: Assessment,
    /// The problems, in the order of the rows.
    pub problems: Vec<&'a str>,
    /// The optimizers, by [series](Configuration::series), in the order of the rows.
    pub optimizers: Vec<&'a str>,
    /// What is chosen by on each problem.
    pub criteria: Vec<Score>,
    /// One row per problem, one cell per optimizer.
    cells: Vec<Vec<Option<Best<'a>>>>,
}

/// An optimizer's best configuration on a problem, and what a choice of it is worth.
#[derive(Clone, Debug)]
pub struct Best<'a> {
    /// The configuration that is chosen on all trials.
    pub configuration: Configuration<'a>,
    /// The costs that the choice is judged by, in plan order: with the same seeds and starts as those of other optimizers. If
    /// they are cross-fitted, each is that of the configuration that is best on the other folds.
    pub costs: Vec<f64>,
    /// Their median.
    pub median: f64,
    /// The median cost of the configuration over all trials, on which it was chosen.
    pub in_sample: f64,
    /// Its values at an end of their axis.
    pub at_ends: Vec<AtEnd<'a>>,
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
    /// The best of the candidates. Where one has a single trial, none is judged on others than it is chosen on.
    pub fn of(candidates: &Candidates<'a>, wanted: Assessment) -> Self {
        let assessment = candidates.assessment(wanted);
        let Candidates { score, problems, optimizers, criteria, .. } = candidates;
        let cell = |problem, optimizer| Best::of(candidates.on(problem, optimizer), assessment);
        let row = |problem| (0..optimizers.len()).map(|optimizer| cell(problem, optimizer)).collect();
        Self {
            score: *score,
            assessment,
            problems: problems.clone(),
            optimizers: optimizers.clone(),
            criteria: criteria.clone(),
            cells: (0..problems.len()).map(row).collect(),
        }
    }

    /// The best configuration of an optimizer on a problem, by index.
    pub fn best(&self, problem: usize, optimizer: usize) -> Option<&Best<'a>> {
        self.cells[problem][optimizer].as_ref()
    }

    /// The best configurations of an optimizer on the problems that it has trials of.
    pub fn bests(&self, optimizer: usize) -> impl Iterator<Item = &Best<'a>> {
        self.cells.iter().filter_map(move |row| row[optimizer].as_ref())
    }

    /// The medians of all optimizers on a problem; infinite where there are no trials.
    pub fn costs(&self, problem: usize) -> Vec<f64> {
        self.cells[problem].iter().map(|cell| cell.as_ref().map_or(f64::INFINITY, |best| best.median)).collect()
    }

    /// The same on the trials that the configurations were chosen on.
    pub fn costs_in_sample(&self, problem: usize) -> Vec<f64> {
        self.cells[problem].iter().map(|cell| cell.as_ref().map_or(f64::INFINITY, |best| best.in_sample)).collect()
    }

    /// How `other` compares with `one` on a problem: a positive ratio if `other` costs more.
    ///
    /// Trials are paired in plan order. Where both cost the same, zero or infinity included, their ratio is 1.
    pub fn pair(&self, problem: usize, one: usize, other: usize) -> Option<Pair> {
        let (first, second) = (self.best(problem, one)?, self.best(problem, other)?);
        let mut ratios: Vec<f64> = first.costs.iter().zip(&second.costs).map(|(&a, &b)| log_ratio(a, b)).collect();
        ascend(&mut ratios);
        Some(Pair { log_ratio: median(&ratios)?, interval: median_interval(&ratios) })
    }
}

impl<'a> Best<'a> {
    fn of(candidates: &[Candidate<'a>], assessment: Assessment) -> Option<Self> {
        let best = &candidates[*order(candidates, None).first()?];
        let in_sample = middle(best.costs().collect());
        let mut costs: Vec<Option<f64>> = Vec::new();
        for fold in rotation(candidates, assessment) {
            let chosen = fold.map_or(best, |_| &candidates[order(candidates, fold)[0]]);
            for (trial, cost) in chosen.costs_in(fold) {
                costs.resize(costs.len().max(trial + 1), None);
                costs[trial] = Some(cost);
            }
        }
        let costs: Vec<f64> = costs.into_iter().flatten().collect();
        let all: Vec<Configuration<'a>> = candidates.iter().map(|candidate| candidate.configuration).collect();
        Some(Self {
            configuration: best.configuration,
            median: middle(costs.clone()),
            costs,
            in_sample,
            at_ends: at_ends(&best.configuration, &all),
        })
    }

    /// The median in-sample minus the one that it is judged by: below 0 where the choice flatters. Two infinite ones are
    /// equal.
    pub fn optimism(&self) -> f64 {
        if self.in_sample == self.median { 0.0 } else { self.in_sample - self.median }
    }
}

/// The logarithm to base 10 of b / a, of costs from 0 to infinity.
pub(super) fn log_ratio(a: f64, b: f64) -> f64 {
    if a == b { 0.0 } else { libm::log10(b) - libm::log10(a) }
}
