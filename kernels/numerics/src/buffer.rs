//! Memory that starts on a cache line.

use std::ops::{Deref, DerefMut};

use crate::Real;

/// The size of a cache line in bytes.
const LINE: usize = 64;

/// A fixed number of `T`, zero at first, that starts on a cache line, so that no register load of it straddles two.
#[derive(Default)]
pub struct Buffer<T> {
    elements: Vec<T>,
    start: usize,
    len: usize,
}

impl<T: Real> Buffer<T> {
    /// `len` zeros.
    pub fn zeroed(len: usize) -> Self {
        let elements = vec![T::default(); len + LINE / size_of::<T>()];
        let start = elements.as_ptr().align_offset(LINE);
        Self { elements, start, len }
    }

    /// The first `len` numbers, for which it grows if it is shorter; what they were is lost then.
    pub fn at_least(&mut self, len: usize) -> &mut [T] {
        if self.len < len {
            *self = Self::zeroed(len);
        }
        &mut self[..len]
    }
}

impl<T> Deref for Buffer<T> {
    type Target = [T];
    #[inline]
    fn deref(&self) -> &[T] {
        &self.elements[self.start..][..self.len]
    }
}

impl<T> DerefMut for Buffer<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.elements[self.start..][..self.len]
    }
}
