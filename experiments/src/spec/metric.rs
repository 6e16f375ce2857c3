//! The measures that targets and figures refer to, by their names in `runs.csv` and `curves.csv`.

/// What a target may ask for: the columns of `curves.csv` that every problem of its kind has.
pub const TARGETS: &[&str] =
    &["train_loss", "validation_loss", "test_loss", "train_accuracy", "validation_accuracy", "test_accuracy"];

/// The columns of `runs.csv` that a figure can show: one number a trial.
pub const OF_RUNS: &[&str] = &[
    "initial_train_loss",
    "final_train_loss",
    "best_train_loss",
    "final_validation_loss",
    "final_test_loss",
    "final_train_accuracy",
    "final_validation_accuracy",
    "final_test_accuracy",
    "steps_to_target",
];

/// The columns of `curves.csv` that a figure can show: one number a logged step.
pub const OF_CURVES: &[&str] = &[
    "train_loss",
    "validation_loss",
    "test_loss",
    "train_accuracy",
    "validation_accuracy",
    "test_accuracy",
    "grad_norm",
    "update_norm",
];

/// Whether a metric is a share of examples, which regression does not have.
pub fn is_accuracy(metric: &str) -> bool {
    metric.ends_with("_accuracy")
}
