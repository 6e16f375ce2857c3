//! What a chart shows, before anything is drawn: panels over a common abscissa, in one column or several, and a legend.

use super::colors::Rgb;

use super::axis::Axis;
use super::cells::Cells;
use super::style::{Style, Tint};
use super::ticks::Tick;
use super::whose::{OwnedPoint, Whose};

/// A chart.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Its title; may be empty.
    pub title: String,
    /// The axis that all panels share from left to right.
    pub x: Axis,
    /// Its name.
    pub x_label: String,
    /// From top to bottom; of several columns, one after the other.
    pub panels: Vec<Panel>,
    /// How many columns the panels are in, all with as many of them.
    pub columns: usize,
    /// What colours mean, if they are values.
    pub color_bar: Option<ColorBar>,
    /// What lines mean.
    pub legend: Vec<Entry>,
    /// What everything else means, below the lines.
    pub notes: Vec<Entry>,
}

impl Picture {
    /// What all lines have in common; may be empty.
    pub fn subtitle(&self) -> String {
        let shared = self.notes.iter().filter(|note| matches!(note.symbol, Symbol::Shared));
        shared.map(|note| note.text.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// How many panels a column has.
    pub fn rows(&self) -> usize {
        self.panels.len().div_ceil(self.columns).max(1)
    }

    /// Whether the panel of this number has numbers at its ordinate: those of the first column hold for the others, unless
    /// they have others.
    pub fn has_ordinate(&self, panel: usize) -> bool {
        let rows = self.rows();
        panel < rows || self.panels[panel].y != self.panels[panel % rows].y
    }
}

/// A bar of all colours, with the values that they stand for.
#[derive(Clone, Debug)]
pub struct ColorBar {
    /// What the values are.
    pub label: String,
    /// The values, from bottom to top.
    pub axis: Axis,
    /// The colours, from bottom to top, each as high as the others.
    pub colors: Vec<Tint>,
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

impl Panel {
    /// A place like that of this panel, at which nothing is drawn.
    pub(super) fn free(&self) -> Self {
        let layers = vec![Layer::Remark(String::new())];
        Self { heading: String::new(), layers, symbols: Vec::new(), ..self.clone() }
    }

    /// Whether nothing is drawn there, not even its frame.
    #[cfg(feature = "drawing")]
    pub(super) fn is_free(&self) -> bool {
        matches!(&self.layers[..], [Layer::Remark(text)] if text.is_empty())
    }

    /// Its tables of cells.
    pub fn cells(&self) -> impl Iterator<Item = &Cells> {
        self.layers.iter().filter_map(|layer| if let Layer::Cells(cells) = layer { Some(cells) } else { None })
    }
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
    /// Small markers: many, or in small panels.
    Points(Style, Vec<(f64, f64)>),
    /// Arrows at the upper or lower edge, at these x, that point at what lies beyond.
    Beyond(Style, Edge, Vec<f64>),
    /// A table of coloured cells. It hides the panel's grid lines, so there are none.
    Cells(Cells),
    /// Lines of equal value, below whatever else is shown.
    Levels(Vec<Vec<(f64, f64)>>),
    /// Borders between areas, as segments along an axis.
    Borders(Vec<[(f64, f64); 2]>),
    /// A thin line, one of many of its style.
    Thin(Style, Vec<(f64, f64)>),
    /// A line that compares what is shown with something else: a theory, or a fixed value.
    Guide(Vec<(f64, f64)>),
    /// Discs, each of its own colour.
    Discs(Vec<Disc>),
    /// Straight lines, each of its own colour.
    Strokes(Vec<Stroke>),
    /// Pieces of text, over what is below them.
    Labels(Vec<Label>),
    /// Rings.
    Rings(Vec<(f64, f64)>),
    /// A filled rectangle.
    Bar(Style, (f64, f64), (f64, f64)),
    /// An axis of its own.
    Upright(Upright),
    /// Text in the middle.
    Remark(String),
    /// Whose the lines and markers of this look are. This and the next two are drawn by nothing, and come after all that is.
    Owner(Style, Whose),
    /// Whose points are: those of a line, or single ones.
    Owners {
        /// The look of what is drawn there.
        style: Style,
        /// Whether a line joins them.
        is_line: bool,
        /// The points, in values of the axes.
        points: Vec<OwnedPoint>,
    },
    /// Whose the cells of the panel's table are, row by row.
    CellOwners(Vec<Option<Whose>>),
}

/// An upright axis inside a panel, with its ticks on the left.
#[derive(Clone, Debug, PartialEq)]
pub struct Upright {
    /// Where it is.
    pub x: f64,
    /// Where it begins and ends, in values of the panel's ordinate.
    pub ends: (f64, f64),
    /// Its ticks, at values of the panel's ordinate, ascending.
    pub ticks: Vec<Tick>,
}

/// A disc with a dark rim.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Disc {
    /// Where its centre is.
    pub at: (f64, f64),
    /// How large it is across, in pixels.
    pub size: f64,
    /// Its colour.
    pub color: Tint,
}

/// A straight line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke {
    /// Where it starts and ends.
    pub ends: [(f64, f64); 2],
    /// Its colour.
    pub color: Tint,
    /// Its width in pixels.
    pub width: f64,
    /// Lengths of dash, gap, … in pixels; none for an unbroken line.
    pub dash: &'static [f64],
}

/// A piece of text at a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// What it says.
    pub text: String,
    /// Where its middle is.
    pub at: (f64, f64),
    /// How far to the right and down from there it is moved, in pixels.
    pub shift: (f64, f64),
    /// Whether it stands on a piece of paper, which hides lines.
    pub on_paper: bool,
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
    /// A hatched cell.
    Hatched,
    /// An empty cell.
    Empty,
    /// A piece of [`Layer::Borders`].
    Border,
    /// One of [`Layer::Rings`].
    Ring,
    /// A piece of [`Layer::Guide`].
    Guide,
    /// A cell of this colour.
    Swatch(Rgb),
    /// A piece of a line of this colour with these dashes.
    Stroke(Tint, &'static [f64]),
    /// Nothing: what all lines have in common, which stands below the title.
    Shared,
    /// Nothing, beside text that needs no drawing.
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
