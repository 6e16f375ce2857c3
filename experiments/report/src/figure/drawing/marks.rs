//! Draws guides, discs, strokes, and the small drawings of a legend.

use super::super::cells::Fill;
use super::super::picture::{self, Disc, Edge, Label, Symbol, Upright};
use super::super::style::{Marker, Style, Tint};
use super::canvas::Canvas;
use super::geometry::{self, Frame, Point};
use super::layout::{SLACK, SMALL, TICK};
use super::legend::SYMBOL;
use super::paint::{BAND_OPACITY, BORDER, EDGE, HALF_DIGIT, LINE, MARKER, RING};
use super::scene::{Align, Stroke};
use super::text;
use super::tiles;

/// Width of a guide, of the light around it that sets it off from dark areas, and its dashes.
const GUIDE: (f64, f64) = (1.5, 3.3);
const DASH: &[f64] = &[6.0, 3.0];

/// How wide the rim of a disc is.
const RIM: f64 = 1.2;

/// Draws a guide along points of the drawing, as far as it lies in the frame.
pub(super) fn guide(canvas: &mut Canvas, points: &[Point], frame: &Frame) {
    let pieces = geometry::clip_line(&geometry::thin(points), frame);
    canvas.lines("light", pieces.clone(), Stroke::solid(Tint::Paper, GUIDE.1));
    canvas.lines("guide", pieces, Stroke { color: Tint::Ink, width: GUIDE.0, dash: DASH });
}

/// Draws the discs whose centres lie in the frame.
pub(super) fn discs(canvas: &mut Canvas, discs: &[Disc], frame: &Frame, at: impl Fn((f64, f64)) -> Point) {
    for disc in discs {
        let centre = at(disc.at);
        if frame.holds(centre) {
            canvas.disc("disc", centre, disc.size / 2.0, Tint::Ink);
            canvas.disc("disc", centre, disc.size / 2.0 - RIM, disc.color);
        }
    }
}

/// Draws strokes, as far as they lie in the frame.
pub(super) fn strokes(
    canvas: &mut Canvas,
    strokes: &[picture::Stroke],
    frame: &Frame,
    at: impl Fn((f64, f64)) -> Point,
) {
    for stroke in strokes {
        let pieces = geometry::clip_line(&stroke.ends.map(&at), frame);
        canvas.lines("stroke", pieces, Stroke { color: stroke.color, width: stroke.width, dash: stroke.dash });
    }
}

/// Draws the pieces of text whose places lie in the frame.
pub(super) fn labels(canvas: &mut Canvas, labels: &[Label], frame: &Frame, at: impl Fn((f64, f64)) -> Point) {
    let there = labels.iter().map(|label| (label, at(label.at))).filter(|(_, place)| frame.holds(*place));
    for (label, place) in there {
        let (x, y) = (place.0 + label.shift.0, place.1 + label.shift.1);
        if label.on_paper {
            let half = SLACK * text::width(&label.text, SMALL) / 2.0 + 1.0;
            let paper = Frame { left: x - half, top: y - SMALL / 2.0, right: x + half, bottom: y + SMALL / 2.0 };
            canvas.rectangle("light", paper, Tint::Paper);
        }
        canvas.text("label", &label.text, SMALL, Align::Middle, (x, y + HALF_DIGIT * SMALL), Tint::Ink);
    }
}

/// How opaque the paper is below the numbers of an upright axis, and how far they are apart at least.
const COVER: f64 = 0.88;
const APART: f64 = 12.0;

/// Draws an upright axis, its numbers on paper that sets them off from lines.
pub(super) fn upright(canvas: &mut Canvas, upright: &Upright, at: impl Fn((f64, f64)) -> Point) {
    let place = |height: f64| at((upright.x, height));
    let axis = |from: f64, to: f64| vec![place(from), place(to)];
    let tick = |height: f64| {
        let (x, y) = place(height);
        vec![(x - TICK, y), (x, y)]
    };
    let ticks = upright.ticks.iter().filter(|tick| tick.label.is_some()).map(|own| tick(own.value));
    let lines = [axis(upright.ends.0, upright.ends.1)].into_iter().chain(ticks).collect();
    canvas.lines("upright", lines, Stroke::solid(Tint::Ink, BORDER));
    let mut below = f64::INFINITY;
    for (label, height) in upright.ticks.iter().filter_map(|tick| Some((tick.label.as_deref()?, tick.value))) {
        let (x, y) = place(height);
        if below - y < APART {
            continue;
        }
        below = y;
        let (right, half) = (x - TICK - 3.0, 0.5 * SMALL);
        let left = right - text::width(label, SMALL);
        let corners = vec![(left, y - half), (right, y - half), (right, y + half), (left, y + half)];
        canvas.area("cover", corners, Tint::Paper, COVER);
        canvas.text("upright-label", label, SMALL, Align::End, (right, y + HALF_DIGIT * SMALL), Tint::Ink);
    }
}

/// An arrow that points at what lies beyond an edge.
pub(super) fn beyond(canvas: &mut Canvas, edge: Edge, (x, y): Point, color: Tint) {
    let up = if edge == Edge::Top { -1.0 } else { 1.0 };
    canvas.line("beyond", &[(x, y - up * 5.5), (x, y)], Stroke::solid(color, LINE));
    let head = vec![(x - 4.0, y + up * -0.5), (x + 4.0, y + up * -0.5), (x, y + up * 5.5)];
    canvas.area("beyond", head, color, 1.0);
}

/// Draws a symbol whose left end is at `at`.
pub(super) fn symbol(canvas: &mut Canvas, symbol: Symbol, (x, y): Point) {
    let middle = (x + SYMBOL.0 / 2.0, y);
    let along = [(x, y), (x + SYMBOL.0, y)];
    let Style { color, dash, marker } = match symbol {
        Symbol::Line(style) | Symbol::Marker(style) => style,
        _ => Style { color: Tint::Axis, dash: &[], marker: Marker::Circle },
    };
    match symbol {
        Symbol::Line(_) => {
            canvas.line("line", &along, Stroke { color, width: LINE, dash });
            canvas.marker(marker, middle, MARKER, color);
        }
        Symbol::Marker(_) => canvas.marker(marker, middle, MARKER, color),
        Symbol::PlainLine => canvas.line("line", &along, Stroke::solid(color, LINE)),
        Symbol::Band => {
            let (top, bottom) = (y - 5.0, y + 5.0);
            let corners = vec![(x, top), (x + SYMBOL.0, top), (x + SYMBOL.0, bottom), (x, bottom)];
            canvas.area("band", corners, color, 2.0 * BAND_OPACITY);
        }
        Symbol::Beyond(edge) => beyond(canvas, edge, middle, color),
        Symbol::Hatched => patch(canvas, (x, y), Fill::Hatched),
        Symbol::Empty => patch(canvas, (x, y), Fill::Empty),
        Symbol::Border => canvas.line("border", &along, Stroke::solid(Tint::Ink, EDGE.0)),
        Symbol::Guide => {
            let frame = Frame { left: x, top: y - 6.0, right: x + SYMBOL.0, bottom: y + 6.0 };
            guide(canvas, &along, &frame);
        }
        Symbol::Swatch(color) => patch(canvas, (x, y), Fill::Color(color)),
        Symbol::Stroke(color, dash) => canvas.line("stroke", &along, Stroke { color, width: LINE, dash }),
        Symbol::Ring => canvas.ring(middle, RING, Tint::Ink),
        Symbol::Shared | Symbol::None => {}
    }
}

/// A cell in a frame, whose left side's middle is at `at`.
fn patch(canvas: &mut Canvas, (x, y): Point, fill: Fill) {
    let frame = Frame { left: x, top: y - 6.0, right: x + SYMBOL.0, bottom: y + 6.0 };
    tiles::swatch(canvas, &frame, fill);
    let Frame { left, top, right, bottom } = frame;
    let around = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
    canvas.line("frame", &around, Stroke::solid(Tint::Axis, BORDER));
}
