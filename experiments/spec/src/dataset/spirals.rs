//! Spirals that wind around each other.

use std::f64::consts::PI;

use super::generator::{Domain, Generator, Parameter, SAMPLES, noise};
use super::plane::{arranged, deal, numbered};
use super::{Dataset, Task};

/// Spirals in specs.
pub(super) static SPIRALS: Generator = Generator {
    name: "spirals",
    summary: "spirals that wind around each other, a class an arm",
    task: Task::Classification,
    parameters: &[
        SAMPLES,
        Parameter {
            name: "arms",
            summary: "spirals, which are the classes",
            domain: Domain::Count { low: 2, high: 1_000 },
            default: Some(2.0),
        },
        Parameter {
            name: "turns",
            summary: "turns of a spiral around the origin",
            domain: Domain::Number { low: (0.0, false), high: (1_000.0, true) },
            default: Some(1.0),
        },
        noise("standard deviation of the noise on both coordinates", 0.02),
    ],
    classes: Some("arms"),
    origin: None,
    generate: |values, seed| {
        let (samples, arms) = (values.count("samples"), values.count("arms"));
        spirals(samples, arms, values.number("turns"), values.number("noise"), seed)
    },
};

/// Spirals of Archimedes around the origin, the same one turned by a full circle over `arms` for each class.
///
/// The points of an arm lie at evenly spaced t above 0 up to 1: r = t, φ = 2π (`turns` · t + arm / `arms`), (r cos φ, r
/// sin φ). Arms have equally many points, except that the first few may have one more. Points are put into random order
/// (stream `data`), then both coordinates get normal noise with standard deviation `noise` (stream `noise`).
///
/// After the two spirals of Lang and Witbrock, Learning to tell two spirals apart, 1988, which have three turns, 97
/// points each and a hole in the middle.
pub fn spirals(samples: usize, arms: usize, turns: f64, noise: f64, seed: u64) -> Dataset {
    let point = |index: usize| {
        let place = deal(index, samples, arms);
        let radius = (place.number + 1) as f64 / place.of as f64;
        let angle = 2.0 * PI * (turns * radius + place.class as f64 / arms as f64);
        ([radius * libm::cos(angle), radius * libm::sin(angle)], place.class as u32)
    };
    arranged(samples, noise, seed, numbered(arms), point)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Targets;

    #[test]
    fn arms_are_one_spiral_turned() {
        let (arms, turns) = (3, 1.75);
        let data = spirals(302, arms, turns, 0.0, 5);
        let Targets::Classes { labels, classes } = &data.targets else { panic!("classes") };
        assert_eq!(classes.concat(), "012");
        let counts = [0, 1, 2].map(|arm| labels.iter().filter(|&&label| label == arm).count());
        assert_eq!(counts, [101, 101, 100]);
        for (index, &label) in labels.iter().enumerate() {
            let [x, y] = *data.example(index) else { panic!("two features") };
            let radius = libm::hypot(x, y);
            assert!(radius > 0.009 && radius < 1.0 + 1e-12);
            // The angle that is left when turned back must be that of the radius, up to full turns.
            let turned = libm::atan2(y, x) / (2.0 * PI) - f64::from(label) / 3.0 - turns * radius;
            assert!((turned - turned.round()).abs() < 1e-12, "{x} {y} of {label}");
        }
    }
}
