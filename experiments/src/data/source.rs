//! Where the features of examples come from before they are split: numbers in memory, or what gives any row of them.

use super::idx::Packed;
use crate::random::{Normals, Stream};

/// The features of examples in the order of their source.
#[derive(Debug)]
pub(super) enum Source {
    /// Numbers, one example after another.
    Numbers(Vec<f64>),
    /// The elements of a file as it has them.
    Packed(Packed),
    /// Uniform draws, from anywhere in their stream.
    Uniform(Box<Stream>),
    /// Normal draws.
    Normal(Box<Normals>),
}

impl Source {
    /// Writes the features of an example.
    #[inline]
    pub fn read(&self, example: usize, row: &mut [f64]) {
        let first = example * row.len();
        match self {
            Self::Numbers(numbers) => row.copy_from_slice(&numbers[first..][..row.len()]),
            Self::Packed(packed) => packed.read(first, row),
            Self::Uniform(stream) => {
                let mut stream = stream.at(first as u64);
                row.fill_with(|| stream.uniform());
            }
            Self::Normal(normals) => {
                let mut stream = normals.at(first as u64);
                row.fill_with(|| stream.normal());
            }
        }
    }

    /// The bytes that it takes in memory.
    pub fn bytes(&self) -> u64 {
        match self {
            Self::Numbers(numbers) => 8 * numbers.len() as u64,
            Self::Packed(packed) => packed.bytes(),
            Self::Uniform(_) => 0,
            Self::Normal(normals) => normals.bytes(),
        }
    }
}
