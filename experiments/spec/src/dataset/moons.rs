//! Two moons: which of two interleaving half circles a point comes from.

use std::f64::consts::PI;

use super::generator::{Generator, SAMPLES, noise};
use super::plane::arranged;
use super::{Dataset, Task};

/// Two moons in specs.
pub(super) static MOONS: Generator = Generator {
    name: "moons",
    summary: "two interleaving half circles, two classes",
    task: Task::Classification,
    parameters: &[SAMPLES, noise("standard deviation of the noise on both coordinates", 0.1)],
    classes: None,
    origin: None,
    generate: |values, seed| moons(values.count("samples"), values.number("noise"), seed),
};

/// Two interleaving half circles, as scikit-learn's `make_moons` defines them.
///
/// Half of the points (the smaller half, if odd) lie on the outer one, (cos t, sin t), the others on the inner one,
/// (1 − cos t, ½ − sin t), each at evenly spaced t from 0 to π. They are put into random order (stream `data`), then both
/// coordinates get normal noise with standard deviation `noise` (stream `noise`).
pub fn moons(samples: usize, noise: f64, seed: u64) -> Dataset {
    let outer = samples / 2;
    let point = |index: usize| {
        if index < outer {
            let t = angle(index, outer);
            ([libm::cos(t), libm::sin(t)], 0)
        } else {
            let t = angle(index - outer, samples - outer);
            ([1.0 - libm::cos(t), 1.0 - libm::sin(t) - 0.5], 1)
        }
    };
    arranged(samples, noise, seed, vec!["outer".to_owned(), "inner".to_owned()], point)
}

/// The angle of a point among `count` evenly spaced ones from 0 to π.
fn angle(index: usize, count: usize) -> f64 {
    let last = count.saturating_sub(1).max(1);
    PI * index as f64 / last as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Targets;

    fn labels(data: &Dataset) -> &[u32] {
        match &data.targets {
            Targets::Classes { labels, .. } => labels,
            Targets::Values { .. } => panic!("moons are classes"),
        }
    }

    #[test]
    fn without_noise_points_lie_on_their_circles() {
        let data = moons(101, 0.0, 3);
        assert_eq!((data.len(), data.inputs), (101, 2));
        assert_eq!(labels(&data).iter().filter(|&&label| label == 0).count(), 50);
        for (index, &label) in labels(&data).iter().enumerate() {
            let [x, y] = data.example(index) else { panic!("two features") };
            // The outer circle has centre (0, 0) and y ≥ 0, the inner one centre (1, ½) and y ≤ ½.
            let (dx, dy) = if label == 0 { (*x, *y) } else { (1.0 - x, 0.5 - y) };
            assert!((dx * dx + dy * dy - 1.0).abs() < 1e-12 && dy > -1e-12, "{x} {y} of {label}");
        }
    }

    #[test]
    fn noise_moves_points_by_its_standard_deviation() {
        let (clean, noisy) = (moons(4_000, 0.0, 1), moons(4_000, 0.2, 1));
        assert_eq!(labels(&clean), labels(&noisy));
        let squares = clean.features.iter().zip(&noisy.features).map(|(a, b)| (a - b) * (a - b));
        let deviation = (squares.sum::<f64>() / 8_000.0).sqrt();
        assert!((deviation - 0.2).abs() < 0.01, "{deviation}");
    }

    #[test]
    fn seeds_fix_the_bits() {
        let data = moons(64, 0.1, 7);
        assert_eq!(data, moons(64, 0.1, 7));
        assert_ne!(data, moons(64, 0.1, 8));
        let bits: Vec<u64> = data.features[..3].iter().map(|x| x.to_bits()).collect();
        assert_eq!(bits, [4603378135272699509, 13826127938393726768, 4585120221839430468]);
    }

    #[test]
    fn the_smallest_sets_have_a_point_on_each() {
        assert_eq!(labels(&moons(2, 0.0, 0)).iter().sum::<u32>(), 1);
        assert!(moons(3, 0.0, 0).features.iter().all(|x| x.is_finite()));
    }
}
