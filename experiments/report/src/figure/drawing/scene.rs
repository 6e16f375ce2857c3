//! A drawing as a list of shapes, in the order in which they are drawn, before it is written as any kind of file.

use super::super::style::Tint;
use super::geometry::{Frame, Point};

/// A drawing; lengths are in units of the layout.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    pub width: f64,
    pub height: f64,
    pub items: Vec<Item>,
}

/// A part of a drawing.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Item {
    /// The beginning of what belongs together.
    Open(Group),
    /// Its end.
    Close,
    /// A shape, and what it is.
    Shape(&'static str, Shape),
}

/// What belongs together.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Group {
    /// What it is.
    pub class: &'static str,
    /// Its number among those of its class, if there are several.
    pub number: Option<usize>,
    /// The name of the line that it is of, as the legend has it.
    pub series: Option<String>,
}

/// A shape.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    /// Lines of one look, each of two points or more.
    Lines(Vec<Vec<Point>>, Stroke),
    /// The inside of a polygon, and how opaque it is.
    Area(Vec<Point>, Tint, f64),
    /// A rectangle.
    Rectangle(Frame, Tint),
    /// A disc, by its centre and radius.
    Disc(Point, f64, Tint),
    /// A line of text.
    Text(Text),
    /// Pixels.
    Image(Image),
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stroke {
    pub color: Tint,
    pub width: f64,
    /// Lengths of dash, gap, …; none for an unbroken line.
    pub dash: &'static [f64],
}

impl Stroke {
    /// An unbroken line.
    pub(super) fn solid(color: Tint, width: f64) -> Self {
        Self { color, width, dash: &[] }
    }
}

/// Text in one line, in which `^{…}` raises; its baseline goes through `at`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Text {
    pub content: String,
    pub size: f64,
    pub align: Align,
    pub at: Point,
    /// Whether it runs upwards, and not to the right.
    pub is_upright: bool,
    pub color: Tint,
}

/// Where text stands relative to its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    /// It starts there.
    Start,
    /// Its middle is there.
    Middle,
    /// It ends there.
    End,
}

/// Pixels in a frame, row by row from the top.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Image {
    pub frame: Frame,
    pub columns: usize,
    pub pixels: Vec<Tint>,
}
