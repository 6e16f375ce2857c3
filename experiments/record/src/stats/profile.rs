//! Performance profiles, from costs.

use super::quantile::ascend;

/// The factor up to which AlgoPerf's score takes the mean of a profile.
pub const MOST_RATIO: f64 = 4.0;

/// For each method its costs on the problems, of which there is a row each, divided by the best one's there, ascending
/// (Dolan and Moré 2002): 1 where it is the best; infinite where it diverged, or where only the best one's cost is zero.
pub fn ratios_to_best(costs: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut all = vec![Vec::new(); costs.first().map_or(0, Vec::len)];
    for row in costs {
        let best = row.iter().copied().fold(f64::INFINITY, f64::min);
        for (method, &cost) in row.iter().enumerate() {
            let ratio = match () {
                () if cost.is_infinite() => cost,
                () if cost == best => 1.0,
                () => cost / best,
            };
            all[method].push(ratio);
        }
    }
    all.iter_mut().for_each(|ratios| ascend(ratios));
    all
}

/// The mean height of a performance profile over the factors from 1 to `most`: AlgoPerf's benchmark score (Dahl et al. 2023,
/// arXiv:2306.07179), with `most` = [`MOST_RATIO`].
///
/// The share of problems within a factor τ is a step function, so that its integral is the mean over problems of what is left
/// from their ratio to `most`: 1 if the method is the best on all of them, 0 if it is never within `most`. NaN of no problems.
///
/// ```
/// use thalweg_record::stats::profile_score;
///
/// assert_eq!(profile_score(&[1.0, 2.5, f64::INFINITY], 4.0), 0.5);
/// ```
pub fn profile_score(ratios: &[f64], most: f64) -> f64 {
    let left = |ratio: &f64| ((most - ratio.max(1.0)) / (most - 1.0)).max(0.0);
    ratios.iter().map(left).sum::<f64>() / ratios.len() as f64
}
