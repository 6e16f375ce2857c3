//! Whether two methods that ran with the same seeds can be told apart.

use thalweg_record::record::Trial;
use thalweg_record::stats::Configuration;

/// The level of the tests.
pub const LEVEL: f64 = 0.05;

/// Two methods, seed by seed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Paired {
    /// Seeds with which the first one costs less.
    pub wins: usize,
    /// Seeds with which it costs more.
    pub losses: usize,
    /// The probability of so uneven a count, or one more so, if either were as likely to be ahead: [`sign_test`].
    pub p: f64,
}

impl Paired {
    /// Compares two methods by the costs of their trials in plan order; none if those of their configurations have other seeds.
    pub(super) fn of(
        (one, own): (&Configuration<'_>, &[f64]),
        (other, others): (&Configuration<'_>, &[f64]),
    ) -> Option<Self> {
        let seeds = |trial: Trial<'_>| (trial.init_seed(), trial.order_seed());
        let is_paired = one.runs().map(seeds).eq(other.runs().map(seeds));
        if !is_paired || own.len() != others.len() {
            return None;
        }
        let wins = own.iter().zip(others).filter(|(a, b)| a < b).count();
        let losses = own.iter().zip(others).filter(|(a, b)| a > b).count();
        Some(Self { wins, losses, p: sign_test(wins, losses) })
    }
}

/// The two-sided p of the exact sign test, of which ties are no part (Dixon and Mood 1946, JASA 41:557-566; Conover,
/// Practical Nonparametric Statistics, 3rd ed., §3.4): twice the binomial tail of the smaller count, at most 1.
pub fn sign_test(wins: usize, losses: usize) -> f64 {
    /// Up to here, the probability that all are alike is a normal number, and its multiples are nearly exact.
    const MOST: usize = 1000;
    let count = wins + losses;
    let (n, smaller) = (count as f64, wins.min(losses));
    let tail: f64 = if count <= MOST {
        let next = |mass: &mut f64, k: usize| {
            if k > 0 {
                *mass *= (count - k + 1) as f64 / k as f64;
            }
            Some(*mass)
        };
        (0..=smaller).scan(libm::exp2(-n), next).sum()
    } else {
        let ways = |k: f64| libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0);
        (0..=smaller).map(|k| libm::exp(ways(k as f64) - n * std::f64::consts::LN_2)).sum()
    };
    (2.0 * tail).min(1.0)
}

/// The fewest pairs with which the sign test can find anything at [`LEVEL`], among so many comparisons.
pub fn fewest_pairs(comparisons: usize) -> usize {
    (1..).find(|pairs| sign_test(*pairs, 0) * comparisons as f64 <= LEVEL).expect("p halves with each pair")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sign_test_has_the_values_of_scipy() {
        // scipy.stats.binomtest(wins, wins + losses).pvalue, SciPy 1.17.1.
        for (wins, losses, p) in [
            (5, 0, 0.0625),
            (9, 1, 0.021484375),
            (10, 0, 0.001953125),
            (60, 40, 0.05688793364098079),
            (3, 3, 1.0),
            (1100, 1000, 0.030720707864242296),
        ] {
            assert!((sign_test(wins, losses) - p).abs() < 1e-9, "{wins} {losses}");
            assert_eq!(sign_test(wins, losses), sign_test(losses, wins));
        }
    }

    #[test]
    fn few_pairs_tell_nothing() {
        assert_eq!([1, 2, 4, 9].map(fewest_pairs), [6, 7, 8, 9]);
    }
}
