//! What configurations are chosen by, and on which trials the chosen ones are judged.

use super::configuration::Configuration;
use super::metric::Metric;
use super::score::Score;

/// On which trials a chosen configuration is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Assessment {
    /// On trials that took no part in the choice: it is made on all folds of the trials but one, and judged on that one, in
    /// rotation (Stone 1974, cross-validatory choice and assessment).
    #[default]
    CrossFit,
    /// On those that it was chosen on, which flatters the more, the more there was to choose from.
    InSample,
}

impl Assessment {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::CrossFit, Self::InSample];

    /// Its name in specs.
    pub fn name(self) -> &'static str {
        match self {
            Self::CrossFit => "cross-fit",
            Self::InSample => "in-sample",
        }
    }
}

impl Metric {
    /// Whether it is measured on the test split.
    pub fn is_of_test(self) -> bool {
        matches!(self, Self::FinalTestLoss | Self::FinalTestAccuracy)
    }

    /// What may be chosen by where nobody says by what, the first that a problem has: the metric itself, but for one of the
    /// test split the same one of the validation split, and then of the training split.
    pub fn criteria(self) -> [Self; 2] {
        match self {
            Self::FinalTestLoss => [Self::FinalValidationLoss, Self::FinalTrainLoss],
            Self::FinalTestAccuracy => [Self::FinalValidationAccuracy, Self::FinalTrainAccuracy],
            metric => [metric, metric],
        }
    }

    /// The one of [`Self::criteria`] that holds for a configuration's problem.
    pub fn criterion(self, configuration: &Configuration<'_>) -> Self {
        let [first, other] = self.criteria();
        if configuration.has(first) { first } else { other }
    }
}

impl Score {
    /// What configurations of a problem are chosen by: the metric that was asked for, or else [`Metric::criterion`] of an
    /// outcome, and the score itself of anything else.
    pub(super) fn criterion(self, by: Option<Metric>, configuration: &Configuration<'_>) -> Self {
        match (by, self) {
            (Some(metric), _) => Self::Outcome(metric),
            (None, Self::Outcome(metric)) => Self::Outcome(metric.criterion(configuration)),
            (None, score) => score,
        }
    }

    /// The score that decides between configurations that are equal in this one.
    pub(super) fn tie_break(self) -> Self {
        match self {
            Self::Outcome(metric) => Self::Outcome(metric.tie_break()),
            score => score,
        }
    }
}
