//! What sections of a spec demand of each other.

use thalweg_kernels::loss;
use thalweg_kernels::optimizer::Domain;

use super::error::{InputError, suggestion};
use super::grid::Grid;
use super::landscape::Landscape;
use super::output::Curves;
use super::problem::Task;
use super::train::{Batch, LogEvery, MAX_TRIALS};
use super::{Spec, metric};
use crate::train::Path;

/// The most points of a surface.
const MAX_SURFACE: u64 = 16_000_000;

/// Checks what no section can check alone.
pub(super) fn check(spec: &Spec) -> Result<(), InputError> {
    check_size(spec)?;
    check_loss(spec)?;
    check_landscape(spec)?;
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
        if figure.kind == "trajectories" {
            check_trajectories(spec, index)?;
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
    let starts = spec.problem.landscape().map_or(Some(1), |landscape| landscape.starts.count());
    let Some(starts) = starts.filter(|&starts| starts <= MAX_TRIALS) else {
        return Err(spec.error("problem.start", format!("these are more starts than {MAX_TRIALS} trials")));
    };
    let mut total = 0_u64;
    for (index, grid) in spec.optimizers.iter().enumerate() {
        let trials = grid.count().and_then(|count| count.checked_mul(seeds)?.checked_mul(starts));
        let sum = trials.and_then(|trials| total.checked_add(trials));
        let Some(sum) = sum.filter(|&sum| sum <= MAX_TRIALS) else {
            let points = grid.count().map_or_else(|| "more than 2⁶⁴".to_owned(), |count| count.to_string());
            let each = if starts > 1 { format!("{starts} starts") } else { format!("{seeds} seeds") };
            let message = format!("this grid of {points} points × {each} takes the sweep past {MAX_TRIALS} trials");
            return Err(spec.error(&format!("optimizer.{index}"), message));
        };
        total = sum;
    }
    Ok(())
}

/// Checks that `runs.csv` will have the columns that a figure names, and one optimizer both of them.
fn check_columns(spec: &Spec, index: usize, columns: &[String; 2]) -> Result<(), InputError> {
    let extra = spec.problem.landscape().map_or(Vec::new(), Landscape::columns);
    let numbers = |grid: &Grid| -> Vec<&'static str> {
        let numbers = grid.method.hyperparameters.iter();
        let numbers = numbers.filter(|h| matches!(h.domain, Domain::Number { .. }) && grid.mentions(h));
        numbers.map(|hyperparameter| hyperparameter.name).collect()
    };
    let mut known: Vec<&str> = Vec::new();
    for name in spec.optimizers.iter().flat_map(numbers) {
        if !known.contains(&name) {
            known.push(name);
        }
    }
    known.extend(extra.iter().map(String::as_str));
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
    let has = |grid: &Grid, column: &String| numbers(grid).contains(&column.as_str()) || extra.contains(column);
    if !spec.optimizers.iter().any(|grid| columns.iter().all(|column| has(grid, column))) {
        return Err(spec.error(&format!("figure.{index}.y"), format!("no optimizer has both `{x}` and `{y}`")));
    }
    Ok(())
}

/// Checks that a figure of trajectories will have what it is drawn from.
fn check_trajectories(spec: &Spec, index: usize) -> Result<(), InputError> {
    let failed = |message: &str| Err(spec.error(&format!("figure.{index}.kind"), message));
    match spec.problem.landscape() {
        None => failed("only a landscape has trajectories"),
        Some(landscape) if landscape.starts.dimensions() != 2 => {
            failed("trajectories are drawn on landscapes of two dimensions")
        }
        Some(_) if !spec.record.trajectory => failed("trajectories have to be recorded: record.trajectory = true"),
        Some(_) if spec.record.surface.is_none() => failed(
            "the landscape has to be recorded: record.surface = { grid = [[low, high], [low, high]], points = n }",
        ),
        Some(_) => Ok(()),
    }
}

fn check_loss(spec: &Spec) -> Result<(), InputError> {
    match (spec.problem.task(), spec.network.as_ref().and_then(|network| network.loss)) {
        (Task::Regression, Some(loss)) if loss.task != loss::Task::Regression => Err(spec
            .error("network.loss", "cross-entropy is for classification, but the task is regression")
            .with_help("use \"mse\"")),
        _ => Ok(()),
    }
}

fn check_landscape(spec: &Spec) -> Result<(), InputError> {
    let Some(landscape) = spec.problem.landscape() else {
        let of_landscapes = [("trajectory", spec.record.trajectory), ("surface", spec.record.surface.is_some())];
        return match of_landscapes.into_iter().find(|(_, asked)| *asked) {
            Some((key, _)) => Err(spec.error(&format!("record.{key}"), "only a landscape has one")),
            None => Ok(()),
        };
    };
    if spec.engine.path == Some(Path::Dense) {
        return Err(spec.error("engine.path", "a landscape has no dense path"));
    }
    let Some(surface) = &spec.record.surface else { return Ok(()) };
    let (wanted, found) = (landscape.starts.dimensions(), surface.0.len());
    if wanted != found {
        let message = format!("trials have {wanted} coordinates, but the surface has {found}");
        return Err(spec.error("record.surface", message));
    }
    if surface.count().is_none_or(|count| count > MAX_SURFACE) {
        return Err(spec.error("record.surface", format!("the surface has more than {MAX_SURFACE} points")));
    }
    Ok(())
}

fn check_metric(spec: &Spec, key: &str, metric: &str) -> Result<(), InputError> {
    if metric::is_accuracy(metric) && spec.problem.task() == Task::Regression {
        let what = if spec.network.is_some() { "regression" } else { "a landscape" };
        return Err(spec.error(key, format!("{what} has no {metric}")));
    }
    if spec.network.is_none() && (metric.contains("validation") || metric.contains("test")) {
        return Err(spec.error(key, "a landscape has no splits").with_help("its value goes by the name of train_loss"));
    }
    let splits = [("validation", spec.problem.validation_fraction > 0.0), ("test", spec.problem.has_test())];
    for (split, is_there) in splits {
        if metric.contains(split) && !is_there {
            return Err(spec.error(key, format!("there is no {split} split: problem.{split}_fraction is 0")));
        }
    }
    Ok(())
}
