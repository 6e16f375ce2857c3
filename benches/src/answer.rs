//! What a workload computed, as a checksum.

use thalweg_kernels::Real;

/// A hash of the bits of an answer, and the type of its numbers.
#[derive(Default)]
pub struct Answer {
    hasher: blake3::Hasher,
    precision: &'static str,
}

impl Answer {
    /// Adds numbers to it.
    pub fn add<T: Real>(&mut self, numbers: &[T]) {
        self.precision = T::NAME;
        for number in numbers {
            self.hasher.update(&number.to_f64().to_bits().to_le_bytes());
        }
    }

    /// Adds what is not numbers, such as a file.
    pub fn add_bytes(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
    }

    /// The type of the numbers, `"f32"` or `"f64"`; nothing if there are none.
    pub fn precision(&self) -> &'static str {
        self.precision
    }

    /// Sixteen hexadecimal digits that other bits would not have.
    pub fn checksum(&self) -> String {
        self.hasher.finalize().to_hex()[..16].to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bit_counts() {
        let checksum = |x: f32| {
            let mut answer = Answer::default();
            answer.add(&[1.0, x]);
            (answer.precision(), answer.checksum())
        };
        assert_eq!(checksum(0.5), checksum(0.5));
        assert_ne!(checksum(0.5), checksum(0.5_f32.next_up()));
        assert_ne!(checksum(0.0), checksum(-0.0));
    }
}
