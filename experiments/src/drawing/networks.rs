//! Figures of single networks before the first trial: whether there will be such networks.

use crate::figure::At;
use crate::record::Moment;
use crate::spec::{InputError, Spec};
use crate::sweep::{Condition, Plan};

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
    let is_of_plane = figure.kind.name == "boundary" && options.trials.is_empty();
    let other = shown().find(|condition| is_of_plane && condition.extent.inputs != 2);
    let Some(other) = other else { return Ok(()) };
    let (problem, count) = (&other.problem, other.extent.inputs);
    let message = format!("the examples of {problem} have {count} features, and a boundary is drawn over two");
    let help = "select = [{ problem = \"moons\" }] shows problems that have two; kind = \"diagram\" shows any network";
    Err(spec.error(&format!("figure.{index}.kind"), message).with_help(help))
}

/// Whether weights of a condition's trials are kept at a moment; the first step and the last one have two names.
fn keeps(condition: &Condition, moment: Moment) -> bool {
    let (weights, steps) = (condition.spec.record.weights, condition.schedule.steps);
    let step = moment.step(steps);
    condition.kept_steps.contains(&step) || step == 0 && weights.initial() || step == steps && weights.is_final()
}
