//! Draws tables of cells, hatching, and the bar that says what their colours mean.

use super::super::cells::{Cells, Fill};
use super::super::style::Tint;
use super::canvas::Canvas;
use super::geometry::{Frame, Point};
use super::image;
use super::scene::{Shape, Stroke};

/// How far a cell reaches below its neighbours, which are drawn over it: where two only meet, many programs show a
/// seam.
const OVERLAP: f64 = 0.4;

/// From one line of the hatching to the next, along an axis; how wide they are, and how exactly their ends are found.
const SPACING: f64 = 7.0;
const STROKE: f64 = 0.8;
const STEP: f64 = 0.5;

/// Draws the part of `cells` within `frame`; `at` says where values lie. Many cells are an image.
pub(super) fn cells(canvas: &mut Canvas, cells: &Cells, frame: &Frame, at: impl Fn((f64, f64)) -> Point) {
    let x: Vec<f64> = cells.x.iter().map(|&x| at((x, cells.y[0])).0.clamp(frame.left, frame.right)).collect();
    let y: Vec<f64> = cells.y.iter().map(|&y| at((cells.x[0], y)).1.clamp(frame.top, frame.bottom)).collect();
    let (columns, rows) = cells.size();
    if cells.is_image() {
        let is_of_tones = cells.fills.iter().all(|fill| matches!(fill, Fill::Tone(_) | Fill::Empty));
        let class = if is_of_tones { "tones" } else { "cells" };
        canvas.shape(class, Shape::Image(image::of(cells, frame, at)));
    } else {
        for row in 0..rows {
            for column in 0..columns {
                let cell = Frame {
                    left: x[column],
                    top: (y[row + 1] - OVERLAP).max(frame.top),
                    right: (x[column + 1] + OVERLAP).min(frame.right),
                    bottom: y[row],
                };
                if cell.left < cell.right && cell.top < cell.bottom {
                    canvas.rectangle("cell", cell, cells.fill(column, row).color());
                }
            }
        }
    }
    let inside = Frame { left: x[0], top: y[rows], right: x[columns], bottom: y[0] };
    hatch(canvas, &inside, |(px, py)| {
        let column = x.partition_point(|border| *border <= px).clamp(1, columns) - 1;
        let row = y.partition_point(|border| *border > py).clamp(1, rows) - 1;
        cells.fill(column, row) == Fill::Hatched
    });
}

/// Draws rising lines over the part of a frame for which `holds` is true.
fn hatch(canvas: &mut Canvas, frame: &Frame, holds: impl Fn(Point) -> bool) {
    let mut strokes = Vec::new();
    let lines = ((frame.width() + frame.height()) / SPACING) as usize + 1;
    for line in 0..lines {
        // The line starts at the left or the lower edge, and rises to the right.
        let offset = (line as f64 + 0.5) * SPACING - frame.height();
        let start = (frame.left + offset.max(0.0), frame.bottom - (-offset).max(0.0));
        let length = (frame.right - start.0).min(start.1 - frame.top).max(0.0);
        let point = |along: f64| (start.0 + along, start.1 - along);
        let steps = (length / STEP) as usize;
        let mut from = None;
        for step in 0..=steps {
            let along = step as f64 * STEP;
            let is_held = step < steps && holds(point(along + STEP / 2.0));
            match from {
                None if is_held => from = Some(along),
                Some(first) if !is_held => {
                    strokes.push(vec![point(first), point(along)]);
                    from = None;
                }
                _ => {}
            }
        }
    }
    canvas.lines("hatching", strokes, Stroke::solid(Tint::Hatching, STROKE));
}

/// Draws one cell of its own.
pub(super) fn swatch(canvas: &mut Canvas, frame: &Frame, fill: Fill) {
    canvas.rectangle("cell", *frame, fill.color());
    hatch(canvas, frame, |_| fill == Fill::Hatched);
}

/// Draws colours one above another, all of the same height.
pub(super) fn stripes(canvas: &mut Canvas, colors: &[Tint], frame: &Frame) {
    let height = frame.height() / colors.len() as f64;
    for (i, &color) in colors.iter().enumerate() {
        let bottom = frame.bottom - i as f64 * height;
        canvas.rectangle("stripe", Frame { top: (bottom - height - OVERLAP).max(frame.top), bottom, ..*frame }, color);
    }
}
