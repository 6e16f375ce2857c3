//! What sections of a spec demand of each other.

use thalweg_kernels::loss;

use super::error::InputError;
use super::output::Curves;
use super::problem::Task;
use super::train::{Batch, LogEvery, MAX_TRIALS};
use super::{Spec, metric};

/// Checks what no section can check alone.
pub(super) fn check(spec: &Spec) -> Result<(), InputError> {
    check_size(spec)?;
    check_loss(spec)?;
    if spec.train.batch == Batch::Full && spec.train.drop_last {
        return Err(spec.error("train.drop_last", "a batch of the whole split leaves nothing to drop"));
    }
    if let Some(target) = &spec.train.target {
        check_metric(spec, "train.target.metric", target.metric)?;
    }
    for (index, figure) in spec.figures.iter().enumerate() {
        let key = format!("figure.{index}.metric");
        check_metric(spec, &key, figure.metric)?;
        if figure.kind == "curves" && spec.record.curves == Curves::None {
            let message = "a figure of curves needs them recorded, but record.curves is \"none\"";
            return Err(spec.error(&format!("figure.{index}.kind"), message));
        }
    }
    if spec.train.target.is_some_and(|target| target.stop) && spec.train.log_every == LogEvery::Steps(0) {
        let message = "the target is looked at on logged steps only: stop needs `train.log_every` above 0";
        return Err(spec.error("train.target.stop", message));
    }
    Ok(())
}

/// Counts the trials without making them: a grid of 10¹¹ points is an error, not a loop.
fn check_size(spec: &Spec) -> Result<(), InputError> {
    let seeds = spec.train.seeds.count();
    let mut total = 0_u64;
    for (index, grid) in spec.optimizers.iter().enumerate() {
        let trials = grid.count().and_then(|count| count.checked_mul(seeds));
        let sum = trials.and_then(|trials| total.checked_add(trials));
        let Some(sum) = sum.filter(|&sum| sum <= MAX_TRIALS) else {
            let points = grid.count().map_or_else(|| "more than 2⁶⁴".to_owned(), |count| count.to_string());
            let message =
                format!("this grid of {points} points × {seeds} seeds takes the sweep past {MAX_TRIALS} trials");
            return Err(spec.error(&format!("optimizer.{index}"), message));
        };
        total = sum;
    }
    Ok(())
}

fn check_loss(spec: &Spec) -> Result<(), InputError> {
    match (spec.problem.task(), spec.network.loss) {
        (Task::Regression, Some(loss)) if loss.task != loss::Task::Regression => Err(spec
            .error("network.loss", "cross-entropy is for classification, but the task is regression")
            .with_help("use \"mse\"")),
        _ => Ok(()),
    }
}

fn check_metric(spec: &Spec, key: &str, metric: &str) -> Result<(), InputError> {
    if metric::is_accuracy(metric) && spec.problem.task() == Task::Regression {
        return Err(spec.error(key, format!("regression has no {metric}")));
    }
    let splits = [("validation", spec.problem.validation_fraction > 0.0), ("test", spec.problem.has_test())];
    for (split, is_there) in splits {
        if metric.contains(split) && !is_there {
            return Err(spec.error(key, format!("there is no {split} split: problem.{split}_fraction is 0")));
        }
    }
    Ok(())
}
