//! What methods are judged by, and what their settings are chosen by.

use thalweg_record::stats::{Configuration, Metric};

/// A metric that is shown, and the one by which settings are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Criterion {
    /// What is shown.
    pub shown: Metric,
    /// What chooses the settings.
    pub chosen_by: Metric,
}

impl Criterion {
    /// The criterion of some trials: without a wanted metric the validation loss, or the training loss where there is no
    /// validation split.
    ///
    /// Settings are never chosen on the test split unasked: a metric of that split is shown for the settings that are best
    /// on the validation split, or on the training split where there is no other. None if the trials have no such metric.
    pub fn of(configurations: &[Configuration<'_>], shown: Option<Metric>) -> Option<Self> {
        let has = |metric: &Metric| configurations.iter().any(|one| one.has(*metric));
        let losses = [Metric::FinalValidationLoss, Metric::FinalTrainLoss];
        let shown = shown.or_else(|| losses.into_iter().find(has)).filter(has)?;
        shown.criteria().into_iter().find(has).map(|chosen_by| Self { shown, chosen_by })
    }

    /// Whether the trials that chose the settings are those that are shown, so that the numbers flatter.
    pub fn is_in_sample(self) -> bool {
        self.shown == self.chosen_by
    }

    /// How settings are chosen, in words.
    pub fn text(self) -> String {
        format!("settings with the best median {}", self.chosen_by.label())
    }
}
