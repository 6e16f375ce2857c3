//! The measures that targets refer to, by their names in `curves.csv`.

/// What a target may ask for: the columns of `curves.csv` that every problem of its kind has.
pub const TARGETS: &[&str] =
    &["train_loss", "validation_loss", "test_loss", "train_accuracy", "validation_accuracy", "test_accuracy"];

/// Whether a metric is a share of examples, which regression does not have.
pub fn is_accuracy(metric: &str) -> bool {
    metric.ends_with("_accuracy")
}
