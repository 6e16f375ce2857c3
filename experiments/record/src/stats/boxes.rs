//! The box-counting dimension of the boundary between two kinds of cells.

/// A table of cells of two kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    columns: usize,
    cells: Vec<bool>,
}

/// The count of boxes of one size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Count {
    /// The side of a box, in cells.
    pub side: usize,
    /// Boxes that hold a cell of the boundary.
    pub boxes: usize,
}

/// A dimension with what it was found from.
#[derive(Clone, Debug, PartialEq)]
pub struct Dimension {
    /// The median of the slopes.
    pub median: f64,
    /// From the smallest boxes up.
    pub counts: Vec<Count>,
    /// The slopes between successive sizes: log₂ of the ratio of counts where the side doubles.
    pub slopes: Vec<f64>,
}

impl Mask {
    /// A table of `columns` columns, row by row.
    ///
    /// # Panics
    /// If the last row is incomplete.
    pub fn new(columns: usize, cells: Vec<bool>) -> Self {
        assert!(columns > 0 && cells.len().is_multiple_of(columns), "{} cells are no rows of {columns}", cells.len());
        Self { columns, cells }
    }

    /// The cells that have a neighbour of the other kind, to the left, to the right, above or below.
    #[must_use]
    pub fn boundary(&self) -> Self {
        let (columns, rows) = (self.columns, self.cells.len() / self.columns);
        let at = |column: usize, row: usize| self.cells[row * columns + column];
        let is_boundary = |index: usize| {
            let (column, row) = (index % columns, index / columns);
            let own = at(column, row);
            (column > 0 && at(column - 1, row) != own)
                || (column + 1 < columns && at(column + 1, row) != own)
                || (row > 0 && at(column, row - 1) != own)
                || (row + 1 < rows && at(column, row + 1) != own)
        };
        Self { columns, cells: (0..self.cells.len()).map(is_boundary).collect() }
    }

    /// The box-counting dimension of the set cells: the median slope of log(count) over log(1/side), for sides of 1, 2,
    /// 4, … cells, as long as a side of the table has at least eight boxes; fewer would say more about the table than
    /// about the set.
    ///
    /// None if no cell is set, or the table is too small for two sizes.
    pub fn dimension(&self) -> Option<Dimension> {
        const FEWEST: usize = 8;
        let rows = self.cells.len() / self.columns;
        let mut counts = Vec::new();
        let mut side = 1;
        while self.columns.min(rows) / side >= FEWEST {
            counts.push(Count { side, boxes: self.boxes(side) });
            side *= 2;
        }
        if counts.first()?.boxes == 0 {
            return None;
        }
        let slope = |pair: &[Count]| libm::log2(pair[0].boxes as f64 / pair[1].boxes as f64);
        let slopes: Vec<f64> = counts.windows(2).map(slope).collect();
        let mut sorted = slopes.clone();
        sorted.sort_by(f64::total_cmp);
        Some(Dimension { median: super::quantile::median(&sorted)?, counts, slopes })
    }

    /// How many boxes of that side hold a set cell.
    fn boxes(&self, side: usize) -> usize {
        let across = self.columns.div_ceil(side);
        let down = (self.cells.len() / self.columns).div_ceil(side);
        let mut held = vec![false; across * down];
        for index in (0..self.cells.len()).filter(|&index| self.cells[index]) {
            held[index / self.columns / side * across + index % self.columns / side] = true;
        }
        held.into_iter().filter(|held| *held).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(size: usize, is_set: impl Fn(usize, usize) -> bool) -> Mask {
        Mask::new(size, (0..size * size).map(|index| is_set(index % size, index / size)).collect())
    }

    #[test]
    fn a_line_has_dimension_1_and_an_area_2() {
        let line = mask(256, |column, row| row > column).boundary();
        assert!((line.dimension().unwrap().median - 1.0).abs() < 0.05);
        let straight = mask(256, |_, row| row == 100).dimension().unwrap();
        assert_eq!((straight.median, straight.counts[0].boxes), (1.0, 256));
        assert_eq!(mask(256, |_, _| true).dimension().unwrap().median, 2.0);
        assert_eq!(mask(256, |_, _| false).dimension(), None);
        assert_eq!(mask(8, |_, _| true).dimension(), None);
    }

    #[test]
    fn sierpinskis_triangle_has_the_dimension_log2_of_3() {
        let triangle = mask(512, |column, row| column & row == 0).dimension().unwrap();
        assert_eq!(triangle.counts.len(), 7);
        for slope in &triangle.slopes {
            assert!((slope - libm::log2(3.0)).abs() < 1e-12, "{slope}");
        }
    }

    #[test]
    fn the_boundary_is_on_both_sides() {
        let half = mask(8, |column, _| column >= 4).boundary();
        assert_eq!(half, mask(8, |column, _| column == 3 || column == 4));
    }
}
