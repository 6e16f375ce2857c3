//! A drawing as SVG: an element a line, classes that say what it is, and colours as CSS variables.
//!
//! A colour is `fill: #222; fill: var(--ink, #222)`, so that programs without variables have it as well, and a style of
//! the page, or one line `svg { --ink: #eee }` in the file, changes it everywhere.

use std::collections::BTreeSet;
use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::super::appearance::{Appearance, Theme};
use super::super::error::FigureError;
use super::super::style::Tint;
use super::geometry::Point;
use super::image;
use super::scene::{Align, Group, Image, Item, Scene, Shape, Text};
use super::text;

/// The drawing as SVG. Its ids begin with `name`.
pub(super) fn write(scene: &Scene, title: &str, name: &str, look: &Appearance) -> Result<String, FigureError> {
    let mut body = Body { look, name, colors: BTreeSet::new(), text: String::new(), depth: 1 };
    if look.theme != Theme::Transparent {
        body.element(format!(
            "<rect {} width=\"{}\" height=\"{}\"/>",
            "class=\"paper fill-paper\"",
            number(scene.width),
            number(scene.height)
        ));
        body.colors.insert((Paint::Fill, class(Tint::Paper), look.rgb(Tint::Paper).css()));
    }
    for item in &scene.items {
        body.item(item)?;
    }
    let [width, height] = [scene.width, scene.height].map(number);
    let unit = look.unit();
    let [outer_width, outer_height] = [scene.width * unit, scene.height * unit].map(number);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"thalweg\" width=\"{outer_width}\" height=\"{outer_height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" font-family=\"{}\" fill=\"none\" stroke-linejoin=\"round\">\n\
         <title>{}</title>\n<style>\n",
        text::FAMILY,
        escape(&text::plain(title))
    );
    for (paint, class, color) in &body.colors {
        let (paint, property) = (paint.name(), paint.property());
        writeln!(svg, ".thalweg .{paint}-{class} {{ {property}: {color}; {property}: var(--{class}, {color}) }}")
            .expect("a String takes all text");
    }
    svg.push_str("</style>\n");
    svg.push_str(&body.text);
    svg.push_str("</svg>\n");
    Ok(svg)
}

/// Which of its two paints an element has a colour for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Paint {
    Fill,
    Line,
}

impl Paint {
    fn name(self) -> &'static str {
        if self == Self::Fill { "fill" } else { "line" }
    }

    fn property(self) -> &'static str {
        if self == Self::Fill { "fill" } else { "stroke" }
    }
}

struct Body<'a> {
    look: &'a Appearance,
    name: &'a str,
    /// The colours that have a class.
    colors: BTreeSet<(Paint, String, String)>,
    text: String,
    depth: usize,
}

impl Body<'_> {
    fn element(&mut self, element: impl AsRef<str>) {
        self.text.extend(std::iter::repeat_n(' ', self.depth - 1));
        self.text.push_str(element.as_ref());
        self.text.push('\n');
    }

    fn item(&mut self, item: &Item) -> Result<(), FigureError> {
        match item {
            Item::Open(group) => {
                self.element(opening(group, self.name));
                self.depth += 1;
            }
            Item::Close => {
                self.depth -= 1;
                self.element("</g>");
            }
            Item::Shape(class, shape) => {
                let element = self.shape(class, shape)?;
                self.element(element);
            }
        }
        Ok(())
    }

    /// The attribute for what an element is and its colour; colours of values are no classes.
    fn paint(&mut self, kind: &str, paint: Paint, color: Tint) -> String {
        let rgb = self.look.rgb(color).css();
        if let Tint::Value(_) = color {
            return format!("class=\"{kind}\" {}=\"{rgb}\"", paint.property());
        }
        let class = class(color);
        let attribute = format!("class=\"{kind} {}-{class}\"", paint.name());
        self.colors.insert((paint, class, rgb));
        attribute
    }

    fn shape(&mut self, kind: &str, shape: &Shape) -> Result<String, FigureError> {
        Ok(match shape {
            Shape::Lines(lines, stroke) => {
                let paint = self.paint(kind, Paint::Line, stroke.color);
                let dash = match stroke.dash {
                    [] => String::new(),
                    dash => format!(
                        " stroke-dasharray=\"{}\"",
                        dash.iter().map(|n| number(*n)).collect::<Vec<_>>().join(" ")
                    ),
                };
                let path: String = lines.iter().map(|line| path(line)).collect();
                format!("<path {paint} stroke-width=\"{}\"{dash} d=\"{path}\"/>", number(stroke.width))
            }
            Shape::Area(points, color, opacity) => {
                let paint = self.paint(kind, Paint::Fill, *color);
                let opacity =
                    if *opacity < 1.0 { format!(" fill-opacity=\"{}\"", number(*opacity)) } else { String::new() };
                format!("<path {paint}{opacity} d=\"{}Z\"/>", path(points))
            }
            Shape::Rectangle(frame, color) => {
                let paint = self.paint(kind, Paint::Fill, *color);
                let [x, y, width, height] = [frame.left, frame.top, frame.width(), frame.height()].map(number);
                format!("<rect {paint} x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>")
            }
            Shape::Disc((x, y), radius, color) => {
                let paint = self.paint(kind, Paint::Fill, *color);
                format!("<circle {paint} cx=\"{}\" cy=\"{}\" r=\"{}\"/>", number(*x), number(*y), number(*radius))
            }
            Shape::Text(text) => self.line_of_text(kind, text),
            Shape::Image(image) => self.image(kind, image)?,
        })
    }

    fn line_of_text(&mut self, kind: &str, text: &Text) -> String {
        let paint = self.paint(kind, Paint::Fill, text.color);
        let anchor = match text.align {
            Align::Start => "",
            Align::Middle => " text-anchor=\"middle\"",
            Align::End => " text-anchor=\"end\"",
        };
        let [x, y] = [text.at.0, text.at.1].map(number);
        let turn = if text.is_upright { format!(" transform=\"rotate(-90 {x} {y})\"") } else { String::new() };
        let mut content = String::new();
        let mut raise = 0.0;
        for piece in text::pieces(&text.content, text.size) {
            let (dy, written) = (raise - piece.raise, escape(piece.text));
            raise = piece.raise;
            if dy == 0.0 {
                content.push_str(&written);
            } else if piece.raise > 0.0 {
                let (dy, size) = (number(dy), number(piece.size));
                write!(content, "<tspan dy=\"{dy}\" font-size=\"{size}\">{written}</tspan>")
                    .expect("it takes all text");
            } else {
                write!(content, "<tspan dy=\"{}\">{written}</tspan>", number(dy)).expect("it takes all text");
            }
        }
        format!("<text {paint} x=\"{x}\" y=\"{y}\" font-size=\"{}\"{anchor}{turn}>{content}</text>", number(text.size))
    }

    fn image(&self, kind: &str, image: &Image) -> Result<String, FigureError> {
        let colors: Vec<_> = image.pixels.iter().map(|tint| self.look.rgb(*tint)).collect();
        let data = STANDARD.encode(image::indexed_png(&colors, image.columns)?);
        let [x, y, width, height] =
            [image.frame.left, image.frame.top, image.frame.width(), image.frame.height()].map(number);
        Ok(format!(
            "<image class=\"{kind}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" \
             preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\" href=\"data:image/png;base64,{data}\"/>"
        ))
    }
}

fn opening(group: &Group, name: &str) -> String {
    let Group { class, number, series } = group;
    let id = match (number, series) {
        (Some(number), _) => format!(" id=\"{name}-{class}-{number}\""),
        (None, None) => format!(" id=\"{name}-{class}\""),
        (None, Some(_)) => String::new(),
    };
    let series = series.as_ref().map(|series| format!(" data-series=\"{}\"", escape(&text::plain(series))));
    format!("<g{id} class=\"{class}\"{}>", series.unwrap_or_default())
}

/// The name of a colour, as a class and as a variable.
pub(super) fn class(color: Tint) -> String {
    match color {
        Tint::Paper => "paper".to_owned(),
        Tint::Ink => "ink".to_owned(),
        Tint::Axis => "axis".to_owned(),
        Tint::Grid => "grid".to_owned(),
        Tint::FineGrid => "fine-grid".to_owned(),
        Tint::Level => "level".to_owned(),
        Tint::Missing => "missing".to_owned(),
        Tint::Hatching => "hatching".to_owned(),
        Tint::Tone(depth) => format!("tone-{depth}"),
        Tint::Hue(index) => format!("hue-{}", index + 1),
        Tint::Wash(index, depth) => format!("wash-{}-{depth}", index + 1),
        Tint::Value(rgb) => rgb.css(),
    }
}

fn path(points: &[Point]) -> String {
    let mut path = String::new();
    for (i, (x, y)) in points.iter().enumerate() {
        let letter = match i {
            0 => "M",
            1 => "L",
            _ => " ",
        };
        path.push_str(letter);
        path.push_str(&number(*x));
        path.push(',');
        path.push_str(&number(*y));
    }
    path
}

/// A length to a hundredth.
pub(super) fn number(length: f64) -> String {
    // Rounding half away from zero is exact, and the same everywhere.
    let hundredths = (length * 100.0).round();
    if hundredths == 0.0 { "0".to_owned() } else { format!("{}", hundredths / 100.0) }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
