//! What sections of a spec demand of each other.

use thalweg_kernels::loss;
use thalweg_kernels::optimizer::Domain;

use super::error::{InputError, suggestion};
use super::grid::Grid;
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
        if let Some(columns) = &figure.columns {
            check_columns(spec, index, columns)?;
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

/// Checks that `runs.csv` will have the columns that a figure names, and one optimizer both of them.
fn check_columns(spec: &Spec, index: usize, columns: &[String; 2]) -> Result<(), InputError> {
    let numbers = |grid: &Grid| -> Vec<&'static str> {
        let numbers = grid.method.hyperparameters.iter().filter(|h| matches!(h.domain, Domain::Number { .. }));
        numbers.map(|hyperparameter| hyperparameter.name).collect()
    };
    let mut known: Vec<&str> = Vec::new();
    for name in spec.optimizers.iter().flat_map(numbers) {
        if !known.contains(&name) {
            known.push(name);
        }
    }
    for (key, name) in ["x", "y"].into_iter().zip(columns) {
        if !known.contains(&name.as_str()) {
            let message = format!("runs.csv will have no column of numbers `{name}`");
            return Err(spec.error(&format!("figure.{index}.{key}"), message).with_help(suggestion(name, &known)));
        }
    }
    let [x, y] = columns;
    if x == y {
        return Err(spec.error(&format!("figure.{index}.y"), format!("`{y}` is on the other axis already")));
    }
    let has_both = |grid: &Grid| columns.iter().all(|column| numbers(grid).contains(&column.as_str()));
    if !spec.optimizers.iter().any(has_both) {
        return Err(spec.error(&format!("figure.{index}.y"), format!("no optimizer has both `{x}` and `{y}`")));
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
    for (split, fraction) in [("validation", spec.problem.validation_fraction), ("test", spec.problem.test_fraction)] {
        if metric.contains(split) && fraction == 0.0 {
            return Err(spec.error(key, format!("there is no {split} split: problem.{split}_fraction is 0")));
        }
    }
    Ok(())
}
