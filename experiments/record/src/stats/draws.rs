//! Numbers for resampling, the same on every machine.

use blake3::{Hasher, OutputReader};

/// A stream of uniform numbers that its name determines: BLAKE3 as an extendable-output function of the name.
pub struct Draws {
    reader: OutputReader,
    buffer: [u8; 1024],
    used: usize,
}

impl Draws {
    /// The stream of this name.
    pub fn new(name: &str) -> Self {
        Self { reader: Hasher::new().update(name.as_bytes()).finalize_xof(), buffer: [0; 1024], used: 1024 }
    }

    fn bits(&mut self) -> u64 {
        if self.used == self.buffer.len() {
            self.reader.fill(&mut self.buffer);
            self.used = 0;
        }
        let bytes = self.buffer[self.used..self.used + 8].try_into().expect("eight bytes were taken");
        self.used += 8;
        u64::from_le_bytes(bytes)
    }

    /// A number from 0 to `count` − 1; some are likelier than others by less than `count` / 2⁶⁴.
    pub fn below(&mut self, count: usize) -> usize {
        ((u128::from(self.bits()) * count as u128) >> 64) as usize
    }

    /// A number from 0 to below 1, a multiple of 2⁻⁵³.
    pub fn share(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Puts items into an order, all of which are equally likely.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}
