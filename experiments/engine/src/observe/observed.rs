//! What an observer saw of a trial.

use std::fmt;

/// The rows of a trial, in the order of the steps, and of a step in the order of its index.
///
/// One array holds them all: a sweep has a million trials, and every allocation costs.
#[derive(Clone, Default)]
pub struct Observed {
    /// Cells of a row.
    columns: usize,
    /// For each row its step and its index, which f64 holds exactly, and its cells.
    numbers: Vec<f64>,
}

/// A row.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    /// Updates done.
    pub step: u64,
    /// Its place among those of the step, from 1 on; 0 where there is one of each step.
    pub index: u64,
    cells: &'a [f64],
}

/// What stands for a cell without a number: one of the NaNs, which no number is stored as.
const MISSING: u64 = 0x7ff8_6d69_7373_696e;

/// What is kept of a cell; of all NaNs one.
fn kept(cell: Option<f64>) -> f64 {
    match cell {
        None => f64::from_bits(MISSING),
        Some(number) if number.is_nan() => f64::NAN,
        Some(number) => number,
    }
}

fn cell(kept: f64) -> Option<f64> {
    (kept.to_bits() != MISSING).then_some(kept)
}

impl Observed {
    /// Forgets everything, and makes room for so many rows of so many cells.
    pub(crate) fn reset(&mut self, rows: usize, columns: usize) {
        self.columns = columns;
        self.numbers.clear();
        self.numbers.reserve_exact(rows * (2 + columns));
    }

    /// Adds a row.
    pub(crate) fn push(&mut self, step: u64, index: u64, cells: impl Iterator<Item = Option<f64>>) {
        self.numbers.extend([step as f64, index as f64]);
        self.numbers.extend(cells.map(kept));
    }

    /// Forgets the rows of a step, the last one that has any.
    pub(crate) fn forget(&mut self, step: u64) {
        let width = 2 + self.columns;
        while let Some(start) = self.numbers.len().checked_sub(width).filter(|at| self.numbers[*at] == step as f64) {
            self.numbers.truncate(start);
        }
    }

    /// The rows.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = Row<'_>> + ExactSizeIterator + Clone {
        let row = |numbers: &'_ [f64]| -> (u64, u64) { (numbers[0] as u64, numbers[1] as u64) };
        self.numbers.chunks_exact(2 + self.columns).map(move |numbers| {
            let (step, index) = row(numbers);
            Row { step, index, cells: &numbers[2..] }
        })
    }

    /// The first row of a step.
    pub fn at(&self, step: u64) -> Option<Row<'_>> {
        let rows = self.rows();
        let (mut low, mut high) = (0, rows.len());
        while low < high {
            let middle = low.midpoint(high);
            if rows.clone().nth(middle).is_some_and(|row| row.step < step) { low = middle + 1 } else { high = middle }
        }
        self.rows().nth(low).filter(|row| row.step == step)
    }
}

impl<'a> Row<'a> {
    /// The number of a column; none where there is none.
    ///
    /// # Panics
    ///
    /// If there is no such column.
    pub fn cell(&self, column: usize) -> Option<f64> {
        cell(self.cells[column])
    }

    /// The numbers of all columns.
    pub fn cells(&self) -> impl Iterator<Item = Option<f64>> + use<'a> {
        self.cells.iter().copied().map(cell)
    }
}

/// To the bit: a NaN is equal to itself.
impl PartialEq for Observed {
    fn eq(&self, other: &Self) -> bool {
        let bits = |one: &Self| one.numbers.iter().map(|number| number.to_bits()).collect::<Vec<u64>>();
        self.columns == other.columns && bits(self) == bits(other)
    }
}

impl fmt::Debug for Observed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.rows()).finish()
    }
}

impl fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.step, self.index)?;
        f.debug_list().entries(self.cells()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_and_those_of_the_last_step_can_be_forgotten() {
        let mut observed = Observed::default();
        observed.reset(4, 2);
        for (step, index) in [(0, 1), (0, 2), (3, 1), (7, 1), (7, 2)] {
            observed.push(step, index, [Some(step as f64), None].into_iter());
        }
        assert_eq!(observed.at(7).unwrap().index, 1);
        assert_eq!(observed.at(3).unwrap().cells().collect::<Vec<_>>(), [Some(3.0), None]);
        assert!(observed.at(4).is_none() && observed.at(8).is_none());
        observed.forget(3);
        assert_eq!(observed.rows().len(), 5);
        observed.forget(7);
        let rows: Vec<_> = observed.rows().map(|row| (row.step, row.index)).collect();
        assert_eq!(rows, [(0, 1), (0, 2), (3, 1)]);
        observed.reset(1, 1);
        assert!(observed.at(0).is_none());
    }

    #[test]
    fn a_nan_is_a_number_and_no_number_is_none() {
        let mut observed = Observed::default();
        observed.reset(1, 3);
        observed.push(1, 0, [Some(f64::from_bits(MISSING)), None, Some(f64::INFINITY)].into_iter());
        let row = observed.at(1).unwrap();
        assert!(row.cell(0).unwrap().is_nan());
        assert_eq!((row.cell(1), row.cell(2)), (None, Some(f64::INFINITY)));
        assert!(observed == observed.clone());
    }
}
