//! How many samples of a benchmark are taken at once, and for how long.

/// The samples of a benchmark, if there is time for them: the few that nothing disturbed are what counts, and the shorter a
/// sample, the more of them.
const MANY: usize = 400;
/// The fewest that criterion takes.
const FEW: usize = 10;

/// Benchmarks that one process measures.
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

    /// One benchmark, a run of which takes so many nanoseconds.
    pub fn alone(id: &str, time: f64, seconds: f64) -> Self {
        let fitting = seconds / (1e-9 * time);
        Self { ids: vec![id.to_owned()], samples: (fitting as usize).clamp(FEW, MANY), seconds }
    }

    /// Seconds of warming up.
    pub fn warming(&self) -> f64 {
        self.seconds / 3.0
    }

    /// The least seconds that measuring takes of each benchmark, a run of which takes so many nanoseconds.
    pub fn time(&self, time: f64) -> f64 {
        let run = 1e-9 * time;
        self.warming().max(run) + self.seconds.max(run * self.samples as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_long_has_few_samples() {
        for (time, samples, seconds) in [(1e3, 400, 0.8 / 3.0), (1e6, 200, 0.8 / 3.0), (8e7, 10, 0.88)] {
            let batch = Batch::alone("a", time, 0.2);
            assert_eq!(batch.samples, samples, "{time}");
            assert!((batch.time(time) - seconds).abs() < 1e-9, "{time}: {}", batch.time(time));
        }
    }
}
