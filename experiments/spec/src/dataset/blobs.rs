//! Blobs: each class a normal cloud around its centre.

use super::generator::{Domain, Generator, Parameter, SAMPLES, inputs};
use super::plane::{deal, numbered};
use super::{Dataset, Targets, Task};
use crate::random::Stream;

/// Blobs in specs.
pub(super) static BLOBS: Generator = Generator {
    name: "blobs",
    summary: "normal clouds, a class each",
    task: Task::Classification,
    parameters: &[
        SAMPLES,
        Parameter {
            name: "centers",
            summary: "clouds, which are the classes",
            domain: Domain::Count { low: 2, high: 65_536 },
            default: Some(3.0),
        },
        inputs(1, 2),
        Parameter {
            name: "cluster_std",
            summary: "standard deviation of a cloud in every direction",
            domain: Domain::Number { low: (0.0, true), high: (f64::INFINITY, false) },
            default: Some(1.0),
        },
        Parameter {
            name: "center_box",
            summary: "centres are uniform between minus and plus this in every coordinate",
            domain: Domain::Number { low: (0.0, true), high: (f64::INFINITY, false) },
            default: Some(10.0),
        },
    ],
    classes: Some("centers"),
    origin: None,
    generate: |values, seed| {
        let counts = ["samples", "centers", "inputs"].map(|name| values.count(name));
        blobs(counts, values.number("cluster_std"), values.number("center_box"), seed)
    },
};

/// Normal clouds around random centres, as scikit-learn's `make_blobs` defines them.
///
/// The counts are those of examples, centres and features. A coordinate of a centre is uniform on [-`center_box`,
/// `center_box`) (stream `centers`); an example is its class's centre plus, in each coordinate, a normal number with
/// standard deviation `cluster_std` (stream `noise`). Classes are equal in size, except that the first few may have one
/// example more; examples are in random order (stream `data`).
pub fn blobs([samples, centers, inputs]: [usize; 3], cluster_std: f64, center_box: f64, seed: u64) -> Dataset {
    let mut stream = Stream::new("centers", seed);
    let places: Vec<f64> = (0..centers * inputs).map(|_| center_box * (2.0 * stream.uniform() - 1.0)).collect();
    let mut order: Vec<u32> = (0..samples as u32).collect();
    Stream::new("data", seed).shuffle(&mut order);
    let mut stream = Stream::new("noise", seed);
    let mut features = Vec::with_capacity(samples * inputs);
    let mut labels = Vec::with_capacity(samples);
    for index in order {
        let class = deal(index as usize, samples, centers).class;
        features.extend(places[class * inputs..][..inputs].iter().map(|x| x + cluster_std * stream.normal()));
        labels.push(class as u32);
    }
    Dataset { features, targets: Targets::Classes { labels, classes: numbered(centers) }, inputs }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clouds_have_their_centre_size_and_spread() {
        let (centers, inputs, std) = (4, 3, 0.5);
        let centres = blobs([4, centers, inputs], 0.0, 2.0, 9);
        let data = blobs([10_001, centers, inputs], std, 2.0, 9);
        let of = |data: &Dataset| match &data.targets {
            Targets::Classes { labels, .. } => labels.clone(),
            Targets::Values { .. } => panic!("classes"),
        };
        let labels = of(&data);
        for class in 0..4 {
            let centre = centres.example(of(&centres).iter().position(|&label| label == class).unwrap());
            assert!(centre.iter().all(|x| (-2.0..2.0).contains(x)));
            let own: Vec<usize> = (0..data.len()).filter(|&index| labels[index] == class).collect();
            assert_eq!(own.len(), if class == 0 { 2_501 } else { 2_500 });
            for (column, place) in centre.iter().enumerate() {
                let differences = || own.iter().map(|&index| data.example(index)[column] - place);
                let mean = differences().sum::<f64>() / own.len() as f64;
                let variance = differences().map(|x| x * x).sum::<f64>() / own.len() as f64;
                // Five standard errors.
                assert!(mean.abs() < 5.0 * std / 50.0, "{mean}");
                assert!((variance - std * std).abs() < 5.0 * std * std * (2.0_f64 / 2_500.0).sqrt(), "{variance}");
            }
        }
    }
}
