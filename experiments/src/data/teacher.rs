//! A random network to imitate.

use crate::dataset::{Dataset, Targets};
use crate::random::Stream;
use crate::spec::Teacher;

/// Standard normal features, and what a random network answers.
///
/// The network has no biases. Its weights are normal with variance 1/fan_in (stream `teacher`, layer by layer,
/// `[output][input]`), so that every layer passes on about as much variance as it gets. It is computed in f64, each sum
/// in the order of its inputs, with the activation's reference formula; noise with the standard deviation `noise` is
/// added at the end (stream `noise`). Features come from the stream `features`, example by example.
pub fn teacher(network: &Teacher, seed: u64) -> Dataset {
    let Teacher { samples, inputs, outputs, noise, .. } = *network;
    let layers = draw_layers(network, seed);
    let (mut stream, mut noises) = (Stream::new("features", seed), Stream::new("noise", seed));
    let features: Vec<f64> = (0..samples * inputs).map(|_| stream.normal()).collect();
    let mut values = Vec::with_capacity(samples * outputs);
    for example in features.chunks_exact(inputs) {
        let answer = answer(network, &layers, example);
        values.extend(answer.into_iter().map(|y| y + noise * noises.normal()));
    }
    Dataset { features, targets: Targets::Values { values, outputs }, inputs }
}

/// The weights of each layer.
fn draw_layers(network: &Teacher, seed: u64) -> Vec<Vec<f64>> {
    let mut stream = Stream::new("teacher", seed);
    let widths: Vec<usize> = [&[network.inputs], network.hidden.as_slice(), &[network.outputs]].concat();
    let draw = |pair: &[usize]| {
        let deviation = libm::sqrt(1.0 / pair[0] as f64);
        (0..pair[0] * pair[1]).map(|_| deviation * stream.normal()).collect()
    };
    widths.windows(2).map(draw).collect()
}

fn answer(network: &Teacher, layers: &[Vec<f64>], example: &[f64]) -> Vec<f64> {
    let mut values = example.to_vec();
    for (index, weights) in layers.iter().enumerate() {
        let product = |row: &[f64]| row.iter().zip(&values).map(|(w, x)| w * x).sum::<f64>();
        let mut z: Vec<f64> = weights.chunks_exact(values.len()).map(product).collect();
        if index + 1 < layers.len() {
            z.iter_mut().for_each(|z| *z = network.activation.reference(*z).0);
        }
        values = z;
    }
    values
}

#[cfg(test)]
mod tests {
    use thalweg_kernels::activation::Activation;

    use super::*;

    fn network(hidden: &[usize], activation: &str, noise: f64) -> Teacher {
        let activation = Activation::named(activation).unwrap();
        Teacher { samples: 4_000, inputs: 5, outputs: 2, hidden: hidden.to_vec(), activation, noise }
    }

    fn values(data: &Dataset) -> &[f64] {
        match &data.targets {
            Targets::Values { values, .. } => values,
            Targets::Classes { .. } => panic!("teachers answer numbers"),
        }
    }

    #[test]
    fn without_hidden_layers_it_is_linear() {
        let network = network(&[], "tanh", 0.0);
        let (data, layers) = (teacher(&network, 1), draw_layers(&network, 1));
        for (index, answers) in values(&data).chunks_exact(2).enumerate() {
            for (row, answer) in layers[0].chunks_exact(5).zip(answers) {
                let x = data.example(index);
                let want = row[0] * x[0] + row[1] * x[1] + row[2] * x[2] + row[3] * x[3] + row[4] * x[4];
                assert!((answer - want).abs() < 1e-14, "{answer} {want}");
            }
        }
    }

    #[test]
    fn hidden_units_pass_through_the_activation() {
        let network = network(&[1], "relu", 0.0);
        let (data, layers) = (teacher(&network, 2), draw_layers(&network, 2));
        let (mut silent, mut active) = (0, 0);
        for (index, answers) in values(&data).chunks_exact(2).enumerate() {
            let z: f64 = layers[0].iter().zip(data.example(index)).map(|(w, x)| w * x).sum();
            for (w, answer) in layers[1].iter().zip(answers) {
                assert!((answer - w * z.max(0.0)).abs() < 1e-14);
            }
            *(if z > 0.0 { &mut active } else { &mut silent }) += 1;
        }
        assert!(silent > 1_000 && active > 1_000, "{silent} {active}");
    }

    #[test]
    fn noise_has_its_standard_deviation() {
        let (clean, noisy) = (teacher(&network(&[7, 6], "tanh", 0.0), 3), teacher(&network(&[7, 6], "tanh", 0.5), 3));
        assert_eq!(clean.features, noisy.features);
        let squares = values(&clean).iter().zip(values(&noisy)).map(|(a, b)| (a - b) * (a - b));
        let deviation = (squares.sum::<f64>() / 8_000.0).sqrt();
        assert!((deviation - 0.5).abs() < 0.02, "{deviation}");
    }

    #[test]
    fn seeds_fix_the_bits() {
        let network = network(&[4], "sigmoid", 0.1);
        let data = teacher(&network, 7);
        assert_eq!(data, teacher(&network, 7));
        assert_ne!(data, teacher(&network, 8));
        let bits: Vec<u64> = values(&data)[..2].iter().map(|x| x.to_bits()).collect();
        assert_eq!(bits, [4603958743386417679, 4606523932269641091]);
    }
}
