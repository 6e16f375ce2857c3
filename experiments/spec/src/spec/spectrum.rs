//! What a spectrum, and what figures draw with it, demand of the rest of a spec.

use thalweg_kernels::loss::Loss;

use super::Spec;
use super::error::InputError;
use super::figure::{CURVES, Figure};
use super::observe::Shown;
use super::train::Batch;
use crate::dataset::Task;
use crate::figure::Theory;
use crate::stats::CurveMetric;

/// The unit of what is a second derivative of the loss.
const CURVATURE: &str = "L/w²";

/// Checks that there is one Hessian, wherever trials are.
pub(super) fn check_spectrum(spec: &Spec) -> Result<(), InputError> {
    if !spec.record.spectrum {
        return Ok(());
    }
    let failed = |message: &str| {
        let help = "there is one on the landscape quadratic, and of networks with hidden = [] and the loss mse";
        Err(spec.error("record.spectrum", message).with_help(help))
    };
    if !spec.record.tables {
        let message = "tables outside the numerics contract are compared by their numbers: record.tables = true";
        return Err(spec.error("record.spectrum", message));
    }
    if spec.instances() > 1 {
        return failed("trials learn from several problems, and each has a Hessian of its own");
    }
    if spec.problem.landscape().is_some_and(|landscape| landscape.spectrum.is_empty()) {
        return failed("of the landscapes, only quadratic has a spectrum");
    }
    let Some(network) = &spec.network else { return Ok(()) };
    if !network.hidden.is_empty() {
        return failed("with hidden layers, every point has a Hessian of its own");
    }
    let suits = spec.problem.task() == Task::Regression;
    let is_squared = |loss: Option<Loss>| loss.map_or(suits, |loss| loss.name == "mse");
    if !is_squared(network.loss) || !is_squared(network.test_loss.or(network.loss)) {
        return failed("the optimum is that of the mean squared error, in training and in tests");
    }
    Ok(())
}

/// Checks that the trials are on a quadratic whose spectrum is known, if a theory of quadratics is laid over them; and that
/// curvatures are shown, the numbers of this column of an observer, if theory says how large they may be.
pub(super) fn check_theory(spec: &Spec, index: usize, figure: &Figure, shown: Option<Shown>) -> Result<(), InputError> {
    let failed = |message: &str| Err(spec.error(&format!("figure.{index}.theory"), message));
    let Some(theory) = figure.options.theory else { return Ok(()) };
    match (theory, shown) {
        (Theory::Edge, Some(shown)) if shown.observer.columns[shown.column].unit == CURVATURE => return Ok(()),
        (Theory::Edge, _) => return failed("this theory is of curvatures over steps: y = \"sharpness.eigenvalue\""),
        (Theory::Quadratic, _) if figure.kind.name == CURVES => {
            return failed("of curves there is the theory \"edge\"");
        }
        (Theory::Quadratic, _) => {}
    }
    if spec.problem.landscape().is_some_and(|landscape| !landscape.spectrum.is_empty()) {
        return Ok(());
    }
    if !spec.record.spectrum {
        return failed("this theory is of the landscape quadratic, or of a Hessian with record.spectrum = true");
    }
    if spec.train.batch != Batch::Full {
        return failed("this theory is of gradients of the whole training split: train.batch = \"full\"");
    }
    Ok(())
}

/// Checks that the loss at the optimum will be there, and be of the examples that the curves are of.
pub(super) fn check_from_optimum(spec: &Spec, index: usize, metric: &str) -> Result<(), InputError> {
    let failed = |message: &str| Err(spec.error(&format!("figure.{index}.from_optimum"), message));
    if spec.network.is_none() || !spec.record.spectrum {
        return failed("the optimum of a network without hidden layers has to be recorded: record.spectrum = true");
    }
    if metric != CurveMetric::TrainLoss.name() {
        return failed("the least-squares optimum is the least training loss: metric = \"train_loss\"");
    }
    if spec.train.log_examples.is_some() {
        return failed("the optimum is of the whole training split, but train.log_examples logs a part of it");
    }
    Ok(())
}
