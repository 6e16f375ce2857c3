//! Three ways to come by settings: defaults, one setting for all problems, and tuning on each.

use std::collections::HashMap;

use super::bootstrap::median_interval;
use super::candidates::{Candidate, Candidates, order};
use super::comparison::{Comparison, Pair, log_ratio};
use super::comparison_table::settings;
use super::configuration::Configuration;
use super::criterion::Assessment;
use super::quantile::{ascend, median, middle};
use super::resampled_ranks::ResampledRanks;

/// How an optimizer comes by its settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Regime {
    /// They are its defaults.
    Defaults,
    /// They are the same on all problems: those that do best on the others than the one that they are judged on.
    OneForAll,
    /// They are chosen on each problem.
    Tuned,
}

impl Regime {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Defaults, Self::OneForAll, Self::Tuned];

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Defaults => "defaults",
            Self::OneForAll => "one-for-all",
            Self::Tuned => "tuned",
        }
    }
}

/// An optimizer under a regime, which takes part in the ranking.
#[derive(Clone, Debug)]
pub struct Entrant<'a> {
    /// Its number in [`Regimes::optimizers`].
    pub optimizer: usize,
    /// How it comes by its settings.
    pub regime: Regime,
    /// By problem: the settings, and the costs of trials that took no part in their choice.
    pub cells: Vec<(Configuration<'a>, Vec<f64>)>,
}

/// Optimizers under the three regimes.
#[derive(Clone, Debug)]
pub struct Regimes<'a> {
    /// The problems.
    pub problems: Vec<&'a str>,
    /// The optimizers.
    pub optimizers: Vec<&'a str>,
    /// On which trials tuned configurations are judged.
    pub assessment: Assessment,
    /// The entrants, optimizer by optimizer.
    pub entrants: Vec<Entrant<'a>>,
}

impl<'a> Regimes<'a> {
    /// The entrants that there are: an optimizer has no defaults where no configuration `is_default` on every problem, and no
    /// setting for all problems where there is one problem alone, or none of its settings was tried on all.
    ///
    /// The setting for a problem is that with the lowest average rank, among all of the optimizer's, on the other problems
    /// (leave one out); of equal ones, the first in plan order.
    pub fn of(
        candidates: &Candidates<'a>,
        wanted: Assessment,
        is_default: &dyn Fn(&Configuration<'a>) -> bool,
    ) -> Self {
        let comparison = Comparison::of(candidates, wanted);
        let problems = candidates.problems.len();
        let mut entrants = Vec::new();
        for optimizer in 0..candidates.optimizers.len() {
            let cells: Vec<&[Candidate<'a>]> = (0..problems).map(|at| candidates.on(at, optimizer)).collect();
            let default = |cell: &&[Candidate<'a>]| {
                cell.iter().find(|candidate| is_default(&candidate.configuration)).map(judged)
            };
            let tuned = |problem| {
                let best = comparison.best(problem, optimizer)?;
                Some((best.configuration, best.costs.clone()))
            };
            let defaults = cells.iter().map(default).collect::<Option<Vec<_>>>();
            let tuned = (0..problems).map(tuned).collect::<Option<Vec<_>>>();
            let found =
                [(Regime::Defaults, defaults), (Regime::OneForAll, one_for_all(&cells)), (Regime::Tuned, tuned)];
            let entrant =
                |(regime, cells): (Regime, Option<Vec<_>>)| Some(Entrant { optimizer, regime, cells: cells? });
            entrants.extend(found.into_iter().filter_map(entrant));
        }
        Self {
            problems: candidates.problems.clone(),
            optimizers: candidates.optimizers.clone(),
            assessment: comparison.assessment,
            entrants,
        }
    }

    /// The ranks of all entrants among each other.
    pub fn ranks(&self) -> ResampledRanks {
        let row = |problem: usize| self.entrants.iter().map(|entrant| &entrant.cells[problem].1[..]).collect();
        ResampledRanks::of_costs(&(0..self.problems.len()).map(row).collect::<Vec<_>>())
    }

    /// An optimizer's tunability (Probst et al. 2019, JMLR 20): the median over problems of the logarithm to base 10 of the cost
    /// with one setting for all by that with settings tuned on the problem. None where either is missing, or a cost negative.
    pub fn tunability(&self, optimizer: usize) -> Option<f64> {
        self.gain(optimizer, Regime::OneForAll).map(|gain| gain.log_ratio)
    }

    /// What tuning on each problem saves an optimizer against another regime: the median over problems of the logarithm to base
    /// 10 of the cost there by that with tuned settings, positive where tuning saves, with the bootstrap interval of that median
    /// ([`median_interval`]); on one problem alone, over its paired trials. None where either is missing, or a cost negative.
    pub fn gain(&self, optimizer: usize, from: Regime) -> Option<Pair> {
        let (other, tuned) = (self.entrant(optimizer, from)?, self.entrant(optimizer, Regime::Tuned)?);
        let costs = |entrant: &Entrant<'a>| -> Vec<f64> {
            match &entrant.cells[..] {
                [(_, costs)] => costs.clone(),
                cells => cells.iter().map(|(_, costs)| middle(costs.clone())).collect(),
            }
        };
        let ratio = |(other, tuned): (f64, f64)| (other >= 0.0 && tuned >= 0.0).then(|| log_ratio(tuned, other));
        let mut ratios = costs(other).into_iter().zip(costs(tuned)).map(ratio).collect::<Option<Vec<f64>>>()?;
        ascend(&mut ratios);
        Some(Pair { log_ratio: median(&ratios)?, interval: median_interval(&ratios) })
    }

    /// An optimizer under a regime, by its number, if it has it.
    pub fn entrant(&self, optimizer: usize, regime: Regime) -> Option<&Entrant<'a>> {
        self.entrants.iter().find(|one| (one.optimizer, one.regime) == (optimizer, regime))
    }
}

fn judged<'a>(candidate: &Candidate<'a>) -> (Configuration<'a>, Vec<f64>) {
    (candidate.configuration, candidate.costs().collect())
}

/// For each problem, of the settings that all problems have, those with the lowest average rank on the others.
fn one_for_all<'a>(cells: &[&[Candidate<'a>]]) -> Option<Vec<(Configuration<'a>, Vec<f64>)>> {
    let (first, others) = cells.split_first().filter(|(_, others)| !others.is_empty())?;
    let places = |cell: &&[Candidate<'a>]| -> HashMap<String, usize> {
        cell.iter().enumerate().map(|(place, candidate)| (settings(&candidate.configuration), place)).collect()
    };
    let others: Vec<HashMap<String, usize>> = others.iter().map(places).collect();
    // For each setting, its place among the candidates of each problem.
    let shared: Vec<Vec<usize>> = first
        .iter()
        .enumerate()
        .filter_map(|(place, candidate)| {
            let text = settings(&candidate.configuration);
            let rest = others.iter().map(|cell| cell.get(&text).copied());
            std::iter::once(Some(place)).chain(rest).collect::<Option<Vec<usize>>>()
        })
        .collect();
    let ranks: Vec<Vec<usize>> = cells
        .iter()
        .map(|cell| {
            let mut ranks = vec![0; cell.len()];
            order(cell, None).into_iter().enumerate().for_each(|(rank, place)| ranks[place] = rank);
            ranks
        })
        .collect();
    let total = |setting: &Vec<usize>| setting.iter().zip(&ranks).map(|(place, ranks)| ranks[*place]).sum::<usize>();
    let totals: Vec<usize> = shared.iter().map(total).collect();
    let choice = |problem: usize| {
        let without = |setting: &usize| totals[*setting] - ranks[problem][shared[*setting][problem]];
        let best = (0..shared.len()).min_by_key(without)?;
        Some(judged(&cells[problem][shared[best][problem]]))
    };
    (0..cells.len()).map(choice).collect()
}
