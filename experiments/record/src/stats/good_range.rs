//! How wide the range of good learning rates is.

use super::candidates::Candidate;
use super::quantile::{ascending_order, middle};

/// The factor within which a cost is as good as the best.
pub const GOOD_FACTOR: f64 = 2.0;

/// The decades of learning rate around the best one over which the median cost, the best over other settings, stays within
/// [`GOOD_FACTOR`] of the best: log₁₀ of the largest by the smallest of the tried rates that are good without one in between
/// that is not; 0 if the best is alone. The less, the more has to be tuned (the sensitivity of Wortsman et al. 2023,
/// arXiv:2309.14322, as a width).
///
/// None where fewer than two positive rates were tried, or the best cost is negative, infinite or zero.
pub fn good_decades(candidates: &[Candidate<'_>]) -> Option<f64> {
    let mut costs: Vec<(f64, f64)> = candidates
        .iter()
        .filter_map(|candidate| {
            let rate = candidate.configuration.number("lr").filter(|rate| *rate > 0.0 && rate.is_finite())?;
            Some((rate, middle(candidate.costs().collect())))
        })
        .collect();
    let by_cost = ascending_order(&costs.iter().map(|(_, cost)| *cost).collect::<Vec<_>>());
    costs = by_cost.into_iter().map(|place| costs[place]).collect();
    let by_rate = ascending_order(&costs.iter().map(|(rate, _)| *rate).collect::<Vec<_>>());
    costs = by_rate.into_iter().map(|place| costs[place]).collect();
    // Of equal rates the first, which is the best.
    costs.dedup_by(|later, first| later.0 == first.0);
    let best = *ascending_order(&costs.iter().map(|(_, cost)| *cost).collect::<Vec<_>>()).first()?;
    let least = costs[best].1;
    if costs.len() < 2 || least <= 0.0 || !least.is_finite() {
        return None;
    }
    let is_good = |(_, cost): &&(f64, f64)| *cost <= GOOD_FACTOR * least;
    let lowest = best - costs[..best].iter().rev().take_while(is_good).count();
    let highest = best + costs[best + 1..].iter().take_while(is_good).count();
    Some(libm::log10(costs[highest].0) - libm::log10(costs[lowest].0))
}
