//! What there is to choose from: the configurations of each optimizer on each problem, with the costs of their trials.

use super::configuration::Configuration;
use super::criterion::Assessment;
use super::metric::Metric;
use super::quantile::{ascend, ascending_order, median};
use super::score::Score;

/// The most folds of trials that a choice is judged on.
pub const MOST_FOLDS: usize = 5;

/// The configurations of optimizers on problems.
#[derive(Clone, Debug)]
pub struct Candidates<'a> {
    /// What they are compared by.
    pub score: Score,
    /// The problems, in the order of the rows.
    pub problems: Vec<&'a str>,
    /// The optimizers, by [series](Configuration::series), in the order of the rows.
    pub optimizers: Vec<&'a str>,
    /// What is chosen by on each problem.
    pub criteria: Vec<Score>,
    /// One row per problem, one cell per optimizer, in it its configurations in plan order.
    cells: Vec<Vec<Vec<Candidate<'a>>>>,
}

/// A configuration that may be chosen.
#[derive(Clone, Debug)]
pub struct Candidate<'a> {
    /// The configuration.
    pub configuration: Configuration<'a>,
    /// Its trials, in plan order.
    outcomes: Vec<Outcome>,
}

#[derive(Clone, Copy, Debug)]
struct Outcome {
    cost: f64,
    /// What is chosen by, and what decides where that is equal.
    by: [f64; 2],
}

/// One of several equal parts of the trials: those whose number leaves this remainder.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fold {
    pub index: usize,
    pub of: usize,
}

impl Fold {
    fn has(self, trial: usize) -> bool {
        trial % self.of == self.index
    }
}

impl<'a> Candidates<'a> {
    /// The configurations that are `selected`, chosen by `by`, or else as [`Metric::criterion`] has it. Problems that do not
    /// have the score are left out, and so are configurations without what they are chosen by.
    pub fn of(
        configurations: &[Configuration<'a>],
        score: Score,
        by: Option<Metric>,
        selected: &dyn Fn(&Configuration<'a>) -> bool,
    ) -> Self {
        let (problems, optimizers) = (Vec::new(), Vec::new());
        let mut all = Self { score, problems, optimizers, criteria: Vec::new(), cells: Vec::new() };
        let mut having: Vec<&str> = Vec::new();
        for configuration in configurations {
            if having.last() != Some(&configuration.problem())
                && !having.contains(&configuration.problem())
                && score.exists_in(configuration)
            {
                having.push(configuration.problem());
            }
        }
        let candidates = configurations.iter().filter(|candidate| having.contains(&candidate.problem()));
        for &configuration in candidates.filter(|candidate| selected(candidate)) {
            let criterion = score.criterion(by, &configuration);
            let outcome = |run| {
                let cost = score.cost(run)?;
                let by = if criterion == score { cost } else { criterion.cost(run)? };
                let tie = if criterion.tie_break() == criterion { by } else { criterion.tie_break().cost(run)? };
                Some(Outcome { cost, by: [by, tie] })
            };
            let Some(outcomes) = configuration.runs().map(outcome).collect::<Option<Vec<Outcome>>>() else { continue };
            let problem = number(&mut all.problems, configuration.problem());
            let optimizer = number(&mut all.optimizers, configuration.series());
            if problem == all.cells.len() {
                all.cells.push(Vec::new());
                all.criteria.push(criterion);
            }
            let row = &mut all.cells[problem];
            row.resize(row.len().max(optimizer + 1), Vec::new());
            row[optimizer].push(Candidate { configuration, outcomes });
        }
        let optimizers = all.optimizers.len();
        all.cells.iter_mut().for_each(|row| row.resize(optimizers, Vec::new()));
        all
    }

    /// The configurations of an optimizer on a problem, by index; none if it has no trials there.
    pub fn on(&self, problem: usize, optimizer: usize) -> &[Candidate<'a>] {
        &self.cells[problem][optimizer]
    }

    /// The same without the optimizers that lack trials of some problem.
    #[must_use]
    pub fn complete(self) -> Self {
        let has_all = |optimizer: &usize| self.cells.iter().all(|row| !row[*optimizer].is_empty());
        let kept: Vec<usize> = (0..self.optimizers.len()).filter(has_all).collect();
        let optimizers = kept.iter().map(|&optimizer| self.optimizers[optimizer]).collect();
        let row = |row: Vec<Vec<Candidate<'a>>>| {
            let cells = row.into_iter().enumerate();
            cells.filter(|(optimizer, _)| kept.contains(optimizer)).map(|(_, cell)| cell).collect()
        };
        Self { optimizers, cells: self.cells.into_iter().map(row).collect(), ..self }
    }

    /// The first pair of a problem and an optimizer that has no trials there.
    pub fn gap(&self) -> Option<(&'a str, &'a str)> {
        let gap = |(problem, row): (usize, &Vec<Vec<Candidate<'_>>>)| {
            let optimizer = row.iter().position(Vec::is_empty)?;
            Some((self.problems[problem], self.optimizers[optimizer]))
        };
        self.cells.iter().enumerate().find_map(gap)
    }

    /// Whether every choice is judged on other trials than it is made on, if that is wanted: not where a configuration has one
    /// trial alone.
    pub fn assessment(&self, wanted: Assessment) -> Assessment {
        let mut cells = self.cells.iter().flatten().filter(|cell| !cell.is_empty());
        if cells.all(|cell| folds(cell, wanted) > 1) { wanted } else { Assessment::InSample }
    }
}

impl Candidate<'_> {
    /// The costs of its trials, in plan order.
    pub fn costs(&self) -> impl ExactSizeIterator<Item = f64> {
        self.outcomes.iter().map(|outcome| outcome.cost)
    }

    /// The costs of the trials of a fold with their numbers, or of all.
    pub(super) fn costs_in(&self, fold: Option<Fold>) -> impl Iterator<Item = (usize, f64)> {
        let own = self.outcomes.iter().enumerate();
        own.filter(move |(trial, _)| fold.is_none_or(|fold| fold.has(*trial))).map(|(trial, one)| (trial, one.cost))
    }

    /// The medians that it is chosen by, over the trials that are not in a fold.
    fn merit(&self, without: Option<Fold>, values: &mut Vec<f64>) -> [f64; 2] {
        [0, 1].map(|which| {
            values.clear();
            let others = self.outcomes.iter().enumerate();
            let others = others.filter(|(trial, _)| without.is_none_or(|fold| !fold.has(*trial)));
            values.extend(others.map(|(_, outcome)| outcome.by[which]));
            ascend(values);
            median(values).expect("a configuration has trials in two folds")
        })
    }
}

/// The number of folds of the trials: as many as the configuration with the fewest has trials, and at most [`MOST_FOLDS`];
/// one if choices are judged on what they are made on.
fn folds(candidates: &[Candidate<'_>], assessment: Assessment) -> usize {
    let trials = candidates.iter().map(|candidate| candidate.outcomes.len()).min().unwrap_or(0);
    if assessment == Assessment::InSample { 1 } else { trials.clamp(1, MOST_FOLDS) }
}

/// The folds that choices are judged on, in rotation: all trials at once where there is one.
pub(super) fn rotation(
    candidates: &[Candidate<'_>],
    assessment: Assessment,
) -> impl Iterator<Item = Option<Fold>> + use<> {
    let of = folds(candidates, assessment);
    (0..of).map(move |index| (of > 1).then_some(Fold { index, of }))
}

/// The candidates from the best to the worst by the trials that are not in a fold: by the median of what they are chosen by,
/// then of what decides between equal ones, then in plan order.
pub(super) fn order(candidates: &[Candidate<'_>], without: Option<Fold>) -> Vec<usize> {
    let mut values = Vec::new();
    let merits: Vec<[f64; 2]> = candidates.iter().map(|candidate| candidate.merit(without, &mut values)).collect();
    let by_tie = ascending_order(&merits.iter().map(|merit| merit[1]).collect::<Vec<_>>());
    let by_merit = ascending_order(&by_tie.iter().map(|&candidate| merits[candidate][0]).collect::<Vec<_>>());
    by_merit.into_iter().map(|place| by_tie[place]).collect()
}

/// The index of a name, added if it is new.
fn number<'a>(names: &mut Vec<&'a str>, name: &'a str) -> usize {
    names.iter().position(|known| *known == name).unwrap_or_else(|| {
        names.push(name);
        names.len() - 1
    })
}
