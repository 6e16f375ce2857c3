//! What tests of optimizers are given.

use serde_json::Value;
use thalweg_kernels::optimizer::{Domain, Hyperparameter};

/// A trial whose gradients are given, so that nothing amplifies rounding.
#[derive(Clone)]
pub struct Trial {
    pub hyperparameters: Vec<f64>,
    pub start: Vec<f64>,
    /// `[step][parameter]`
    pub gradients: Vec<Vec<f64>>,
}

/// A hyperparameter as a script writes it: a number, a name, or a truth value.
pub fn value_of(h: &Hyperparameter, settings: &Value) -> f64 {
    let name = match &settings[h.name] {
        Value::Null => return h.default,
        Value::Number(number) => return number.as_f64().unwrap(),
        Value::String(name) => name.clone(),
        other => other.to_string(),
    };
    let Domain::Choice(names) = h.domain else { panic!("{} is a number", h.name) };
    names.iter().position(|known| *known == name).unwrap() as f64
}
