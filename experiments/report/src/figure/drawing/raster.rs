//! A drawing as pixels, by plotters.
//!
//! plotters puts every pixel either inside a shape or outside: it draws on a finer grid, of which each pixel is the mean of
//! [`FINER`]² points.

use std::convert::Infallible;

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::Polygon;
use plotters::style::{Color, RGBAColor, RGBColor};
use plotters_backend::{BackendColor, BackendCoord, DrawingBackend, DrawingErrorKind};

use super::super::appearance::{Appearance, Theme};
use super::super::colors::Rgb;
use super::super::style::Tint;
use super::geometry::{self, Frame, Point};
use super::scene::{Align, Image, Item, Scene, Shape, Stroke, Text};
use super::text;

/// Corners of a disc.
const CORNERS: usize = 24;

/// Points of the finer grid along a side of a pixel.
const FINER: usize = 3;

/// Pixels of red, green, blue and opacity.
#[derive(Clone)]
pub(super) struct Pixels {
    pub width: usize,
    pub height: usize,
    pub rgba: Vec<u8>,
}

/// Draws with `scale` pixels in a unit.
pub(super) fn draw(scene: &Scene, look: &Appearance, scale: f64) -> Pixels {
    let mut fine = paper(scene, look, scale);
    paint(&mut fine, &scene.items, look, scale);
    fine.coarser()
}

/// What drawings begin with that have it in common: most of a film stands still.
pub(super) struct Base {
    items: Vec<Item>,
    fine: Pixels,
    coarse: Pixels,
}

impl Base {
    /// What two drawings begin with.
    pub(super) fn new(one: &Scene, other: &Scene, look: &Appearance, scale: f64) -> Self {
        let alike = one.items.iter().zip(&other.items).take_while(|(one, other)| one == other);
        let items: Vec<Item> = alike.map(|(item, _)| item.clone()).collect();
        let mut fine = paper(one, look, scale);
        paint(&mut fine, &items, look, scale);
        let coarse = fine.coarser();
        Self { items, fine, coarse }
    }

    /// The same pixels as [`draw`]'s.
    pub(super) fn draw(&self, scene: &Scene, look: &Appearance, scale: f64) -> Pixels {
        let Some(others) = scene.items.strip_prefix(&self.items[..]) else { return draw(scene, look, scale) };
        let mut fine = self.fine.clone();
        paint(&mut fine, others, look, scale);
        let mut coarse = self.coarse.clone();
        let row = 4 * fine.width * FINER;
        let pairs = fine.rgba.chunks_exact(row).zip(self.fine.rgba.chunks_exact(row));
        for (y, (own, base)) in pairs.enumerate() {
            if own != base {
                fine.coarsen(y, &mut coarse);
            }
        }
        coarse
    }
}

/// Paper for a drawing, on the finer grid.
fn paper(scene: &Scene, look: &Appearance, scale: f64) -> Pixels {
    let (width, height) = size((scene.width, scene.height), scale);
    let mut fine = Pixels::new(FINER * width, FINER * height);
    if look.theme != Theme::Transparent {
        let Rgb(r, g, b) = look.rgb(Tint::Paper);
        fine.rgba.chunks_exact_mut(4).for_each(|pixel| pixel.copy_from_slice(&[r, g, b, 0xff]));
    }
    fine
}

/// Draws shapes on the finer grid.
fn paint(fine: &mut Pixels, items: &[Item], look: &Appearance, scale: f64) {
    let size = (fine.width, fine.height);
    let brush = Brush { area: Canvas(fine).into_drawing_area(), size, look, scale: scale * FINER as f64 };
    for item in items {
        if let Item::Shape(_, shape) = item {
            brush.shape(shape);
        }
    }
}

/// Pixels from left to right and from top to bottom.
pub(super) fn size((width, height): (f64, f64), scale: f64) -> (usize, usize) {
    let pixels = |length: f64| (length * scale).ceil().max(1.0) as usize;
    (pixels(width), pixels(height))
}

/// What plotters draws pixels on.
struct Canvas<'a>(&'a mut Pixels);

impl DrawingBackend for Canvas<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (self.0.width as u32, self.0.height as u32)
    }

    fn ensure_prepared(&mut self) -> Result<(), DrawingErrorKind<Infallible>> {
        Ok(())
    }

    fn present(&mut self) -> Result<(), DrawingErrorKind<Infallible>> {
        Ok(())
    }

    fn draw_pixel(&mut self, at: BackendCoord, color: BackendColor) -> Result<(), DrawingErrorKind<Infallible>> {
        self.0.blend(at, color);
        Ok(())
    }
}

struct Brush<'a> {
    area: DrawingArea<Canvas<'a>, Shift>,
    /// Points of the finer grid from left to right and from top to bottom.
    size: (usize, usize),
    look: &'a Appearance,
    /// Points in a unit.
    scale: f64,
}

impl Brush<'_> {
    fn shape(&self, shape: &Shape) {
        match shape {
            Shape::Lines(lines, stroke) => lines.iter().for_each(|line| self.line(line, stroke)),
            Shape::Area(points, color, opacity) => self.polygon(points, *color, *opacity),
            Shape::Rectangle(frame, color) => self.polygon(&corners(frame), *color, 1.0),
            Shape::Disc(at, radius, color) => self.polygon(&disc(*at, *radius), *color, 1.0),
            Shape::Text(text) => self.text(text),
            Shape::Image(image) => self.image(image),
        }
    }

    fn polygon(&self, points: &[Point], color: Tint, opacity: f64) {
        let edge = Frame { left: 0.0, top: 0.0, right: self.size.0 as f64, bottom: self.size.1 as f64 };
        let scaled: Vec<Point> = points.iter().map(|(x, y)| (x * self.scale, y * self.scale)).collect();
        let points: Vec<BackendCoord> = geometry::clip_area(&scaled, &edge)
            .iter()
            .map(|(x, y)| ((x - 0.5).round() as i32, (y - 0.5).round() as i32))
            .collect();
        if points.len() > 2 {
            let color = opaque(self.look.rgb(color), opacity);
            self.area.draw(&Polygon::new(points, color.filled())).expect("memory takes every pixel");
        }
    }

    fn line(&self, points: &[Point], stroke: &Stroke) {
        let half = stroke.width / 2.0;
        for dash in geometry::dashes(points, stroke.dash) {
            for pair in dash.windows(2) {
                let (dx, dy) = (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1);
                let length = libm::sqrt(dx * dx + dy * dy);
                if length > 0.0 {
                    let (nx, ny) = (-dy / length * half, dx / length * half);
                    let [(ax, ay), (bx, by)] = [pair[0], pair[1]];
                    let corners = [(ax + nx, ay + ny), (bx + nx, by + ny), (bx - nx, by - ny), (ax - nx, ay - ny)];
                    self.polygon(&corners, stroke.color, 1.0);
                }
            }
            let joints = dash.get(1..dash.len().saturating_sub(1)).unwrap_or_default();
            joints.iter().for_each(|&joint| self.polygon(&disc(joint, half), stroke.color, 1.0));
        }
    }

    fn text(&self, text: &Text) {
        let rgb = self.look.rgb(text.color);
        let pieces = text::pieces(&text.content, text.size * self.scale);
        let total: f64 = pieces.iter().map(text::piece_width).sum();
        let mut along = match text.align {
            Align::Start => 0.0,
            Align::Middle => -total / 2.0,
            Align::End => -total,
        };
        let (left, base) = (text.at.0 * self.scale, text.at.1 * self.scale);
        for piece in pieces {
            let (glyphs, width) = text::layout(piece.text, piece.size);
            text::cover(glyphs, |x, y, share| {
                let (x, y) = (f64::from(x) + along, f64::from(y) - piece.raise);
                let (x, y) = if text.is_upright { (left + y, base - x) } else { (left + x, base + y) };
                self.pixel((x.round() as i32, y.round() as i32), rgb, f64::from(share));
            });
            along += width;
        }
    }

    fn image(&self, image: &Image) {
        let rows = image.pixels.len() / image.columns;
        let Frame { left, top, .. } = image.frame;
        let step = (image.frame.width() / image.columns as f64, image.frame.height() / rows as f64);
        let [x, y] = [(left, image.frame.right, self.size.0), (top, image.frame.bottom, self.size.1)].map(
            |(low, high, most)| {
                let pixel = |place: f64| ((place * self.scale).round().max(0.0) as usize).min(most);
                pixel(low)..pixel(high)
            },
        );
        for py in y {
            let row = (((py as f64 + 0.5) / self.scale - top) / step.1).max(0.0) as usize;
            for px in x.clone() {
                let column = (((px as f64 + 0.5) / self.scale - left) / step.0).max(0.0) as usize;
                let tint = image.pixels[row.min(rows - 1) * image.columns + column.min(image.columns - 1)];
                self.pixel((px as i32, py as i32), self.look.rgb(tint), 1.0);
            }
        }
    }

    fn pixel(&self, at: BackendCoord, color: Rgb, share: f64) {
        self.area.draw_pixel(at, &opaque(color, share)).expect("memory takes every pixel");
    }
}

impl Pixels {
    fn new(width: usize, height: usize) -> Self {
        Self { width, height, rgba: vec![0; 4 * width * height] }
    }

    /// Puts a colour over a pixel (Porter and Duff 1984), if there is one.
    fn blend(&mut self, (x, y): BackendCoord, color: BackendColor) {
        if x < 0 || y < 0 || x as usize >= self.width || y as usize >= self.height {
            return;
        }
        let at = 4 * (y as usize * self.width + x as usize);
        let pixel = &mut self.rgba[at..at + 4];
        let (share, below) = (color.alpha.clamp(0.0, 1.0), f64::from(pixel[3]) / 255.0);
        let opacity = share + below * (1.0 - share);
        if opacity > 0.0 {
            let (r, g, b) = color.rgb;
            for (channel, color) in pixel.iter_mut().zip([r, g, b]) {
                let mixed = f64::from(color) * share + f64::from(*channel) * below * (1.0 - share);
                *channel = (mixed / opacity).round() as u8;
            }
            pixel[3] = (opacity * 255.0).round() as u8;
        }
    }

    /// The means of squares of [`FINER`]² pixels, in which each counts by its opacity.
    fn coarser(&self) -> Self {
        let mut coarse = Self::new(self.width / FINER, self.height / FINER);
        (0..coarse.height).for_each(|y| self.coarsen(y, &mut coarse));
        coarse
    }

    /// One row of them.
    fn coarsen(&self, row: usize, coarse: &mut Self) {
        let start = 4 * row * coarse.width;
        let pixels = coarse.rgba[start..][..4 * coarse.width].chunks_exact_mut(4);
        for (at, pixel) in pixels.enumerate() {
            let (left, top) = (at * FINER, row * FINER);
            let mut sums = [0_u32; 4];
            for y in top..top + FINER {
                let row = &self.rgba[4 * (y * self.width + left)..][..4 * FINER];
                for fine in row.chunks_exact(4) {
                    let opacity = u32::from(fine[3]);
                    (0..3).for_each(|channel| sums[channel] += u32::from(fine[channel]) * opacity);
                    sums[3] += opacity;
                }
            }
            pixel.fill(0);
            if sums[3] > 0 {
                (0..3).for_each(|channel| pixel[channel] = ((sums[channel] + sums[3] / 2) / sums[3]) as u8);
                pixel[3] = ((sums[3] + (FINER * FINER) as u32 / 2) / (FINER * FINER) as u32) as u8;
            }
        }
    }
}

fn opaque(Rgb(r, g, b): Rgb, opacity: f64) -> RGBAColor {
    RGBColor(r, g, b).mix(opacity)
}

fn corners(frame: &Frame) -> Vec<Point> {
    let Frame { left, top, right, bottom } = *frame;
    vec![(left, top), (right, top), (right, bottom), (left, bottom)]
}

fn disc((x, y): Point, radius: f64) -> Vec<Point> {
    let corner = |i: usize| {
        let angle = std::f64::consts::TAU * i as f64 / CORNERS as f64;
        (x + radius * libm::cos(angle), y + radius * libm::sin(angle))
    };
    (0..CORNERS).map(corner).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(shape: Shape) -> Pixels {
        let scene = Scene { width: 40.0, height: 40.0, items: vec![Item::Shape("", shape)] };
        draw(&scene, &Appearance::default(), 6.0)
    }

    #[test]
    fn a_line_that_turns_back_stays_where_it_is() {
        let stroke = Stroke::solid(Tint::Ink, 2.0);
        let pixels = drawn(Shape::Lines(vec![vec![(18.0, 20.0), (20.0, 20.0), (18.0, 20.1)]], stroke));
        let is_dark = |x: usize, y: usize| pixels.rgba[4 * (y * pixels.width + x)] < 128;
        // The line is from 108 to 120, and 12 pixels wide.
        assert!(is_dark(114, 120));
        assert!((0..240).filter(|x| !(100..128).contains(x)).all(|x| (0..240).all(|y| !is_dark(x, y))));
    }

    #[test]
    fn lines_are_as_wide_as_they_are_to_a_third_of_a_pixel() {
        for width in [1.0, 2.0, 3.0, 4.5] {
            let stroke = Stroke::solid(Tint::Ink, width / 6.0);
            let lines = vec![vec![(10.0, 20.0), (30.0, 20.0)], vec![(5.0, 5.0), (5.0, 15.0)]];
            let pixels = drawn(Shape::Lines(lines, stroke));
            let darkness =
                |x: usize, y: usize| f64::from(0xff - pixels.rgba[4 * (y * pixels.width + x)]) / f64::from(0xff - 0x22);
            let across = [(0..240).map(|y| darkness(100, y)).sum::<f64>(), (0..180).map(|x| darkness(x, 60)).sum()];
            assert!(across.iter().all(|own| (own - width).abs() < 0.34), "{width}: {across:?}");
        }
    }

    #[test]
    fn paper_may_be_missing() {
        let scene =
            Scene { width: 4.0, height: 4.0, items: vec![Item::Shape("", Shape::Disc((2.0, 2.0), 1.0, Tint::Ink))] };
        let look = Appearance { theme: Theme::Transparent, ..Appearance::default() };
        let pixels = draw(&scene, &look, 1.0);
        assert_eq!((pixels.rgba[3], pixels.rgba[4 * 5 + 3] > 150), (0, true));
    }
}
