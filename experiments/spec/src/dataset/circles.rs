//! Two circles, one within the other.

use std::f64::consts::PI;

use super::generator::{Domain, Generator, Parameter, SAMPLES, noise};
use super::plane::arranged;
use super::{Dataset, Task};

/// Circles in specs.
pub(super) static CIRCLES: Generator = Generator {
    name: "circles",
    summary: "a circle within a circle, two classes",
    task: Task::Classification,
    parameters: &[
        SAMPLES,
        Parameter {
            name: "factor",
            summary: "radius of the inner circle, that of the outer one being 1",
            domain: Domain::Number { low: (0.0, true), high: (1.0, false) },
            default: Some(0.5),
        },
        noise("standard deviation of the noise on both coordinates", 0.1),
    ],
    classes: None,
    origin: None,
    generate: |values, seed| circles(values.count("samples"), values.number("factor"), values.number("noise"), seed),
};

/// Two circles around the origin, as scikit-learn's `make_circles` defines them.
///
/// Half of the points (the smaller half, if odd) lie on the outer one, (cos t, sin t), the others on the inner one,
/// `factor` · (cos t, sin t), each at evenly spaced t from 0 on, 2π excluded. They are put into random order (stream
/// `data`), then both coordinates get normal noise with standard deviation `noise` (stream `noise`).
pub fn circles(samples: usize, factor: f64, noise: f64, seed: u64) -> Dataset {
    let outer = samples / 2;
    let point = |index: usize| {
        let (number, of, radius, label) =
            if index < outer { (index, outer, 1.0, 0) } else { (index - outer, samples - outer, factor, 1) };
        let t = 2.0 * PI * number as f64 / of as f64;
        ([radius * libm::cos(t), radius * libm::sin(t)], label)
    };
    arranged(samples, noise, seed, vec!["outer".to_owned(), "inner".to_owned()], point)
}
