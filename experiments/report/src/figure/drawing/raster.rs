//! A drawing as pixels, each with its share of what covers it.

use ab_glyph_rasterizer::{Rasterizer, point};

use super::super::appearance::{Appearance, Theme};
use super::super::colors::Rgb;
use super::super::style::Tint;
use super::geometry::{self, Frame, Point};
use super::scene::{Align, Image, Item, Scene, Shape, Stroke, Text};
use super::text;

/// Corners of a disc.
const CORNERS: usize = 24;

/// Pixels of red, green, blue and opacity.
pub(super) struct Pixels {
    pub width: usize,
    pub height: usize,
    pub rgba: Vec<u8>,
}

/// Draws with `scale` pixels in a unit.
pub(super) fn draw(scene: &Scene, look: &Appearance, scale: f64) -> Pixels {
    let (width, height) = size(scene, scale);
    let mut brush = Brush { pixels: Pixels { width, height, rgba: vec![0; 4 * width * height] }, look, scale };
    if look.theme != Theme::Transparent {
        let Rgb(r, g, b) = look.rgb(Tint::Paper);
        brush.pixels.rgba.chunks_exact_mut(4).for_each(|pixel| pixel.copy_from_slice(&[r, g, b, 0xff]));
    }
    for item in &scene.items {
        if let Item::Shape(_, shape) = item {
            brush.shape(shape);
        }
    }
    brush.pixels
}

/// Pixels from left to right and from top to bottom.
pub(super) fn size(scene: &Scene, scale: f64) -> (usize, usize) {
    let pixels = |length: f64| (length * scale).ceil().max(1.0) as usize;
    (pixels(scene.width), pixels(scene.height))
}

struct Brush<'a> {
    pixels: Pixels,
    look: &'a Appearance,
    scale: f64,
}

/// How much of each pixel of a rectangle is covered.
struct Mask {
    left: usize,
    top: usize,
    width: usize,
    shares: Vec<f32>,
}

impl Brush<'_> {
    fn shape(&mut self, shape: &Shape) {
        match shape {
            Shape::Lines(lines, stroke) => lines.iter().for_each(|line| self.line(line, stroke)),
            Shape::Area(points, color, opacity) => self.polygons(std::slice::from_ref(points), *color, *opacity),
            Shape::Rectangle(frame, color) => self.polygons(&[corners(frame)], *color, 1.0),
            Shape::Disc(at, radius, color) => self.polygons(&[disc(*at, *radius)], *color, 1.0),
            Shape::Text(text) => self.text(text),
            Shape::Image(image) => self.image(image),
        }
    }

    /// Draws polygons as one shape: where they overlap, they are as opaque as one.
    fn polygons(&mut self, polygons: &[Vec<Point>], color: Tint, opacity: f64) {
        let edge = Frame { left: 0.0, top: 0.0, right: self.pixels.width as f64, bottom: self.pixels.height as f64 };
        let scaled = |points: &Vec<Point>| {
            let points: Vec<Point> = points.iter().map(|(x, y)| (x * self.scale, y * self.scale)).collect();
            geometry::clip_area(&points, &edge)
        };
        let polygons: Vec<Vec<Point>> = polygons.iter().map(scaled).filter(|polygon| polygon.len() > 2).collect();
        let Some(mut mask) = Mask::around(&polygons) else { return };
        polygons.iter().for_each(|polygon| mask.add(polygon));
        self.cover(&mask, color, opacity);
    }

    fn line(&mut self, points: &[Point], stroke: &Stroke) {
        let half = stroke.width / 2.0;
        let mut polygons = Vec::new();
        for dash in geometry::dashes(points, stroke.dash) {
            for pair in dash.windows(2) {
                let (dx, dy) = (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1);
                let length = libm::sqrt(dx * dx + dy * dy);
                if length > 0.0 {
                    let (nx, ny) = (-dy / length * half, dx / length * half);
                    let [(ax, ay), (bx, by)] = [pair[0], pair[1]];
                    polygons.push(vec![(ax + nx, ay + ny), (bx + nx, by + ny), (bx - nx, by - ny), (ax - nx, ay - ny)]);
                }
            }
            let joints = dash.get(1..dash.len().saturating_sub(1)).unwrap_or_default();
            polygons.extend(joints.iter().map(|&joint| disc(joint, half)));
        }
        self.polygons(&polygons, stroke.color, 1.0);
    }

    fn text(&mut self, text: &Text) {
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
                self.blend(x.round() as i64, y.round() as i64, rgb, f64::from(share));
            });
            along += width;
        }
    }

    fn image(&mut self, image: &Image) {
        let rows = image.pixels.len() / image.columns;
        let Frame { left, top, .. } = image.frame;
        let step = (image.frame.width() / image.columns as f64, image.frame.height() / rows as f64);
        let [x, y] = [(left, image.frame.right, self.pixels.width), (top, image.frame.bottom, self.pixels.height)].map(
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
                self.blend(px as i64, py as i64, self.look.rgb(tint), 1.0);
            }
        }
    }

    fn cover(&mut self, mask: &Mask, color: Tint, opacity: f64) {
        let rgb = self.look.rgb(color);
        for (row, shares) in mask.shares.chunks_exact(mask.width).enumerate() {
            for (column, share) in shares.iter().enumerate().filter(|(_, share)| **share > 0.0) {
                let (x, y) = ((mask.left + column) as i64, (mask.top + row) as i64);
                self.blend(x, y, rgb, f64::from(*share) * opacity);
            }
        }
    }

    /// Puts a share of a colour over a pixel (Porter and Duff 1984), if there is one.
    fn blend(&mut self, x: i64, y: i64, Rgb(r, g, b): Rgb, share: f64) {
        let Pixels { width, height, rgba } = &mut self.pixels;
        if x < 0 || y < 0 || x >= *width as i64 || y >= *height as i64 {
            return;
        }
        let at = 4 * (y as usize * *width + x as usize);
        let pixel = &mut rgba[at..at + 4];
        let (share, below) = (share.min(1.0), f64::from(pixel[3]) / 255.0);
        let opacity = share + below * (1.0 - share);
        if opacity > 0.0 {
            for (channel, color) in pixel.iter_mut().zip([r, g, b]) {
                let mixed = f64::from(color) * share + f64::from(*channel) * below * (1.0 - share);
                *channel = (mixed / opacity).round() as u8;
            }
            pixel[3] = (opacity * 255.0).round() as u8;
        }
    }
}

impl Mask {
    /// An empty one that holds these polygons, if there are any.
    fn around(polygons: &[Vec<Point>]) -> Option<Self> {
        let (low, high) = bounds(polygons.iter().flatten())?;
        let (left, top) = (low.0.floor() as usize, low.1.floor() as usize);
        let (width, height) = (high.0.ceil() as usize + 1 - left, high.1.ceil() as usize + 1 - top);
        Some(Self { left, top, width, shares: vec![0.0; width * height] })
    }

    /// Covers what a polygon covers.
    fn add(&mut self, polygon: &[Point]) {
        let Some((low, high)) = bounds(polygon.iter()) else { return };
        let (left, top) = (low.0.floor(), low.1.floor());
        let (width, height) = ((high.0.ceil() - left) as usize + 1, (high.1.ceil() - top) as usize + 1);
        let mut rasterizer = Rasterizer::new(width, height);
        let place = |(x, y): Point| point((x - left) as f32, (y - top) as f32);
        for (i, &end) in polygon.iter().enumerate() {
            let start = polygon[if i == 0 { polygon.len() - 1 } else { i - 1 }];
            rasterizer.draw_line(place(start), place(end));
        }
        let (left, top) = (left as usize - self.left, top as usize - self.top);
        rasterizer.for_each_pixel_2d(|x, y, share| {
            let at = (top + y as usize) * self.width + left + x as usize;
            if let Some(own) = self.shares.get_mut(at).filter(|_| left + (x as usize) < self.width) {
                *own = own.max(share.min(1.0));
            }
        });
    }
}

/// The lower left and the upper right end of points.
fn bounds<'a>(points: impl Iterator<Item = &'a Point>) -> Option<(Point, Point)> {
    points.map(|&point| (point, point)).reduce(|(low, high), (point, _)| {
        ((low.0.min(point.0), low.1.min(point.1)), (high.0.max(point.0), high.1.max(point.1)))
    })
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
    fn half_a_pixel_is_half_as_dark() {
        let pixels =
            drawn(Shape::Rectangle(Frame { left: 1.0, top: 1.0, right: 2.0 + 0.5 / 6.0, bottom: 2.0 }, Tint::Ink));
        let red = |x: usize, y: usize| pixels.rgba[4 * (y * pixels.width + x)];
        assert_eq!([red(5, 8), red(6, 8), red(11, 8), red(13, 8)], [0xff, 0x22, 0x22, 0xff]);
        assert!((i32::from(red(12, 8)) - (0xff + 0x22) / 2).abs() <= 1);
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
