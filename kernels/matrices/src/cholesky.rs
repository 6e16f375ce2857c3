//! Cholesky's decomposition, and what is solved with it.

use pulp::Simd;
use thalweg_numerics::{Real, Vector};

use crate::rows::{Lanes, Steps, Terms};

/// L of A = L Lᵀ, in place. Row i of Lᵀ is row i of A, less the multiples of the rows before, over the root of its pivot.
#[inline(always)]
pub(crate) fn cholesky<S: Simd, T: Real>(lanes: Lanes<S>, n: usize, a: &mut [T]) {
    for i in 0..n {
        let (before, row) = a.split_at_mut(i * n * lanes.count);
        let above = Steps { first: i, step: n };
        let terms = Terms { count: i, factors: (before, above), rows: (before, above) };
        lanes.add::<T, true>(lanes.part_mut(row, i, n), terms);
        let pivot = lanes.element(row, i);
        let is_positive = pivot.like(0.0).less(pivot);
        let root = Vector::select(is_positive, pivot.sqrt(), pivot.like(f64::NAN));
        lanes.set(row, i, root);
        lanes.scale(lanes.part_mut(row, i + 1, n), root.like(1.0) / root);
    }
    let zero = Vector::splat(lanes.simd, T::default());
    for i in 0..n {
        for j in 0..i {
            let above = lanes.element(a, j * n + i);
            lanes.set(a, i * n + j, above);
            lanes.set(a, j * n + i, zero);
        }
    }
}

/// L⁻¹ B, in place.
#[inline(always)]
pub(crate) fn solve<S: Simd, T: Real>(lanes: Lanes<S>, [n, columns]: [usize; 2], l: &[T], b: &mut [T]) {
    for i in 0..n {
        let (before, row) = b.split_at_mut(i * columns * lanes.count);
        let row = lanes.part_mut(row, 0, columns);
        let factors = (l, Steps { first: i * n, step: 1 });
        lanes.add::<T, true>(row, Terms { count: i, factors, rows: (before, Steps { first: 0, step: columns }) });
        let diagonal = lanes.element(l, i * n + i);
        lanes.scale(row, diagonal.like(1.0) / diagonal);
    }
}

/// L⁻ᵀ B, in place.
#[inline(always)]
pub(crate) fn solve_transposed<S: Simd, T: Real>(lanes: Lanes<S>, [n, columns]: [usize; 2], l: &[T], b: &mut [T]) {
    for i in (0..n).rev() {
        let (row, after) = b.split_at_mut((i + 1) * columns * lanes.count);
        let row = lanes.part_mut(row, i * columns, (i + 1) * columns);
        let factors = (l, Steps { first: (i + 1) * n + i, step: n });
        let rows = (&*after, Steps { first: 0, step: columns });
        lanes.add::<T, true>(row, Terms { count: n - 1 - i, factors, rows });
        let diagonal = lanes.element(l, i * n + i);
        lanes.scale(row, diagonal.like(1.0) / diagonal);
    }
}
