//! Where the chains of multiply-adds of a tile start.

/// What a chain of multiply-adds starts from, and where its sum goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chain {
    /// From zero; C is overwritten.
    New,
    /// From C, which is overwritten.
    Continued,
    /// From zero; C is what the chains before gave, to which this one's sum is added.
    Added,
}
