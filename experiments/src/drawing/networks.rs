//! Figures of single networks before the first trial: whether there will be such networks.

use crate::dataset::Task;
use crate::figure::{At, MOST_CLASSES, MOST_UNITS, Split};
use crate::record::Moment;
use crate::spec::{InputError, Spec};
use crate::sweep::{Condition, Model, Plan};

/// Checks that the weights that a figure shows will be kept, and that examples have a place in a plane, where it shows them in one.
///
/// # Errors
///
/// If not, under all conditions that it may show.
pub(super) fn check(spec: &Spec, plan: &Plan, index: usize) -> Result<(), InputError> {
    let figure = &spec.figures[index];
    let options = &figure.options;
    let shown = || plan.conditions.iter().filter(|condition| options.selects_problem(&condition.problem));
    if let At::These(moments) = &options.at
        && let Some(moment) = moments.iter().find(|moment| !shown().any(|condition| keeps(condition, **moment)))
    {
        let message = match moment {
            Moment::Initial => {
                "weights before the first step are not kept: record.weights = \"initial\" or \"both\"".to_owned()
            }
            Moment::Step(step) => format!("weights after step {step} are not kept: record.weights_at = [{step}]"),
            Moment::Final => {
                "weights after the last step are not kept: record.weights = \"final\" or \"both\"".to_owned()
            }
        };
        return Err(spec.error(&format!("figure.{index}.at"), message));
    }
    match figure.kind.name {
        "boundary" if options.trials.is_empty() => shown().find_map(plane_fault).map_or(Ok(()), |(message, help)| {
            let error = spec.error(&format!("figure.{index}.kind"), message);
            Err(help.into_iter().fold(error, InputError::with_help))
        }),
        "diagram" => {
            let fault = |of: &dyn Fn(&Condition) -> Option<String>| {
                shown().map(of).collect::<Option<Vec<_>>>().and_then(|messages| messages.into_iter().next())
            };
            if let Some(message) = fault(&units_fault) {
                return Err(spec.error(&format!("figure.{index}.kind"), message));
            }
            match fault(&|condition| example_fault(condition, options.split, options.example?)) {
                Some(message) => Err(spec.error(&format!("figure.{index}.example"), message)),
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// Why the examples of a condition have no boundary in a plane, and what helps.
fn plane_fault(condition: &Condition) -> Option<(String, Option<&'static str>)> {
    let (problem, count) = (&condition.problem, condition.extent.inputs);
    if count != 2 {
        let message = format!("the examples of {problem} have {count} features, and a boundary is drawn over two");
        let help =
            "select = [{ problem = \"moons\" }] shows problems that have two; kind = \"diagram\" shows any network";
        return Some((message, Some(help)));
    }
    let classes = match &condition.model {
        Model::Network(shape) if condition.spec.problem.task() == Task::Classification => shape.outputs(),
        _ => 0,
    };
    let message = || format!("{problem} has {classes} classes, more than the {MOST_CLASSES} that have a colour each");
    (classes > MOST_CLASSES).then(|| (message(), None))
}

/// Why the networks of a condition cannot be drawn.
fn units_fault(condition: &Condition) -> Option<String> {
    let Model::Network(shape) = &condition.model else { return None };
    let architecture = shape.architecture();
    let most = architecture.layers().iter().map(|layer| layer.inputs.max(layer.outputs)).max()?;
    (most > MOST_UNITS).then(|| format!("a layer has {most} units, and a reader can tell {MOST_UNITS} apart"))
}

/// Why a condition has no example of this number in a split.
fn example_fault(condition: &Condition, split: Split, number: u64) -> Option<String> {
    let count = condition.extent.examples[split as usize];
    (number >= count)
        .then(|| format!("there is no example {number} among the {count} {} examples, from 0", split.words()))
}

/// Whether weights of a condition's trials are kept at a moment; the first step and the last one have two names.
fn keeps(condition: &Condition, moment: Moment) -> bool {
    let (weights, steps) = (condition.spec.record.weights, condition.schedule.steps);
    let step = moment.step(steps);
    condition.kept_steps.contains(&step) || step == 0 && weights.initial() || step == steps && weights.is_final()
}
