//! The permutations of instruction sets, against indexing.

use pulp::{Simd, WithSimd};
use thalweg_kernels::{Isa, Real, Vector};

use crate::compare::assert_same;
use crate::numbers::Numbers;

const TABLE: [f64; 8] = [0.5, -1.0, 2.0, -3.0, 1e-30, 5.0, f64::INFINITY, 7.25];

/// Replaces each number by the one of the table that its pattern names.
struct LookUp<'a, T>(&'a mut [T]);

impl<T: Real> WithSimd for LookUp<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (registers, rest) = T::as_registers_mut::<S>(self.0);
        assert!(rest.is_empty());
        for pair in registers.chunks_exact_mut(2) {
            Vector::<S, T, 2>::load(simd, pair).lookup(&TABLE).store(pair);
        }
    }
}

/// Every index in every lane, under any higher bits.
fn finds_the_numbers<T: Real>() {
    let mut numbers = Numbers::new(7);
    let indices: Vec<u64> = (0..8 * 64).map(|i| (numbers.bits() & !7) | ((i / 64 + i) % 8)).collect();
    let want: Vec<T> = indices.iter().map(|index| T::from_f64(TABLE[(index & 7) as usize])).collect();
    for isa in Isa::available() {
        let mut got: Vec<T> = indices.iter().map(|index| T::from_pattern(*index)).collect();
        isa.dispatch(LookUp(&mut got));
        assert_same(&got, &want, || format!("{isa:?}"));
    }
}

#[test]
fn lookups_in_f32_find_the_numbers_of_their_indices() {
    finds_the_numbers::<f32>();
}

#[test]
fn lookups_in_f64_find_the_numbers_of_their_indices() {
    finds_the_numbers::<f64>();
}
