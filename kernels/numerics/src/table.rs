//! Kernels compiled for both precisions, stored side by side.

use crate::Real;

/// A kind of thing that exists once per precision, such as "a function that applies an activation to a slice of `T`".
pub trait Family {
    /// The member of this family for `T`.
    type Member<T: Real>: Copy;
}

/// The members of a [`Family`] for f32 and f64: an entry of a list of kernels stores one, so that generic code can take
/// the member for its precision.
#[derive(Clone, Copy)]
pub struct Table<F: Family> {
    /// For f32.
    pub f32: F::Member<f32>,
    /// For f64.
    pub f64: F::Member<f64>,
}

impl<F: Family> Table<F> {
    /// The member for `T`.
    #[inline]
    pub fn get<T: Real>(&self) -> F::Member<T> {
        T::member(self)
    }
}
