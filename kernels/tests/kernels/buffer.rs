//! Memory that starts on a cache line.

use thalweg_kernels::Buffer;

#[test]
fn a_buffer_is_zero_and_starts_on_a_cache_line() {
    for len in [0, 1, 15, 16, 17, 1000] {
        let buffer = Buffer::<f32>::zeroed(len);
        assert_eq!(buffer.len(), len);
        assert!(buffer.iter().all(|x| *x == 0.0));
        assert_eq!(buffer.as_ptr() as usize % 64, 0);
    }
}
