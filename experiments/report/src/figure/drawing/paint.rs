//! Draws a picture, in the same operations for every backend.

use super::super::colors::Rgb;
use plotters::prelude::DrawingBackend;

use super::super::axis::Axis;
use super::super::cells::Fill;
use super::super::error::FigureError;
use super::super::picture::{ColorBar, Edge, Layer, Panel, Picture, Symbol};
use super::super::style::Style;
use super::canvas::{Canvas, Medium};
use super::geometry::{self, Frame, Point};
use super::image;
use super::layout::{self, LABEL, Layout, MARGIN, SMALL, SYMBOL, TICK, TITLE, TITLE_LINE};
use super::marks;
use super::stretch::Align;
use super::text;
use super::tiles;

const WHITE: Rgb = Rgb(0xff, 0xff, 0xff);
const INK: Rgb = Rgb(0x22, 0x22, 0x22);
const GREY: Rgb = Rgb(0x77, 0x77, 0x77);
const GRID: Rgb = Rgb(0xdd, 0xdd, 0xdd);
const FINE_GRID: Rgb = Rgb(0xf0, 0xf0, 0xf0);

const BORDER: f64 = 0.9;
/// Room between the numbers of an axis, at least.
const LABEL_GAP: f64 = 6.0;
const LINE: f64 = 1.7;
const THIN: f64 = 0.9;
/// Widths of a line between areas, and of the light around it that sets it off from dark ones.
const EDGE: (f64, f64) = (1.6, 3.4);
const LEVEL: Rgb = Rgb(0xa8, 0xa8, 0xa8);
const RING: f64 = 8.0;
const MARKER: f64 = 6.0;
const BAND_OPACITY: f64 = 0.17;
/// Text looks centred when its baseline is this far below the middle, in em.
const HALF_DIGIT: f64 = 0.36;

/// Draws `picture` on a canvas of the layout's size.
pub(super) fn paint<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    picture: &Picture,
    layout: &Layout,
) -> Result<(), FigureError> {
    canvas.fill(WHITE)?;
    let left = layout.frames.first().map_or(MARGIN, |frame| frame.left);
    for (i, line) in layout.title.iter().enumerate() {
        canvas.text(line, TITLE, Align::Start, (left, MARGIN + TITLE + i as f64 * TITLE_LINE), INK)?;
    }
    let rows = picture.rows();
    for (at, (panel, frame)) in picture.panels.iter().zip(&layout.frames).enumerate() {
        let (is_first, has_ordinate) = (at < rows, picture.has_ordinate(at));
        Plot { canvas, x: &picture.x, panel, frame, is_first, has_ordinate }.paint()?;
    }
    for frame in layout.frames.iter().skip(rows - 1).step_by(rows) {
        abscissa(canvas, picture, frame)?;
    }
    if let (Some(first), Some(last)) = (layout.frames.get(rows - 1), layout.frames.last()) {
        let middle = (first.left + last.right) / 2.0;
        canvas.text(&picture.x_label, LABEL, Align::Middle, (middle, last.bottom + layout::X_LABEL), INK)?;
    }
    if let (Some(bar), Some(frame)) = (&picture.color_bar, &layout.color_bar) {
        color_bar(canvas, bar, frame)?;
    }
    legend(canvas, picture, layout)
}

/// The images that an SVG has of tables of many cells, as elements that belong below everything else.
pub(super) fn images(picture: &Picture, layout: &Layout) -> Result<String, FigureError> {
    let mut elements = String::new();
    for (panel, frame) in picture.panels.iter().zip(&layout.frames) {
        for cells in panel.cells().filter(|cells| cells.is_image()) {
            let at = |point| place(&picture.x, panel, frame, point);
            elements.push_str(&image::element(cells, frame, at, f64::from(Medium::Svg.scale()))?);
        }
    }
    Ok(elements)
}

/// Where a value lies on the drawing.
fn place(x_axis: &Axis, panel: &Panel, frame: &Frame, (x, y): (f64, f64)) -> Point {
    (frame.left + x_axis.place(x) * frame.width(), frame.bottom - panel.y.place(y) * frame.height())
}

fn color_bar<DB: DrawingBackend>(canvas: &Canvas<'_, DB>, bar: &ColorBar, frame: &Frame) -> Result<(), FigureError> {
    let Frame { left, top, right, bottom } = *frame;
    canvas.text(&bar.label, SMALL, Align::Start, (left, top - layout::BAR_BASELINE), INK)?;
    tiles::stripes(canvas, &bar.colors, frame)?;
    let half = BORDER / 2.0;
    for x in [left, right] {
        canvas.line(&[(x, top - half), (x, bottom + half)], GREY, BORDER)?;
    }
    for y in [top, bottom] {
        canvas.line(&[(left, y), (right, y)], GREY, BORDER)?;
    }
    for tick in bar.axis.ticks() {
        if let Some(label) = &tick.label {
            let y = bottom - bar.axis.place(tick.value) * frame.height();
            canvas.line(&[(right, y), (right + TICK, y)], GREY, BORDER)?;
            canvas.text(label, SMALL, Align::Start, (right + TICK + 4.0, y + HALF_DIGIT * SMALL), INK)?;
        }
    }
    Ok(())
}

/// The numbers of the common axis, below the lowest panel of a column; of narrow columns, those that have room.
fn abscissa<DB: DrawingBackend>(canvas: &Canvas<'_, DB>, picture: &Picture, frame: &Frame) -> Result<(), FigureError> {
    let mut end = f64::NEG_INFINITY;
    for tick in picture.x.ticks() {
        if let Some(label) = &tick.label {
            let x = frame.left + picture.x.place(tick.value) * frame.width();
            let half = text::width(label, SMALL) / 2.0;
            if picture.columns > 1 && x - half < end {
                continue;
            }
            end = x + half + LABEL_GAP;
            canvas.text(label, SMALL, Align::Middle, (x, frame.bottom + layout::X_TICKS), INK)?;
        }
    }
    Ok(())
}

fn legend<DB: DrawingBackend>(canvas: &Canvas<'_, DB>, picture: &Picture, layout: &Layout) -> Result<(), FigureError> {
    let (left, lines) = &layout.legend;
    for (entry, &y) in picture.legend.iter().chain(&picture.notes).zip(lines) {
        symbol(canvas, entry.symbol, (*left, y))?;
        let baseline = y + HALF_DIGIT * SMALL;
        canvas.text(&entry.text, SMALL, Align::Start, (left + layout::indent(entry), baseline), INK)?;
    }
    Ok(())
}

/// Draws a symbol whose left end is at `at`.
fn symbol<DB: DrawingBackend>(canvas: &Canvas<'_, DB>, symbol: Symbol, (x, y): Point) -> Result<(), FigureError> {
    let middle = (x + SYMBOL.0 / 2.0, y);
    match symbol {
        Symbol::Line(style) => {
            dashed(canvas, &[(x, y), (x + SYMBOL.0, y)], &style, LINE)?;
            canvas.marker(style.marker, middle, MARKER, style.color)
        }
        Symbol::Marker(style) => canvas.marker(style.marker, middle, MARKER, style.color),
        Symbol::PlainLine => canvas.line(&[(x, y), (x + SYMBOL.0, y)], GREY, LINE),
        Symbol::Band => {
            let (top, bottom) = (y - 5.0, y + 5.0);
            let corners = [(x, top), (x + SYMBOL.0, top), (x + SYMBOL.0, bottom), (x, bottom)];
            canvas.area(&corners, GREY, 2.0 * BAND_OPACITY)
        }
        Symbol::Beyond(edge) => beyond(canvas, edge, middle, GREY),
        Symbol::Hatched => patch(canvas, (x, y), Fill::Hatched),
        Symbol::Empty => patch(canvas, (x, y), Fill::Empty),
        Symbol::Border => canvas.line(&[(x, y), (x + SYMBOL.0, y)], INK, EDGE.0),
        Symbol::Guide => {
            let frame = Frame { left: x, top: y - 6.0, right: x + SYMBOL.0, bottom: y + 6.0 };
            marks::guide(canvas, &[(x, y), (x + SYMBOL.0, y)], &frame)
        }
        Symbol::Swatch(color) => patch(canvas, (x, y), Fill::Color(color)),
        Symbol::Ring => canvas.ring(middle, RING, INK),
        Symbol::Continued | Symbol::None => Ok(()),
    }
}

/// A cell in a frame, whose left side's middle is at `at`.
fn patch<DB: DrawingBackend>(canvas: &Canvas<'_, DB>, (x, y): Point, fill: Fill) -> Result<(), FigureError> {
    let frame = Frame { left: x, top: y - 6.0, right: x + SYMBOL.0, bottom: y + 6.0 };
    tiles::swatch(canvas, &frame, fill)?;
    let Frame { left, top, right, bottom } = frame;
    canvas.line(&[(left, top), (right, top), (right, bottom), (left, bottom), (left, top)], GREY, BORDER)
}

fn dashed<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    points: &[Point],
    style: &Style,
    width: f64,
) -> Result<(), FigureError> {
    geometry::dashes(points, style.dash).iter().try_for_each(|dash| canvas.line(dash, style.color, width))
}

/// An arrow that points at what lies beyond an edge.
fn beyond<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    edge: Edge,
    (x, y): Point,
    color: Rgb,
) -> Result<(), FigureError> {
    let up = if edge == Edge::Top { -1.0 } else { 1.0 };
    canvas.line(&[(x, y - up * 5.5), (x, y)], color, LINE)?;
    let head = [(x - 4.0, y + up * -0.5), (x + 4.0, y + up * -0.5), (x, y + up * 5.5)];
    canvas.area(&head, color, 1.0)
}

/// A panel in its frame.
struct Plot<'a, DB: DrawingBackend> {
    canvas: &'a Canvas<'a, DB>,
    x: &'a Axis,
    panel: &'a Panel,
    frame: &'a Frame,
    /// Whether it is in the first column, which has the names of the ordinates of all.
    is_first: bool,
    has_ordinate: bool,
}

impl<DB: DrawingBackend> Plot<'_, DB> {
    fn paint(&self) -> Result<(), FigureError> {
        if self.panel.cells().next().is_none() {
            self.grid()?;
        }
        let mut arrows: Vec<(Edge, f64)> = Vec::new();
        for layer in &self.panel.layers {
            self.layer(layer, &mut arrows)?;
        }
        self.border()?;
        self.ordinate()
    }

    fn at(&self, (x, y): (f64, f64)) -> Point {
        place(self.x, self.panel, self.frame, (x, y))
    }

    fn grid(&self) -> Result<(), FigureError> {
        let Frame { left, top, right, bottom } = *self.frame;
        // Fine lines first, so that no coarse one is interrupted.
        for coarse in [false, true] {
            let (color, width) = if coarse { (GRID, 0.9) } else { (FINE_GRID, 0.7) };
            let chosen = |axis: &Axis| -> Vec<f64> {
                axis.ticks().iter().filter(|tick| tick.label.is_some() == coarse).map(|tick| tick.value).collect()
            };
            for value in chosen(self.x) {
                let x = self.at((value, 0.0)).0;
                self.canvas.line(&[(x, top), (x, bottom)], color, width)?;
            }
            for value in chosen(&self.panel.y) {
                let y = self.at((self.x.low(), value)).1;
                self.canvas.line(&[(left, y), (right, y)], color, width)?;
            }
        }
        Ok(())
    }

    fn border(&self) -> Result<(), FigureError> {
        let Frame { left, top, right, bottom } = *self.frame;
        // The sides end beyond the corners, so that these are square.
        let half = BORDER / 2.0;
        for x in [left, right] {
            self.canvas.line(&[(x, top - half), (x, bottom + half)], GREY, BORDER)?;
        }
        for y in [top, bottom] {
            self.canvas.line(&[(left, y), (right, y)], GREY, BORDER)?;
        }
        for tick in self.x.ticks().iter().filter(|tick| tick.label.is_some()) {
            let x = self.at((tick.value, 0.0)).0;
            self.canvas.line(&[(x, bottom), (x, bottom + TICK)], GREY, BORDER)?;
        }
        Ok(())
    }

    fn ordinate(&self) -> Result<(), FigureError> {
        let Frame { left, top, bottom, .. } = *self.frame;
        for tick in self.panel.y.ticks().iter().filter(|_| self.has_ordinate) {
            if let Some(label) = &tick.label {
                let y = self.at((self.x.low(), tick.value)).1;
                self.canvas.line(&[(left - TICK, y), (left, y)], GREY, BORDER)?;
                let end = (left - TICK - 4.0, y + HALF_DIGIT * SMALL);
                self.canvas.text(label, SMALL, Align::End, end, INK)?;
            }
        }
        for (value, drawing) in self.panel.symbols.iter().filter(|_| self.has_ordinate) {
            let y = self.at((self.x.low(), *value)).1;
            symbol(self.canvas, *drawing, (left - TICK - 2.0 - SYMBOL.0, y))?;
        }
        if !self.panel.heading.is_empty() {
            self.canvas.text(&self.panel.heading, SMALL, Align::Start, (left, top - 4.5), INK)?;
        }
        let middle = (top + bottom) / 2.0;
        let label = if self.is_first { self.panel.y_label.as_str() } else { "" };
        self.canvas.upright_text(label, LABEL, (MARGIN + LABEL, middle), INK)
    }

    fn layer(&self, layer: &Layer, arrows: &mut Vec<(Edge, f64)>) -> Result<(), FigureError> {
        let (canvas, frame) = (self.canvas, self.frame);
        match layer {
            Layer::Band(style, points) => self.band(style, points),
            Layer::Line(style, points) => {
                self.line(points).iter().try_for_each(|piece| dashed(canvas, piece, style, LINE))
            }
            Layer::Hint(style, points) => {
                let dotted = Style { dash: &[1.5, 2.5], ..*style };
                self.line(points).iter().try_for_each(|piece| dashed(canvas, piece, &dotted, 0.9))
            }
            Layer::Markers(style, points) => points.iter().map(|&point| self.at(point)).try_for_each(|point| {
                if frame.holds(point) { canvas.marker(style.marker, point, MARKER, style.color) } else { Ok(()) }
            }),
            Layer::Beyond(style, edge, places) => places.iter().try_for_each(|&place| {
                // Arrows of several lines at one place stand one behind the other.
                let x = self.at((place, 0.0)).0;
                let near = |other: &&(Edge, f64)| other.0 == *edge && (other.1 - x).abs() < 8.0;
                let inset = 8.0 + 13.0 * arrows.iter().filter(near).count() as f64;
                arrows.push((*edge, x));
                let y = if *edge == Edge::Top { frame.top + inset } else { frame.bottom - inset };
                let is_clear = inset < frame.height() / 3.0; // else the arrows would cover the lines
                if is_clear && frame.holds((x, y)) { beyond(canvas, *edge, (x, y), style.color) } else { Ok(()) }
            }),
            Layer::Cells(cells) => tiles::cells(canvas, cells, frame, |point| self.at(point)),
            Layer::Levels(lines) => lines
                .iter()
                .try_for_each(|line| self.line(line).iter().try_for_each(|piece| canvas.line(piece, LEVEL, THIN))),
            Layer::Borders(segments) => self.borders(segments),
            Layer::Thin(style, points) => {
                self.line(points).iter().try_for_each(|piece| dashed(canvas, piece, style, THIN))
            }
            Layer::Guide(points) => {
                let points: Vec<Point> = points.iter().map(|&point| self.at(point)).collect();
                marks::guide(canvas, &points, frame)
            }
            Layer::Discs(discs) => marks::discs(canvas, discs, frame, |point| self.at(point)),
            Layer::Strokes(strokes) => marks::strokes(canvas, strokes, frame, |point| self.at(point)),
            Layer::Rings(points) => {
                let mut places = points.iter().map(|&point| self.at(point)).filter(|&point| frame.holds(point));
                places.try_for_each(|point| canvas.ring(point, RING, INK))
            }
            Layer::Bar(style, x, y) => self.bar(style, *x, *y),
            Layer::Remark(text) => {
                let middle = ((frame.left + frame.right) / 2.0, (frame.top + frame.bottom) / 2.0);
                canvas.text(text, LABEL, Align::Middle, middle, GREY)
            }
        }
    }

    /// Segments along an axis, a little longer so that they close corners.
    fn borders(&self, segments: &[[(f64, f64); 2]]) -> Result<(), FigureError> {
        let drawn: Vec<[Point; 2]> = segments
            .iter()
            .filter_map(|segment| {
                let ends = segment.map(|end| self.at(end));
                let half = EDGE.0 / 2.0;
                let grow = |a: f64, b: f64| if a == b { 0.0 } else { half * (b - a).signum() };
                let (dx, dy) = (grow(ends[0].0, ends[1].0), grow(ends[0].1, ends[1].1));
                let longer = [(ends[0].0 - dx, ends[0].1 - dy), (ends[1].0 + dx, ends[1].1 + dy)];
                let piece = geometry::clip_line(&longer, self.frame).into_iter().next()?;
                Some([piece[0], piece[1]])
            })
            .collect();
        drawn.iter().try_for_each(|ends| self.canvas.line(ends, WHITE, EDGE.1))?;
        drawn.iter().try_for_each(|ends| self.canvas.line(ends, INK, EDGE.0))
    }

    fn line(&self, points: &[(f64, f64)]) -> Vec<Vec<Point>> {
        let points: Vec<Point> = points.iter().map(|&point| self.at(point)).collect();
        geometry::clip_line(&geometry::thin(&points), self.frame)
    }

    fn band(&self, style: &Style, points: &[(f64, f64, f64)]) -> Result<(), FigureError> {
        let low: Vec<Point> = points.iter().map(|&(x, low, _)| self.at((x, low))).collect();
        let high: Vec<Point> = points.iter().map(|&(x, _, high)| self.at((x, high))).collect();
        let mut outline = geometry::thin(&low);
        outline.extend(geometry::thin(&high).into_iter().rev());
        self.canvas.area(&geometry::clip_area(&outline, self.frame), style.color, BAND_OPACITY)
    }

    fn bar(&self, style: &Style, x: (f64, f64), y: (f64, f64)) -> Result<(), FigureError> {
        let (left, bottom) = self.at((x.0, y.0));
        let (right, top) = self.at((x.1, y.1));
        let frame = self.frame;
        let bar = Frame {
            left: left.max(frame.left),
            top: top.max(frame.top),
            right: right.min(frame.right),
            bottom: bottom.min(frame.bottom),
        };
        if bar.left < bar.right && bar.top < bar.bottom { self.canvas.rectangle(&bar, style.color) } else { Ok(()) }
    }
}
