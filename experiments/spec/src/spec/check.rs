//! What sections of a spec demand of each other.

use thalweg_kernels::loss;
use thalweg_kernels::optimizer::Sees;

use super::axis::Axis;
use super::error::{InputError, suggestion};
use super::figure::Figure;
use super::network::Init;
use super::problem::Problem;
use super::selection::check_selections;
use super::spectrum::check_spectrum;
use super::train::{Batch, LogEvery, MAX_TRIALS};
use super::weights::{Weights, WeightsOf};
use super::{Condition, Spec, metric, observe};
use crate::dataset::Task;
use crate::figure::Progress;
use crate::train::TrainingPath;

/// The most points of a surface.
const MAX_SURFACE: u64 = 16_000_000;

/// Checks what no section can check alone.
pub(super) fn check(spec: &Spec) -> Result<(), InputError> {
    check_size(spec)?;
    check_conditions(spec)?;
    if spec.conditions.len() == 1 {
        check_condition(spec)?;
    } else {
        (0..spec.conditions.len()).try_for_each(|condition| check_condition(&spec.under(condition)))?;
    }
    check_selections(spec)
}

/// Checks what a sweep with several conditions cannot have.
fn check_conditions(spec: &Spec) -> Result<(), InputError> {
    let dimensions =
        |condition: &Condition| condition.problem.landscape().map(|landscape| landscape.starts.dimensions());
    let first = dimensions(&spec.conditions[0]);
    let other = spec.conditions.iter().find(|condition| dimensions(condition) != first);
    if let (Some(other), true) = (other, spec.record.trajectory) {
        let count = |condition| dimensions(condition).map_or("none".to_owned(), |count: usize| count.to_string());
        let counts = (count(&spec.conditions[0]), count(other));
        let message = format!("all trials of a table have as many coordinates, found {} and {}", counts.0, counts.1);
        return Err(spec.error("record.trajectory", message));
    }
    if let (Some(at), 1) = (spec.figures.iter().position(Figure::compares_problems), spec.problems().len()) {
        let message = "it compares problems, and this sweep has one";
        let error = spec.error(&format!("figure.{at}.kind"), message);
        return Err(error.with_help("a sweep with several tables [[problem]] has it, and a study of `members`"));
    }
    if spec.conditions.len() == 1 {
        return Ok(());
    }
    check_compared(spec)?;
    let several = format!("the sweep has {} conditions, and each has its own", spec.conditions.len());
    let record = &spec.record;
    for (key, is_on) in
        [("perturb", record.perturb.is_some()), ("surface", record.surface.is_some()), ("spectrum", record.spectrum)]
    {
        if is_on {
            return Err(spec.error(&format!("record.{key}"), several));
        }
    }
    let by_epoch = spec.figures.iter().position(|figure| figure.options.progress == Progress::Epochs);
    fn epochs(condition: &Condition) -> (Batch, &Problem) {
        (condition.train.batch, &condition.problem)
    }
    match by_epoch {
        Some(at) if spec.conditions.iter().any(|other| epochs(other) != epochs(&spec.conditions[0])) => {
            let message = "epochs have as many steps in all conditions only where problem and batch are the same";
            Err(spec.error(&format!("figure.{at}.x"), message))
        }
        _ => Ok(()),
    }
}

/// Checks that some problem has what figures compare problems by.
fn check_compared(spec: &Spec) -> Result<(), InputError> {
    for (index, figure) in spec.figures.iter().enumerate().filter(|(_, figure)| figure.compares_problems()) {
        let key = format!("figure.{index}.metric");
        let checks = (0..spec.conditions.len()).map(|at| check_metric(&spec.under(at), &key, figure.metric));
        let errors: Vec<InputError> = checks.filter_map(Result::err).collect();
        if errors.len() == spec.conditions.len() {
            return errors.into_iter().next().map_or(Ok(()), Err);
        }
    }
    Ok(())
}

fn check_condition(spec: &Spec) -> Result<(), InputError> {
    check_loss(spec)?;
    check_layers(spec)?;
    check_landscape(spec)?;
    check_weights(spec)?;
    if spec.train.batch == Batch::Full && spec.train.drop_last {
        return Err(spec.error("train.drop_last", "a batch of the whole split leaves nothing to drop"));
    }
    if spec.train.batch == Batch::Full && spec.train.replacement {
        return Err(spec.error("train.replacement", "a batch of the whole split is not drawn"));
    }
    check_recorded_columns(spec)?;
    check_recorded_tables(spec)?;
    check_spectrum(spec)?;
    if let Some(target) = &spec.train.target {
        check_metric(spec, "train.target.metric", target.metric)?;
    }
    let is_shown = |(_, figure): &(usize, &Figure)| figure.options.selects_problem(spec.problem.name());
    for (index, figure) in spec.figures.iter().enumerate().filter(is_shown) {
        let key = format!("figure.{index}.metric");
        // Problems that do not have what is compared are left out.
        if !figure.compares_problems() {
            check_metric(spec, &key, figure.metric)?;
        }
        let is_left_out = figure.compares_problems() && check_metric(spec, &key, figure.metric).is_err();
        if let Some(metric) = figure.options.select_by.filter(|_| !is_left_out) {
            check_metric(spec, &format!("figure.{index}.select_by"), metric.name())?;
        }
        figure.check(spec, index)?;
    }
    if spec.train.target.is_some_and(|target| target.stop) && spec.train.log_every == LogEvery::Steps(0) {
        let message = "the target is looked at on logged steps only: stop needs `train.log_every` above 0";
        return Err(spec.error("train.target.stop", message));
    }
    Ok(())
}

/// Checks that what columns are computed from is there.
fn check_recorded_columns(spec: &Spec) -> Result<(), InputError> {
    let Some(column) = spec.record.columns.first() else { return Ok(()) };
    if spec.train.log_every != LogEvery::Steps(1) {
        let message = format!("{} is computed from the loss of every step: train.log_every = 1", column.name);
        return Err(spec.error("record.columns", message));
    }
    if spec.train.target.is_some_and(|target| target.stop) {
        let message = format!("{} is of whole trials, but train.target.stop ends some early", column.name);
        return Err(spec.error("record.columns", message));
    }
    Ok(())
}

/// Checks that what tables are made from is there.
fn check_recorded_tables(spec: &Spec) -> Result<(), InputError> {
    let axes = spec.axes();
    for (at, name) in spec.record.summary.iter().flatten().enumerate() {
        if !axes.contains(name) {
            let known: Vec<&str> = axes.iter().map(String::as_str).collect();
            let error = spec.error(&format!("record.summary.{at}"), format!("no trial has a setting `{name}`"));
            return Err(error.with_help(suggestion(name, &known)));
        }
    }
    observe::check(spec)?;
    if spec.record.perturb.is_none() {
        return Ok(());
    }
    if spec.network.is_none() {
        return Err(spec.error("record.perturb", "a landscape has no units"));
    }
    if spec.train.batch != Batch::Full {
        let message = "what it shows are means over the training split: train.batch = \"full\"";
        return Err(spec.error("record.perturb", message));
    }
    Ok(())
}

/// Counts the trials without making them: a grid of 10¹¹ points is an error, not a loop.
fn check_size(spec: &Spec) -> Result<(), InputError> {
    let mut total = 0_u64;
    (0..spec.conditions.len()).try_for_each(|condition| {
        let only = (spec.conditions.len() > 1).then(|| spec.under(condition));
        add_size(only.as_ref().unwrap_or(spec), &mut total)
    })
}

/// Some optimizers see the weights of layers as matrices: a landscape has neither.
fn check_layers(spec: &Spec) -> Result<(), InputError> {
    let without = &spec.conditions[0].without;
    let mut tried = spec.optimizers.iter().enumerate().filter(|(at, _)| !without.contains(at)).map(|(_, grid)| grid);
    let seeing = tried.find(|grid| grid.optimizer.sees == Sees::Matrices);
    match (seeing, spec.problem.landscape()) {
        (Some(grid), Some(_)) => {
            let message = format!("{} sees layers as matrices, and a landscape has none", grid.optimizer.name);
            Err(spec.error(&format!("optimizer.{}", grid.table), message))
        }
        _ => Ok(()),
    }
}

/// Adds the trials of a condition.
fn add_size(spec: &Spec, total: &mut u64) -> Result<(), InputError> {
    let seeds = spec.train.seeds.count();
    let offsets = spec.network.as_ref().and_then(|network| network.init_offset.as_ref()).map_or(1, Axis::count);
    let starts = spec.problem.landscape().map_or(Some(offsets), |landscape| landscape.starts.count());
    let Some(starts) = starts.filter(|&starts| starts <= MAX_TRIALS) else {
        return Err(spec.error("problem.start", format!("these are more starts than {MAX_TRIALS} trials")));
    };
    let without = &spec.conditions[0].without;
    for (_, grid) in spec.optimizers.iter().enumerate().filter(|(at, _)| !without.contains(at)) {
        let each = |count: u64| count.checked_mul(seeds)?.checked_mul(starts);
        let draws = spec.conditions[0].draws.as_ref().map(|draws| draws.len() as u64);
        let trials = draws.or_else(|| grid.count()).and_then(each);
        let sum = trials.and_then(|trials| total.checked_add(trials));
        let Some(sum) = sum.filter(|&sum| sum <= MAX_TRIALS) else {
            let points = grid.count().map_or_else(|| "more than 2⁶⁴".to_owned(), |count| count.to_string());
            let each = if starts > 1 { format!("{starts} starts") } else { format!("{seeds} seeds") };
            let message = format!("this grid of {points} points × {each} takes the sweep past {MAX_TRIALS} trials");
            return Err(spec.error(&format!("optimizer.{}", grid.table), message));
        };
        *total = sum;
    }
    Ok(())
}

fn check_loss(spec: &Spec) -> Result<(), InputError> {
    let Some(network) = &spec.network else { return Ok(()) };
    for (key, loss) in [("network.loss", network.loss), ("network.test_loss", network.test_loss)] {
        if spec.problem.task() == Task::Regression && loss.is_some_and(|loss| loss.task != loss::Task::Regression) {
            let error = spec.error(key, "cross-entropy is for classification, but the task is regression");
            return Err(error.with_help("use \"mse\""));
        }
    }
    Ok(())
}

fn check_landscape(spec: &Spec) -> Result<(), InputError> {
    let Some(landscape) = spec.problem.landscape() else {
        let of_landscapes = [("trajectory", spec.record.trajectory), ("surface", spec.record.surface.is_some())];
        return match of_landscapes.into_iter().find(|(_, asked)| *asked) {
            Some((key, _)) => Err(spec.error(&format!("record.{key}"), "only a landscape has one")),
            None => Ok(()),
        };
    };
    if spec.engine.path == Some(TrainingPath::Dense) {
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

fn check_weights(spec: &Spec) -> Result<(), InputError> {
    let init = spec.network.as_ref().map(|network| &network.init);
    if matches!(init, Some(Init::File(_))) && spec.train.init_seed.is_some() {
        return Err(spec.error("train.init_seed", "the initial weights come from a file, not from a seed"));
    }
    if spec.record.data && spec.network.is_none() {
        return Err(spec.error("record.data", "a landscape has no examples"));
    }
    if !spec.record.keeps_weights() {
        let chosen = spec.record.weights_of != WeightsOf::All;
        return if chosen {
            let error = spec.error("record.weights_of", "no weights are kept: record.weights is \"none\"");
            Err(error.with_help("set record.weights to \"initial\", \"final\" or \"both\""))
        } else {
            Ok(())
        };
    }
    match spec.network {
        Some(_) => Ok(()),
        None => {
            let key = if spec.record.weights == Weights::None { "record.weights_at" } else { "record.weights" };
            let help = "where trials start and end is in runs.csv; record.trajectory = true keeps the way";
            Err(spec.error(key, "a landscape has no weights").with_help(help))
        }
    }
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
