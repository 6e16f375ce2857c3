//! The sum of two products.

use pulp::{Simd, WithSimd};
use thalweg_numerics::table::{Family, Table};
use thalweg_numerics::{Isa, Real, Vector};

/// Adds `terms` to `sums`, element by element.
///
/// # Panics
///
/// If the slices differ in length.
pub fn add<T: Real>(isa: Isa, sums: &mut [T], terms: &[T]) {
    assert_eq!(sums.len(), terms.len());
    ADD.get::<T>()(isa, sums, terms);
}

static ADD: Table<Add> = Table { f32: kernel, f64: kernel };

#[derive(Clone, Copy)]
struct Add;
impl Family for Add {
    type Member<T: Real> = fn(Isa, &mut [T], &[T]);
}

fn kernel<T: Real>(isa: Isa, sums: &mut [T], terms: &[T]) {
    struct Op<'a, T>(&'a mut [T], &'a [T]);
    impl<T: Real> WithSimd for Op<'_, T> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let ((sums, rest), (terms, terms_rest)) = (T::as_registers_mut::<S>(self.0), T::as_registers::<S>(self.1));
            for (sum, term) in sums.iter_mut().zip(terms) {
                *sum = (Vector::<S, T>::new(simd, *sum) + Vector::new(simd, *term)).register();
            }
            rest.iter_mut().zip(terms_rest).for_each(|(sum, term)| *sum += *term);
        }
    }
    isa.dispatch(Op(sums, terms));
}
