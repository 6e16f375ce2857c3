//! Householder's reflections: what makes a matrix triangular, and its orthonormal factor.

use pulp::Simd;
use thalweg_numerics::{Buffer, Real, Vector};

use crate::Size;
use crate::rows::{Lanes, Steps, Terms};

/// Squares of lengths below which a column is left as it is: the squares that count in larger ones are normal numbers, so
/// that what they belong to is a reflection.
const fn short<T: Real>() -> f64 {
    if size_of::<T>() == size_of::<f32>() {
        f32::MIN_POSITIVE as f64 / f32::EPSILON as f64
    } else {
        f64::MIN_POSITIVE / f64::EPSILON
    }
}

/// The reflections H₀, H₁, … that make a matrix A triangular: Hₖ = 1 - βₖ vₖ vₖᵀ, of element k and those below it.
///
/// Golub and Van Loan, Matrix computations, algorithms 5.1.1 and 5.2.1.
pub(crate) struct Reflections<'a, T> {
    pub rows: usize,
    /// At most as many as rows.
    pub columns: usize,
    /// Rows that a reflection of column 0 is about; of each later column, one more, as long as there are more.
    pub reach: usize,
    /// A; then R above the diagonal, and vₖ in column k, from the diagonal on.
    pub a: &'a mut [T],
    /// The diagonal of R, `[column][lane]`.
    pub diagonal: &'a mut [T],
    /// βₖ, `[column][lane]`.
    pub betas: &'a mut [T],
    /// Space for a row.
    pub row: &'a mut [T],
}

/// What reflections need beside their matrix.
#[derive(Default)]
pub(crate) struct Space<T> {
    diagonal: Buffer<T>,
    betas: Buffer<T>,
    row: Buffer<T>,
}

impl<T: Real> Space<T> {
    /// Those of a matrix with elements of so many lanes.
    pub fn reflections<'a>(&'a mut self, lanes: usize, size: Size, reach: usize, a: &'a mut [T]) -> Reflections<'a, T> {
        let Size { rows, columns } = size;
        let [diagonal, betas, row] =
            [&mut self.diagonal, &mut self.betas, &mut self.row].map(|space| space.at_least(columns * lanes));
        Reflections { rows, columns, reach, a, diagonal, betas, row }
    }
}

impl<T: Real> Reflections<'_, T> {
    /// The row after the last one that reflection `k` is about.
    #[inline(always)]
    fn end(&self, k: usize) -> usize {
        self.rows.min(self.reach + k)
    }

    /// Triangularises: R = … H₁ H₀ A.
    ///
    /// With the products g of column k and each column, the length of column k is √gₖ, its diagonal element becomes
    /// α = ∓√gₖ (the sign that its own is not), v is the column less α at its first element, and vᵀ of another column is
    /// its product less α times its element of row k: one pass finds both the reflection and what it does.
    #[inline(always)]
    pub fn triangularise<S: Simd>(&mut self, lanes: Lanes<S>) {
        let columns = self.columns;
        for k in 0..columns {
            let (at, count) = (k * columns + k, self.end(k) - k);
            let below = Steps { first: at, step: columns };
            let products = lanes.part_mut(self.row, k, columns);
            products.fill(T::default());
            lanes.add::<T, false>(products, Terms { count, factors: (self.a, below), rows: (self.a, below) });
            let (square, first) = (lanes.element(self.row, k), lanes.element(self.a, at));
            let zero = square.like(0.0);
            let is_short = square.less(square.like(short::<T>()));
            let length = square.sqrt();
            let sign = first.and(first.like(-0.0));
            let alpha = -length.or(sign);
            // 2 / vᵀv
            let beta = square.like(1.0) / length.mul_add(first.abs(), square);
            let beta = Vector::select(is_short, zero, beta);
            lanes.set(self.diagonal, k, Vector::select(is_short, first, alpha));
            lanes.set(self.betas, k, beta);
            let row = lanes.part(self.a, at + 1, (k + 1) * columns);
            reflected(lanes, lanes.part_mut(self.row, k + 1, columns), row, alpha, beta);
            lanes.set(self.a, at, first - alpha);
            let rest = Steps { first: at + 1, step: columns };
            let multiples = lanes.part(self.row, k + 1, columns);
            lanes.subtract_multiples(self.a, below, rest, count, multiples);
        }
    }

    /// Puts Q = H₀ H₁ … of the first columns of the identity in the place of A, with signs such that QᵀA has no negative
    /// number on its diagonal.
    #[inline(always)]
    pub fn form<S: Simd>(&mut self, lanes: Lanes<S>) {
        let columns = self.columns;
        for k in (0..columns).rev() {
            let (at, count) = (k * columns + k, self.end(k) - k);
            let below = Steps { first: at, step: columns };
            let next = Steps { first: at + columns, step: columns };
            let rest = Steps { first: at + 1, step: columns };
            // Columns k + 1 and following have nothing in row k yet.
            lanes.part_mut(self.a, at + 1, (k + 1) * columns).fill(T::default());
            let products = lanes.part_mut(self.row, k + 1, columns);
            products.fill(T::default());
            let rows = (&*self.a, Steps { first: next.first + 1, step: columns });
            lanes.add::<T, false>(products, Terms { count: count - 1, factors: (self.a, next), rows });
            let beta = lanes.element(self.betas, k);
            lanes.scale(products, beta);
            let multiples = lanes.part(self.row, k + 1, columns);
            lanes.subtract_multiples(self.a, below, rest, count, multiples);
            // Column k is what the reflection makes of that of the identity.
            let first = lanes.element(self.a, at);
            let diagonal = lanes.element(self.diagonal, k);
            let sign = diagonal.and(diagonal.like(-0.0));
            let factor = beta * first;
            lanes.set(self.a, at, factor.neg_mul_add(first, first.like(1.0)).xor(sign));
            let factor = (-factor).xor(sign);
            for index in 1..count {
                let place = at + index * columns;
                lanes.set(self.a, place, factor * lanes.element(self.a, place));
            }
        }
    }
}

/// β (g - α x), in place of g: the multiples of v to subtract from the columns of a row.
#[inline(always)]
fn reflected<S: Simd, T: Real>(
    lanes: Lanes<S>,
    products: &mut [T],
    row: &[T],
    alpha: Vector<S, T>,
    beta: Vector<S, T>,
) {
    let (whole, rest) = T::as_registers_mut::<S>(products);
    let (row, row_rest) = T::as_registers::<S>(row);
    for at in 0..whole.len() + usize::from(!rest.is_empty()) {
        let x = Vector::read(lanes.simd, row, row_rest, at);
        let product = Vector::read(lanes.simd, whole, rest, at);
        (beta * alpha.neg_mul_add(x, product)).write(whole, rest, at);
    }
}
