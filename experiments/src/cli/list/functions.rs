//! Functions, and where weights start.

use thalweg_kernels::landscape::{Dimensions, Facts, Optimum};
use thalweg_kernels::optimizer::Hyperparameter;
use thalweg_kernels::{activation, loss};

use super::entry::Group;
use super::optimizers::describe;
use super::plain;
use crate::network::{INITIALIZERS, PARAMETERISATIONS};
use crate::registry::Registry;

pub(super) fn landscapes(registry: &Registry) -> Group {
    plain("Landscapes", registry.landscapes().iter().map(|l| (l.facts.name, describe_landscape(&l.facts))))
}

pub(super) fn activations(registry: &Registry) -> Group {
    let text = |g: &activation::Activation| {
        let parameter = describe_parameter(g.parameter);
        format!("g(z) = {}; g'(z) = {}{parameter}; {}", g.formula, g.derivative, g.derivative_error)
    };
    plain("Activations", registry.activations().iter().map(|g| (g.name, text(g))))
}

pub(super) fn losses(registry: &Registry) -> Group {
    let text = |l: &loss::Loss| {
        let parameter = describe_parameter(l.parameter);
        format!("{}: L = {}; dL/dz = {}{parameter}", l.title, l.formula, l.derivative)
    };
    plain("Losses", registry.losses().iter().map(|l| (l.name, text(l))))
}

pub(super) fn initializers() -> Group {
    let rows = INITIALIZERS.iter().map(|(name, formula, _)| (*name, (*formula).to_owned()));
    let file = "weights and biases of a safetensors file, as record.weights writes it";
    let title = "Initial weights (biases start at zero, but for those of a file; init_scale: 1 by default; init_offset: what is added to the first layer's, an axis)";
    plain(title, rows.chain([("{ file = … }", file.to_owned())]))
}

pub(super) fn parameterisations() -> Group {
    let rows = PARAMETERISATIONS.iter().map(|(name, formula, _)| (*name, (*formula).to_owned()));
    plain("Parameterisations (gain: a factor on the products of hidden layers, 1 by default)", rows)
}

fn dimensions(dimensions: Dimensions) -> String {
    match dimensions {
        Dimensions::Exactly(count) => format!("coordinates: {count}"),
        Dimensions::AtLeast(count) => format!("coordinates: {count} or more"),
        Dimensions::Spectrum => "coordinates: as many as eigenvalues".to_owned(),
    }
}

fn describe_landscape(facts: &Facts) -> String {
    let interval = |(low, high): &(f64, f64)| format!("[{low}, {high}]");
    let domain = match facts.domain {
        [all] if facts.dimensions != Dimensions::Exactly(1) => format!("{}ⁿ", interval(all)),
        each => each.iter().map(interval).collect::<Vec<_>>().join(" × "),
    };
    // Where the number of coordinates is free, two of them show what there is to see.
    let (count, of) = match facts.dimensions {
        Dimensions::Exactly(count) => (count, ""),
        Dimensions::AtLeast(_) | Dimensions::Spectrum => (2, " for n = 2"),
    };
    let point = |x: &Vec<f64>| format!("({})", x.iter().map(|x| six_digits(*x)).collect::<Vec<_>>().join(", "));
    let optimum = match facts.optimum {
        Optimum::Minimum { value, at } => {
            let places: Vec<_> = at(count).iter().map(point).collect();
            format!("minimum {} at {}{of}", six_digits(value(count)), places.join(", "))
        }
        Optimum::Saddle { value, at } => {
            format!("no minimum, a saddle of {} at {}", six_digits(value), point(&at(count)))
        }
    };
    let dimensions = dimensions(facts.dimensions);
    format!("f(x) = {}; {dimensions}; domain {domain}; {optimum} ({})", facts.formula, facts.source)
}

/// A number to six digits after the point, without zeros at the end.
fn six_digits(x: f64) -> String {
    let text = format!("{x:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// What the formula of a function has besides its argument.
fn describe_parameter(parameter: Option<&Hyperparameter>) -> String {
    parameter.map_or_else(String::new, |parameter| format!("; {}: {}", parameter.name, describe(parameter)))
}
