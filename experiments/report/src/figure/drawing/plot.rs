//! Draws a panel in its frame.

use super::super::appearance::{Appearance, LABEL};
use super::super::axis::Axis;
use super::super::picture::{Edge, Layer, Panel, Picture, Symbol};
use super::super::style::{Style, Tint};
use super::canvas::Canvas;
use super::geometry::{self, Frame, Point};
use super::layout::{HEADING_LINE, Layout, MARGIN, SMALL, TICK};
use super::legend::SYMBOL;
use super::marks;
use super::paint::{self, BAND_OPACITY, BORDER, EDGE, HALF_DIGIT, LINE, MARKER, POINT, RING, THIN};
use super::scene::{Align, Group, Stroke};
use super::tiles;

/// The least distance between the numbers of an ordinate.
const LABEL_STEP: f64 = 13.0;

/// A panel in its frame.
pub(super) struct Plot<'a> {
    picture: &'a Picture,
    layout: &'a Layout,
    /// Its number.
    at: usize,
    frame: &'a Frame,
    grid: bool,
}

impl<'a> Plot<'a> {
    pub(super) fn new(picture: &'a Picture, layout: &'a Layout, at: usize, look: &Appearance) -> Self {
        Self { picture, layout, at, frame: &layout.frames[at], grid: look.grid }
    }

    pub(super) fn paint(&self, canvas: &mut Canvas, panel: &Panel) {
        if self.grid && panel.cells().next().is_none() {
            canvas.group(Group { class: "grid", number: Some(self.at + 1), series: None }, |canvas| {
                self.grid(canvas, panel);
            });
        }
        let mut arrows: Vec<(Edge, f64)> = Vec::new();
        for layer in &panel.layers {
            let series = style_of(layer).and_then(|style| self.name(style));
            match series {
                Some(series) => {
                    let group = Group { class: "series", number: None, series: Some(series) };
                    canvas.group(group, |canvas| self.layer(canvas, panel, layer, &mut arrows));
                }
                None => self.layer(canvas, panel, layer, &mut arrows),
            }
        }
        paint::border(canvas, self.frame);
        self.abscissa_ticks(canvas);
        self.ordinate(canvas, panel);
    }

    /// The name of the line of this look, as the legend has it.
    fn name(&self, style: Style) -> Option<String> {
        let is_own = |symbol: &Symbol| matches!(symbol, Symbol::Line(own) | Symbol::Marker(own) if own.color == style.color && own.marker == style.marker);
        self.picture.legend.iter().find(|entry| is_own(&entry.symbol)).map(|entry| entry.text.clone())
    }

    fn at(&self, panel: &Panel, point: (f64, f64)) -> Point {
        paint::place(&self.picture.x, panel, self.frame, point)
    }

    fn grid(&self, canvas: &mut Canvas, panel: &Panel) {
        let Frame { left, top, right, bottom } = *self.frame;
        let x_axis = &self.picture.x;
        // Fine lines first, so that no coarse one is interrupted.
        for coarse in [false, true] {
            let (color, width) = if coarse { (Tint::Grid, 0.9) } else { (Tint::FineGrid, 0.7) };
            let chosen = |axis: &Axis| -> Vec<f64> {
                axis.ticks().iter().filter(|tick| tick.label.is_some() == coarse).map(|tick| tick.value).collect()
            };
            let upright = chosen(x_axis).into_iter().map(|value| self.at(panel, (value, 0.0)).0);
            let level = chosen(&panel.y).into_iter().map(|value| self.at(panel, (x_axis.low(), value)).1);
            let lines = upright.map(|x| vec![(x, top), (x, bottom)]);
            let lines = lines.chain(level.map(|y| vec![(left, y), (right, y)])).collect();
            canvas.lines("grid", lines, Stroke::solid(color, width));
        }
    }

    fn abscissa_ticks(&self, canvas: &mut Canvas) {
        let Frame { left, bottom, .. } = *self.frame;
        let named = self.picture.x.ticks().iter().filter(|tick| tick.label.is_some());
        let ticks = named.map(|tick| left + self.picture.x.place(tick.value) * self.frame.width());
        let ticks = ticks.map(|x| vec![(x, bottom), (x, bottom + TICK)]).collect();
        canvas.lines("tick", ticks, Stroke::solid(Tint::Axis, BORDER));
    }

    fn ordinate(&self, canvas: &mut Canvas, panel: &Panel) {
        let Frame { left, top, bottom, .. } = *self.frame;
        let low = self.picture.x.low();
        if self.picture.has_ordinate(self.at) {
            let named: Vec<(&str, f64)> = panel
                .y
                .ticks()
                .iter()
                .filter_map(|tick| Some((tick.label.as_deref()?, self.at(panel, (low, tick.value)).1)))
                .collect();
            let ticks = named.iter().map(|(_, y)| vec![(left - TICK, *y), (left, *y)]).collect();
            canvas.lines("tick", ticks, Stroke::solid(Tint::Axis, BORDER));
            let fits = |every: &usize| {
                let kept: Vec<f64> = named.iter().step_by(*every).map(|(_, y)| *y).collect();
                kept.windows(2).all(|pair| (pair[0] - pair[1]).abs() >= LABEL_STEP)
            };
            let every = if panel.y.is_free() { (1..=named.len()).find(fits).unwrap_or(1) } else { 1 };
            for (label, y) in named.iter().step_by(every) {
                let end = (left - TICK - 4.0, y + HALF_DIGIT * SMALL);
                canvas.text("tick-label", label, SMALL, Align::End, end, Tint::Ink);
            }
            for (value, drawing) in &panel.symbols {
                let y = self.at(panel, (low, *value)).1;
                marks::symbol(canvas, *drawing, (left - TICK - 2.0 - SYMBOL.0, y));
            }
        }
        let heading = &self.layout.headings[self.at];
        for (i, line) in heading.iter().enumerate() {
            let y = top - 4.5 - (heading.len() - 1 - i) as f64 * HEADING_LINE;
            canvas.text("heading", line, SMALL, Align::Start, (left, y), Tint::Ink);
        }
        // The first column has the names of the ordinates of all.
        if self.at < self.picture.rows() {
            let lines = &self.layout.y_labels[self.at];
            let last = self.layout.y_labels.iter().map(Vec::len).max().unwrap_or(0).max(1) - 1;
            let x = MARGIN + 0.85 * LABEL + (last as f64) * super::layout::LABEL_LINE;
            paint::upright(canvas, lines, (x, (top + bottom) / 2.0));
        }
    }

    fn layer(&self, canvas: &mut Canvas, panel: &Panel, layer: &Layer, arrows: &mut Vec<(Edge, f64)>) {
        let frame = self.frame;
        let at = |point: (f64, f64)| self.at(panel, point);
        let mut draw = |class, style: &Style, points: &[(f64, f64)], dash, width| {
            canvas.lines(class, self.line(panel, points), Stroke { color: style.color, width, dash });
        };
        match layer {
            Layer::Line(style, points) => draw("line", style, points, style.dash, LINE),
            Layer::Thin(style, points) => draw("thin", style, points, style.dash, THIN),
            Layer::Hint(style, points) => draw("hint", style, points, &[1.5, 2.5], THIN),
            Layer::Band(style, points) => self.band(canvas, panel, style, points),
            Layer::Markers(style, points) | Layer::Points(style, points) => {
                let size = if matches!(layer, Layer::Points(..)) { POINT } else { MARKER };
                for point in points.iter().map(|&point| at(point)).filter(|point| frame.holds(*point)) {
                    canvas.marker(style.marker, point, size, style.color);
                }
            }
            Layer::Beyond(style, edge, places) => {
                for place in places {
                    // Arrows of several lines at one place stand one behind the other.
                    let x = at((*place, 0.0)).0;
                    let near = |other: &&(Edge, f64)| other.0 == *edge && (other.1 - x).abs() < 8.0;
                    let inset = 8.0 + 13.0 * arrows.iter().filter(near).count() as f64;
                    arrows.push((*edge, x));
                    let y = if *edge == Edge::Top { frame.top + inset } else { frame.bottom - inset };
                    let is_clear = inset < frame.height() / 3.0; // else the arrows would cover the lines
                    if is_clear && frame.holds((x, y)) {
                        marks::beyond(canvas, *edge, (x, y), style.color);
                    }
                }
            }
            Layer::Cells(cells) => tiles::cells(canvas, cells, frame, at),
            Layer::Levels(lines) => {
                let pieces = lines.iter().flat_map(|line| self.line(panel, line)).collect();
                canvas.lines("level", pieces, Stroke::solid(Tint::Level, THIN));
            }
            Layer::Borders(segments) => self.borders(canvas, panel, segments),
            Layer::Guide(points) => {
                let points: Vec<Point> = points.iter().map(|&point| at(point)).collect();
                marks::guide(canvas, &points, frame);
            }
            Layer::Discs(discs) => marks::discs(canvas, discs, frame, at),
            Layer::Strokes(strokes) => marks::strokes(canvas, strokes, frame, at),
            Layer::Labels(labels) => marks::labels(canvas, labels, frame, at),
            Layer::Rings(points) => {
                for point in points.iter().map(|&point| at(point)).filter(|point| frame.holds(*point)) {
                    canvas.ring(point, RING, Tint::Ink);
                }
            }
            Layer::Bar(style, x, y) => self.bar(canvas, panel, style, (*x, *y)),
            Layer::Owner(..) | Layer::Owners { .. } | Layer::CellOwners(_) => {}
            Layer::Upright(upright) => marks::upright(canvas, upright, at),
            Layer::Remark(text) => {
                let middle = ((frame.left + frame.right) / 2.0, (frame.top + frame.bottom) / 2.0);
                canvas.text("remark", text, LABEL, Align::Middle, middle, Tint::Axis);
            }
        }
    }

    /// Segments along an axis, a little longer so that they close corners.
    fn borders(&self, canvas: &mut Canvas, panel: &Panel, segments: &[[(f64, f64); 2]]) {
        let longer = |segment: &[(f64, f64); 2]| {
            let ends = segment.map(|end| self.at(panel, end));
            let half = EDGE.0 / 2.0;
            let grow = |a: f64, b: f64| if a == b { 0.0 } else { half * (b - a).signum() };
            let (dx, dy) = (grow(ends[0].0, ends[1].0), grow(ends[0].1, ends[1].1));
            let longer = [(ends[0].0 - dx, ends[0].1 - dy), (ends[1].0 + dx, ends[1].1 + dy)];
            geometry::clip_line(&longer, self.frame).into_iter().next()
        };
        let drawn: Vec<Vec<Point>> = segments.iter().filter_map(longer).collect();
        canvas.lines("light", drawn.clone(), Stroke::solid(Tint::Paper, EDGE.1));
        canvas.lines("border", drawn, Stroke::solid(Tint::Ink, EDGE.0));
    }

    fn line(&self, panel: &Panel, points: &[(f64, f64)]) -> Vec<Vec<Point>> {
        let points: Vec<Point> = points.iter().map(|&point| self.at(panel, point)).collect();
        geometry::clip_line(&geometry::thin(&points), self.frame)
    }

    fn band(&self, canvas: &mut Canvas, panel: &Panel, style: &Style, points: &[(f64, f64, f64)]) {
        let low: Vec<Point> = points.iter().map(|&(x, low, _)| self.at(panel, (x, low))).collect();
        let high: Vec<Point> = points.iter().map(|&(x, _, high)| self.at(panel, (x, high))).collect();
        let mut outline = geometry::thin(&low);
        outline.extend(geometry::thin(&high).into_iter().rev());
        canvas.area("band", geometry::clip_area(&outline, self.frame), style.color, BAND_OPACITY);
    }

    fn bar(&self, canvas: &mut Canvas, panel: &Panel, style: &Style, (x, y): ((f64, f64), (f64, f64))) {
        let (left, bottom) = self.at(panel, (x.0, y.0));
        let (right, top) = self.at(panel, (x.1, y.1));
        let frame = self.frame;
        let bar = Frame {
            left: left.max(frame.left),
            top: top.max(frame.top),
            right: right.min(frame.right),
            bottom: bottom.min(frame.bottom),
        };
        if bar.left < bar.right && bar.top < bar.bottom {
            canvas.rectangle("bar", bar, style.color);
        }
    }
}

/// The look of the line that a layer is of, if it is of one.
fn style_of(layer: &Layer) -> Option<Style> {
    match layer {
        Layer::Band(style, _) | Layer::Line(style, _) | Layer::Hint(style, _) | Layer::Markers(style, _) => {
            Some(*style)
        }
        Layer::Beyond(style, ..) | Layer::Thin(style, _) | Layer::Points(style, _) | Layer::Bar(style, ..) => {
            Some(*style)
        }
        _ => None,
    }
}
