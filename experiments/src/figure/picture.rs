//! What a chart shows, before anything is drawn: panels over a common abscissa, and a legend.

use super::axis::Axis;
use super::style::Style;

/// A chart.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Its title; may be empty.
    pub title: String,
    /// What all panels share from left to right.
    pub x: Axis,
    /// Its name.
    pub x_label: String,
    /// From top to bottom.
    pub panels: Vec<Panel>,
    /// What lines mean.
    pub legend: Vec<Entry>,
    /// What all else means, below the lines.
    pub notes: Vec<Entry>,
}

/// One plot.
#[derive(Clone, Debug)]
pub struct Panel {
    /// A line of text above it; may be empty.
    pub heading: String,
    /// Its height in pixels.
    pub height: f64,
    /// From bottom to top.
    pub y: Axis,
    /// Its name; may be empty.
    pub y_label: String,
    /// What it shows, later layers over earlier ones.
    pub layers: Vec<Layer>,
    /// Symbols left of the ordinate, at these values.
    pub symbols: Vec<(f64, Symbol)>,
}

/// Something in a panel, in values of its axes.
#[derive(Clone, Debug)]
pub enum Layer {
    /// The area between two lines, as (x, low, high).
    Band(Style, Vec<(f64, f64, f64)>),
    /// A line.
    Line(Style, Vec<(f64, f64)>),
    /// A thin dotted line.
    Hint(Style, Vec<(f64, f64)>),
    /// Markers.
    Markers(Style, Vec<(f64, f64)>),
    /// Arrows at the upper or lower edge, at these x, that point at what lies beyond.
    Beyond(Style, Edge, Vec<f64>),
    /// A filled rectangle.
    Bar(Style, (f64, f64), (f64, f64)),
    /// Text in the middle.
    Remark(String),
}

/// An edge of a panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// The upper one.
    Top,
    /// The lower one.
    Bottom,
}

impl Edge {
    /// The other one.
    pub fn opposite(self) -> Self {
        match self {
            Self::Top => Self::Bottom,
            Self::Bottom => Self::Top,
        }
    }
}

/// A small drawing beside text.
#[derive(Clone, Copy, Debug)]
pub enum Symbol {
    /// A line with its marker.
    Line(Style),
    /// A line's marker.
    Marker(Style),
    /// A piece of a line in grey.
    PlainLine,
    /// A piece of a band in grey.
    Band,
    /// The arrow of [`Layer::Beyond`] in grey.
    Beyond(Edge),
    /// Nothing.
    None,
}

/// A line of the legend.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The drawing.
    pub symbol: Symbol,
    /// The text.
    pub text: String,
}
