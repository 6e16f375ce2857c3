//! What changes from one picture of a film to the next.

use super::raster::Pixels;

/// A rectangle of pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Patch {
    pub left: usize,
    pub top: usize,
    pub width: usize,
    pub height: usize,
}

impl Patch {
    pub(super) fn whole(pixels: &Pixels) -> Self {
        Self { left: 0, top: 0, width: pixels.width, height: pixels.height }
    }

    /// The smallest that holds all pixels in which two pictures of one size differ; a pixel where there are none, as no
    /// format has pictures without one.
    pub(super) fn between(before: &Pixels, after: &Pixels) -> Self {
        let (mut left, mut right, mut top, mut bottom) = (after.width, 0, after.height, 0);
        let rows = before.rgba.chunks_exact(4 * after.width).zip(after.rgba.chunks_exact(4 * after.width));
        for (y, (old, new)) in rows.enumerate().filter(|(_, (old, new))| old != new) {
            let mut differing = (0..after.width).filter(|x| old[4 * x..4 * x + 4] != new[4 * x..4 * x + 4]);
            let first = differing.next().unwrap_or(after.width);
            left = left.min(first);
            right = right.max(differing.next_back().unwrap_or(first) + 1);
            top = top.min(y);
            bottom = y + 1;
        }
        if top >= bottom {
            return Self { left: 0, top: 0, width: 1, height: 1 };
        }
        Self { left, top, width: right - left, height: bottom - top }
    }

    /// Its pixels of a picture, row by row.
    pub(super) fn rows<'a>(&self, pixels: &'a Pixels) -> impl Iterator<Item = &'a [u8]> {
        let Self { left, top, width, height } = *self;
        let rows = pixels.rgba.chunks_exact(4 * pixels.width).skip(top).take(height);
        rows.map(move |row| &row[4 * left..4 * (left + width)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_holds_what_differs() {
        let blank = || Pixels { width: 5, height: 4, rgba: vec![0; 80] };
        let with = |places: &[(usize, usize)]| {
            let mut pixels = blank();
            places.iter().for_each(|(x, y)| pixels.rgba[4 * (5 * y + x) + 1] = 9);
            pixels
        };
        let patch = |places| Patch::between(&blank(), &with(places));
        assert_eq!(patch(&[(3, 1), (1, 2)]), Patch { left: 1, top: 1, width: 3, height: 2 });
        assert_eq!(patch(&[(4, 3)]), Patch { left: 4, top: 3, width: 1, height: 1 });
        assert_eq!(patch(&[(0, 0), (4, 3)]), Patch::whole(&blank()));
        assert_eq!(patch(&[]), Patch { left: 0, top: 0, width: 1, height: 1 });
        let cut: Vec<u8> = patch(&[(4, 3), (3, 3)]).rows(&with(&[(4, 3)])).flatten().copied().collect();
        assert_eq!(cut, [0, 0, 0, 0, 0, 9, 0, 0]);
    }
}
