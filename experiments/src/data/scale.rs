//! Scaling features, or targets of a regression, by what the training split shows.

use crate::spec::Scale;

/// A scaling of each column: x ↦ (x − shift) / divisor.
#[derive(Clone, Debug, PartialEq)]
pub struct Scaling {
    columns: Vec<Column>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Column {
    shift: f64,
    divisor: f64,
}

impl Scaling {
    /// The scaling that `scale` means for these values of the training split, rows of `width` columns.
    ///
    /// Sums run over the rows in order. The standard deviation is the population's: the mean square of the differences
    /// from the mean. A constant column has divisor 1, and so becomes 0 in the training split.
    pub fn fit(scale: Scale, train: &[f64], width: usize) -> Self {
        let column = |index: usize| {
            let values = || train.iter().skip(index).step_by(width).copied();
            match scale {
                Scale::None => Column { shift: 0.0, divisor: 1.0 },
                Scale::Divide(divisor) => Column { shift: 0.0, divisor },
                Scale::MinMax => {
                    let (low, high) = extremes(values());
                    Column { shift: low, divisor: if high > low { high - low } else { 1.0 } }
                }
                Scale::Standard => {
                    // The mean of equal numbers may round away from them: a constant column is found by comparison.
                    let (low, high) = extremes(values());
                    if low >= high {
                        return Column { shift: low, divisor: 1.0 };
                    }
                    let count = (train.len() / width) as f64;
                    let mean = values().sum::<f64>() / count;
                    let variance = values().map(|x| (x - mean) * (x - mean)).sum::<f64>() / count;
                    let deviation = variance.sqrt();
                    Column { shift: mean, divisor: if deviation > 0.0 { deviation } else { 1.0 } }
                }
            }
        };
        Self { columns: (0..width).map(column).collect() }
    }

    /// Scales the values of a split.
    pub fn apply(&self, values: &mut [f64]) {
        for row in values.chunks_exact_mut(self.columns.len()) {
            for (x, column) in row.iter_mut().zip(&self.columns) {
                *x = (*x - column.shift) / column.divisor;
            }
        }
    }
}

fn extremes(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scaled(scale: Scale, train: &[f64], other: &[f64]) -> Vec<f64> {
        let mut other = other.to_vec();
        Scaling::fit(scale, train, 2).apply(&mut other);
        other
    }

    #[test]
    fn the_training_split_decides_for_all() {
        // The second column is constant in the training split: centred, not stretched.
        let train = [1.0, 0.1, 3.0, 0.1, 5.0, 0.1];
        let deviation = (8.0_f64 / 3.0).sqrt();
        assert_eq!(scaled(Scale::Standard, &train, &train), [-2.0 / deviation, 0.0, 0.0, 0.0, 2.0 / deviation, 0.0]);
        assert_eq!(scaled(Scale::Standard, &train, &[3.0, 0.1]), [0.0, 0.0]);
        assert_eq!(scaled(Scale::MinMax, &train, &[7.0, 0.1]), [1.5, 0.0]);
        assert_eq!(scaled(Scale::Divide(16.0), &train, &[8.0, 4.0]), [0.5, 0.25]);
        assert_eq!(scaled(Scale::None, &train, &[8.0, 4.0]), [8.0, 4.0]);
    }
}
