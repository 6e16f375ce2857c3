//! Where the lines of a legend stand: beside the panels, below them, in one, or at the ends of lines.

use super::super::picture::{Entry, Layer, Panel, Picture, Symbol};
use super::super::style::Style;
use super::geometry::{Frame, Point};
use super::layout::{SLACK, SMALL, entries};
use super::text;

/// From one line to the next, and between lines of one entry.
const LINE: f64 = 17.0;
const CONTINUED: f64 = 13.0;
/// Width of the drawing beside a text, and of the room between them.
pub(super) const SYMBOL: (f64, f64) = (30.0, 7.0);
/// What a text may be wider than its own width by rounding.
const ROUNDING: f64 = 1e-6;
/// Room between columns of entries, and around a legend inside a panel.
const COLUMN_GAP: f64 = 18.0;
const INSET: f64 = 7.0;
/// Steps between the places that it may have, in either direction.
const PLACES: u32 = 8;

/// A line of the legend in its place.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub symbol: Symbol,
    pub lines: Vec<String>,
    /// The left end and the middle of its first line.
    pub at: Point,
    /// The line that it stands at the end of, whose colour it has.
    pub line: Option<Style>,
}

impl Placed {
    /// Where its text begins.
    pub(super) fn text_left(&self) -> f64 {
        self.at.0 + indent(&self.symbol)
    }

    /// The middle of line `index` of its text.
    pub(super) fn middle(&self, index: usize) -> f64 {
        self.at.1 + index as f64 * CONTINUED
    }
}

/// A legend in its place.
#[derive(Clone, Debug, Default)]
pub(super) struct Key {
    pub entries: Vec<Placed>,
    /// What it covers inside of a panel.
    pub cover: Option<Frame>,
}

impl Key {
    /// The width of an entry.
    pub(super) fn width(entry: &Entry) -> f64 {
        indent(&entry.symbol) + Self::text_width(entry)
    }

    /// That of its text.
    pub(super) fn text_width(entry: &Entry) -> f64 {
        SLACK * text::width(&entry.text, SMALL)
    }

    /// Puts entries one below another, no wider than `limit`; the lower end.
    pub(super) fn column(&mut self, entries: &[Entry], (left, top): Point, limit: f64) -> f64 {
        let mut y = top + LINE / 2.0;
        for entry in entries {
            let lines = text::wrap(&entry.text, SMALL, (limit - indent(&entry.symbol)).max(SMALL) / SLACK + ROUNDING);
            let height = lines.len().saturating_sub(1) as f64 * CONTINUED;
            self.entries.push(Placed { symbol: entry.symbol, lines, at: (left, y), line: None });
            y += height + LINE;
        }
        y - LINE / 2.0
    }

    /// Puts entries in as many columns as fit into `limit`, filled one after the other; the lower end.
    pub(super) fn rows(&mut self, entries: &[Entry], (left, top): Point, limit: f64) -> f64 {
        let widest = entries.iter().map(Self::width).fold(1.0, f64::max).min(limit);
        let columns = (((limit + COLUMN_GAP) / (widest + COLUMN_GAP)) as usize).clamp(1, entries.len().max(1));
        let each = entries.len().div_ceil(columns);
        let mut end = top;
        for (column, entries) in entries.chunks(each.max(1)).enumerate() {
            let at = (left + column as f64 * (widest + COLUMN_GAP), top);
            end = end.max(self.column(entries, at, widest));
        }
        end
    }

    /// Puts entries one behind another, in lines no longer than `limit`; the lower end.
    pub(super) fn flow(&mut self, entries: &[Entry], (left, top): Point, limit: f64) -> f64 {
        let mut y = top;
        let mut rest = entries;
        while let Some(first) = rest.first() {
            let mut count = 1;
            let mut width = Self::width(first);
            while let Some(next) = rest.get(count).filter(|next| width + COLUMN_GAP + Self::width(next) <= limit) {
                width += COLUMN_GAP + Self::width(next);
                count += 1;
            }
            let (line, others) = rest.split_at(count);
            let mut x = left;
            let mut end = y;
            for entry in line {
                end = end.max(self.column(std::slice::from_ref(entry), (x, y), limit));
                x += Self::width(entry) + COLUMN_GAP;
            }
            (y, rest) = (end, others);
        }
        y
    }

    /// Puts the legend of lines where a panel is emptiest, if it fits.
    pub(super) fn inside(&mut self, picture: &Picture, frame: &Frame) -> bool {
        let lines = entries(picture, true, false);
        let (Some(panel), false) = (picture.panels.first(), lines.is_empty()) else { return false };
        let width = lines.iter().map(Self::width).fold(0.0, f64::max) + 2.0 * INSET;
        let height = lines.len() as f64 * LINE + INSET;
        if width > frame.width() - 2.0 * INSET || height > 0.8 * frame.height() {
            return false;
        }
        let points = points(picture, panel, frame);
        // From the upper right corner on.
        let step = |from: f64, room: f64, at: u32| from + room * f64::from(at) / f64::from(PLACES);
        let room = (frame.width() - 2.0 * INSET - width, frame.height() - 2.0 * INSET - height);
        let place = |row: u32, column: u32| {
            (step(frame.left + INSET, room.0, PLACES - column), step(frame.top + INSET, room.1, row))
        };
        let places = (0..=PLACES).flat_map(|row| (0..=PLACES).map(move |column| (row, column)));
        let cover = |(left, top): Point| Frame { left, top, right: left + width, bottom: top + height };
        let hidden = |corner: &Point| points.iter().filter(|point| cover(*corner).holds(**point)).count();
        let Some((left, top)) = places.map(|(row, column)| place(row, column)).min_by_key(hidden) else { return false };
        self.cover = Some(cover((left, top)));
        self.column(&lines, (left + INSET, top + INSET / 2.0), width);
        true
    }

    /// Puts names at the right ends of lines; the entries whose lines are not there are left.
    pub(super) fn direct(&mut self, picture: &Picture, panel: &Panel, frame: &Frame) -> Vec<Entry> {
        let mut left = Vec::new();
        let mut ends: Vec<(f64, &Entry, Style)> = Vec::new();
        for entry in &picture.legend {
            match (entry.symbol, end_of(entry, picture, panel, frame)) {
                (Symbol::Line(style) | Symbol::Marker(style), Some(y)) => ends.push((y, entry, style)),
                _ => left.push(entry.clone()),
            }
        }
        ends.sort_by(|one, other| one.0.total_cmp(&other.0));
        // Names keep apart: from the top downwards, and from the bottom upwards again where that was too far.
        let mut places: Vec<f64> = ends.iter().map(|(y, ..)| *y).collect();
        for at in 1..places.len() {
            places[at] = places[at].max(places[at - 1] + CONTINUED);
        }
        let mut most = frame.bottom;
        for place in places.iter_mut().rev() {
            *place = place.min(most);
            most = *place - CONTINUED;
        }
        for ((_, entry, style), y) in ends.into_iter().zip(places) {
            let (symbol, lines) = (Symbol::None, vec![entry.text.clone()]);
            self.entries.push(Placed { symbol, lines, at: (frame.right + INSET, y), line: Some(style) });
        }
        left
    }
}

/// Where the text of a line of the legend starts.
fn indent(symbol: &Symbol) -> f64 {
    if matches!(symbol, Symbol::None | Symbol::Shared) { 0.0 } else { SYMBOL.0 + SYMBOL.1 }
}

fn place(picture: &Picture, panel: &Panel, frame: &Frame, (x, y): (f64, f64)) -> Point {
    (frame.left + picture.x.place(x) * frame.width(), frame.bottom - panel.y.place(y) * frame.height())
}

/// How high the line of an entry ends.
fn end_of(entry: &Entry, picture: &Picture, panel: &Panel, frame: &Frame) -> Option<f64> {
    let (Symbol::Line(own) | Symbol::Marker(own)) = entry.symbol else { return None };
    let points = panel.layers.iter().filter_map(|layer| match layer {
        Layer::Line(style, points) | Layer::Thin(style, points) if *style == own => Some(points),
        Layer::Markers(style, points) if *style == own => Some(points),
        _ => None,
    });
    let seen = points.flatten().map(|point| place(picture, panel, frame, *point)).filter(|point| frame.holds(*point));
    seen.max_by(|one, other| one.0.total_cmp(&other.0)).map(|point| point.1)
}

/// Points of what a panel shows, close to each other on its lines.
fn points(picture: &Picture, panel: &Panel, frame: &Frame) -> Vec<Point> {
    const STEPS: usize = 12;
    let mut all = Vec::new();
    for layer in &panel.layers {
        let of_layer: Vec<(f64, f64)> = match layer {
            Layer::Line(_, points) | Layer::Thin(_, points) | Layer::Markers(_, points) | Layer::Guide(points) => {
                points.clone()
            }
            Layer::Band(_, points) => points.iter().flat_map(|&(x, low, high)| [(x, low), (x, high)]).collect(),
            _ => Vec::new(),
        };
        let of_layer: Vec<Point> = of_layer.into_iter().map(|point| place(picture, panel, frame, point)).collect();
        for pair in of_layer.windows(2) {
            let at = |step: usize| {
                let share = step as f64 / STEPS as f64;
                (pair[0].0 + share * (pair[1].0 - pair[0].0), pair[0].1 + share * (pair[1].1 - pair[0].1))
            };
            all.extend((0..STEPS).map(at));
        }
        all.extend(of_layer.last());
    }
    all
}
