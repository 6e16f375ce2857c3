//! What is compared between configurations: declared once, for `summary.csv` and for figures.

use crate::record::{Quantities, Quantity, Status, Trial};

/// An outcome of a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Metric {
    /// Mean loss over the training split at the end.
    FinalTrainLoss,
    /// The smallest logged mean loss over the training split.
    BestTrainLoss,
    /// Mean loss over the validation split at the end.
    FinalValidationLoss,
    /// Mean loss over the test split at the end.
    FinalTestLoss,
    /// Share of the training split that is classified correctly at the end.
    FinalTrainAccuracy,
    /// The same for the validation split.
    FinalValidationAccuracy,
    /// The same for the test split.
    FinalTestAccuracy,
}

impl Metric {
    /// All of them, in the order of `summary.csv`.
    pub const ALL: [Self; 7] = [
        Self::FinalTrainLoss,
        Self::BestTrainLoss,
        Self::FinalValidationLoss,
        Self::FinalTestLoss,
        Self::FinalTrainAccuracy,
        Self::FinalValidationAccuracy,
        Self::FinalTestAccuracy,
    ];

    /// Its name in specs and in headers.
    pub fn name(self) -> &'static str {
        match self {
            Self::FinalTrainLoss => "final_train_loss",
            Self::BestTrainLoss => "best_train_loss",
            Self::FinalValidationLoss => "final_validation_loss",
            Self::FinalTestLoss => "final_test_loss",
            Self::FinalTrainAccuracy => "final_train_accuracy",
            Self::FinalValidationAccuracy => "final_validation_accuracy",
            Self::FinalTestAccuracy => "final_test_accuracy",
        }
    }

    /// The metric of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.name() == name)
    }

    /// Its name in text.
    pub fn label(self) -> &'static str {
        match self {
            Self::FinalTrainLoss => "final training loss",
            Self::BestTrainLoss => "best training loss",
            Self::FinalValidationLoss => "final validation loss",
            Self::FinalTestLoss => "final test loss",
            Self::FinalTrainAccuracy => "final training accuracy",
            Self::FinalValidationAccuracy => "final validation accuracy",
            Self::FinalTestAccuracy => "final test accuracy",
        }
    }

    /// Its name on an axis, with the unit of accuracies; losses and norms have none.
    pub fn axis_label(self) -> String {
        let unit = if self.worst() == 0.0 { " (share correct)" } else { "" };
        format!("{}{unit}", self.label())
    }

    /// Whether smaller values are better: losses, as opposed to accuracies.
    pub fn lower_is_better(self) -> bool {
        self.worst() > 0.0
    }

    /// The worst value: what a diverged trial counts as, so that no median hides divergence.
    pub fn worst(self) -> f64 {
        match self {
            Self::FinalTrainAccuracy | Self::FinalValidationAccuracy | Self::FinalTestAccuracy => 0.0,
            Self::FinalTrainLoss | Self::BestTrainLoss | Self::FinalValidationLoss | Self::FinalTestLoss => {
                f64::INFINITY
            }
        }
    }

    /// The loss on the same split: it decides between configurations that are equal in this metric.
    pub fn tie_break(self) -> Self {
        match self {
            Self::FinalTrainAccuracy => Self::FinalTrainLoss,
            Self::FinalValidationAccuracy => Self::FinalValidationLoss,
            Self::FinalTestAccuracy => Self::FinalTestLoss,
            loss => loss,
        }
    }

    /// The column of `runs.csv`.
    pub fn quantity(self) -> Quantity {
        match self {
            Self::FinalTrainLoss => Quantity::FinalTrainLoss,
            Self::BestTrainLoss => Quantity::BestTrainLoss,
            Self::FinalValidationLoss => Quantity::FinalValidationLoss,
            Self::FinalTestLoss => Quantity::FinalTestLoss,
            Self::FinalTrainAccuracy => Quantity::FinalTrainAccuracy,
            Self::FinalValidationAccuracy => Quantity::FinalValidationAccuracy,
            Self::FinalTestAccuracy => Quantity::FinalTestAccuracy,
        }
    }

    /// The cell of `runs.csv`.
    pub fn value(self, trial: Trial<'_>) -> Option<f64> {
        trial.quantity(self.quantity())
    }

    /// What the trial counts as in statistics: [`Metric::worst`] if it diverged or the cell is NaN, else the cell.
    ///
    /// It is for problems that have this metric ([`Metric::is_in`]).
    pub fn outcome(self, trial: Trial<'_>) -> Option<f64> {
        if trial.status() == Status::Diverged {
            return Some(self.worst());
        }
        self.value(trial).map(|value| if value.is_nan() { self.worst() } else { value })
    }

    /// Whether a problem whose trials have these quantities has this metric: a regression has no accuracy, and there
    /// may be no validation split.
    ///
    /// All problems have a training loss, though no cell may show it where every trial diverged.
    pub fn is_in(self, quantities: Quantities) -> bool {
        matches!(self, Self::FinalTrainLoss | Self::BestTrainLoss) || quantities.has(self.quantity())
    }
}
