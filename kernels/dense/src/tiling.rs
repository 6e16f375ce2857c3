//! How rows are cut into blocks and tiles.

use std::ops::Range;

/// Part `index` of `count` nearly equal parts of `0..total`.
#[inline(always)]
pub(crate) fn share(total: usize, count: usize, index: usize) -> Range<usize> {
    total * index / count..total * (index + 1) / count
}

/// Rows in tiles as equal as can be: some of `height` rows, then some of one row less.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tiling {
    pub height: usize,
    /// How many tiles of that height there are.
    pub tall: usize,
    /// How many are a row less.
    pub low: usize,
}

impl Tiling {
    /// Tiles of at most `most` rows, of which there is one.
    #[inline(always)]
    pub fn new(rows: usize, most: usize) -> Self {
        // For small products, a few divisions are felt.
        if rows <= most {
            return Self { height: rows, tall: 1, low: 0 };
        }
        let tiles = rows.div_ceil(most);
        let height = rows.div_ceil(tiles);
        let low = height * tiles - rows;
        Self { height, tall: tiles - low, low }
    }
}
