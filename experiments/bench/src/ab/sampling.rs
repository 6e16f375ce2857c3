//! How many samples of a benchmark are taken in a round, and for how long.

use std::collections::BTreeMap;

/// Samples of what is short: many, as the few that nothing disturbed are what counts.
const MANY: usize = 60;
/// Samples of what takes long, the fewest that criterion takes.
const FEW: usize = 10;
/// How much longer a benchmark takes for being warmed up first.
const WITH_WARMING: f64 = 4.0 / 3.0;

/// Benchmarks of which as many samples are taken.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Batch {
    /// The benchmarks, by name.
    pub ids: Vec<String>,
    /// Samples of each.
    pub samples: usize,
    /// Seconds that they take together, if one run of the benchmark takes less than its share of them.
    pub seconds: f64,
}

impl Batch {
    /// What tells how long each takes.
    pub fn first(ids: &[String]) -> Self {
        const SECONDS: f64 = 0.01;
        Self { ids: ids.to_vec(), samples: FEW, seconds: SECONDS }
    }

    /// The benchmarks of a round, given the nanoseconds that a run of each takes: many samples of those that take no longer
    /// by it than `seconds` twice, few of others.
    pub fn all(times: &BTreeMap<String, f64>, seconds: f64) -> Vec<Self> {
        let is_short = |time: f64| 1e-9 * time * MANY as f64 <= 2.0 * seconds;
        let batch = |short: bool, samples| {
            let own = times.iter().filter(|(_, time)| is_short(**time) == short);
            Self { ids: own.map(|(id, _)| id.clone()).collect(), samples, seconds }
        };
        [batch(true, MANY), batch(false, FEW)].into_iter().filter(|batch| !batch.ids.is_empty()).collect()
    }

    /// Seconds of warming up.
    pub fn warming(&self) -> f64 {
        self.seconds * (WITH_WARMING - 1.0)
    }

    /// About how many seconds the batch takes.
    pub fn time(&self, times: &BTreeMap<String, f64>) -> f64 {
        let one = |id: &String| {
            let run = 1e-9 * times.get(id).copied().unwrap_or(0.0);
            self.warming().max(run) + self.seconds.max(run * self.samples as f64)
        };
        self.ids.iter().map(one).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_long_has_few_samples() {
        let times: BTreeMap<String, f64> =
            [("a", 1e3), ("b", 6e6), ("c", 8e7)].map(|(id, time)| (id.into(), time)).into();
        let batches = Batch::all(&times, 0.2);
        let ids: Vec<(&[String], usize)> = batches.iter().map(|batch| (&*batch.ids, batch.samples)).collect();
        assert_eq!(ids, [(&["a".to_owned(), "b".to_owned()][..], MANY), (&["c".to_owned()][..], FEW)]);
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} {b}");
        // 0.2 s and 60 samples of 6 ms, each after a third of 0.2 s; ten samples of 80 ms after one.
        near(batches[0].time(&times), 0.2 + 0.36 + 2.0 * 0.2 / 3.0);
        near(batches[1].time(&times), 0.8 + 0.08);
        assert_eq!(Batch::all(&[("c".to_owned(), 8e7)].into(), 0.2).len(), 1);
    }
}
