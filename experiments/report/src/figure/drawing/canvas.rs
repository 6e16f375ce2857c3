//! What is drawn on: it keeps shapes in the order in which they come.

use super::super::style::{Marker, Tint};
use super::geometry::{Frame, Point};
use super::scene::{Align, Group, Item, Scene, Shape, Stroke, Text};

/// A drawing that is being made.
#[derive(Debug, Default)]
pub(super) struct Canvas {
    items: Vec<Item>,
}

impl Canvas {
    /// What was drawn, on paper of this size.
    pub(super) fn finish(self, (width, height): (f64, f64)) -> Scene {
        Scene { width, height, items: self.items }
    }

    /// Draws what belongs together.
    pub(super) fn group(&mut self, group: Group, draw: impl FnOnce(&mut Self)) {
        let start = self.items.len();
        self.items.push(Item::Open(group));
        draw(self);
        if self.items.len() == start + 1 {
            self.items.pop();
        } else {
            self.items.push(Item::Close);
        }
    }

    pub(super) fn shape(&mut self, class: &'static str, shape: Shape) {
        self.items.push(Item::Shape(class, shape));
    }

    /// Lines of one look, which are one shape.
    pub(super) fn lines(&mut self, class: &'static str, mut lines: Vec<Vec<Point>>, stroke: Stroke) {
        lines.iter_mut().for_each(Vec::dedup);
        lines.retain(|line| line.len() > 1);
        if !lines.is_empty() {
            self.shape(class, Shape::Lines(lines, stroke));
        }
    }

    pub(super) fn line(&mut self, class: &'static str, points: &[Point], stroke: Stroke) {
        self.lines(class, vec![points.to_vec()], stroke);
    }

    pub(super) fn area(&mut self, class: &'static str, mut points: Vec<Point>, color: Tint, opacity: f64) {
        points.dedup();
        if points.len() > 2 {
            self.shape(class, Shape::Area(points, color, opacity));
        }
    }

    pub(super) fn rectangle(&mut self, class: &'static str, frame: Frame, color: Tint) {
        self.shape(class, Shape::Rectangle(frame, color));
    }

    pub(super) fn disc(&mut self, class: &'static str, at: Point, radius: f64, color: Tint) {
        self.shape(class, Shape::Disc(at, radius, color));
    }

    /// A ring of `size` across, with paper inside.
    pub(super) fn ring(&mut self, at: Point, size: f64, color: Tint) {
        self.disc("ring", at, size / 2.0, color);
        self.disc("ring", at, 0.3 * size, Tint::Paper);
    }

    /// A marker of about `size` across.
    pub(super) fn marker(&mut self, marker: Marker, (x, y): Point, size: f64, color: Tint) {
        let r = size / 2.0;
        let at = |&(dx, dy): &Point| (x + dx * r, y + dy * r);
        let mut polygon = |corners: &[Point]| self.area("marker", corners.iter().map(at).collect(), color, 1.0);
        match marker {
            Marker::Circle => self.disc("marker", (x, y), r, color),
            Marker::Square => polygon(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]),
            Marker::Triangle => polygon(&[(0.0, -1.15), (1.1, 0.8), (-1.1, 0.8)]),
            Marker::Diamond => polygon(&[(0.0, -1.25), (1.0, 0.0), (0.0, 1.25), (-1.0, 0.0)]),
            Marker::Wedge => polygon(&[(0.0, 1.15), (1.1, -0.8), (-1.1, -0.8)]),
            Marker::Cross | Marker::Plus => {
                let strokes: [[Point; 2]; 2] = match marker {
                    Marker::Cross => [[(-1.0, -1.0), (1.0, 1.0)], [(-1.0, 1.0), (1.0, -1.0)]],
                    _ => [[(-1.2, 0.0), (1.2, 0.0)], [(0.0, -1.2), (0.0, 1.2)]],
                };
                let strokes = strokes.iter().map(|ends| ends.iter().map(at).collect()).collect();
                self.lines("marker", strokes, Stroke::solid(color, (0.36 * size).min(1.6)));
            }
        }
    }

    /// A line of text; nothing if it is empty.
    pub(super) fn text(&mut self, class: &'static str, content: &str, size: f64, align: Align, at: Point, color: Tint) {
        let text = Text { content: content.to_owned(), size, align, at, is_upright: false, color };
        self.put(class, text);
    }

    /// Text that may run upwards; nothing if it is empty.
    pub(super) fn put(&mut self, class: &'static str, text: Text) {
        if !text.content.is_empty() {
            self.shape(class, Shape::Text(text));
        }
    }
}
