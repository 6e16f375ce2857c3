//! A sine wave with noise.

use std::f64::consts::PI;

use super::generator::{Domain, Generator, Parameter, SAMPLES, noise};
use super::{Dataset, Targets, Task};
use crate::random::Stream;

/// The sine wave in specs.
pub(super) static SINUSOID: Generator = Generator {
    name: "sinusoid",
    summary: "y = sin(2π f x) of x uniform on [-1, 1), regression",
    task: Task::Regression,
    parameters: &[
        SAMPLES,
        Parameter {
            name: "frequency",
            summary: "f, periods in a unit of x",
            domain: Domain::Number { low: (0.0, false), high: (1e6, true) },
            default: Some(1.0),
        },
        noise("standard deviation of the noise on y", 0.1),
    ],
    classes: None,
    origin: None,
    generate: |values, seed| {
        sinusoid(values.count("samples"), values.number("frequency"), values.number("noise"), seed)
    },
};

/// One feature x, uniform on [-1, 1) (stream `features`), and y = sin(2π `frequency` x) + `noise` · ε with ε standard
/// normal (stream `noise`).
pub fn sinusoid(samples: usize, frequency: f64, noise: f64, seed: u64) -> Dataset {
    let (mut stream, mut noises) = (Stream::new("features", seed), Stream::new("noise", seed));
    let features: Vec<f64> = (0..samples).map(|_| 2.0 * stream.uniform() - 1.0).collect();
    let answer = |x: &f64| libm::sin(2.0 * PI * frequency * x) + noise * noises.normal();
    let values = features.iter().map(answer).collect();
    Dataset { features, targets: Targets::Values { values, outputs: 1 }, inputs: 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_wave_of_its_frequency() {
        let data = sinusoid(10_000, 2.0, 0.0, 1);
        let Targets::Values { values, outputs: 1 } = &data.targets else { panic!("one value per example") };
        for (x, y) in data.features.iter().zip(values) {
            // Quarter periods are an eighth long: y grows from -1/8 to 1/8, and half a period later it is the opposite.
            assert!(!(0.0..=0.25).contains(x) || *y >= 0.0);
            assert!(!(0.25..=0.5).contains(x) || *y <= 0.0);
            assert!((-1.0..1.0).contains(x) && y.abs() <= 1.0);
        }
        let square = values.iter().map(|y| y * y).sum::<f64>() / 10_000.0;
        assert!((square - 0.5).abs() < 0.02, "{square}");
    }
}
