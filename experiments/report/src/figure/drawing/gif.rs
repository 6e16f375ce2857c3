//! A film as GIF, which slides and browsers play.
//!
//! A picture after the first is what changed, and has a palette of its own: so most have all of their colours. Of one with more,
//! the most frequent ones are kept, which are those of areas and lines, and rare ones, which are those of smooth edges, become
//! the nearest of them.

use std::collections::HashMap;

use gif::{DisposalMethod, Encoder, EncodingError, Frame, Repeat};

use super::super::error::FigureError;
use super::film::Movie;
use super::output::too_large;
use super::patch::Patch;
use super::raster::Pixels;

/// The most colours of a picture, of which one is that of pixels that stay as they were.
const MOST_COLORS: usize = 256;

/// Red, green and blue.
type Color = [u8; 3];

/// A file that is being written.
pub(super) struct Gif<'a> {
    encoder: Encoder<&'a mut Vec<u8>>,
}

fn failed(error: EncodingError) -> FigureError {
    FigureError::Draw(error.to_string())
}

impl<'a> Gif<'a> {
    /// A file of pictures of this size.
    pub(super) fn new(file: &'a mut Vec<u8>, size: (usize, usize)) -> Result<Self, FigureError> {
        let (Ok(width), Ok(height)) = (u16::try_from(size.0), u16::try_from(size.1)) else {
            return Err(too_large(size.0 as f64, size.1 as f64));
        };
        let mut encoder = Encoder::new(file, width, height, &[]).map_err(failed)?;
        encoder.set_repeat(Repeat::Infinite).map_err(failed)?;
        Ok(Self { encoder })
    }
}

impl Movie for Gif<'_> {
    fn add(&mut self, patch: &Patch, before: Option<&Pixels>, after: &Pixels, delay: u16) -> Result<(), FigureError> {
        let changed = changed(patch, before, after);
        let Palette { colors, places } = Palette::of(changed.iter().flatten(), MOST_COLORS - 1);
        let unchanged = colors.len() as u8;
        let place = |color: &Option<Color>| color.as_ref().map_or(unchanged, |color| places[color]);
        let frame = Frame {
            delay,
            dispose: DisposalMethod::Keep,
            transparent: before.map(|_| unchanged),
            left: patch.left as u16,
            top: patch.top as u16,
            width: patch.width as u16,
            height: patch.height as u16,
            palette: Some(colors.iter().chain([&[0; 3]]).flatten().copied().collect()),
            buffer: changed.iter().map(place).collect(),
            ..Frame::default()
        };
        self.encoder.write_frame(&frame).map_err(failed)
    }

    fn finish(self: Box<Self>) -> Result<(), FigureError> {
        self.encoder.into_inner().map(|_| ()).map_err(|source| FigureError::Draw(source.to_string()))
    }
}

/// The colours of a patch; none where they are those of before.
fn changed(patch: &Patch, before: Option<&Pixels>, after: &Pixels) -> Vec<Option<Color>> {
    let new = patch.rows(after).flat_map(|row| row.chunks_exact(4));
    let color = |pixel: &[u8]| Some([pixel[0], pixel[1], pixel[2]]);
    match before {
        None => new.map(color).collect(),
        Some(before) => {
            let old = patch.rows(before).flat_map(|row| row.chunks_exact(4));
            new.zip(old).map(|(new, old)| if new == old { None } else { color(new) }).collect()
        }
    }
}

/// The colours of a picture, and the place there of each colour that is to be shown.
struct Palette {
    colors: Vec<Color>,
    places: HashMap<Color, u8>,
}

impl Palette {
    /// Of these colours the `most` frequent ones; of equally frequent ones the darker.
    fn of<'a>(shown: impl Iterator<Item = &'a Color>, most: usize) -> Self {
        let mut counts: HashMap<Color, usize> = HashMap::new();
        shown.for_each(|color| *counts.entry(*color).or_default() += 1);
        let mut counts: Vec<(Color, usize)> = counts.into_iter().collect();
        counts.sort_unstable_by_key(|(color, count)| (std::cmp::Reverse(*count), *color));
        let all: Vec<Color> = counts.into_iter().map(|(color, _)| color).collect();
        let colors = &all[..all.len().min(most)];
        let distance = |one: &Color, other: &Color| -> u32 {
            one.iter().zip(other).map(|(a, b)| u32::from(a.abs_diff(*b)).pow(2)).sum()
        };
        let nearest = |color: &Color| (0..colors.len()).min_by_key(|at| distance(&colors[*at], color)).unwrap_or(0);
        let place = |(at, color): (usize, &Color)| (*color, if at < most { at } else { nearest(color) } as u8);
        Self { places: all.iter().enumerate().map(place).collect(), colors: colors.to_vec() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_colours_become_the_nearest_frequent_one() {
        let shown = [[0, 0, 0], [9, 9, 9], [255, 0, 0], [9, 9, 9], [0, 0, 0], [8, 8, 8], [250, 0, 0], [255, 0, 0]];
        let all = Palette::of(shown.iter(), 5);
        assert_eq!(all.colors, [[0, 0, 0], [9, 9, 9], [255, 0, 0], [8, 8, 8], [250, 0, 0]]);
        let few = Palette::of(shown.iter(), 3);
        assert_eq!(few.colors, [[0, 0, 0], [9, 9, 9], [255, 0, 0]]);
        assert_eq!([few.places[&[8, 8, 8]], few.places[&[250, 0, 0]], few.places[&[0, 0, 0]]], [1, 2, 0]);
    }
}
