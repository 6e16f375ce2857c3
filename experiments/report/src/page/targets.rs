//! What lies where in a figure, so that a page can name the trials behind a point or a cell, and follow a method from one
//! figure to the next.
//!
//! A picture knows values, and not whose they are. A point is that of the configuration whose setting and median it has; a
//! cell that of the best one among those within its borders. What belongs to no single configuration, such as a rank, belongs
//! to the method whose look it has in the legend.

use std::collections::HashMap;

use serde::Serialize;

use crate::figure::{Appearance, Axis, Cells, Chart, Layer, Panel, Picture, Style, Symbol, frames, words};
use thalweg_record::stats::{Configuration, CurveMetric, Metric, choose_best_of};

/// The most points of a line, and cells of a table, that a page has.
const MOST_POINTS: usize = 160;
const MOST_CELLS: usize = 10_000;

/// What lies where in a figure, in CSS pixels.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Targets {
    width: f64,
    height: f64,
    /// The number of the metric that is shown, among those of the page, if it is one of them.
    metric: Option<usize>,
    lines: Vec<Line>,
    grids: Vec<Grid>,
}

/// The points of a line, and whose they are.
#[derive(Clone, Debug, Serialize)]
struct Line {
    /// The name of the method; empty if it is not known.
    method: String,
    label: String,
    /// Where a point is, and the number of its configuration, or -1.
    points: Vec<(f64, f64, i64)>,
}

/// A table of cells: the borders of its columns and rows, and the number of the configuration of each cell, or -1, row by row.
#[derive(Clone, Debug, Serialize)]
struct Grid {
    x: Vec<f64>,
    y: Vec<f64>,
    cells: Vec<i64>,
}

/// What a figure shows, and of which configurations.
pub(super) struct Shown<'a> {
    pub chart: &'a Chart,
    /// The problem; empty if it shows all.
    pub problem: &'a str,
    pub all: &'a [Configuration<'a>],
    /// For each of them, its number in the page, if it is there.
    pub numbers: &'a [Option<usize>],
}

impl Targets {
    pub(super) fn of(picture: &Picture, metric: Option<usize>, shown: &Shown<'_>) -> Self {
        let frames = frames(picture, &Appearance::default());
        let (width, height) = frames.size;
        let mut targets = Self { width, height, metric, ..Self::default() };
        let known = shown.known();
        for (panel, frame) in picture.panels.iter().zip(&frames.panels) {
            let place = Place { x: &picture.x, panel, frame };
            for layer in &panel.layers {
                match layer {
                    Layer::Line(style, points) | Layer::Markers(style, points) => {
                        targets.add(picture, &place, (style, points), shown, &known);
                    }
                    Layer::Cells(cells) if cells.fills.len() <= MOST_CELLS => {
                        targets.grids.extend(shown.grid(cells, &place));
                    }
                    _ => {}
                }
            }
        }
        targets
    }

    /// Adds the points of a line that lie in the frame and are not there yet.
    fn add(
        &mut self,
        picture: &Picture,
        place: &Place<'_>,
        (style, points): (&Style, &[(f64, f64)]),
        shown: &Shown<'_>,
        known: &Known,
    ) {
        let last = points.last().and_then(|point| known.ends.get(&point.1.to_bits()));
        let stride = points.len().div_ceil(MOST_POINTS).max(1);
        let kept = points.iter().step_by(stride);
        let target = |point: &(f64, f64)| {
            let own = known.points.get(&(point.0.to_bits(), point.1.to_bits())).or(last);
            let (x, y) = place.of(*point)?;
            Some((x, y, own.map_or(-1, |at| *at as i64)))
        };
        let points: Vec<(f64, f64, i64)> = kept.filter_map(target).collect();
        let label = label(picture, style);
        let of_trials = points.iter().find(|point| point.2 >= 0).and_then(|point| shown.method(point.2));
        let method = of_trials.or_else(|| shown.method_of(label)).map(words::method).unwrap_or_default();
        let is_there = |line: &&mut Line| line.label == label && line.method == method;
        match self.lines.iter_mut().rev().find(is_there) {
            Some(line) => {
                let new: Vec<_> = points.into_iter().filter(|point| !line.points.contains(point)).collect();
                line.points.extend(new);
            }
            None if points.is_empty() || (label.is_empty() && method.is_empty()) => {}
            None => self.lines.push(Line { method, label: label.to_owned(), points }),
        }
    }
}

/// The text beside a look in the legend; dashes and markers may be left out of what is drawn.
fn label<'a>(picture: &'a Picture, style: &Style) -> &'a str {
    let look = |symbol: &Symbol| match symbol {
        Symbol::Line(own) | Symbol::Marker(own) => Some(*own),
        _ => None,
    };
    let find = |is_same: &dyn Fn(&Style) -> bool| {
        let entry = picture.legend.iter().find(|entry| look(&entry.symbol).is_some_and(|own| is_same(&own)));
        entry.map(|entry| entry.text.as_str())
    };
    find(&|own| own == style)
        .or_else(|| find(&|own| own.color == style.color && own.marker == style.marker))
        .unwrap_or("")
}

/// Where values lie on a drawing.
struct Place<'a> {
    x: &'a Axis,
    panel: &'a Panel,
    frame: &'a [f64; 4],
}

impl Place<'_> {
    fn x(&self, value: f64) -> f64 {
        let [left, _, right, _] = *self.frame;
        round(left + self.x.place(value).clamp(0.0, 1.0) * (right - left))
    }

    fn y(&self, value: f64) -> f64 {
        let [_, top, _, bottom] = *self.frame;
        round(bottom - self.panel.y.place(value).clamp(0.0, 1.0) * (bottom - top))
    }

    /// None outside the frame.
    fn of(&self, (x, y): (f64, f64)) -> Option<(f64, f64)> {
        let is_inside = |share: f64| (0.0..=1.0).contains(&share);
        let is_shown = is_inside(self.x.place(x)) && is_inside(self.panel.y.place(y));
        is_shown.then(|| (self.x(x), self.y(y)))
    }
}

/// To a tenth of a pixel.
fn round(pixels: f64) -> f64 {
    (pixels * 10.0).round() / 10.0
}

/// Configurations by what a figure shows of them.
#[derive(Default)]
struct Known {
    /// By setting and median.
    points: HashMap<(u64, u64), usize>,
    /// By the median at the end.
    ends: HashMap<u64, usize>,
}

impl<'a> Shown<'a> {
    fn own(&self) -> impl Iterator<Item = (&'a Configuration<'a>, usize)> {
        let is_own = |one: &&Configuration<'_>| self.problem.is_empty() || one.problem() == self.problem;
        let numbered = self.all.iter().zip(self.numbers).filter(move |(one, _)| is_own(one));
        numbered.filter_map(|(one, number)| Some((one, (*number)?)))
    }

    fn known(&self) -> Known {
        let (metric, kind) = (self.chart.metric(), self.chart.kind().name);
        let mut known = Known::default();
        if let Some(metric) = Metric::from_name(metric).filter(|_| kind == "sensitivity") {
            let name = self.chart.options().x.as_deref().unwrap_or("lr");
            for (one, number) in self.own() {
                let point = one.number(name).zip(one.spread(metric).map(|spread| spread.median));
                known.points.extend(point.map(|(x, y)| ((x.to_bits(), y.to_bits()), number)));
            }
        }
        if let Some(metric) = CurveMetric::from_name(metric).filter(|_| kind == "curves" && !self.chart.shows_column())
        {
            for (one, number) in self.own() {
                let median = one.spread(metric.outcome()).map(|spread| spread.median);
                known.ends.extend(median.map(|median| (median.to_bits(), number)));
            }
        }
        known
    }

    fn method(&self, number: i64) -> Option<&'a str> {
        self.own().find(|(_, own)| *own as i64 == number).map(|(one, _)| one.series())
    }

    /// The method that a text of the legend begins with.
    fn method_of(&self, label: &str) -> Option<&'a str> {
        let begins = |name: &str| {
            let rest = label.strip_prefix(words::method(name).as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([',', ' ', '†']))
        };
        self.all.iter().map(Configuration::series).filter(|name| begins(name)).max_by_key(|name| name.len())
    }

    /// The cells of a table by two columns.
    fn grid(&self, cells: &Cells, place: &Place<'_>) -> Option<Grid> {
        let options = self.chart.options();
        let [x, y] = [options.x.as_deref()?, options.y.as_deref()?];
        let metric = Metric::from_name(self.chart.metric())?;
        let heading = place.panel.heading.as_str();
        let named = self.all.iter().map(Configuration::series).find(|name| heading.ends_with(&words::method(name)));
        let is_shown = |one: &Configuration<'_>| options.selects(one) && named.is_none_or(|name| one.series() == name);
        let own: Vec<(&Configuration<'_>, usize)> = self.own().filter(|(one, _)| is_shown(one)).collect();
        let numbers = |column: &str| {
            let mut numbers: Vec<f64> = own.iter().filter_map(|(one, _)| one.number(column)).collect();
            numbers.sort_by(f64::total_cmp);
            numbers.dedup();
            numbers
        };
        let (columns, rows) = (places(&numbers(x), &cells.x), places(&numbers(y), &cells.y));
        let at = |one: &Configuration<'_>| {
            let find = |places: &[(f64, usize)], value: f64| places.iter().find(|own| own.0 == value).map(|own| own.1);
            Some((find(&columns, one.number(x)?)?, find(&rows, one.number(y)?)?))
        };
        let shown: Vec<Configuration<'_>> = own.iter().map(|(one, _)| **one).filter(|one| at(one).is_some()).collect();
        let best = choose_best_of(&shown, metric, |one, other| at(one) == at(other));
        let width = cells.size().0;
        let mut found = vec![-1; cells.fills.len()];
        for one in &best {
            let number = own.iter().find(|(own, _)| own.text() == one.text()).map(|(_, number)| *number as i64);
            if let (Some((column, row)), Some(number)) = (at(one), number) {
                found[row * width + column] = number;
            }
        }
        let x = cells.x.iter().map(|x| place.x(*x)).collect();
        Some(Grid { x, y: cells.y.iter().map(|y| place.y(*y)).collect(), cells: found })
    }
}

/// The cell of each value along one side: the one whose borders it lies between, or, of cells of one size each, the one of its
/// number.
fn places(values: &[f64], borders: &[f64]) -> Vec<(f64, usize)> {
    let is_counted =
        borders.len() == values.len() + 1 && borders.iter().enumerate().all(|(at, border)| *border == at as f64);
    let place = |(number, value): (usize, &f64)| {
        let within = || borders.windows(2).position(|pair| pair[0] <= *value && *value <= pair[1]);
        Some((*value, if is_counted { number } else { within()? }))
    };
    values.iter().enumerate().filter_map(place).collect()
}
