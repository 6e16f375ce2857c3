//! Optimizers and schedules.

use thalweg_kernels::optimizer::{Domain, Hyperparameter, Optimizer, Sees};

use super::entry::{Entry, Group};
use super::plain;
use super::problems::interval;
use crate::registry::Registry;
use crate::train::{COURSES, CourseFacts, OPTIONS, composite};
use thalweg_report::findings::counted;

pub(super) fn optimizers(registry: &Registry) -> Group {
    let row = |hyperparameter: &Hyperparameter| (hyperparameter.name.to_owned(), describe(hyperparameter));
    let entry = |optimizer: &&'static Optimizer| {
        let mut rows: Vec<_> = optimizer.hyperparameters.iter().map(row).collect();
        if !optimizer.notes.is_empty() {
            let notes = optimizer.notes.iter().map(|(name, value)| setting(optimizer, name, *value));
            let notes = notes.collect::<Vec<_>>().join(", ");
            rows.push(("convention".to_owned(), format!("paper, the defaults, or notes: {notes}")));
        }
        let text = format!("{} ({}); {}", optimizer.formula, optimizer.paper, looks(optimizer));
        Entry { name: optimizer.name.to_owned(), text, rows }
    };
    let decays = |optimizer: &&&Optimizer| optimizer.hyperparameters.iter().any(|own| own.name == "weight_decay");
    let decaying =
        registry.optimizers().iter().filter(decays).map(|optimizer| optimizer.name).collect::<Vec<_>>().join(", ");
    let text = format!(
        "weight decay, clipping, a schedule of the learning rate, and rates of their own for layers \
         (with a weight decay of their own in the place of both: {decaying})"
    );
    let lr_scale = "[s0, s1, …], factors of α, one per layer (its weights and biases), each an axis [default: none]";
    let option = |(at, option): (usize, &Hyperparameter)| {
        let cost = composite(at).map(|composite| format!("; {} more a step", counted(composite.gradients, "gradient")));
        (option.name.to_owned(), describe(option) + &cost.unwrap_or_default())
    };
    let rows = OPTIONS.iter().enumerate().map(option).chain([("lr_scale".to_owned(), lr_scale.to_owned())]).collect();
    let shared = Entry { name: "each of them".to_owned(), text, rows };
    Group { title: "Optimizers".to_owned(), entries: registry.optimizers().iter().map(entry).chain([shared]).collect() }
}

/// What an optimizer looks at, what it keeps, and what a step costs.
fn looks(optimizer: &Optimizer) -> String {
    let sees = match optimizer.sees {
        Sees::Number => "sees one weight at a time",
        Sees::Norms => "sees norms",
        Sees::Matrices => "sees layers as matrices",
    };
    let elsewhere = if optimizer.evaluated.is_some() { ", losses at an average of the weights" } else { "" };
    let (kept, gradients) = (counted(optimizer.state, "number"), counted(optimizer.gradients, "gradient"));
    format!("{sees}; keeps {kept} per weight{elsewhere}; {gradients} a step")
}

pub(super) fn schedules() -> Group {
    let title = "Schedules (of an optimizer's learning rate: its factor in step i of the n after the warm-up)";
    plain(title, COURSES.iter().map(|course| (course.name, describe_course(course))))
}

/// The formula of a schedule, and the keys that it takes.
fn describe_course(course: &CourseFacts) -> String {
    let key = |name: &&str| if course.needs.contains(name) { (*name).to_owned() } else { format!("[{name}]") };
    format!("{}; keys: {}", course.formula, course.reads.iter().map(key).collect::<Vec<_>>().join(" "))
}

/// A hyperparameter with a value, as specs write it.
fn setting(optimizer: &Optimizer, name: &str, value: f64) -> String {
    match optimizer.hyperparameters.iter().find(|hyperparameter| hyperparameter.name == name).map(|h| h.domain) {
        Some(Domain::Choice(names)) => format!("{name} = {}", names[value as usize]),
        _ => format!("{name} = {value:?}"),
    }
}

/// What a hyperparameter is, its range and its default.
pub(super) fn describe(hyperparameter: &Hyperparameter) -> String {
    let Hyperparameter { name, symbol, summary, default, .. } = hyperparameter;
    let symbol = if symbol == name { String::new() } else { format!("{symbol}, ") };
    match hyperparameter.domain {
        Domain::Choice(names) => format!("{summary}: {} [default: {}]", names.join(" or "), names[*default as usize]),
        Domain::Number { low, high } => {
            format!("{symbol}{summary}, in {} [default: {default:?}]", interval(low, high))
        }
    }
}
