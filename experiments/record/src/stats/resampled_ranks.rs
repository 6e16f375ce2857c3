//! How sure average ranks are: a bootstrap over problems, if there are enough, and within each over trials.

use super::bootstrap::{CONFIDENCE, Interval};
use super::comparison::Comparison;
use super::draws::Draws;
use super::quantile::{ascend, median, middle, quantile};
use super::rank::{FEWEST_PROBLEMS, ranks};

/// How often problems and trials are drawn anew: a probability p has the standard error √(p (1 − p) / 2000), at most 0.012,
/// and 0.0035 at the ends of intervals.
pub const RESAMPLES: usize = 2000;

/// Average ranks with how sure they are.
#[derive(Clone, Debug, PartialEq)]
pub struct ResampledRanks {
    /// The average rank of each optimizer over the problems as they are.
    pub averages: Vec<f64>,
    /// Their 95 % percentile intervals (Efron 1979).
    pub intervals: Vec<Interval>,
    /// The share of resamples in which an optimizer has the lowest average rank; shared by those that are equal.
    pub first: Vec<f64>,
    /// In row a and column b, the share of resamples in which a's average rank is below b's, and half of those in which both
    /// are equal.
    pub ahead: Vec<Vec<f64>>,
    /// Whether problems are drawn as well as trials.
    pub is_of_problems: bool,
}

/// What is known of two optimizers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The first one is ahead in at least 97.5 % of the resamples.
    Ahead,
    /// The other one is.
    Behind,
    /// Neither is.
    Undecided,
}

impl ResampledRanks {
    /// Draws as many problems as there are, with replacement, and from the trials of each as many as it has, the same ones for
    /// all optimizers; an optimizer's cost on a problem is the median of its drawn ones.
    ///
    /// Fewer than [`FEWEST_PROBLEMS`] stay as they are: what is found holds for these, and says nothing of others
    /// ([`Self::is_of_problems`]).
    ///
    /// The configurations that were chosen stay: the intervals are of their ranks, and too narrow by what another choice would
    /// have brought.
    pub fn of(comparison: &Comparison<'_>) -> Self {
        let (problems, optimizers) = (comparison.problems.len(), comparison.optimizers.len());
        let costs = |problem: usize| -> Vec<&[f64]> {
            let of = |optimizer| comparison.best(problem, optimizer).map_or(&[f64::INFINITY][..], |best| &best.costs);
            (0..optimizers).map(of).collect()
        };
        Self::of_costs(&(0..problems).map(costs).collect::<Vec<_>>())
    }

    /// The same of costs by problem, competitor and trial, of which there is one at least.
    pub fn of_costs(costs: &[Vec<&[f64]>]) -> Self {
        let (problems, optimizers) = (costs.len(), costs.first().map_or(0, Vec::len));
        let is_of_problems = problems >= FEWEST_PROBLEMS;
        let mut draws = Draws::new("ranks");
        let mut drawn = vec![Vec::with_capacity(RESAMPLES); optimizers];
        let mut first = vec![0.0; optimizers];
        let mut ahead = vec![vec![0.0; optimizers]; optimizers];
        for _ in 0..RESAMPLES {
            let mut sums = vec![0.0; optimizers];
            for problem in 0..problems {
                let drawn = if is_of_problems { draws.below(problems) } else { problem };
                let row = medians(&costs[drawn], &mut draws);
                sums.iter_mut().zip(ranks(&row)).for_each(|(sum, rank)| *sum += rank);
            }
            let lowest = sums.iter().copied().fold(f64::INFINITY, f64::min);
            let leaders = sums.iter().filter(|sum| **sum == lowest).count() as f64;
            for (one, sum) in sums.iter().enumerate() {
                drawn[one].push(sum / problems as f64);
                first[one] += if *sum == lowest { 1.0 / leaders } else { 0.0 };
                for (other, theirs) in sums.iter().enumerate() {
                    ahead[one][other] += if sum == theirs { 0.5 } else { f64::from(u8::from(sum < theirs)) };
                }
            }
        }
        let share = |count: f64| count / RESAMPLES as f64;
        Self {
            averages: average_ranks(
                &costs.iter().map(|row| row.iter().map(|own| middle(own.to_vec())).collect()).collect::<Vec<_>>(),
            ),
            intervals: drawn.into_iter().map(percentiles).collect(),
            is_of_problems,
            first: first.into_iter().map(share).collect(),
            ahead: ahead.into_iter().map(|row| row.into_iter().map(share).collect()).collect(),
        }
    }

    /// What is known of two optimizers, by index.
    pub fn verdict(&self, one: usize, other: usize) -> Verdict {
        let sure = 1.0 - (1.0 - CONFIDENCE) / 2.0;
        match self.ahead[one][other] {
            share if share >= sure => Verdict::Ahead,
            share if share <= 1.0 - sure => Verdict::Behind,
            _ => Verdict::Undecided,
        }
    }
}

/// The average rank of each method, one row of costs per problem.
pub fn average_ranks(costs: &[Vec<f64>]) -> Vec<f64> {
    let mut sums = vec![0.0; costs.first().map_or(0, Vec::len)];
    for row in costs {
        sums.iter_mut().zip(ranks(row)).for_each(|(sum, rank)| *sum += rank);
    }
    sums.into_iter().map(|sum| sum / costs.len() as f64).collect()
}

/// The interval that holds the middle 95 % of values.
pub(super) fn percentiles(mut values: Vec<f64>) -> Interval {
    ascend(&mut values);
    let tail = (1.0 - CONFIDENCE) / 2.0;
    let [low, high] = [tail, 1.0 - tail].map(|share| quantile(&values, share).expect("there are resamples"));
    Interval { low, high }
}

/// The medians of resampled costs: the same trials of all, as far as they have as many.
fn medians(costs: &[&[f64]], draws: &mut Draws) -> Vec<f64> {
    let most = costs.iter().map(|costs| costs.len()).max().unwrap_or(0);
    let shares: Vec<f64> = (0..most).map(|_| draws.share()).collect();
    let mut values = Vec::with_capacity(most);
    let of = |own: &&[f64]| {
        values.clear();
        values.extend(shares[..own.len()].iter().map(|share| own[(share * own.len() as f64) as usize]));
        ascend(&mut values);
        median(&values).expect("a configuration has a trial")
    };
    costs.iter().map(of).collect()
}
