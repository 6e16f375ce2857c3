//! The gradient of a bias.

use faer::MatRef;
use pulp::{Simd, WithSimd};
use thalweg_numerics::{Real, Vector};
use thalweg_products::Start;

/// The sums of columns, each in the order of the rows.
pub(crate) struct ColumnSums<'a, S, T> {
    pub simd: S,
    /// Its rows are contiguous.
    pub matrix: MatRef<'a, T>,
    pub sums: &'a mut [T],
    pub start: Start,
}

impl<S: Simd, T: Real> WithSimd for ColumnSums<'_, S, T> {
    type Output = ();

    /// The token handed in is not always of the register width that was asked for.
    #[inline(always)]
    fn with_simd<Full: Simd>(self, _: Full) {
        let simd = self.simd;
        if self.start == Start::Zero {
            self.sums.fill(T::default());
        }
        let lanes = T::lanes::<S>();
        let columns = self.sums.len();
        let matrix = self.matrix.try_as_row_major().expect("its rows are contiguous");
        for (part, first) in self.sums.chunks_mut(lanes).zip((0..columns).step_by(lanes)) {
            let mut sum = Vector::<S, T>::new(simd, T::load_part(simd, part));
            for row in 0..matrix.nrows() {
                let row = matrix.row(row).as_slice();
                sum = sum + Vector::new(simd, T::load_part(simd, &row[first..][..part.len()]));
            }
            T::store_part(simd, part, sum.register());
        }
    }
}
