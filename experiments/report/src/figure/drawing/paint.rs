//! Draws a picture as shapes.

use super::super::appearance::{Appearance, LABEL};
use super::super::axis::Axis;
use super::super::picture::{ColorBar, Panel, Picture};
use super::super::style::Tint;
use super::canvas::Canvas;
use super::geometry::{Frame, Point};
use super::layout::{self, LABEL_LINE, Layout, MARGIN, SMALL, SUBTITLE_LINE, TICK, TITLE, TITLE_LINE, TickLabels};
use super::marks;
use super::plot::Plot;
use super::scene::{Align, Group, Scene, Stroke, Text};
use super::text;
use super::tiles;

pub(super) const BORDER: f64 = 0.9;
pub(super) const LINE: f64 = 1.7;
pub(super) const THIN: f64 = 0.9;
/// Widths of a line between areas, and of the light around it that sets it off from dark ones.
pub(super) const EDGE: (f64, f64) = (1.6, 3.4);
pub(super) const RING: f64 = 8.0;
pub(super) const MARKER: f64 = 6.0;
pub(super) const POINT: f64 = 3.6;
pub(super) const BAND_OPACITY: f64 = 0.17;
/// Text looks centred when its baseline is this far below the middle, in em.
pub(super) const HALF_DIGIT: f64 = 0.36;
/// How opaque the paper is below a legend inside a panel.
const COVER: f64 = 0.85;

/// The picture in its look, laid out.
pub(super) fn paint(picture: &Picture, layout: &Layout, look: &Appearance) -> Scene {
    let mut canvas = Canvas::default();
    heads(&mut canvas, layout);
    for (at, panel) in picture.panels.iter().enumerate() {
        let group = Group { class: "panel", number: Some(at + 1), series: None };
        canvas.group(group, |canvas| {
            if !panel.is_free() {
                Plot::new(picture, layout, at, look).paint(canvas, panel);
            }
        });
    }
    let rows = picture.rows();
    canvas.group(Group { class: "abscissa", ..Group::default() }, |canvas| {
        for (panels, frames) in picture.panels.chunks(rows).zip(layout.frames.chunks(rows)) {
            let lowest = panels.iter().rposition(|panel| !panel.is_free());
            if let Some(frame) = lowest.and_then(|at| frames.get(at)) {
                abscissa(canvas, &picture.x, layout.x_ticks, frame);
            }
        }
        if let (Some(first), Some(last)) = (layout.frames.first(), layout.frames.last()) {
            let (lines, y) = &layout.x_label;
            for (i, line) in lines.iter().enumerate() {
                // A name may be longer than what it is below.
                let half = layout::SLACK * text::width(line, LABEL) / 2.0;
                let most = (layout.size.0 - MARGIN - half).max(MARGIN + half);
                let middle = ((first.left + last.right) / 2.0).clamp(MARGIN + half, most);
                let at = (middle, y + i as f64 * LABEL_LINE);
                canvas.text("axis-label", line, LABEL, Align::Middle, at, Tint::Ink);
            }
        }
    });
    if let (Some(bar), Some(frame)) = (&picture.color_bar, &layout.color_bar) {
        let group = Group { class: "colours", ..Group::default() };
        canvas.group(group, |canvas| color_bar(canvas, (bar, &layout.bar_label), frame));
    }
    canvas.group(Group { class: "legend", ..Group::default() }, |canvas| legend(canvas, layout));
    canvas.finish(layout.size)
}

/// The title, and what stands below it.
fn heads(canvas: &mut Canvas, layout: &Layout) {
    let mut y = MARGIN - 4.0;
    for line in &layout.title {
        y += TITLE_LINE;
        canvas.text("title", line, TITLE, Align::Start, (MARGIN, y), Tint::Ink);
    }
    for line in &layout.subtitle {
        y += SUBTITLE_LINE;
        canvas.text("subtitle", line, SMALL, Align::Start, (MARGIN, y), Tint::Axis);
    }
}

/// Where a value lies on the drawing.
pub(super) fn place(x_axis: &Axis, panel: &Panel, frame: &Frame, (x, y): (f64, f64)) -> Point {
    (frame.left + x_axis.place(x) * frame.width(), frame.bottom - panel.y.place(y) * frame.height())
}

/// Lines around a frame.
pub(super) fn border(canvas: &mut Canvas, frame: &Frame) {
    let Frame { left, top, right, bottom } = *frame;
    // The sides end beyond the corners, so that these are square.
    let half = BORDER / 2.0;
    let sides = [left, right].map(|x| vec![(x, top - half), (x, bottom + half)]);
    let ends = [top, bottom].map(|y| vec![(left, y), (right, y)]);
    canvas.lines("frame", sides.into_iter().chain(ends).collect(), Stroke::solid(Tint::Axis, BORDER));
}

fn color_bar(canvas: &mut Canvas, (bar, label): (&ColorBar, &[String]), frame: &Frame) {
    tiles::stripes(canvas, &bar.colors, frame);
    border(canvas, frame);
    let right = frame.right;
    let named = || bar.axis.ticks().iter().filter_map(|tick| Some((tick.label.as_deref()?, tick.value)));
    let height = |value: f64| frame.bottom - bar.axis.place(value) * frame.height();
    let ticks = named().map(|(_, value)| vec![(right, height(value)), (right + TICK, height(value))]);
    canvas.lines("tick", ticks.collect(), Stroke::solid(Tint::Axis, BORDER));
    let mut above = f64::INFINITY;
    for (label, value) in named() {
        let y = height(value) + HALF_DIGIT * SMALL;
        if y + SMALL <= above {
            canvas.text("tick-label", label, SMALL, Align::Start, (right + TICK + 4.0, y), Tint::Ink);
            above = y;
        }
    }
    let at = (frame.left + layout::bar_label_at(&bar.axis, label.len()), (frame.top + frame.bottom) / 2.0);
    upright(canvas, label, at);
}

/// Lines of text that run upwards, the last one through `at`, which is their middle.
pub(super) fn upright(canvas: &mut Canvas, lines: &[String], (x, y): Point) {
    for (i, line) in lines.iter().enumerate() {
        let at = (x - (lines.len() - 1 - i) as f64 * LABEL_LINE, y);
        let text =
            Text { content: line.clone(), size: LABEL, align: Align::Middle, at, is_upright: true, color: Tint::Ink };
        canvas.put("axis-label", text);
    }
}

/// The numbers of the common axis, below the lowest panel of a column.
fn abscissa(canvas: &mut Canvas, axis: &Axis, labels: TickLabels, frame: &Frame) {
    let every = if let TickLabels::Every(every) = labels { every } else { 1 };
    let named = axis.ticks().iter().filter_map(|tick| Some((tick.label.as_deref()?, tick.value)));
    for (label, value) in named.step_by(every) {
        let x = frame.left + axis.place(value) * frame.width();
        let content = label.to_owned();
        let (align, at) = match labels {
            TickLabels::Every(_) => (Align::Middle, (x, frame.bottom + layout::X_TICKS)),
            TickLabels::Upright => (Align::End, (x + HALF_DIGIT * SMALL, frame.bottom + TICK + 4.0)),
        };
        let is_upright = labels == TickLabels::Upright;
        canvas.put("tick-label", Text { content, size: SMALL, align, at, is_upright, color: Tint::Ink });
    }
}

fn legend(canvas: &mut Canvas, layout: &Layout) {
    if let Some(Frame { left, top, right, bottom }) = layout.key.cover {
        let corners = vec![(left, top), (right, top), (right, bottom), (left, bottom)];
        canvas.area("cover", corners, Tint::Paper, COVER);
    }
    for entry in &layout.key.entries {
        let color = entry.line.map_or(Tint::Ink, |style| style.color);
        let group = Group { class: "entry", series: Some(entry.lines.join(" ")), number: None };
        canvas.group(group, |canvas| {
            marks::symbol(canvas, entry.symbol, entry.at);
            for (i, line) in entry.lines.iter().enumerate() {
                let at = (entry.text_left(), entry.middle(i) + HALF_DIGIT * SMALL);
                canvas.text("entry-label", line, SMALL, Align::Start, at, color);
            }
        });
    }
}
