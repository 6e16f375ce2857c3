//! The layout of a block's trials in memory.

use thalweg_kernels::{Isa, Real};

/// How a block is computed. Both ways give the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrainingPath {
    /// A register holds the same parameter of several trials.
    Population,
    /// One trial at a time, vectorised along its own parameters and examples: for networks of which several at once
    /// would not fit the caches.
    Dense,
}

impl TrainingPath {
    /// Both, with their names in specs.
    pub const ALL: [(&'static str, Self); 2] = [("population", Self::Population), ("dense", Self::Dense)];

    /// Its name in specs.
    pub fn name(self) -> &'static str {
        if self == Self::Population { "population" } else { "dense" }
    }
}

/// The layout of a block: arrays are `[group][parameter][lane]`.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// The instruction set.
    pub isa: Isa,
    /// How the block is computed.
    pub path: TrainingPath,
    /// Groups of the block.
    pub groups: usize,
}

impl Layout {
    /// Lanes of a group: those of a register, or one.
    pub fn lanes<T: Real>(self) -> usize {
        match self.path {
            TrainingPath::Population => self.isa.lanes::<T>(),
            TrainingPath::Dense => 1,
        }
    }
}
