//! The mean of the middle half, and how sure it is.

use std::cell::RefCell;

use super::bootstrap::Interval;
use super::draws::Draws;
use super::quantile::ascending_order;
use super::resampled_ranks::{RESAMPLES, percentiles};

/// The interquartile mean of ascending values: that of what is left without the ⌊n / 4⌋ smallest and as many largest ones, as
/// rliable and `scipy.stats.trim_mean(values, 0.25)` have it (Agarwal et al. 2021, §4.3). None of no values.
///
/// ```
/// use thalweg_record::stats::interquartile_mean;
///
/// assert_eq!(interquartile_mean(&[0.0, 1.0, 2.0, 3.0, 99.0]), Some(2.0));
/// ```
pub fn interquartile_mean(sorted: &[f64]) -> Option<f64> {
    let cut = sorted.len() / 4;
    let middle = &sorted[cut..sorted.len() - cut];
    (!middle.is_empty()).then(|| middle.iter().sum::<f64>() / middle.len() as f64)
}

/// The 95 % percentile interval of the interquartile mean of all values, by a stratified bootstrap: from each group as many
/// are drawn as it has, with replacement (Agarwal et al. 2021, §4.1). None where no group has two, and where values are infinite
/// on both sides.
///
/// [`RESAMPLES`] are drawn: the share of all possible ones below either end is 2.5 % with a standard error of 0.35 %.
pub fn interquartile_interval(groups: &[&[f64]]) -> Option<Interval> {
    if groups.iter().all(|group| group.len() < 2) {
        return None;
    }
    // Values are sorted once: how often each is drawn tells what the sorted resample is.
    let values = groups.concat();
    let order = ascending_order(&values);
    let sorted: Vec<f64> = order.iter().map(|place| values[*place]).collect();
    let mut ranks = vec![0; values.len()];
    order.iter().enumerate().for_each(|(rank, place)| ranks[*place] = rank);
    let mut counts = vec![0_u32; values.len()];
    let mut means = Vec::with_capacity(RESAMPLES);
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    each_resample(&lengths, |places| {
        places.iter().for_each(|place| counts[ranks[*place as usize]] += 1);
        means.extend(Some(mean_of_middle(&sorted, &mut counts)).filter(|mean| !mean.is_nan()));
    });
    (means.len() == RESAMPLES).then(|| percentiles(means))
}

/// The interquartile mean of ascending values, each so many times; the counts are 0 afterwards.
fn mean_of_middle(sorted: &[f64], counts: &mut [u32]) -> f64 {
    let cut = sorted.len() / 4;
    let (mut passed, mut sum) = (0, -0.0);
    for (value, count) in sorted.iter().zip(counts) {
        let end = passed + std::mem::take(count) as usize;
        // One after the other, as [`interquartile_mean`] adds them.
        (passed.max(cut)..end.min(sorted.len() - cut)).for_each(|_| sum += value);
        passed = end;
    }
    sum / (sorted.len() - 2 * cut) as f64
}

/// The most places that are kept from one call to the next.
const MOST_KEPT: usize = 1 << 22;

thread_local! {
    /// The numbers of values of the last call, and the places that were drawn: they depend on these numbers alone, and figures
    /// ask for many intervals of as many values.
    static LAST: RefCell<(Vec<usize>, Vec<u32>)> = const { RefCell::new((Vec::new(), Vec::new())) };
}

/// Shows each resample of groups of these lengths, as places among all values.
fn each_resample(lengths: &[usize], mut show: impl FnMut(&[u32])) {
    let mut draws = Draws::new("interquartile mean");
    let mut draw = |places: &mut Vec<u32>| {
        let mut first = 0;
        for length in lengths {
            places.extend((0..*length).map(|_| (first + draws.below(*length)) as u32));
            first += length;
        }
    };
    let count: usize = lengths.iter().sum();
    if count.saturating_mul(RESAMPLES) > MOST_KEPT {
        let mut places = Vec::with_capacity(count);
        for _ in 0..RESAMPLES {
            places.clear();
            draw(&mut places);
            show(&places);
        }
        return;
    }
    LAST.with_borrow_mut(|(known, places)| {
        if known != lengths {
            places.clear();
            (0..RESAMPLES).for_each(|_| draw(places));
            lengths.clone_into(known);
        }
        places.chunks_exact(count).for_each(show);
    });
}
