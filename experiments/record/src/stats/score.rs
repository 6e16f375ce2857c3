//! What optimizers are compared by: a cost, the less the better.

use super::configuration::Configuration;
use super::metric::Metric;
use crate::record::{Status, Trial};

/// A cost of a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Score {
    /// A loss, or the share that is classified wrongly where the metric is an accuracy.
    Outcome(Metric),
    /// Steps until the target of the spec was reached.
    StepsToTarget,
    /// Gradients of batches until then: what methods that take several in a step can be compared by.
    GradientsToTarget,
}

impl Score {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        Metric::ALL.into_iter().map(Self::Outcome).chain([Self::StepsToTarget, Self::GradientsToTarget])
    }

    /// Its name in specs: that of the column, where it is one.
    pub fn name(self) -> &'static str {
        match self {
            Self::Outcome(metric) => metric.name(),
            Self::StepsToTarget => "steps_to_target",
            Self::GradientsToTarget => "gradients_to_target",
        }
    }

    /// The score of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|score| score.name() == name)
    }

    /// Its name in text.
    pub fn label(self) -> String {
        match self {
            Self::Outcome(metric) if metric.lower_is_better() => metric.label().to_owned(),
            Self::Outcome(metric) => metric.label().replace("accuracy", "error"),
            Self::StepsToTarget => "steps to the target".to_owned(),
            Self::GradientsToTarget => "gradients to the target".to_owned(),
        }
    }

    /// Whether these trials have it; for an outcome, whether any trial of their problem has.
    pub fn exists_in(self, configuration: &Configuration<'_>) -> bool {
        match self {
            Self::Outcome(metric) => configuration.has(metric),
            Self::StepsToTarget | Self::GradientsToTarget => {
                configuration.runs().any(|trial| trial.steps_to_target().is_some())
            }
        }
    }

    /// The cost of a trial: infinite if it diverged, never NaN. None if the problem has no such metric.
    pub fn cost(self, trial: Trial<'_>) -> Option<f64> {
        match self {
            Self::Outcome(metric) if metric.lower_is_better() => metric.outcome(trial),
            Self::Outcome(_) if trial.status() == Status::Diverged => Some(f64::INFINITY),
            Self::Outcome(metric) => metric.outcome(trial).map(|accuracy| 1.0 - accuracy),
            Self::StepsToTarget => Some(trial.steps_to_target().map_or(f64::INFINITY, |steps| steps as f64)),
            Self::GradientsToTarget => Some(Self::StepsToTarget.cost(trial)? * trial.gradients_of_step()),
        }
    }
}
