//! What a row of `runs.csv` and of `curves.csv` says.

use super::number::Precision;
use super::setting::Setting;

/// How a trial ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It did all its steps.
    Ok,
    /// It stopped because it reached its target.
    Target,
    /// A loss or a parameter became non-finite, or the loss stayed far above the initial one.
    Diverged,
}

/// A row of `runs.csv`: one trial.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Its name ([`super::Key`]).
    pub key: String,
    /// The problem's name.
    pub problem: String,
    /// The optimizer's name.
    pub optimizer: String,
    /// One value per name in [`Runs::hyperparameters`]; none where this optimizer has no such hyperparameter.
    pub settings: Vec<Option<Setting>>,
    /// The seed of the initial weights.
    pub init_seed: u64,
    /// The seed of the order of examples.
    pub order_seed: u64,
    /// How it ended.
    pub status: Status,
    /// Updates done.
    pub steps: u64,
    /// Gradients of batches that they were made of: what it cost.
    pub gradients: u64,
    /// The step of divergence.
    pub diverged_at: Option<u64>,
    /// Mean loss over the training split before the first step.
    pub initial_train_loss: Option<f64>,
    /// Mean loss over the training split at the end; missing if the trial became non-finite.
    pub final_train_loss: Option<f64>,
    /// The smallest logged mean loss over the training split.
    pub best_train_loss: Option<f64>,
    /// The first logged step at which it was reached.
    pub best_step: Option<u64>,
    /// Mean loss over the validation split at the end.
    pub final_validation_loss: Option<f64>,
    /// Mean loss over the test split at the end.
    pub final_test_loss: Option<f64>,
    /// Share of the training split that is classified correctly at the end; missing for regression.
    pub final_train_accuracy: Option<f64>,
    /// The same for the validation split.
    pub final_validation_accuracy: Option<f64>,
    /// The same for the test split.
    pub final_test_accuracy: Option<f64>,
    /// The first logged step at which the target was reached.
    pub steps_to_target: Option<u64>,
    /// One value per name in [`Runs::extra`].
    pub extra: Vec<Option<f64>>,
}

/// The content of `runs.csv`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Runs {
    /// The names of the hyperparameter columns.
    pub hyperparameters: Vec<String>,
    /// The names of the columns that only some sweeps have: those of landscapes and observers.
    pub extra: Vec<String>,
    /// One row per trial, in plan order.
    pub rows: Vec<Run>,
    /// The type in which losses and accuracies were computed, so that they are written no longer than they are.
    pub precision: Precision,
}

/// A row of `curves.csv`: one trial at one logged step.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// The trial's key.
    pub key: String,
    /// Updates done before this evaluation.
    pub step: u64,
    /// Mean loss over the training split.
    pub train_loss: Option<f64>,
    /// Mean loss over the validation split.
    pub validation_loss: Option<f64>,
    /// Mean loss over the test split.
    pub test_loss: Option<f64>,
    /// Share of the training split that is classified correctly.
    pub train_accuracy: Option<f64>,
    /// The same for the validation split.
    pub validation_accuracy: Option<f64>,
    /// The same for the test split.
    pub test_accuracy: Option<f64>,
    /// Euclidean norm of the gradient of this step's batch; missing at step 0.
    pub grad_norm: Option<f64>,
    /// Euclidean norm of this step's change of the parameters; missing at step 0.
    pub update_norm: Option<f64>,
}
