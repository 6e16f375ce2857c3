//! Random features with random targets.

use super::source::Source;
use crate::dataset::{Dataset, Targets};
use crate::random::{Normals, Stream};
use crate::spec::{Cloud, RandomTargets};

/// Standard normal features; targets that are standard normal as well, or classes that are all equally likely.
///
/// Features come from the stream `features`, example by example, targets from the stream `targets`: a larger set begins
/// with the smaller one.
pub fn gaussian(cloud: &Cloud, seed: u64) -> Dataset {
    draw(cloud, seed, Stream::normal)
}

/// Features uniform on [0, 1); targets distributed alike, or classes that are all equally likely. The streams are those
/// of [`gaussian`].
pub fn uniform(cloud: &Cloud, seed: u64) -> Dataset {
    draw(cloud, seed, Stream::uniform)
}

/// What [`gaussian`] draws, as a source that is drawn when it is read.
pub(super) fn gaussian_source(cloud: &Cloud, seed: u64) -> Dataset<Source> {
    let drawn = |stream| Source::Normal(Box::new(Normals::new(stream, cloud.samples as u64 * cloud.inputs as u64)));
    source(cloud, seed, Stream::normal, drawn)
}

/// What [`uniform`] draws, as a source that is drawn when it is read.
pub(super) fn uniform_source(cloud: &Cloud, seed: u64) -> Dataset<Source> {
    source(cloud, seed, Stream::uniform, |stream| Source::Uniform(Box::new(stream)))
}

/// Features of an example from which on it is worth looking up where they begin in their stream.
const WIDE: usize = 64;

fn source(
    cloud: &Cloud,
    seed: u64,
    next: fn(&mut Stream) -> f64,
    drawn: impl FnOnce(Stream) -> Source,
) -> Dataset<Source> {
    let features = if cloud.inputs < WIDE {
        Source::Numbers(numbers("features", seed, cloud.samples * cloud.inputs, next))
    } else {
        drawn(Stream::new("features", seed))
    };
    Dataset { features, targets: targets(cloud, seed, next), inputs: cloud.inputs }
}

fn draw(cloud: &Cloud, seed: u64, next: fn(&mut Stream) -> f64) -> Dataset {
    let features = numbers("features", seed, cloud.samples * cloud.inputs, next);
    Dataset { features, targets: targets(cloud, seed, next), inputs: cloud.inputs }
}

fn numbers(purpose: &str, seed: u64, count: usize, next: fn(&mut Stream) -> f64) -> Vec<f64> {
    let mut stream = Stream::new(purpose, seed);
    (0..count).map(|_| next(&mut stream)).collect()
}

fn targets(cloud: &Cloud, seed: u64, next: fn(&mut Stream) -> f64) -> Targets {
    match cloud.targets {
        RandomTargets::Outputs(outputs) => {
            Targets::Values { values: numbers("targets", seed, cloud.samples * outputs, next), outputs }
        }
        RandomTargets::Classes(classes) => {
            let mut stream = Stream::new("targets", seed);
            let labels = (0..cloud.samples).map(|_| stream.below(classes as u64) as u32).collect();
            Targets::Classes { labels, classes: (0..classes).map(|class| class.to_string()).collect() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cloud(samples: usize, targets: RandomTargets) -> Cloud {
        Cloud { samples, inputs: 3, targets }
    }

    /// Mean and variance within five standard errors; `kurtosis` is the fourth central moment over the squared
    /// variance.
    fn check_moments(numbers: &[f64], mean: f64, variance: f64, kurtosis: f64) {
        let n = numbers.len() as f64;
        let average = numbers.iter().sum::<f64>() / n;
        let spread = numbers.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n;
        assert!((average - mean).abs() < 5.0 * (variance / n).sqrt(), "mean {average}");
        assert!((spread - variance).abs() < 5.0 * variance * ((kurtosis - 1.0) / n).sqrt(), "variance {spread}");
    }

    #[test]
    fn numbers_have_the_moments_of_their_distribution() {
        let cloud = cloud(20_000, RandomTargets::Outputs(2));
        let normal = gaussian(&cloud, 1);
        let flat = uniform(&cloud, 1);
        for (data, mean, variance, kurtosis) in [(&normal, 0.0, 1.0, 3.0), (&flat, 0.5, 1.0 / 12.0, 1.8)] {
            let Targets::Values { values, outputs: 2 } = &data.targets else { panic!("two outputs") };
            assert_eq!((data.len(), data.features.len(), values.len()), (20_000, 60_000, 40_000));
            check_moments(&data.features, mean, variance, kurtosis);
            check_moments(values, mean, variance, kurtosis);
            // Targets do not depend on features.
            let products: Vec<f64> =
                values.iter().zip(&data.features).map(|(y, x)| (y - mean) * (x - mean) / variance).collect();
            assert!((products.iter().sum::<f64>() / products.len() as f64).abs() < 5.0 / 200.0);
        }
        assert!(flat.features.iter().all(|x| (0.0..1.0).contains(x)));
    }

    #[test]
    fn classes_are_equally_likely() {
        let data = gaussian(&cloud(50_000, RandomTargets::Classes(5)), 2);
        let Targets::Classes { labels, classes } = &data.targets else { panic!("classes") };
        assert_eq!(classes.concat(), "01234");
        for class in 0..5 {
            let count = labels.iter().filter(|&&label| label == class).count();
            assert!(count.abs_diff(10_000) < 450, "{count} of class {class}");
        }
    }

    #[test]
    fn seeds_fix_the_bits_and_larger_sets_begin_with_smaller_ones() {
        let of = |samples, seed| gaussian(&cloud(samples, RandomTargets::Outputs(1)), seed);
        assert_eq!(of(10, 3), of(10, 3));
        assert_ne!(of(10, 3).features, of(10, 4).features);
        assert_eq!(of(20, 3).select(&(0..10).collect::<Vec<u32>>()), of(10, 3));
        let data = uniform(&cloud(4, RandomTargets::Classes(10)), 7);
        let bits: Vec<u64> = data.features[..2].iter().map(|x| x.to_bits()).collect();
        assert_eq!(bits, [4589093617521877488, 4604214860446483657]);
        let Targets::Classes { labels, .. } = data.targets else { panic!("classes") };
        assert_eq!(labels, [4, 0, 3, 7]);
    }
}
