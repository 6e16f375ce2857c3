//! By how much two treatments differ that were measured in rounds: each once in every round, in an order that was drawn.

use super::bootstrap::Interval;
use super::quantile::ascending;
use super::rank::ranks;
use super::wilcoxon::sums_of_ranks;

/// What was measured of two treatments, one value of each per round, where what disturbs makes values larger.
///
/// The test is a permutation test of ranks. If both were the same, either value of a round could as well have been the
/// other's, whatever drifts from round to round (Fisher, The Design of Experiments, 1935, section 21). What is permuted is the
/// difference of the sums of ranks that both have among all values (Conover and Iman, The American Statistician 35, 1981), where
/// Wilcoxon's test for pairs takes ranks of differences: of rounds in which something disturbed one of the two, those are the
/// largest of all, and have a random sign. Ranks above the middle count as one (Gastwirth, Percentile modifications of two
/// sample rank tests, 1965): the values there are the disturbed ones, whose order says little.
#[derive(Clone, Debug)]
pub struct Rounds {
    baseline: Vec<f64>,
    candidate: Vec<f64>,
}

impl Rounds {
    /// Of one value of each per round.
    ///
    /// # Panics
    /// If there are more of one than of the other.
    pub fn new(baseline: &[f64], candidate: &[f64]) -> Self {
        assert_eq!(baseline.len(), candidate.len(), "every round has both");
        Self { baseline: baseline.to_vec(), candidate: candidate.to_vec() }
    }

    /// By how much the candidate is larger: the shift without which both have the same sum of ranks (Hodges and Lehmann
    /// 1963). None of no rounds.
    ///
    /// ```
    /// use thalweg_record::stats::Rounds;
    ///
    /// assert_eq!(Rounds::new(&[1.0, 2.0, 3.0, 9.0], &[3.0, 40.0, 5.0, 4.0]).shift(), Some(2.0));
    /// ```
    pub fn shift(&self) -> Option<f64> {
        let ends = self.ends();
        let sum = |shift: &f64| scores(&self.baseline, &self.less(*shift)).iter().sum::<i64>();
        let gaps = gaps(&ends);
        let (low, high) = (gaps.partition_point(|gap| sum(gap) > 0), gaps.partition_point(|gap| sum(gap) >= 0));
        Some(f64::midpoint(*ends.get(low)?, *ends.get(high)?))
    }

    /// The probability that the candidate has so high ranks if it is larger by `shift`: small if it is larger by more.
    ///
    /// ```
    /// use thalweg_record::stats::Rounds;
    ///
    /// // In all five rounds, of the 2⁵ ways of swapping them.
    /// assert_eq!(Rounds::new(&[1.0, 2.0, 3.0, 4.0, 5.0], &[6.0, 7.0, 8.0, 9.0, 10.0]).p_larger(0.0), 1.0 / 32.0);
    /// ```
    pub fn p_larger(&self, shift: f64) -> f64 {
        probability(&scores(&self.baseline, &self.less(shift)))
    }

    /// The same if it is smaller by more.
    pub fn p_smaller(&self, shift: f64) -> f64 {
        probability(&scores(&self.less(shift), &self.baseline))
    }

    /// The shifts that neither test rejects. None where there are too few rounds for this confidence.
    ///
    /// ```
    /// use thalweg_record::stats::{Interval, Rounds};
    ///
    /// let rounds = Rounds::new(&[0.0; 6], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    /// assert_eq!(rounds.interval(0.95), Some(Interval { low: 1.0, high: 6.0 }));
    /// assert_eq!(rounds.interval(0.99), None);
    /// ```
    pub fn interval(&self, confidence: f64) -> Option<Interval> {
        let tail = (1.0 - confidence) / 2.0;
        // The least probability is that of one way of swapping among all.
        if libm::exp2(-(self.baseline.len() as f64)) > tail {
            return None;
        }
        let ends = self.ends();
        let gaps = gaps(&ends);
        let low = gaps.partition_point(|shift| self.p_larger(*shift) <= tail);
        let high = gaps.partition_point(|shift| self.p_smaller(*shift) > tail);
        Some(Interval { low: ends[low], high: ends[high] })
    }

    /// The candidate's values without a shift.
    fn less(&self, shift: f64) -> Vec<f64> {
        self.candidate.iter().map(|value| value - shift).collect()
    }

    /// All differences: the shifts at which ranks change.
    fn ends(&self) -> Vec<f64> {
        let of = |after: &f64| self.baseline.iter().map(|before| after - before).collect::<Vec<_>>();
        let mut ends = ascending(&self.candidate.iter().flat_map(of).collect::<Vec<_>>());
        ends.dedup();
        ends
    }
}

/// A shift between each two ends, where the test says the same of all.
fn gaps(ends: &[f64]) -> Vec<f64> {
    ends.windows(2).map(|ends| f64::midpoint(ends[0], ends[1])).collect()
}

/// By round, twice the rank of the second value among all less twice that of the first, so that it is whole where ranks are
/// shared. All ranks in the upper half are the lowest of them.
fn scores(first: &[f64], second: &[f64]) -> Vec<i64> {
    let most = 2 * (first.len() as i64 + 1);
    let doubled: Vec<i64> =
        ranks(&[first, second].concat()).into_iter().map(|rank| ((2.0 * rank) as i64).min(most)).collect();
    let (first, second) = doubled.split_at(first.len());
    second.iter().zip(first).map(|(after, before)| after - before).collect()
}

/// The share of all ways of swapping the values of rounds that give as high a sum of scores.
fn probability(scores: &[i64]) -> f64 {
    let of_sum = sums_of_ranks(scores.iter().map(|score| score.unsigned_abs() as usize));
    let in_favour: i64 = scores.iter().filter(|score| **score > 0).sum();
    of_sum[in_favour as usize..].iter().sum::<f64>().min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_ways_of_swapping_are_counted() {
        let (old, new) = ([0.3, 1.5, 2.0, 2.0, 0.9, 4.0, 1.1], [0.8, 1.4, 2.5, 3.0, 1.7, 2.0, 1.9]);
        let ranks: Vec<f64> = ranks(&[old, new].concat()).into_iter().map(|rank| rank.min(8.0)).collect();
        let sum = |ways: u32| -> f64 {
            (0..7).map(|round| ranks[if ways >> round & 1 == 1 { round } else { round + 7 }]).sum()
        };
        let as_high = (0..1 << 7).filter(|ways| sum(*ways) >= sum(0)).count();
        assert_eq!(Rounds::new(&old, &new).p_larger(0.0), as_high as f64 / 128.0);
        assert_eq!(Rounds::new(&new, &old).p_smaller(0.0), as_high as f64 / 128.0);
    }

    #[test]
    fn the_interval_is_what_the_tests_do_not_reject() {
        let old = [0.31, 1.52, 2.03, 0.14, 0.95, 4.06, 1.17, 0.28, 1.39];
        let new = [1.4, 2.2, 2.5, 3.1, 1.7, 5.9, 1.8, 1.6, 0.7];
        let rounds = Rounds::new(&old, &new);
        let Interval { low, high } = rounds.interval(0.95).unwrap();
        assert!(rounds.p_larger(low + 1e-9) > 0.025 && rounds.p_larger(low - 1e-9) <= 0.025);
        assert!(rounds.p_smaller(high - 1e-9) > 0.025 && rounds.p_smaller(high + 1e-9) <= 0.025);
        let middle = rounds.shift().unwrap();
        assert!(low < middle && middle < high, "{low} {middle} {high}");
    }

    #[test]
    fn what_drifts_is_not_in_the_way() {
        // The candidate is larger by 1 in every round, while both grow by 5 from one to the next: the lower half of them tells.
        let old: Vec<f64> = (0..12).map(|round| 5.0 * f64::from(round)).collect();
        let new: Vec<f64> = old.iter().map(|value| value + 1.0).collect();
        assert_eq!(Rounds::new(&old, &new).p_larger(0.5), libm::exp2(-6.0));
    }
}
