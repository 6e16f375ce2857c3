//! Landscapes turned about the origin.

use pulp::{Simd, WithSimd};
use thalweg_numerics::math::Elementary;
use thalweg_numerics::{Isa, Vector};

use crate::Points;
use thalweg_products::PIECE;

/// An orthogonal matrix Q that turns a landscape f: g(x) = f(Qᵀx), whose gradient is Q ∇f(Qᵀx).
///
/// What was separable or along the axes no longer is. The minimum moves from x to Qx. Products add their terms in the
/// order of the numerics contract.
#[derive(Clone, Debug)]
pub struct Rotation<T> {
    dimensions: usize,
    /// Q, `[row][column]`.
    matrix: Vec<T>,
    /// Qᵀ.
    transposed: Vec<T>,
}

impl<T: Elementary> Rotation<T> {
    /// By an orthogonal matrix, `[row][column]`, such as [`orthogonal`](thalweg_numerics::orthogonal::orthogonal()) gives.
    ///
    /// # Panics
    ///
    /// If there are not `dimensions`² numbers.
    pub fn new(matrix: &[f64], dimensions: usize) -> Self {
        assert_eq!(matrix.len(), dimensions * dimensions);
        let at = |row: usize, column: usize| T::from_f64(matrix[row * dimensions + column]);
        let all = || (0..dimensions).flat_map(|i| (0..dimensions).map(move |j| (i, j)));
        Self {
            dimensions,
            matrix: all().map(|(i, j)| at(i, j)).collect(),
            transposed: all().map(|(i, j)| at(j, i)).collect(),
        }
    }

    /// The same numbers in f64.
    pub fn in_f64(&self) -> Rotation<f64> {
        let widened = |numbers: &[T]| numbers.iter().map(|x| x.to_f64()).collect();
        let (matrix, transposed) = (widened(&self.matrix), widened(&self.transposed));
        Rotation { dimensions: self.dimensions, matrix, transposed }
    }

    /// Q y of every point, `[group][coordinate][lane]`.
    ///
    /// # Panics
    ///
    /// If the slices do not fit each other.
    pub fn forth(&self, isa: Isa, y: &[T], out: &mut [T]) {
        self.multiply(isa, &self.matrix, y, out);
    }

    /// Qᵀx of every point, `[group][coordinate][lane]`.
    ///
    /// # Panics
    ///
    /// If the slices do not fit each other.
    pub fn back(&self, isa: Isa, x: &[T], out: &mut [T]) {
        self.multiply(isa, &self.transposed, x, out);
    }

    fn multiply(&self, isa: Isa, matrix: &[T], x: &[T], out: &mut [T]) {
        assert_eq!(x.len(), out.len());
        assert!(x.len().is_multiple_of(self.dimensions * isa.lanes::<T>()));
        isa.dispatch(Product { matrix, points: Points { x, dimensions: self.dimensions, spectrum: &[] }, out });
    }
}

struct Product<'a, T> {
    matrix: &'a [T],
    points: Points<'a, T>,
    out: &'a mut [T],
}

impl<T: Elementary> WithSimd for Product<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let n = self.points.dimensions;
        let (x, _) = T::as_registers::<S>(self.points.x);
        let (out, _) = T::as_registers_mut::<S>(self.out);
        for (x, out) in x.chunks_exact(n).zip(out.chunks_exact_mut(n)) {
            for (row, out) in self.matrix.chunks_exact(n).zip(out) {
                let mut sum = Vector::<S, T>::constant(simd, 0.0);
                for (piece, (row, x)) in row.chunks(PIECE).zip(x.chunks(PIECE)).enumerate() {
                    let mut chain = Vector::<S, T>::constant(simd, 0.0);
                    for (w, x) in row.iter().zip(x) {
                        chain = Vector::splat(simd, *w).mul_add(Vector::new(simd, *x), chain);
                    }
                    sum = if piece == 0 { chain } else { sum + chain };
                }
                *out = sum.register();
            }
        }
    }
}
