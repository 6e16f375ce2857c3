//! A film as animated PNG: all colours, and partly transparent ones, for browsers and Keynote.

use super::super::appearance::Appearance;
use super::super::error::FigureError;
use super::film::{HUNDREDTHS, Movie};
use super::output::{channels, failed, png_encoder};
use super::patch::Patch;
use super::raster::Pixels;

/// A file that is being written.
pub(super) struct Apng<'a> {
    writer: png::Writer<&'a mut Vec<u8>>,
    look: &'a Appearance,
}

impl<'a> Apng<'a> {
    /// A file of so many pictures of this size.
    pub(super) fn new(
        file: &'a mut Vec<u8>,
        size: (usize, usize),
        frames: u16,
        look: &'a Appearance,
    ) -> Result<Self, FigureError> {
        let mut encoder = png_encoder(file, size, look);
        encoder.set_animated(u32::from(frames), 0).map_err(failed)?;
        Ok(Self { writer: encoder.write_header().map_err(failed)?, look })
    }
}

impl Movie for Apng<'_> {
    fn add(&mut self, patch: &Patch, _: Option<&Pixels>, after: &Pixels, delay: u16) -> Result<(), FigureError> {
        let Patch { left, top, width, height } = *patch;
        let writer = &mut self.writer;
        writer.set_frame_delay(delay, HUNDREDTHS).map_err(failed)?;
        writer.reset_frame_position().map_err(failed)?;
        writer.set_frame_dimension(width as u32, height as u32).map_err(failed)?;
        writer.set_frame_position(left as u32, top as u32).map_err(failed)?;
        let rgba: Vec<u8> = patch.rows(after).flatten().copied().collect();
        writer.write_image_data(&channels(&rgba, self.look)).map_err(failed)
    }

    fn finish(self: Box<Self>) -> Result<(), FigureError> {
        self.writer.finish().map_err(failed)
    }
}
