//! Where a history changes its level.

use crate::estimate::{mean, middle};

/// The least number of values on either side of a change: one run may have met anything.
const LEAST: usize = 2;

/// The least number of values for any change: of fewer differences of neighbours the noise cannot be told.
pub(crate) const FEWEST: usize = 6;

/// The least noise, as a logarithm: no machine repeats itself more exactly.
const LEAST_NOISE: f64 = 0.0025;

/// The smallest change that is told, as a logarithm of a ratio: 1 %, as `compare` has it.
const SMALLEST: f64 = 0.00995;

/// What a change costs in variances of the noise: this times the logarithm of the number of values. With 4, a history of noise
/// alone has a change once in thirty in simulations, whatever its length is.
const PENALTY: f64 = 4.0;

/// The same for the number of histories that are looked at together: the probability of so large a normal number is about that of
/// one alone, divided by their number.
const FOR_MANY: f64 = 2.0;

/// The places before which the level of each history, the logarithms of values in the order of time, changes. Fewer than
/// [`FEWEST`] values have none.
///
/// The partition has the least sum of squared distances from the means of its parts, and a penalty for each change: optimal
/// partitioning (Jackson et al., 2005), the exact search that PELT (Killick, Fearnhead and Eckley, 2012) prunes. The noise is
/// estimated from differences of neighbours, few of which straddle a change; the larger of a history's own and the median one
/// counts, as that of a short history is too small at times.
pub(crate) fn change_points(histories: &[Vec<f64>]) -> Vec<Vec<usize>> {
    let noises: Vec<f64> = histories.iter().filter(|values| values.len() > 2).map(|values| noise(values)).collect();
    let common = middle(&noises).unwrap_or(0.0).max(LEAST_NOISE);
    let logarithm = |count: usize| libm::log(count.max(1) as f64);
    let changes = |values: &Vec<f64>| {
        if values.len() < FEWEST {
            return Vec::new();
        }
        let noise = noise(values).max(common);
        let penalty = (PENALTY * logarithm(values.len()) + FOR_MANY * logarithm(histories.len())) * noise * noise;
        told(values, &partition(values, penalty))
    };
    histories.iter().map(changes).collect()
}

/// Those of changes that are not too small to be told.
fn told(values: &[f64], changes: &[usize]) -> Vec<usize> {
    let starts = std::iter::once(0).chain(changes.iter().copied());
    let stops = changes.iter().copied().chain([values.len()]);
    let means: Vec<f64> = starts.zip(stops).map(|(start, stop)| mean(&values[start..stop])).collect();
    let told = changes.iter().zip(means.windows(2)).filter(|(_, means)| (means[1] - means[0]).abs() > SMALLEST);
    told.map(|(change, _)| *change).collect()
}

/// The standard deviation of values about their level. It is that of normal ones with the median distance of neighbours, or
/// rather with the distance after it: of few distances the median is too often too small.
fn noise(values: &[f64]) -> f64 {
    /// The median distance from the mean of what is normal with variance 1.
    const MEDIAN: f64 = 0.674_489_750_196_081_7;
    let mut distances: Vec<f64> = values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
    distances.sort_by(f64::total_cmp);
    let after = distances.get(distances.len() / 2 + 1).or(distances.last());
    after.map_or(0.0, |distance| distance / (MEDIAN * std::f64::consts::SQRT_2))
}

/// The starts of all parts but the first in the partition with the least cost.
fn partition(values: &[f64], penalty: f64) -> Vec<usize> {
    let mut sums = vec![(0.0, 0.0)];
    for value in values {
        let (sum, squares) = sums[sums.len() - 1];
        sums.push((sum + value, squares + value * value));
    }
    let cost = |start: usize, stop: usize| {
        let (sum, squares) = (sums[stop].0 - sums[start].0, sums[stop].1 - sums[start].1);
        squares - sum * sum / (stop - start) as f64
    };
    // The least cost of the first values, up to each, and where its last part starts.
    let mut best = vec![(f64::INFINITY, 0); values.len() + 1];
    best[0] = (-penalty, 0);
    for stop in LEAST..=values.len() {
        let costs = (0..=stop - LEAST).map(|start| (best[start].0 + cost(start, stop) + penalty, start));
        best[stop] = costs.fold(best[stop], |least, one| if one.0 < least.0 { one } else { least });
    }
    let mut starts: Vec<usize> = Vec::new();
    let mut at = best[values.len()].1;
    while at > 0 {
        starts.push(at);
        at = best[at].1;
    }
    starts.reverse();
    starts
}

#[cfg(test)]
mod tests;
