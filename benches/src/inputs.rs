//! Inputs: random, and the same in every run.

use thalweg::random::Stream;
use thalweg_kernels::{Buffer, Real};

/// The stream of a workload's inputs.
pub fn stream(seed: u64) -> Stream {
    Stream::new("bench", seed)
}

/// Numbers, each from one call of `draw`, in memory that starts on a cache line.
pub fn buffer<T: Real>(count: usize, mut draw: impl FnMut() -> f64) -> Buffer<T> {
    let mut buffer = Buffer::zeroed(count);
    buffer.fill_with(|| T::from_f64(draw()));
    buffer
}

/// The same numbers in memory that starts on a cache line.
pub fn aligned(numbers: impl ExactSizeIterator<Item = f32>) -> Buffer<f32> {
    let mut buffer = Buffer::zeroed(numbers.len());
    buffer.iter_mut().zip(numbers).for_each(|(to, number)| *to = number);
    buffer
}

/// Fills `to` with copies of `pattern`: what restores the inputs of a kernel that works in place. The pattern is
/// shorter than `to`, so that both stay in the first-level cache.
pub fn repeat<T: Real>(pattern: &[T], to: &mut [T]) {
    for chunk in to.chunks_mut(pattern.len()) {
        chunk.copy_from_slice(&pattern[..chunk.len()]);
    }
}
