//! A linear function with noise.

use super::generator::{Generator, SAMPLES, inputs, noise};
use super::{Dataset, Targets, Task};
use crate::random::Stream;

/// Linear regression in specs.
pub(super) static LINEAR: Generator = Generator {
    name: "linear",
    summary: "y = w · x of standard normal x, regression",
    task: Task::Regression,
    parameters: &[SAMPLES, inputs(1, 1), noise("standard deviation of the noise on y", 0.1)],
    classes: None,
    origin: None,
    generate: |values, seed| linear(values.count("samples"), values.count("inputs"), values.number("noise"), seed),
};

/// Standard normal features (stream `features`), and a linear function of them with noise: y = w · x + `noise` · ε.
///
/// The weights are normal with variance 1 / `inputs` (stream `weights`), so that y has about unit variance over all w;
/// ε is standard normal (stream `noise`). The sum runs in the order of the features.
pub fn linear(samples: usize, inputs: usize, noise: f64, seed: u64) -> Dataset {
    let [mut stream, mut features, mut noises] = ["weights", "features", "noise"].map(|name| Stream::new(name, seed));
    let deviation = (1.0 / inputs as f64).sqrt();
    let weights: Vec<f64> = (0..inputs).map(|_| deviation * stream.normal()).collect();
    let features: Vec<f64> = (0..samples * inputs).map(|_| features.normal()).collect();
    let answer = |x: &[f64]| weights.iter().zip(x).fold(0.0, |sum, (w, x)| sum + w * x) + noise * noises.normal();
    let values = features.chunks_exact(inputs).map(answer).collect();
    Dataset { features, targets: Targets::Values { values, outputs: 1 }, inputs }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(data: &Dataset) -> &[f64] {
        match &data.targets {
            Targets::Values { values, outputs: 1 } => values,
            _ => panic!("one value per example"),
        }
    }

    #[test]
    fn the_sum_of_examples_has_the_sum_of_their_values() {
        let data = linear(60, 5, 0.0, 8);
        // A linear function of the features gives zero for a combination of examples that is zero. Six examples in five
        // dimensions have one, found by elimination.
        let mut rows: Vec<Vec<f64>> = (0..6).map(|i| [data.example(i), &values(&data)[i..=i]].concat()).collect();
        for column in 0..5 {
            let pivot = (column..6).max_by(|&a, &b| rows[a][column].abs().total_cmp(&rows[b][column].abs())).unwrap();
            rows.swap(column, pivot);
            for row in column + 1..6 {
                let factor = rows[row][column] / rows[column][column];
                (0..6).for_each(|at| rows[row][at] -= factor * rows[column][at]);
            }
        }
        assert!(rows[5][5].abs() < 1e-12, "{}", rows[5][5]);
        assert!(values(&data).iter().any(|y| y.abs() > 0.1));
    }

    #[test]
    fn noise_has_its_standard_deviation() {
        let (clean, noisy) = (linear(10_000, 3, 0.0, 1), linear(10_000, 3, 0.5, 1));
        assert_eq!(clean.features, noisy.features);
        let squares = values(&clean).iter().zip(values(&noisy)).map(|(a, b)| (a - b) * (a - b));
        let deviation = (squares.sum::<f64>() / 10_000.0).sqrt();
        assert!((deviation - 0.5).abs() < 0.02, "{deviation}");
    }
}
