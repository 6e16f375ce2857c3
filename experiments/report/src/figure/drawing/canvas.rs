//! Strokes, areas and text in CSS pixels, on any of plotters' backends.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::element::{Circle, PathElement, Polygon, Rectangle};
use plotters::prelude::DrawingBackend;
use plotters::style::{Color, RGBColor, ShapeStyle};

use super::super::colors::Rgb;
use super::super::error::FigureError;
use super::super::style::Marker;
use super::geometry::{Frame, Point};
use super::stretch::{Align, Direction, Stretch};
use super::text::{self, Piece};

/// The medium that is drawn on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Medium {
    /// Text that names fonts, and shapes.
    Svg,
    /// Pixels.
    Bitmap,
}

impl Medium {
    /// The backend's pixels in a CSS pixel: plotters snaps to whole ones, so there must be many.
    pub(super) fn scale(self) -> u32 {
        match self {
            Self::Svg => 8,
            Self::Bitmap => 6,
        }
    }
}

/// Something to draw on.
pub(super) struct Canvas<'a, DB: DrawingBackend> {
    area: &'a DrawingArea<DB, Shift>,
    medium: Medium,
}

impl<'a, DB: DrawingBackend> Canvas<'a, DB> {
    pub(super) fn new(area: &'a DrawingArea<DB, Shift>, medium: Medium) -> Self {
        Self { area, medium }
    }

    pub(super) fn medium(&self) -> Medium {
        self.medium
    }

    fn length(&self, length: f64) -> i32 {
        // Rounding half away from zero is exact, and the same everywhere.
        (length * f64::from(self.medium.scale())).round() as i32
    }

    fn point(&self, (x, y): Point) -> (i32, i32) {
        (self.length(x), self.length(y))
    }

    fn stroke_style(&self, color: Rgb, width: f64) -> ShapeStyle {
        ink(color).stroke_width(self.length(width).max(1) as u32)
    }

    pub(super) fn fill(&self, color: Rgb) -> Result<(), FigureError> {
        self.area.fill(&ink(color)).map_err(failed)
    }

    pub(super) fn line(&self, points: &[Point], color: Rgb, width: f64) -> Result<(), FigureError> {
        let mut points: Vec<_> = points.iter().map(|&point| self.point(point)).collect();
        points.dedup();
        if points.len() < 2 {
            return Ok(());
        }
        let style = self.stroke_style(color, width);
        if self.medium == Medium::Svg {
            return self.area.draw(&PathElement::new(points, style)).map_err(failed);
        }
        // plotters' bitmaps have the inner corner of a joint where both edges meet, which is far beyond a line that turns
        // back after a short way.
        for piece in between_turns(&points) {
            self.area.draw(&PathElement::new(piece, style)).map_err(failed)?;
            let joint = Circle::new(piece[0], self.length(width / 2.0), ink(color).filled());
            self.area.draw(&joint).map_err(failed)?;
        }
        Ok(())
    }

    pub(super) fn area(&self, points: &[Point], color: Rgb, opacity: f64) -> Result<(), FigureError> {
        let mut points: Vec<_> = points.iter().map(|&point| self.point(point)).collect();
        points.dedup();
        if points.len() < 3 {
            return Ok(());
        }
        self.area.draw(&Polygon::new(points, ink(color).mix(opacity))).map_err(failed)
    }

    pub(super) fn rectangle(&self, frame: &Frame, color: Rgb) -> Result<(), FigureError> {
        let corners = [self.point((frame.left, frame.top)), self.point((frame.right, frame.bottom))];
        self.area.draw(&Rectangle::new(corners, ink(color).filled())).map_err(failed)
    }

    /// A ring of `size` across, white inside.
    pub(super) fn ring(&self, at: Point, size: f64, color: Rgb) -> Result<(), FigureError> {
        for (radius, color) in [(size / 2.0, color), (0.3 * size, Rgb(0xff, 0xff, 0xff))] {
            let disc = Circle::new(self.point(at), self.length(radius), ink(color).filled());
            self.area.draw(&disc).map_err(failed)?;
        }
        Ok(())
    }

    /// A marker of about `size` across.
    pub(super) fn marker(&self, marker: Marker, (x, y): Point, size: f64, color: Rgb) -> Result<(), FigureError> {
        let r = size / 2.0;
        let polygon = |corners: &[Point]| {
            let corners: Vec<Point> = corners.iter().map(|(dx, dy)| (x + dx * r, y + dy * r)).collect();
            self.area(&corners, color, 1.0)
        };
        let strokes = |ends: [[Point; 2]; 2]| {
            ends.iter().try_for_each(|stroke| {
                self.line(&stroke.map(|(dx, dy)| (x + dx * r, y + dy * r)), color, (0.36 * size).min(1.6))
            })
        };
        match marker {
            Marker::Circle => {
                let circle = Circle::new(self.point((x, y)), self.length(r), ink(color).filled());
                self.area.draw(&circle).map_err(failed)
            }
            Marker::Square => polygon(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]),
            Marker::Triangle => polygon(&[(0.0, -1.15), (1.1, 0.8), (-1.1, 0.8)]),
            Marker::Diamond => polygon(&[(0.0, -1.25), (1.0, 0.0), (0.0, 1.25), (-1.0, 0.0)]),
            Marker::Wedge => polygon(&[(0.0, 1.15), (1.1, -0.8), (-1.1, -0.8)]),
            Marker::Cross => strokes([[(-1.0, -1.0), (1.0, 1.0)], [(-1.0, 1.0), (1.0, -1.0)]]),
            Marker::Plus => strokes([[(-1.2, 0.0), (1.2, 0.0)], [(0.0, -1.2), (0.0, 1.2)]]),
        }
    }

    /// A line of text whose baseline goes through `at`; `^{…}` raises.
    pub(super) fn text(
        &self,
        content: &str,
        size: f64,
        align: Align,
        (x, y): Point,
        color: Rgb,
    ) -> Result<(), FigureError> {
        let pieces = text::pieces(content, size);
        if let [piece] = &pieces[..] {
            return self.piece(piece, align, (x, y), color);
        }
        // A reader's font may be a little wider: two pieces meet at their joint whatever its width.
        let widths: Vec<f64> = pieces.iter().map(text::piece_width).collect();
        let total: f64 = widths.iter().sum();
        let mut left = match align {
            Align::Start => x,
            Align::Middle => x - total / 2.0,
            Align::End => x - total,
        };
        for (i, (piece, width)) in pieces.iter().zip(widths).enumerate() {
            let joins_next = i == 0 && align != Align::Start;
            let (align, at) = if joins_next { (Align::End, left + width) } else { (Align::Start, left) };
            self.piece(piece, align, (at, y), color)?;
            left += width;
        }
        Ok(())
    }

    /// A line of text that runs upwards, centred at `at`, through which its baseline goes.
    pub(super) fn upright_text(&self, content: &str, size: f64, at: Point, color: Rgb) -> Result<(), FigureError> {
        let piece = Piece { text: content, size, raise: 0.0 };
        self.stretch(&piece, Align::Middle, at, Direction::Upwards, color)
    }

    fn piece(&self, piece: &Piece<'_>, align: Align, (x, y): Point, color: Rgb) -> Result<(), FigureError> {
        self.stretch(piece, align, (x, y - piece.raise), Direction::Rightwards, color)
    }

    fn stretch(
        &self,
        piece: &Piece<'_>,
        align: Align,
        at: Point,
        direction: Direction,
        color: Rgb,
    ) -> Result<(), FigureError> {
        let size = piece.size * f64::from(self.medium.scale());
        let stretch = Stretch { text: piece.text, size, align, direction, at: self.point(at), color: ink(color) };
        match self.medium {
            Medium::Svg => self.area.draw(&stretch.for_svg()).map_err(failed),
            Medium::Bitmap => self.area.draw(&stretch).map_err(failed),
        }
    }
}

/// The pieces of a line between the points at which it turns back, which belong to the pieces on both sides.
fn between_turns(points: &[(i32, i32)]) -> impl Iterator<Item = &[(i32, i32)]> {
    let turns_back = |at: &usize| {
        let [before, here, after] = [at - 1, *at, at + 1].map(|at| (i64::from(points[at].0), i64::from(points[at].1)));
        (here.0 - before.0) * (after.0 - here.0) + (here.1 - before.1) * (after.1 - here.1) < 0
    };
    let last = points.len() - 1;
    let ends: Vec<usize> = (1..last).filter(turns_back).chain([last]).collect();
    let starts = std::iter::once(0).chain(ends.clone());
    starts.zip(ends).map(|(start, end)| &points[start..=end])
}

/// plotters' name of a colour.
fn ink(Rgb(red, green, blue): Rgb) -> RGBColor {
    RGBColor(red, green, blue)
}

/// The backends' errors have no type in common.
pub(super) fn failed(error: impl std::fmt::Display) -> FigureError {
    FigureError::Draw(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use plotters::prelude::{BitMapBackend, IntoDrawingArea};

    #[test]
    fn a_line_that_turns_back_stays_where_it_is() {
        let points = [(0, 0), (4, 0), (0, 1), (0, 2), (1, 2)];
        let pieces: Vec<_> = between_turns(&points).collect();
        assert_eq!(pieces, [&points[..2], &points[1..]]);
        const SIDE: u32 = 240;
        let mut pixels = vec![0_u8; (3 * SIDE * SIDE) as usize];
        {
            let area = BitMapBackend::with_buffer(&mut pixels, (SIDE, SIDE)).into_drawing_area();
            let canvas = Canvas::new(&area, Medium::Bitmap);
            canvas.fill(Rgb(255, 255, 255)).unwrap();
            canvas.line(&[(18.0, 20.0), (20.0, 20.0), (18.0, 20.1)], Rgb(0, 0, 0), 2.0).unwrap();
        }
        let is_dark = |x: u32, y: u32| pixels[(3 * (y * SIDE + x)) as usize] < 128;
        // The line is from 108 to 120, and 12 pixels wide.
        assert!(is_dark(114, 120));
        assert!((0..SIDE).filter(|x| !(100..128).contains(x)).all(|x| (0..SIDE).all(|y| !is_dark(x, y))));
    }
}
