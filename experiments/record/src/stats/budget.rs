//! What a budget buys: the cost of the best of k configurations, for every k.

use super::bootstrap::Interval;
use super::candidates::{Candidate, Candidates, order, rotation};
use super::criterion::Assessment;
use super::draws::Draws;
use super::quantile::ascending_order;
use super::rank::{FEWEST_PROBLEMS, ranks};
use super::resampled_ranks::{RESAMPLES, average_ranks, percentiles};

/// The most budgets of a curve: of larger numbers of configurations, about evenly spaced ones on a log scale.
const MOST_BUDGETS: usize = 40;

/// The cost of a trial of the best of k configurations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BestOf {
    /// Its mean; infinite if any trial may diverge.
    pub expected: f64,
    /// Its first quartile.
    pub q25: f64,
    /// Its median.
    pub median: f64,
    /// Its third quartile.
    pub q75: f64,
}

/// Costs by budget.
#[derive(Clone, Debug)]
pub struct Budgets {
    /// On which trials the chosen configurations are judged.
    pub assessment: Assessment,
    /// The numbers of configurations that are tried, ascending, up to those of the optimizer with the fewest.
    pub budgets: Vec<usize>,
    /// By budget, problem and optimizer.
    costs: Vec<Vec<Vec<BestOf>>>,
}

/// The probability of each of `count` items, in order from the best, to be the best of `k` that are drawn with replacement
/// (Dodge et al. 2019, arXiv:1909.03004, §3): ((n − i)ᵏ − (n − i − 1)ᵏ) / nᵏ for the i-th, counted from 0.
///
/// ```
/// use thalweg_record::stats::best_of_shares;
///
/// assert_eq!(best_of_shares(4, 1), [0.25; 4]);
/// assert_eq!(best_of_shares(2, 2), [0.75, 0.25]);
/// ```
pub fn best_of_shares(count: usize, k: usize) -> Vec<f64> {
    // The probability that all draws are at least as far behind.
    let behind = |place: usize| libm::pow((count - place) as f64 / count as f64, k as f64);
    (0..count).map(|place| behind(place) - behind(place + 1)).collect()
}

/// The trials of a cell that may be the outcome of a choice, by ascending cost: (cost, place of its configuration in the order
/// of the choice, its weight).
struct Law(Vec<(f64, usize, f64)>, usize);

impl Law {
    fn of(candidates: &[Candidate<'_>], assessment: Assessment) -> Self {
        let mut entries = Vec::new();
        for fold in rotation(candidates, assessment) {
            for (place, candidate) in order(candidates, fold).into_iter().enumerate() {
                let candidate = &candidates[candidate];
                let weight = 1.0 / candidate.costs().len() as f64;
                entries.extend(candidate.costs_in(fold).map(|(_, cost)| (cost, place, weight)));
            }
        }
        let costs: Vec<f64> = entries.iter().map(|(cost, ..)| *cost).collect();
        Self(ascending_order(&costs).into_iter().map(|entry| entries[entry]).collect(), candidates.len())
    }

    fn at(&self, k: usize) -> BestOf {
        let shares = best_of_shares(self.1, k);
        let weights: Vec<f64> = self.0.iter().map(|(_, place, weight)| shares[*place] * weight).collect();
        let total: f64 = weights.iter().sum();
        let all = self.0.iter().zip(&weights).filter(|(_, weight)| **weight > 0.0);
        let expected = all.map(|((cost, ..), weight)| cost * weight).sum::<f64>() / total;
        let quantile = |share: f64| {
            let mut below = 0.0;
            let reaches = |weight: &f64| {
                below += weight;
                // A hair less, as sums are rounded.
                below >= share * total * (1.0 - 1e-12)
            };
            self.0[weights.iter().position(reaches).unwrap_or(weights.len() - 1)].0
        };
        BestOf { expected, q25: quantile(0.25), median: quantile(0.5), q75: quantile(0.75) }
    }
}

impl Budgets {
    /// What every budget buys each optimizer on each problem, in closed form: k configurations are drawn with replacement, the
    /// best of them is chosen and judged as a [`Comparison`](super::Comparison) has it, and the law is over draws and trials.
    ///
    /// # Panics
    /// If an optimizer has no configuration on a problem.
    pub fn of(candidates: &Candidates<'_>, wanted: Assessment) -> Self {
        let assessment = candidates.assessment(wanted);
        let (problems, optimizers) = (candidates.problems.len(), candidates.optimizers.len());
        let row = |problem| (0..optimizers).map(|optimizer| candidates.on(problem, optimizer)).collect::<Vec<_>>();
        let rows: Vec<Vec<&[Candidate<'_>]>> = (0..problems).map(row).collect();
        let fewest = rows.iter().flatten().map(|cell| cell.len()).min().unwrap_or(0);
        let laws: Vec<Vec<Law>> =
            rows.iter().map(|row| row.iter().map(|cell| Law::of(cell, assessment)).collect()).collect();
        let budgets = budgets(fewest);
        let at = |k: &usize| laws.iter().map(|row| row.iter().map(|law| law.at(*k)).collect()).collect();
        Self { assessment, costs: budgets.iter().map(at).collect(), budgets }
    }

    /// The cost of a budget, of this number in [`Self::budgets`].
    pub fn cost(&self, budget: usize, problem: usize, optimizer: usize) -> BestOf {
        self.costs[budget][problem][optimizer]
    }

    /// The average ranks of the optimizers by their medians, at each budget.
    pub fn ranks(&self) -> Vec<Vec<f64>> {
        self.costs.iter().map(|rows| average_ranks(&medians(rows))).collect()
    }

    /// The 95 % intervals of [`Self::ranks`] by a bootstrap over problems, the same ones at each budget; none of fewer than
    /// [`FEWEST_PROBLEMS`].
    pub fn rank_intervals(&self) -> Option<Vec<Vec<Interval>>> {
        let problems = self.costs.first().map_or(0, Vec::len);
        (problems >= FEWEST_PROBLEMS).then_some(())?;
        let mut draws = Draws::new("budgets");
        let drawn: Vec<Vec<usize>> =
            (0..RESAMPLES).map(|_| (0..problems).map(|_| draws.below(problems)).collect()).collect();
        let at = |rows: &Vec<Vec<BestOf>>| -> Vec<Interval> {
            let ranked: Vec<Vec<f64>> = medians(rows).iter().map(|row| ranks(row)).collect();
            let mean = |drawn: &Vec<usize>, optimizer: usize| {
                drawn.iter().map(|problem| ranked[*problem][optimizer]).sum::<f64>() / problems as f64
            };
            let interval = |optimizer| percentiles(drawn.iter().map(|drawn| mean(drawn, optimizer)).collect());
            (0..ranked[0].len()).map(interval).collect()
        };
        Some(self.costs.iter().map(at).collect())
    }

    /// The smallest budget from which on the order of the average ranks is that at the largest one.
    pub fn settled(&self) -> Option<usize> {
        let orders: Vec<Vec<usize>> = self.ranks().iter().map(|ranks| ascending_order(ranks)).collect();
        let changed = orders.iter().rposition(|order| Some(order) != orders.last());
        self.budgets.get(changed.map_or(0, |last| last + 1)).copied()
    }
}

fn medians(rows: &[Vec<BestOf>]) -> Vec<Vec<f64>> {
    rows.iter().map(|row| row.iter().map(|best| best.median).collect()).collect()
}

/// The numbers from 1 to `most`, or some of them, both ends included.
fn budgets(most: usize) -> Vec<usize> {
    if most <= MOST_BUDGETS {
        return (1..=most).collect();
    }
    let exponent = |step: usize| step as f64 / (MOST_BUDGETS - 1) as f64;
    let mut budgets: Vec<usize> =
        (0..MOST_BUDGETS).map(|step| libm::round(libm::pow(most as f64, exponent(step))) as usize).collect();
    budgets.dedup();
    budgets
}
