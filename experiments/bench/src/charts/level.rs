//! The level of a group of benchmarks, some of which are not in every record.

use thalweg_record::stats::quantile;

/// The level of a group in a record, as a logarithm of a ratio to the first one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Level {
    /// The mean over benchmarks.
    pub middle: f64,
    /// Their lower quartile.
    pub low: f64,
    /// Their upper quartile.
    pub high: f64,
}

/// The levels of a group, from the logarithms of each benchmark's values by record. None in records with no benchmark that an
/// earlier one has.
///
/// A benchmark's change since the last record that has it is added to the level there, and the mean over benchmarks is the new
/// level: a chained index of geometric means, as those of prices are (Jevons). A benchmark that comes or goes moves nothing.
pub(crate) fn levels(benchmarks: &[Vec<Option<f64>>]) -> Vec<Option<Level>> {
    let count = benchmarks.first().map_or(0, Vec::len);
    let mut levels: Vec<Option<Level>> = Vec::new();
    for record in 0..count {
        let first = levels.iter().all(Option::is_none);
        let reached = |values: &Vec<Option<f64>>| {
            let now = values[record]?;
            if first {
                return Some(0.0);
            }
            let last = (0..record).rev().find(|earlier| values[*earlier].is_some() && levels[*earlier].is_some())?;
            Some(levels[last]?.middle + now - values[last]?)
        };
        let mut reached: Vec<f64> = benchmarks.iter().filter_map(reached).collect();
        reached.sort_by(f64::total_cmp);
        let at = |share: f64| quantile(&reached, share);
        levels.push(at(0.25).zip(at(0.75)).map(|(low, high)| {
            let middle = reached.iter().sum::<f64>() / reached.len() as f64;
            Level { middle, low: low.min(middle), high: high.max(middle) }
        }));
    }
    levels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_and_goes_moves_no_level() {
        let (a, b) = (libm::log(100.0), libm::log(7.0));
        let tenth = libm::log(1.1);
        let found = levels(&[
            vec![Some(a), Some(a + tenth), None, Some(a + tenth)],
            // Slower by far than the other, and not there at first.
            vec![None, Some(b), Some(b + tenth), Some(b)],
        ]);
        let middles: Vec<f64> = found.iter().map(|level| level.unwrap().middle).collect();
        for (found, expected) in middles.iter().zip([0.0, tenth, 2.0 * tenth, tenth]) {
            assert!((found - expected).abs() < 1e-12, "{middles:?}");
        }
        assert!(found[3].unwrap().low < found[3].unwrap().high + 1e-12);
    }

    #[test]
    fn records_with_nothing_in_common_have_no_level() {
        let found = levels(&[vec![Some(1.0), None, Some(1.5)], vec![None, Some(2.0), Some(9.0)]]);
        assert_eq!((found[0].map(|level| level.middle), found[1]), (Some(0.0), None));
        assert_eq!(found[2].map(|level| level.middle), Some(0.5));
        assert_eq!(levels(&[]), vec![]);
    }
}
