//! Draws guides, discs and strokes.

use super::super::colors::Rgb;
use plotters::prelude::DrawingBackend;

use super::super::error::FigureError;
use super::super::picture::{Disc, Stroke};
use super::super::style::Marker;
use super::canvas::Canvas;
use super::geometry::{self, Frame, Point};

const INK: Rgb = Rgb(0x22, 0x22, 0x22);
const WHITE: Rgb = Rgb(0xff, 0xff, 0xff);

/// Width of a guide, of the light around it that sets it off from dark areas, and its dashes.
const GUIDE: (f64, f64) = (1.5, 3.3);
const DASH: [f64; 2] = [6.0, 3.0];

/// How wide the rim of a disc is.
const RIM: f64 = 1.2;

/// Draws a guide along points of the drawing, as far as it lies in the frame.
pub(super) fn guide<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    points: &[Point],
    frame: &Frame,
) -> Result<(), FigureError> {
    for piece in geometry::clip_line(&geometry::thin(points), frame) {
        canvas.line(&piece, WHITE, GUIDE.1)?;
        geometry::dashes(&piece, &DASH).iter().try_for_each(|dash| canvas.line(dash, INK, GUIDE.0))?;
    }
    Ok(())
}

/// Draws the discs whose centres lie in the frame.
pub(super) fn discs<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    discs: &[Disc],
    frame: &Frame,
    at: impl Fn((f64, f64)) -> Point,
) -> Result<(), FigureError> {
    for disc in discs {
        let centre = at(disc.at);
        if frame.holds(centre) {
            canvas.marker(Marker::Circle, centre, disc.size, INK)?;
            canvas.marker(Marker::Circle, centre, disc.size - 2.0 * RIM, disc.color)?;
        }
    }
    Ok(())
}

/// Draws strokes, as far as they lie in the frame.
pub(super) fn strokes<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    strokes: &[Stroke],
    frame: &Frame,
    at: impl Fn((f64, f64)) -> Point,
) -> Result<(), FigureError> {
    for stroke in strokes {
        let ends = stroke.ends.map(&at);
        let pieces = geometry::clip_line(&ends, frame);
        pieces.iter().try_for_each(|piece| canvas.line(piece, stroke.color, stroke.width))?;
    }
    Ok(())
}
