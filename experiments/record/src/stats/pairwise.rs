//! Every two optimizers over all problems.

use super::comparison::{Comparison, log_ratio};
use super::wilcoxon::{SignedRank, holm, signed_rank};

/// How two optimizers compare over all problems.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pairwise {
    /// The first one, by index.
    pub one: usize,
    /// The other one.
    pub other: usize,
    /// The signed-rank test of their medians over problems; none if they are equal on all of them.
    pub test: Option<SignedRank>,
    /// Its probability, adjusted for all pairs by Holm's method.
    pub holm: f64,
    /// The probability that a trial of the first one costs less than one of the other ([`improvement`]).
    pub improvement: f64,
}

impl Pairwise {
    /// Which of the two has the larger sum of ranks of problems on which it costs less; none if they are equal.
    pub fn leader(&self) -> Option<usize> {
        let SignedRank { statistic, differences, .. } = self.test?;
        let half = (differences * (differences + 1)) as f64 / 4.0;
        (statistic != half).then(|| if statistic > half { self.one } else { self.other })
    }

    /// Whether it is of this optimizer.
    pub fn has(&self, optimizer: usize) -> bool {
        [self.one, self.other].contains(&optimizer)
    }
}

impl Comparison<'_> {
    /// All pairs of optimizers.
    ///
    /// The signed-rank test (Wilcoxon 1945; Demšar 2006, §3.1.3) is of the logarithms of the ratios of medians, so that a
    /// problem counts by factors and not by the size of its losses; or of their differences, where some cost is negative.
    pub fn pairwise(&self) -> Vec<Pairwise> {
        let costs: Vec<Vec<f64>> = (0..self.problems.len()).map(|problem| self.costs(problem)).collect();
        let has_ratios = costs.iter().flatten().all(|cost| *cost >= 0.0);
        let difference = |a: f64, b: f64| match () {
            () if a == b => 0.0,
            () if has_ratios => log_ratio(a, b),
            () => b - a,
        };
        let count = self.optimizers.len();
        let pairs = (0..count).flat_map(|one| (one + 1..count).map(move |other| (one, other)));
        let mut pairs: Vec<Pairwise> = pairs
            .map(|(one, other)| {
                let differences: Vec<f64> = costs.iter().map(|row| difference(row[one], row[other])).collect();
                let improvement = self.improvement(one, other);
                Pairwise { one, other, test: signed_rank(&differences), holm: 1.0, improvement }
            })
            .collect();
        let raw: Vec<f64> = pairs.iter().map(|pair| pair.test.map_or(1.0, |test| test.p)).collect();
        pairs.iter_mut().zip(holm(&raw)).for_each(|(pair, p)| pair.holm = p);
        pairs
    }

    fn improvement(&self, one: usize, other: usize) -> f64 {
        let of = |problem| Some((&self.best(problem, one)?.costs[..], &self.best(problem, other)?.costs[..]));
        improvement(&(0..self.problems.len()).filter_map(of).collect::<Vec<_>>())
    }
}

/// The probability of improvement over several problems: that a trial of the first costs less than one of the second, and half
/// that it costs the same, averaged over the problems (Agarwal et al. 2021, §4.3: the statistic of Mann and Whitney).
///
/// NaN of no problems.
pub fn improvement(problems: &[(&[f64], &[f64])]) -> f64 {
    let on = |(ones, others): &(&[f64], &[f64])| {
        let pairs = ones.iter().flat_map(|one| others.iter().map(move |other| (*one, *other)));
        let won: f64 = pairs.map(|(a, b)| if a == b { 0.5 } else { f64::from(a < b) }).sum();
        won / (ones.len() * others.len()) as f64
    };
    problems.iter().map(on).sum::<f64>() / problems.len() as f64
}
