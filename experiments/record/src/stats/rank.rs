//! Average ranks over problems, and whether they differ by more than chance (Demšar 2006, JMLR 7:1-30).

use super::bootstrap::Interval;
use super::distribution::{chi_squared_tail, f_tail};
use super::friedman::{Probability, permutation_p, unanimous_p};

/// The most methods that the table of critical values covers.
pub const MOST_METHODS: usize = 20;

/// The 0.95 quantile of the studentized range of 2 to 20 methods with infinite degrees of freedom, divided by √2:
/// `scipy.stats.studentized_range.ppf(0.95, k, numpy.inf) / numpy.sqrt(2)`, which gives Demšar's table 5 in more
/// digits.
const CRITICAL: [f64; MOST_METHODS - 1] = [
    1.959963984540,
    2.343700586378,
    2.569031772546,
    2.727774370870,
    2.849705419610,
    2.948320017530,
    3.030878449614,
    3.101730341303,
    3.163683577053,
    3.218653607329,
    3.268003924466,
    3.312738593351,
    3.353617751852,
    3.391230283765,
    3.426041379371,
    3.458424707347,
    3.488684799379,
    3.517073008692,
    3.543799131518,
];

/// The fewest problems for which probabilities are taken from distributions that hold for ever more of them.
pub const FEWEST_PROBLEMS: usize = 6;

/// The result of ranking methods.
#[derive(Clone, Debug, PartialEq)]
pub struct RankTest {
    /// The average rank of each method; 1 is best.
    pub averages: Vec<f64>,
    /// The number of problems.
    pub problems: usize,
    /// Whether all problems rank the methods alike.
    pub is_unanimous: bool,
    /// Friedman's statistic, with ties accounted for.
    pub chi_squared: f64,
    /// The probability of one at least as large if all methods were equal: by the χ² distribution from
    /// [`FEWEST_PROBLEMS`] on, unless all problems agree; else by counting the orders of methods, or drawing some.
    pub p: Probability,
    /// The statistic of Iman and Davenport (1980); infinite if all problems rank the methods alike.
    pub f: f64,
    /// The probability of one at least as large, by the F distribution; none below [`FEWEST_PROBLEMS`], and none where all
    /// problems agree.
    pub p_f: Option<f64>,
    /// Nemenyi's critical difference: average ranks that differ by more differ at the level of 5 %.
    pub critical_difference: f64,
}

impl RankTest {
    /// Ranks the costs of methods, one row per problem. None for fewer than two methods or problems, for more than
    /// [`MOST_METHODS`] methods, and where all methods are equal on every problem.
    ///
    /// # Panics
    /// If a cost is NaN, or rows differ in length.
    pub fn of(costs: &[Vec<f64>]) -> Option<Self> {
        let (problems, methods) = (costs.len(), costs.first()?.len());
        assert!(costs.iter().all(|row| row.len() == methods), "every method has a cost on every problem");
        if problems < 2 || !(2..=MOST_METHODS).contains(&methods) {
            return None;
        }
        let rows: Vec<Vec<f64>> = costs.iter().map(|row| ranks(row)).collect();
        let (n, k) = (problems as f64, methods as f64);
        let averages: Vec<f64> =
            (0..methods).map(|method| rows.iter().map(|row| row[method]).sum::<f64>() / n).collect();
        // Σ t³ - t over the groups of t equal ranks.
        let ties: f64 = costs.iter().map(|row| tied(row)).sum();
        let correction = 1.0 - ties / (n * k * (k * k - 1.0));
        if correction <= 0.0 {
            return None;
        }
        let squares: f64 = averages.iter().map(|rank| rank * rank).sum();
        let chi_squared = (12.0 * n / (k * (k + 1.0)) * (squares - k * (k + 1.0) * (k + 1.0) / 4.0)) / correction;
        let rest = n * (k - 1.0) - chi_squared;
        let f = if rest > 1e-9 { (n - 1.0) * chi_squared / rest } else { f64::INFINITY };
        let doubled = |row: &Vec<f64>| row.iter().map(|rank| (2.0 * rank) as u32).collect::<Vec<u32>>();
        let doubled: Vec<Vec<u32>> = rows.iter().map(doubled).collect();
        let is_unanimous = unanimous_p(&doubled).is_some();
        let is_asymptotic = problems >= FEWEST_PROBLEMS && !is_unanimous;
        Some(Self {
            problems,
            is_unanimous,
            p: match is_asymptotic {
                true => Probability::Asymptotic(chi_squared_tail(chi_squared, methods - 1)),
                false => permutation_p(&doubled),
            },
            p_f: is_asymptotic.then(|| f_tail(f, k - 1.0, (k - 1.0) * (n - 1.0))),
            critical_difference: CRITICAL[methods - 2] * libm::sqrt(k * (k + 1.0) / (6.0 * n)),
            averages,
            chi_squared,
            f,
        })
    }

    /// The average rank of a method, less and plus half the critical difference, as far as there are such ranks: from 1 to
    /// the number of methods.
    pub fn bar(&self, method: usize) -> Interval {
        let (rank, half) = (self.averages[method], self.critical_difference / 2.0);
        Interval { low: (rank - half).max(1.0), high: (rank + half).min(self.averages.len() as f64) }
    }
}

/// The ranks of values, 1 for the smallest; equal values share the mean of theirs.
///
/// # Panics
/// If a value is NaN.
pub fn ranks(values: &[f64]) -> Vec<f64> {
    assert!(values.iter().all(|value| !value.is_nan()), "NaN has no rank");
    let rank = |value: &f64| {
        let below = values.iter().filter(|other| *other < value).count();
        let equal = values.iter().filter(|other| *other == value).count();
        below as f64 + (equal as f64 + 1.0) / 2.0
    };
    values.iter().map(rank).collect()
}

/// Σ t³ - t over the groups of t equal values: each of t values adds t² - 1.
fn tied(values: &[f64]) -> f64 {
    let of = |value: &f64| values.iter().filter(|other| *other == value).count() as f64;
    values.iter().map(of).map(|t| t * t - 1.0).sum()
}
