//! A checkerboard: the class is the colour of the field.

use super::generator::{Domain, Generator, Parameter, SAMPLES, noise};
use super::plane::scattered;
use super::{Dataset, Task};

/// The checkerboard in specs.
pub(super) static CHECKERBOARD: Generator = Generator {
    name: "checkerboard",
    summary: "uniform points on the black and white fields of a board, two classes",
    task: Task::Classification,
    parameters: &[
        SAMPLES,
        Parameter {
            name: "cells",
            summary: "fields along a side",
            domain: Domain::Count { low: 2, high: 1_000 },
            default: Some(4.0),
        },
        noise("standard deviation of the noise on both coordinates, which may cross a border", 0.0),
    ],
    classes: None,
    origin: None,
    generate: |values, seed| checkerboard(values.count("samples"), values.count("cells"), values.number("noise"), seed),
};

/// Points uniform on [-1, 1)² (stream `features`), a board of `cells` × `cells` fields, of the class of their field;
/// then both coordinates get normal noise with standard deviation `noise` (stream `noise`).
///
/// A field is `black` if the numbers of its row and column, counted from (-1, -1), add up to an even number, else
/// `white`.
pub fn checkerboard(samples: usize, cells: usize, noise: f64, seed: u64) -> Dataset {
    let number = |x: f64| (cells as f64 * ((x + 1.0) / 2.0)).floor() as u32;
    let classes = vec!["black".to_owned(), "white".to_owned()];
    scattered(samples, noise, seed, classes, |[x, y]| (number(x) + number(y)) % 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Targets, xor_continuous};

    #[test]
    fn colours_alternate_from_field_to_field() {
        let data = checkerboard(2_000, 3, 0.0, 4);
        let Targets::Classes { labels, .. } = &data.targets else { panic!("classes") };
        let column = |x: f64| [-1.0 / 3.0, 1.0 / 3.0].iter().filter(|&&border| x >= border).count();
        for (index, &label) in labels.iter().enumerate() {
            let [x, y] = *data.example(index) else { panic!("two features") };
            let black = matches!((column(x), column(y)), (0, 0) | (0, 2) | (2, 0) | (2, 2) | (1, 1));
            assert_eq!(label == 0, black, "{x} {y}");
        }
        // Five of nine fields are black.
        let black = labels.iter().filter(|&&label| label == 0).count();
        assert!(black.abs_diff(1_111) < 112, "{black}");
    }

    #[test]
    fn a_board_of_two_cells_is_exclusive_or() {
        let (board, xor) = (checkerboard(500, 2, 0.1, 3), xor_continuous(500, 0.1, 3));
        assert_eq!(board.features, xor.features);
        let labels = |data: &Dataset| match &data.targets {
            Targets::Classes { labels, .. } => labels.clone(),
            Targets::Values { .. } => panic!("classes"),
        };
        assert_eq!(labels(&board), labels(&xor));
    }
}
