//! How long everything takes.

use std::time::Duration;

use criterion::Criterion;

use super::arguments::Arguments;

/// How benchmarks are timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// Everything, in a quarter of an hour.
    Standard,
    /// Thalweg alone, in some minutes.
    Quick,
}

/// What criterion is told of one benchmark. Samples are many and short, as what disturbs a run then leaves some of them alone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    pub samples: usize,
    pub warming: Duration,
    pub measuring: Duration,
}

/// Resamples of criterion's own intervals: its default takes longer than a short benchmark, and of 1,000 it warns.
const RESAMPLES: usize = 1001;
/// The fewest samples that criterion takes.
const FEWEST: usize = 10;

impl Pace {
    pub fn of(arguments: &Arguments) -> Self {
        if arguments.has(QUICK) { Self::Quick } else { Self::Standard }
    }

    /// What is spent on a benchmark of ours.
    pub fn ours(self) -> Effort {
        let (samples, warming, measuring) = match self {
            Self::Standard => (250, 60, 250),
            Self::Quick => (80, 6, 40),
        };
        Effort { samples, warming: Duration::from_millis(warming), measuring: Duration::from_millis(measuring) }
    }

    /// What is spent on one of others, whose times nobody compares with those of last week.
    pub fn of_others(self) -> Effort {
        Effort { samples: FEWEST, warming: Duration::from_millis(30), measuring: Duration::from_millis(120) }
    }

    /// Criterion with what the command line says in place of any of this.
    pub fn criterion(self) -> Criterion {
        let Effort { samples, warming, measuring } = self.ours();
        Criterion::default()
            .sample_size(samples)
            .warm_up_time(warming)
            .measurement_time(measuring)
            .nresamples(RESAMPLES)
            // Where gnuplot is installed, criterion would draw with it after every bench: slower than the bench itself.
            .without_plots()
    }
}

impl Effort {
    /// With no more samples than there is time for.
    pub fn fitting(self, run: Duration) -> Self {
        let fitting = self.measuring.as_secs_f64() / run.as_secs_f64();
        Self { samples: (fitting as usize).clamp(FEWEST, self.samples), ..self }
    }

    /// About how long a benchmark takes of which a run takes so long.
    pub fn time(self, run: Duration) -> Duration {
        self.warming.max(run) + self.measuring.max(run * self.samples as u32)
    }
}

/// The flag of the quick pace. Criterion has one of this name, which takes two samples of everything; it never sees ours.
pub(super) const QUICK: &str = "--quick";
