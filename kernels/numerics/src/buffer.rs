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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_is_zero_and_starts_on_a_cache_line() {
        for len in [0, 1, 15, 16, 17, 1000] {
            let buffer = Buffer::<f32>::zeroed(len);
            assert_eq!(buffer.len(), len);
            assert!(buffer.iter().all(|x| *x == 0.0));
            assert_eq!(buffer.as_ptr() as usize % 64, 0);
        }
    }
}
