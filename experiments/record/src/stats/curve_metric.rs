//! What is followed over the steps of a trial.

use super::metric::Metric;
use crate::record::Curve;

/// A column of `curves.csv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CurveMetric {
    /// Mean loss over the training split.
    TrainLoss,
    /// Mean loss over the validation split.
    ValidationLoss,
    /// Mean loss over the test split.
    TestLoss,
    /// Share of the training split that is classified correctly.
    TrainAccuracy,
    /// The same for the validation split.
    ValidationAccuracy,
    /// The same for the test split.
    TestAccuracy,
    /// Euclidean norm of the gradient of the step's batch.
    GradNorm,
    /// Euclidean norm of the step's change of the parameters.
    UpdateNorm,
}

impl CurveMetric {
    /// All of them, in the order of `curves.csv`.
    pub const ALL: [Self; 8] = [
        Self::TrainLoss,
        Self::ValidationLoss,
        Self::TestLoss,
        Self::TrainAccuracy,
        Self::ValidationAccuracy,
        Self::TestAccuracy,
        Self::GradNorm,
        Self::UpdateNorm,
    ];

    /// Its name in specs and in the header.
    pub fn name(self) -> &'static str {
        match self {
            Self::TrainLoss => "train_loss",
            Self::ValidationLoss => "validation_loss",
            Self::TestLoss => "test_loss",
            Self::TrainAccuracy => "train_accuracy",
            Self::ValidationAccuracy => "validation_accuracy",
            Self::TestAccuracy => "test_accuracy",
            Self::GradNorm => "grad_norm",
            Self::UpdateNorm => "update_norm",
        }
    }

    /// The metric of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.name() == name)
    }

    /// Its name in text.
    pub fn label(self) -> &'static str {
        match self {
            Self::TrainLoss => "training loss",
            Self::ValidationLoss => "validation loss",
            Self::TestLoss => "test loss",
            Self::TrainAccuracy => "training accuracy",
            Self::ValidationAccuracy => "validation accuracy",
            Self::TestAccuracy => "test accuracy",
            Self::GradNorm => "norm of the gradient",
            Self::UpdateNorm => "norm of the update",
        }
    }

    /// Its name on an axis, with the unit of accuracies; losses and norms have none.
    pub fn axis_label(self) -> String {
        let unit = if self.worst() == 0.0 { " (share correct)" } else { "" };
        format!("{}{unit}", self.label())
    }

    /// The outcome that it comes to at the end; for norms, the training loss.
    pub fn outcome(self) -> Metric {
        match self {
            Self::TrainLoss | Self::GradNorm | Self::UpdateNorm => Metric::FinalTrainLoss,
            Self::ValidationLoss => Metric::FinalValidationLoss,
            Self::TestLoss => Metric::FinalTestLoss,
            Self::TrainAccuracy => Metric::FinalTrainAccuracy,
            Self::ValidationAccuracy => Metric::FinalValidationAccuracy,
            Self::TestAccuracy => Metric::FinalTestAccuracy,
        }
    }

    /// The worst value: what a trial counts as after it diverged.
    pub fn worst(self) -> f64 {
        self.outcome().worst()
    }

    /// The cell of `curves.csv`.
    pub fn value(self, curve: &Curve) -> Option<f64> {
        match self {
            Self::TrainLoss => curve.train_loss,
            Self::ValidationLoss => curve.validation_loss,
            Self::TestLoss => curve.test_loss,
            Self::TrainAccuracy => curve.train_accuracy,
            Self::ValidationAccuracy => curve.validation_accuracy,
            Self::TestAccuracy => curve.test_accuracy,
            Self::GradNorm => curve.grad_norm,
            Self::UpdateNorm => curve.update_norm,
        }
    }
}
