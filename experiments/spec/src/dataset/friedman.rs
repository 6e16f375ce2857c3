//! Friedman's first function.

use std::f64::consts::PI;

use super::generator::{Generator, SAMPLES, inputs, noise};
use super::{Dataset, Targets, Task};
use crate::random::Stream;

/// Friedman's first function in specs.
pub(super) static FRIEDMAN1: Generator = Generator {
    name: "friedman1",
    summary: "Friedman's first function of five of the features, which are uniform on [0, 1), regression",
    task: Task::Regression,
    parameters: &[SAMPLES, inputs(5, 10), noise("standard deviation of the noise on y", 1.0)],
    classes: None,
    origin: None,
    generate: |values, seed| friedman1(values.count("samples"), values.count("inputs"), values.number("noise"), seed),
};

/// Features uniform on [0, 1) (stream `features`), of which the first five matter:
/// y = 10 sin(π x₀ x₁) + 20 (x₂ − ½)² + 10 x₃ + 5 x₄ + `noise` · ε, with ε standard normal (stream `noise`).
///
/// Friedman, Multivariate adaptive regression splines, 1991, section 4.3, which has ten features and noise 1;
/// scikit-learn's `make_friedman1`.
///
/// # Panics
///
/// If there are fewer than five features.
#[track_caller]
pub fn friedman1(samples: usize, inputs: usize, noise: f64, seed: u64) -> Dataset {
    assert!(inputs >= 5, "Friedman's first function has at least five features, not {inputs}");
    let (mut stream, mut noises) = (Stream::new("features", seed), Stream::new("noise", seed));
    let features: Vec<f64> = (0..samples * inputs).map(|_| stream.uniform()).collect();
    let answer = |x: &[f64]| formula(x) + noise * noises.normal();
    let values = features.chunks_exact(inputs).map(answer).collect();
    Dataset { features, targets: Targets::Values { values, outputs: 1 }, inputs }
}

fn formula(x: &[f64]) -> f64 {
    let middle = x[2] - 0.5;
    10.0 * libm::sin(PI * x[0] * x[1]) + 20.0 * middle * middle + 10.0 * x[3] + 5.0 * x[4]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values that scikit-learn 1.9.1 computed; its script is beside the file.
    #[test]
    fn the_formula_is_that_of_scikit_learn() {
        const REFERENCE: &str = include_str!("../../../tests/reference/generators_sklearn.json");
        let reference: serde_json::Value = serde_json::from_str(REFERENCE).unwrap();
        let cases = reference["friedman1"].as_array().unwrap();
        assert_eq!(cases.len(), 20);
        for case in cases {
            let x: Vec<f64> = case["x"].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect();
            let (got, expected) = (formula(&x), case["y"].as_f64().unwrap());
            assert!((got - expected).abs() < 1e-14 * 30.0, "{got} and {expected} at {x:?}");
        }
    }

    #[test]
    fn moments_are_those_of_the_formula() {
        let data = friedman1(40_000, 7, 1.0, 2);
        let Targets::Values { values, outputs: 1 } = &data.targets else { panic!("one value per example") };
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|y| (y - mean) * (y - mean)).sum::<f64>() / n;
        // Mean: 10 I + 20/12 + 15/2 with I = ∫∫ sin(πxy) dx dy = 0.5246631; variance: 23.8265 of the signal by
        // numerical integration (a standard deviation of 4.88, as Friedman has it), and that of the noise.
        assert!((mean - 14.4133).abs() < 5.0 * (24.83 / n).sqrt(), "{mean}");
        assert!((variance - 24.8265).abs() < 0.8, "{variance}");
        assert_eq!((data.inputs, data.len()), (7, 40_000));
    }
}
