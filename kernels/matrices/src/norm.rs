//! Norms, which are taken in f64, and quotients by them.
//!
//! Registers of one precision are not made of those of the other here: the compiler does that to arrays, some numbers at a
//! time, which is exact.

use pulp::Simd;
use thalweg_numerics::{Real, Vector};

use crate::rows::Lanes;

/// Numbers that are converted at a time: whole elements of any number of lanes.
const TOGETHER: usize = 256;

/// Frobenius norms: squares are added in f64, in the order of the elements.
#[inline(always)]
pub(crate) fn norms<S: Simd, T: Real>(lanes: Lanes<S>, x: &[T], norms: &mut [f64]) {
    norms.fill(0.0);
    let mut numbers = [0.0; TOGETHER];
    for part in x.chunks(TOGETHER) {
        let numbers = &mut numbers[..part.len()];
        widen(part, numbers);
        if lanes.count == 1 {
            norms[0] = numbers.iter().fold(norms[0], |sum, x| sum + x * x);
        } else if size_of::<T>() == size_of::<f64>() {
            add_squares::<S, 1>(lanes.simd, numbers, norms);
        } else {
            add_squares::<S, 2>(lanes.simd, numbers, norms);
        }
    }
    norms.iter_mut().for_each(|norm| *norm = norm.sqrt());
}

/// Adds squares to sums of as many lanes as `U` registers have.
#[inline(always)]
fn add_squares<S: Simd, const U: usize>(simd: S, numbers: &[f64], sums: &mut [f64]) {
    let sums = f64::as_registers_mut::<S>(sums).0;
    let mut sum = Vector::<S, f64, U>::load(simd, sums);
    for element in f64::as_registers::<S>(numbers).0.chunks_exact(U) {
        let x = Vector::load(simd, element);
        sum = sum + x * x;
    }
    sum.store(sums);
}

/// Multiplies each trial's matrix by a number in f64, and rounds.
#[inline(always)]
pub(crate) fn rescale<S: Simd, T: Real>(lanes: Lanes<S>, x: &mut [T], factors: &[f64]) {
    let mut numbers = [0.0; TOGETHER];
    for part in x.chunks_mut(TOGETHER) {
        let numbers = &mut numbers[..part.len()];
        widen(part, numbers);
        if lanes.count == 1 {
            numbers.iter_mut().for_each(|x| *x *= factors[0]);
        } else if size_of::<T>() == size_of::<f64>() {
            multiply::<S, 1>(lanes.simd, numbers, factors);
        } else {
            multiply::<S, 2>(lanes.simd, numbers, factors);
        }
        for (x, number) in part.iter_mut().zip(numbers) {
            *x = T::from_f64(*number);
        }
    }
}

/// Multiplies elements of as many lanes as `U` registers have.
#[inline(always)]
fn multiply<S: Simd, const U: usize>(simd: S, numbers: &mut [f64], factors: &[f64]) {
    let factors = Vector::<S, f64, U>::load(simd, f64::as_registers::<S>(factors).0);
    for element in f64::as_registers_mut::<S>(numbers).0.chunks_exact_mut(U) {
        (Vector::load(simd, element) * factors).store(element);
    }
}

#[inline(always)]
fn widen<T: Real>(from: &[T], to: &mut [f64]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = from.to_f64();
    }
}
