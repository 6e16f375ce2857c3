//! A stretch of text as an element that plotters can draw.

use plotters::element::{Drawable, PointCollection, Text};
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, FontTransform, RGBColor, TextStyle};
use plotters_backend::{BackendCoord, DrawingErrorKind};

use super::text;

/// Where text stands relative to its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    /// It starts there.
    Start,
    /// Its middle is there.
    Middle,
    /// It ends there.
    End,
}

/// Where text runs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Rightwards,
    Upwards,
}

/// Text in one size, in the backend's pixels; its baseline goes through `at`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch<'a> {
    pub text: &'a str,
    pub size: f64,
    pub align: Align,
    pub direction: Direction,
    pub at: BackendCoord,
    pub color: RGBColor,
}

impl<'a> Stretch<'a> {
    /// The same as plotters' own text, which is right for SVG.
    pub(super) fn for_svg(&self) -> Text<'static, BackendCoord, &'a str> {
        // plotters divides the size by 1.24, and moves text that hangs from its place down by 0.76 em.
        let (size, drop) = (self.size * 1.24, (0.76 * self.size).round() as i32);
        let (x, y) = self.at;
        let (place, transform) = match self.direction {
            Direction::Rightwards => ((x, y - drop), FontTransform::None),
            Direction::Upwards => ((x - drop, y), FontTransform::Rotate270),
        };
        let h_pos = match self.align {
            Align::Start => HPos::Left,
            Align::Middle => HPos::Center,
            Align::End => HPos::Right,
        };
        let font = FontDesc::new(FontFamily::Name(text::FAMILY), size, FontStyle::Normal).transform(transform);
        let style = TextStyle { font, color: self.color.to_backend_color(), pos: Pos::new(h_pos, VPos::Top) };
        Text::new(self.text, place, style)
    }
}

impl<'a> PointCollection<'a, BackendCoord> for &'a Stretch<'_> {
    type Point = &'a BackendCoord;
    type IntoIter = std::iter::Once<&'a BackendCoord>;

    fn point_iter(self) -> Self::IntoIter {
        std::iter::once(&self.at)
    }
}

/// For bitmaps: plotters' own text leaves out the room on the left of each glyph, and its letters stand unevenly.
impl<DB: DrawingBackend> Drawable<DB> for Stretch<'_> {
    fn draw<I: Iterator<Item = BackendCoord>>(
        &self,
        mut places: I,
        backend: &mut DB,
        _: (u32, u32),
    ) -> Result<(), DrawingErrorKind<DB::ErrorType>> {
        let Some((left, base)) = places.next() else { return Ok(()) };
        let (glyphs, width) = text::layout(self.text, self.size);
        let start = match self.align {
            Align::Start => 0,
            Align::Middle => (-width / 2.0).round() as i32,
            Align::End => -width.round() as i32,
        };
        let mut result = Ok(());
        text::cover(glyphs, |x, y, share| {
            let along = start + x;
            let pixel = match self.direction {
                Direction::Rightwards => (left + along, base + y),
                Direction::Upwards => (left + y, base - along),
            };
            if share > 0.0 && result.is_ok() {
                result = backend.draw_pixel(pixel, self.color.mix(f64::from(share)).to_backend_color());
            }
        });
        result
    }
}
