//! Scaling features, or targets of a regression, by what the training split shows.

use rayon::prelude::*;

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
        let count = train.len().checked_div(width).unwrap_or(0);
        Self::fit_blocks(scale, count, width, &mut |see| see(train))
    }

    /// The same for `count` rows that `pass` shows, block by block, as often as it is called.
    pub(super) fn fit_blocks(scale: Scale, count: usize, width: usize, pass: Pass<'_>) -> Self {
        let unfitted = |divisor| Self { columns: vec![Column { shift: 0.0, divisor }; width] };
        match scale {
            Scale::None => return unfitted(1.0),
            Scale::Divide(divisor) => return unfitted(divisor),
            Scale::MinMax | Scale::Standard => {}
        }
        let mut seen = vec![Seen { low: f64::INFINITY, high: f64::NEG_INFINITY, sum: -0.0, mean: 0.0 }; width];
        pass(&mut |block| {
            by_columns(&mut seen, block, |seen, x| {
                (seen.low, seen.high) = (seen.low.min(x), seen.high.max(x));
                seen.sum += x;
            });
        });
        let is_constant = |seen: &Seen| seen.low >= seen.high;
        let constant = |seen: &Seen| Column { shift: seen.low, divisor: 1.0 };
        if scale == Scale::MinMax {
            let column = |seen: &Seen| Column { shift: seen.low, divisor: seen.high - seen.low };
            let column = |seen| if is_constant(seen) { constant(seen) } else { column(seen) };
            return Self { columns: seen.iter().map(column).collect() };
        }
        for seen in &mut seen {
            (seen.mean, seen.sum) = (seen.sum / count as f64, -0.0);
        }
        pass(&mut |block| by_columns(&mut seen, block, |seen, x| seen.sum += (x - seen.mean) * (x - seen.mean)));
        let column = |seen: &Seen| {
            // The mean of equal numbers may round away from them: a constant column is found by comparison.
            if is_constant(seen) {
                return constant(seen);
            }
            let deviation = (seen.sum / count as f64).sqrt();
            Column { shift: seen.mean, divisor: if deviation > 0.0 { deviation } else { 1.0 } }
        };
        Self { columns: seen.iter().map(column).collect() }
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

/// Shows rows to what it is given, block by block.
pub(super) type Pass<'a> = &'a mut dyn FnMut(&mut dyn FnMut(&[f64]));

/// What was seen of a column.
#[derive(Clone, Copy)]
struct Seen {
    low: f64,
    high: f64,
    /// Of the numbers, and then of the squares of their differences from the mean. Sums start at -0, to which 0 and -0 can
    /// be added.
    sum: f64,
    mean: f64,
}

/// Columns that a thread goes through together.
const TOGETHER: usize = 32;
/// Numbers that are worth a thread's while.
const LEAST: usize = 1 << 14;

/// Shows each column its numbers in a block of rows, in the order of the rows; columns do not depend on each other.
fn by_columns(columns: &mut [Seen], block: &[f64], see: impl Fn(&mut Seen, f64) + Sync) {
    let width = columns.len().max(1);
    let least = (LEAST * width / (TOGETHER * block.len()).max(1)).max(1);
    columns.par_chunks_mut(TOGETHER).enumerate().with_min_len(least).for_each(|(part, columns)| {
        for row in block.chunks_exact(width) {
            let row = &row[part * TOGETHER..][..columns.len()];
            columns.iter_mut().zip(row).for_each(|(column, x)| see(column, *x));
        }
    });
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
