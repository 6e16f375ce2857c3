//! What is done to matrices element by element.

use pulp::Simd;
use thalweg_numerics::{Real, Vector};

use crate::rows::Lanes;

/// a + b A + c A², in the place of A². `coefficients` are `[a, b and c][lane]`.
#[inline(always)]
pub(crate) fn polynomial<S: Simd, T: Real>(lanes: Lanes<S>, n: usize, coefficients: &[T], a: &[T], square: &mut [T]) {
    let [constant, linear, quadratic] = [0, 1, 2].map(|at| lanes.element(coefficients, at));
    let (whole, rest) = T::as_registers_mut::<S>(square);
    let (a, a_rest) = T::as_registers::<S>(a);
    for at in 0..whole.len() + usize::from(!rest.is_empty()) {
        let x = linear * Vector::read(lanes.simd, a, a_rest, at);
        quadratic.mul_add(Vector::read(lanes.simd, whole, rest, at), x).write(whole, rest, at);
    }
    add_to_diagonal(lanes, n, square, constant);
}

/// 1 + c A, in the place of A.
#[inline(always)]
pub(crate) fn shift<S: Simd, T: Real>(lanes: Lanes<S>, n: usize, c: f64, a: &mut [T]) {
    lanes.scale(a, Vector::constant(lanes.simd, c));
    add_to_diagonal(lanes, n, a, Vector::constant(lanes.simd, 1.0));
}

#[inline(always)]
fn add_to_diagonal<S: Simd, T: Real>(lanes: Lanes<S>, n: usize, a: &mut [T], x: Vector<S, T>) {
    for i in 0..n {
        let place = i * n + i;
        lanes.set(a, place, lanes.element(a, place) + x);
    }
}

/// p x + q y, in the place of x: q y is rounded once, and once with the rest.
#[inline(always)]
pub(crate) fn mix<S: Simd, T: Real>(lanes: Lanes<S>, [p, q]: [f64; 2], x: &mut [T], y: &[T]) {
    let [p, q] = [p, q].map(|factor| Vector::constant(lanes.simd, factor));
    let (whole, rest) = T::as_registers_mut::<S>(x);
    let (y, y_rest) = T::as_registers::<S>(y);
    for at in 0..whole.len() + usize::from(!rest.is_empty()) {
        let y = q * Vector::read(lanes.simd, y, y_rest, at);
        p.mul_add(Vector::read(lanes.simd, whole, rest, at), y).write(whole, rest, at);
    }
}

/// x where a lane's `chosen` is not 0, else y; in the place of x.
#[inline(always)]
pub(crate) fn choose<S: Simd, T: Real>(lanes: Lanes<S>, chosen: &[T], x: &mut [T], y: &[T]) {
    let chosen = lanes.element(chosen, 0);
    let is_not = chosen.equal(chosen.like(0.0));
    let (whole, rest) = T::as_registers_mut::<S>(x);
    let (y, y_rest) = T::as_registers::<S>(y);
    for at in 0..whole.len() + usize::from(!rest.is_empty()) {
        let y = Vector::read(lanes.simd, y, y_rest, at);
        Vector::select(is_not, y, Vector::read(lanes.simd, whole, rest, at)).write(whole, rest, at);
    }
}

/// Aᵀ of an A of m rows and n columns.
#[inline(always)]
pub(crate) fn transpose<S: Simd, T: Real>(lanes: Lanes<S>, [m, n]: [usize; 2], a: &[T], transposed: &mut [T]) {
    for i in 0..m {
        for j in 0..n {
            lanes.set(transposed, j * m + i, lanes.element(a, i * n + j));
        }
    }
}

/// The bits of the elements of each row, and of each column, put together: 0 of what holds nothing but zeros.
#[inline(always)]
pub(crate) fn mark<S: Simd, T: Real>(lanes: Lanes<S>, n: usize, x: &[T], rows: &mut [T], columns: &mut [T]) {
    columns.fill(T::default());
    let (whole, rest) = T::as_registers_mut::<S>(columns);
    for (i, row) in x.chunks_exact(n * lanes.count).enumerate() {
        let mut marks = Vector::splat(lanes.simd, T::default());
        for j in 0..n {
            marks = marks.or(lanes.element(row, j).abs());
        }
        lanes.set(rows, i, marks);
        let (row, row_rest) = T::as_registers::<S>(row);
        for at in 0..whole.len() + usize::from(!rest.is_empty()) {
            let x = Vector::read(lanes.simd, row, row_rest, at).abs();
            Vector::read(lanes.simd, whole, rest, at).or(x).write(whole, rest, at);
        }
    }
}

/// Zeros in the rows and columns whose [`mark`] is 0.
#[inline(always)]
pub(crate) fn clear<S: Simd, T: Real>(lanes: Lanes<S>, n: usize, x: &mut [T], rows: &[T], columns: &[T]) {
    let (columns, columns_rest) = T::as_registers::<S>(columns);
    for (i, row) in x.chunks_exact_mut(n * lanes.count).enumerate() {
        let mark = lanes.element(rows, i);
        let zero = mark.like(0.0);
        let is_nothing = mark.equal(zero);
        let (row, rest) = T::as_registers_mut::<S>(row);
        for at in 0..row.len() + usize::from(!rest.is_empty()) {
            let of_column = Vector::read(lanes.simd, columns, columns_rest, at).equal(zero);
            let x = Vector::select(is_nothing, zero, Vector::read(lanes.simd, row, rest, at));
            Vector::select(of_column, zero, x).write(row, rest, at);
        }
    }
}
