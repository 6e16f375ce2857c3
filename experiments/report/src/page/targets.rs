//! What lies where in a figure, so that a page can name the trials behind a point or a cell, and follow a method from one
//! figure to the next.
//!
//! A picture says whose its lines, points and cells are ([`Whose`]). What it says nothing of, such as the line of a theory, has
//! its text in the legend.

use std::collections::HashMap;

use serde::Serialize;

use crate::figure::{Appearance, Axis, Layer, OwnedPoint, Panel, Picture, Style, Symbol, Whose, frames, words};
use thalweg_record::record::Key;
use thalweg_record::stats::Configuration;

/// The most points of a line, of a figure of single points, and cells of a table, that a page has.
const MOST_POINTS: usize = 160;
const MOST_SINGLE: usize = 2000;
const MOST_CELLS: usize = 64 * 64;

/// What lies where in a figure, in CSS pixels.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Targets {
    width: f64,
    height: f64,
    /// The number of the metric that is shown, among those of the page, if it is one of them.
    metric: Option<usize>,
    lines: Vec<Line>,
    grids: Vec<Grid>,
    /// The numbers of the configurations that marks stand for together.
    groups: Vec<Vec<i64>>,
}

/// The points of a line, or single ones, and whose they are.
#[derive(Clone, Debug, Serialize)]
struct Line {
    /// The name of the method; empty if it is not known.
    method: String,
    label: String,
    /// Whether a line joins them.
    joined: bool,
    /// Where a point is, and whose.
    points: Vec<(f64, f64, i64)>,
    /// The keys of points that are a trial each; empty if they are not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    keys: Vec<String>,
}

/// A table of cells: the borders of its columns and rows, and whose each cell is, row by row.
#[derive(Clone, Debug, Serialize)]
struct Grid {
    x: Vec<f64>,
    y: Vec<f64>,
    cells: Vec<i64>,
    /// The keys of cells that are a trial each; empty if they are not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    keys: Vec<String>,
    /// Whether a cell stands for several of the drawing.
    coarse: bool,
}

/// Whose something is: the number of a configuration, [`NOBODY`], or below that the number of a group from −2 down.
type Owner = i64;

const NOBODY: Owner = -1;

/// Trials by key: the places of their configurations.
pub(super) struct Index<'a> {
    all: &'a [Configuration<'a>],
    places: HashMap<Key, usize>,
}

impl<'a> Index<'a> {
    pub(super) fn of(all: &'a [Configuration<'a>]) -> Self {
        let own = all.iter().enumerate().flat_map(|(place, one)| one.runs().map(move |run| (run.key(), place)));
        Self { all, places: own.collect() }
    }

    fn places(&self, whose: &Whose) -> Vec<usize> {
        match whose {
            Whose::Trial(key) => self.places.get(key).copied().into_iter().collect(),
            Whose::Configurations(keys) => keys.iter().filter_map(|key| self.places.get(key).copied()).collect(),
        }
    }

    /// The method of the first of these, in words.
    fn method(&self, whose: &Whose) -> String {
        self.places(whose).first().map(|place| words::method(self.all[*place].series())).unwrap_or_default()
    }

    /// The method that a text of the legend begins with.
    fn method_of(&self, label: &str) -> Option<String> {
        let begins = |name: &&str| {
            let rest = label.strip_prefix(words::method(name).as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([',', ' ', '†']))
        };
        let names = self.all.iter().map(Configuration::series).filter(begins);
        names.max_by_key(|name| name.len()).map(words::method)
    }
}

impl Targets {
    /// Those of a picture; configurations have their places in the index as numbers.
    pub(super) fn of(picture: &Picture, index: &Index<'_>) -> Self {
        let frames = frames(picture, &Appearance::default());
        let (width, height) = frames.size;
        let mut targets = Self { width, height, ..Self::default() };
        for (panel, frame) in picture.panels.iter().zip(&frames.panels) {
            let place = Place { x: &picture.x, panel, frame };
            let has_points = panel.layers.iter().any(|layer| matches!(layer, Layer::Owners { .. }));
            for layer in &panel.layers {
                match layer {
                    Layer::Owners { style, is_line, points } => {
                        targets.add_points(picture, &place, (style, *is_line, points), index);
                    }
                    Layer::Line(style, points) if !has_points => {
                        targets.add_line(picture, &place, (style, points), index);
                    }
                    Layer::CellOwners(owners) => targets.add_grid(&place, owners, index),
                    _ => {}
                }
            }
        }
        targets
    }

    /// The places of the configurations that it names.
    pub(super) fn places(&self) -> impl Iterator<Item = usize> {
        let points = self.lines.iter().flat_map(|line| line.points.iter().map(|point| point.2));
        let all = points.chain(self.grids.iter().flat_map(|grid| grid.cells.iter().copied()));
        all.chain(self.groups.iter().flatten().copied()).filter_map(|owner| usize::try_from(owner).ok())
    }

    /// The same with the number of its metric, and with other numbers of configurations, by their places; what has none is
    /// nobody's.
    pub(super) fn renumbered(&self, numbers: &[Option<usize>], metric: Option<usize>) -> Self {
        let mut own = Self { metric, ..self.clone() };
        let new = |owner: &mut Owner| {
            if let Ok(place) = usize::try_from(*owner) {
                *owner = numbers[place].map_or(NOBODY, |number| number as Owner);
            }
        };
        own.lines.iter_mut().flat_map(|line| &mut line.points).for_each(|point| new(&mut point.2));
        own.grids.iter_mut().flat_map(|grid| &mut grid.cells).for_each(new);
        own.groups.iter_mut().flatten().for_each(new);
        own
    }

    fn owner(&mut self, whose: &Whose, index: &Index<'_>) -> Owner {
        let own: Vec<Owner> = index.places(whose).into_iter().map(|place| place as Owner).collect();
        match own[..] {
            [] => NOBODY,
            [one] => one,
            _ => {
                let known = self.groups.iter().position(|group| *group == own);
                let at = known.unwrap_or_else(|| {
                    self.groups.push(own);
                    self.groups.len() - 1
                });
                NOBODY - 1 - at as Owner
            }
        }
    }

    /// Adds points that a picture says the owners of.
    fn add_points(
        &mut self,
        picture: &Picture,
        place: &Place<'_>,
        (style, joined, points): (&Style, bool, &[OwnedPoint]),
        index: &Index<'_>,
    ) {
        let most = if joined { MOST_POINTS } else { MOST_SINGLE };
        let shown = points.iter().step_by(points.len().div_ceil(most).max(1));
        let mut line = Line {
            method: String::new(),
            label: label(picture, style).to_owned(),
            joined,
            points: Vec::new(),
            keys: Vec::new(),
        };
        for (point, whose) in shown {
            let Some((x, y)) = place.of(*point) else { continue };
            if line.method.is_empty() {
                line.method = index.method(whose);
            }
            line.points.push((x, y, self.owner(whose, index)));
            if let Whose::Trial(key) = whose {
                line.keys.push(key.to_string());
            }
        }
        // Single points of a method are one line.
        let is_same = |own: &&mut Line| !joined && !own.joined && own.method == line.method && own.label == line.label;
        match self.lines.iter_mut().find(is_same) {
            Some(own) => {
                own.points.append(&mut line.points);
                own.keys.append(&mut line.keys);
            }
            None if line.points.is_empty() => {}
            None => self.lines.push(line),
        }
    }

    /// Adds the points of a line that lie in the frame, whose owner is that of its look.
    fn add_line(
        &mut self,
        picture: &Picture,
        place: &Place<'_>,
        (style, points): (&Style, &[(f64, f64)]),
        index: &Index<'_>,
    ) {
        let own = |layer: &Layer| match layer {
            Layer::Owner(own, whose) if own == style => Some(whose.clone()),
            _ => None,
        };
        let whose = place.panel.layers.iter().find_map(own);
        let label = label(picture, style);
        let method =
            whose.as_ref().map(|whose| index.method(whose)).or_else(|| index.method_of(label)).unwrap_or_default();
        if label.is_empty() && method.is_empty() {
            return;
        }
        let owner = whose.map_or(NOBODY, |whose| self.owner(&whose, index));
        let kept = points.iter().step_by(points.len().div_ceil(MOST_POINTS).max(1));
        let points: Vec<_> = kept.filter_map(|point| place.of(*point)).map(|(x, y)| (x, y, owner)).collect();
        if !points.is_empty() {
            self.lines.push(Line { method, label: label.to_owned(), joined: true, points, keys: Vec::new() });
        }
    }

    /// Adds the table of a panel: of very many cells, blocks of them, each with the owner of the one in its middle.
    fn add_grid(&mut self, place: &Place<'_>, owners: &[Option<Whose>], index: &Index<'_>) {
        let Some(cells) = place.panel.cells().find(|cells| cells.fills.len() == owners.len()) else { return };
        let (width, height) = cells.size();
        let block = (1..).find(|block| width.div_ceil(*block) * height.div_ceil(*block) <= MOST_CELLS).unwrap_or(1);
        let middle = |start: usize, count: usize| (start + block / 2).min(count - 1);
        let (mut found, mut keys) = (Vec::new(), Vec::new());
        for row in (0..height).step_by(block) {
            for column in (0..width).step_by(block) {
                let whose = owners[middle(row, height) * width + middle(column, width)].as_ref();
                found.push(whose.map_or(NOBODY, |whose| self.owner(whose, index)));
                keys.push(if let Some(Whose::Trial(key)) = whose { key.to_string() } else { String::new() });
            }
        }
        if keys.iter().all(String::is_empty) {
            keys.clear();
        }
        let ends = |borders: &[f64]| -> Vec<f64> {
            let last = borders[borders.len() - 1];
            borders[..borders.len() - 1].iter().step_by(block).copied().chain([last]).collect()
        };
        let x = ends(&cells.x).into_iter().map(|x| place.x(x)).collect();
        let y = ends(&cells.y).into_iter().map(|y| place.y(y)).collect();
        self.grids.push(Grid { x, y, cells: found, keys, coarse: block > 1 });
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
        let is_inside = |share: f64| (-1e-9..=1.0 + 1e-9).contains(&share);
        let is_shown = is_inside(self.x.place(x)) && is_inside(self.panel.y.place(y));
        is_shown.then(|| (self.x(x), self.y(y)))
    }
}

/// To a tenth of a pixel.
fn round(pixels: f64) -> f64 {
    (pixels * 10.0).round() / 10.0
}
