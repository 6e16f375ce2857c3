//! Exclusive or: the class is whether the two coordinates differ in sign.

use super::generator::{Domain, Generator, Parameter, SAMPLES, noise};
use super::plane::{arranged, deal, scattered};
use super::{Dataset, Task};

/// Exclusive or in specs.
pub(super) static XOR: Generator = Generator {
    name: "xor",
    summary: "whether two coordinates differ in sign, two classes",
    task: Task::Classification,
    parameters: &[
        SAMPLES,
        Parameter {
            name: "form",
            summary: "normal clouds at the corners of a square, or uniform points in it",
            domain: Domain::Choice(&["clusters", "continuous"]),
            default: Some(0.0),
        },
        noise("standard deviation of the noise on both coordinates, which may cross the border", 0.25),
    ],
    classes: None,
    origin: None,
    generate: |values, seed| {
        let make = if values.number("form") == 0.0 { xor_clusters } else { xor_continuous };
        make(values.count("samples"), values.number("noise"), seed)
    },
};

fn classes() -> Vec<String> {
    vec!["same".to_owned(), "different".to_owned()]
}

/// Four normal clouds with standard deviation `noise` at (1, 1), (-1, -1), (-1, 1) and (1, -1): the first two are of
/// the class `same`, the others of the class `different`.
///
/// Clouds are equal in size, except that the first few may have one point more; points are in random order (stream
/// `data`), and their noise comes from the stream `noise`.
pub fn xor_clusters(samples: usize, noise: f64, seed: u64) -> Dataset {
    const CORNERS: [[f64; 2]; 4] = [[1.0, 1.0], [-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0]];
    let point = |index: usize| {
        let corner = deal(index, samples, 4).class;
        (CORNERS[corner], u32::from(corner >= 2))
    };
    arranged(samples, noise, seed, classes(), point)
}

/// Points uniform on [-1, 1)² (stream `features`), of the class `different` if the product of their coordinates is
/// negative; then both coordinates get normal noise with standard deviation `noise` (stream `noise`).
pub fn xor_continuous(samples: usize, noise: f64, seed: u64) -> Dataset {
    scattered(samples, noise, seed, classes(), |[x, y]| u32::from((x < 0.0) != (y < 0.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Targets;

    #[test]
    fn without_noise_signs_decide() {
        for data in [xor_clusters(1_001, 0.0, 2), xor_continuous(1_001, 0.0, 2)] {
            let Targets::Classes { labels, .. } = &data.targets else { panic!("classes") };
            for (index, &label) in labels.iter().enumerate() {
                let [x, y] = *data.example(index) else { panic!("two features") };
                assert_eq!(label == 1, x * y < 0.0, "{x} {y}");
            }
            let different = labels.iter().sum::<u32>();
            assert!(different.abs_diff(500) < 80, "{different}");
        }
    }

    #[test]
    fn clusters_have_a_fourth_each() {
        let data = xor_clusters(402, 0.0, 1);
        let count = |corner: [f64; 2]| (0..402).filter(|&index| data.example(index) == corner).count();
        assert_eq!([[1.0, 1.0], [-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0]].map(count), [101, 101, 100, 100]);
    }
}
