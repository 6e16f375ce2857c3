//! The plane of two columns of `runs.csv`: a panel per optimizer that has both, a cell per pair of values.
//!
//! Where other hyperparameters vary as well, a cell is of the best over them: the question is how well an optimizer can do
//! with the two.

use super::axis::{Axis, Scale};
use super::cells::{borders, is_uneven, scale_of};
use super::choice;
use super::grid::{Cell, Grid, Judged, by_optimizer};
use super::panels::MOST_PANELS;
use super::picture::{Entry, Layer, Panel, Picture, Symbol};
use super::theory::{self, Overlay};
use super::ticks::{Tick, value_label};
use super::whose::Whose;
use super::words;
use super::{Chart, Data, FigureError, help};
use thalweg_record::record::Column;
use thalweg_record::stats::Metric;

/// The most tables of a figure, one above the other.
const MOST_TABLES: usize = 2 * MOST_PANELS;

/// The tables of trials on a plane, an optimizer each.
pub(super) struct Plane<'a> {
    /// The columns from left to right and from bottom to top.
    names: [String; 2],
    pub grids: Vec<Grid<'a>>,
    headings: Vec<String>,
    pub judged: Judged,
}

/// A table in its panel.
pub(super) struct Table<'a> {
    pub grid: &'a Grid<'a>,
    /// The borders of its columns and of its rows.
    pub x: Vec<f64>,
    pub y: Vec<f64>,
    /// Whether rows are to scale.
    is_to_scale: bool,
    /// Whether other optimizers have tables too.
    is_one_of_many: bool,
}

impl<'a> Plane<'a> {
    /// The plane of a chart's columns `x` and `y`, whose cells show a metric; `below` counts as reached.
    ///
    /// # Errors
    /// If columns are not named or unknown, or trials are no grid on them, or of too many optimizers.
    pub fn of(chart: &Chart, data: &Data<'a>, metric: Metric, below: Option<f64>) -> Result<Self, FigureError> {
        let kind = chart.kind().name;
        let nothing = |reason| FigureError::NoData { kind, reason };
        let names = chart.options.x.clone().zip(chart.options.y.clone()).map(|(x, y)| [x, y]);
        let names = names.ok_or_else(|| nothing("the columns `x` and `y` are not named".to_owned()))?;
        let column = |name: &String| {
            Column::find(data.runs, name).ok_or_else(|| FigureError::UnknownColumn {
                name: name.clone(),
                help: help(name, Column::names(data.runs)),
            })
        };
        let columns = [column(&names[0])?, column(&names[1])?];
        let [x, y] = &names;
        let no_grid = |optimizer: &str, (found, all): (usize, u128)| {
            nothing(format!("{optimizer} has trials in {found} of {all} cells: `{x}` and `{y}` are no grid"))
        };
        let judged = Judged { metric, by: choice::by(chart, metric, data.configurations), below };
        let (mut grids, mut headings): (Vec<Grid<'_>>, Vec<String>) = (Vec::new(), Vec::new());
        for group in by_optimizer(chart, data, columns, metric) {
            let grid = Grid::new(data, columns, &group, judged);
            grids.push(grid.map_err(|counts| no_grid(group[0].series(), counts))?);
            headings.push(words::method(group[0].series()));
        }
        if grids.len() > MOST_TABLES {
            return Err(FigureError::TooManyPanels { kind, found: grids.len(), most: MOST_TABLES });
        }
        let plane = Self { names, grids, headings, judged };
        if plane.cells().next().is_none() {
            let [x, y] = &plane.names;
            return Err(nothing(format!("no trial has numbers in `{x}` and `{y}` and the metric `{}`", metric.name())));
        }
        Ok(plane)
    }

    /// The cells that have trials.
    pub fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.grids.iter().flat_map(|grid| &grid.cells).flatten()
    }

    /// A picture with these layers for each table, without legend and notes; `shown` is what its title says before the
    /// columns.
    pub fn picture(
        &self,
        chart: &Chart,
        data: &Data<'_>,
        shown: &str,
        mut layers: impl FnMut(&Table<'_>) -> Vec<Layer>,
    ) -> Picture {
        let mut all: Vec<f64> = self.grids.iter().flat_map(|grid| &grid.x).copied().collect();
        all.sort_by(f64::total_cmp);
        all.dedup();
        let x_scale = scale_of(&all);
        let height = if self.grids.len() == 1 { 330.0 } else { 240.0 };
        let [x_label, y_label] = self.names.each_ref().map(|name| words::column(name));
        let mut ends = Vec::new();
        let mut panel = |(grid, heading): (&Grid<'_>, &String)| {
            let (x, rows) = (borders(&grid.x, x_scale), Rows::of(&grid.y));
            ends.extend([x[0], x[x.len() - 1]]);
            let is_one_of_many = self.grids.len() > 1;
            let table = Table { grid, x, y: rows.borders, is_to_scale: rows.is_to_scale, is_one_of_many };
            let (heading, y_label) = (heading.clone(), y_label.clone());
            let owners = Layer::CellOwners(grid.cells.iter().map(|cell| cell.map(whose)).collect());
            let layers = layers(&table).into_iter().chain([owners]).collect();
            Panel { heading, height, y: rows.axis, y_label, layers, symbols: Vec::new() }
        };
        let panels: Vec<Panel> = self.grids.iter().zip(&self.headings).map(&mut panel).collect();
        let low = ends.iter().copied().fold(f64::INFINITY, f64::min);
        let high = ends.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Picture {
            title: chart.title_or(|| format!("{}: {shown} by {x_label} and {y_label}", words::problems(data.problem))),
            x: Axis::new(x_scale, low, high),
            x_label,
            panels,
            columns: 1,
            color_bar: None,
            legend: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// How many trials a cell has, at least and at most, and what tells them apart.
    pub fn counts(&self) -> ((u32, u32), &'static str) {
        let counts = || self.cells().map(|cell| cell.trials);
        let what = if self.cells().all(|cell| cell.seeds_differ) { "seed" } else { "trial" };
        ((counts().min().unwrap_or(0), counts().max().unwrap_or(0)), what)
    }

    /// What cells are the best over, if other hyperparameters vary.
    pub fn besides(&self) -> Vec<Entry> {
        let mut besides: Vec<&str> = Vec::new();
        for name in self.grids.iter().flat_map(|grid| &grid.besides) {
            if !besides.contains(name) {
                besides.push(name);
            }
        }
        if besides.is_empty() {
            return Vec::new();
        }
        let Judged { metric, by, .. } = self.judged;
        let besides: Vec<String> = besides.into_iter().map(words::column).collect();
        let mut texts = vec![format!("the best over {}", besides.join(", "))];
        texts.extend((by != metric).then(|| format!("(in the {})", by.label())));
        texts.extend(by.is_of_test().then(|| "(chosen on the test split)".to_owned()));
        texts.into_iter().map(|text| Entry { symbol: Symbol::None, text }).collect()
    }

    /// What empty cells mean, if there are any.
    pub fn emptiness(&self) -> Option<Entry> {
        let has_gaps = self.grids.iter().any(|grid| grid.cells.iter().any(Option::is_none));
        has_gaps.then(|| Entry { symbol: Symbol::Empty, text: "no trials".to_owned() })
    }
}

impl Table<'_> {
    /// Where it lies, from left to right and from bottom to top, where both axes are to scale.
    pub fn ranges(&self) -> Option<[(f64, f64); 2]> {
        let ends = |values: &[f64]| (values[0], values[values.len() - 1]);
        self.is_to_scale.then(|| [ends(&self.x), ends(&self.y)])
    }

    /// The lines of a chart's theory over it, and what they mean.
    pub fn theory(&self, chart: &Chart) -> (Vec<Layer>, Vec<Entry>) {
        let optimizer = self.grid.optimizer;
        let overlay = self.ranges().and_then(|[x, y]| theory::on_plane(&chart.options, optimizer, x, y));
        let Some(Overlay { bound, fastest }) = overlay else { return (Vec::new(), Vec::new()) };
        let entry = |symbol, text: String| Entry { symbol, text };
        let bound_text = format!("theory{}: α = {}", self.of_method(), theory::bound_text(optimizer));
        let mut layers = vec![Layer::Guide(bound)];
        let mut notes = vec![entry(Symbol::Guide, bound_text)];
        if let Some(fastest) = fastest {
            layers.push(Layer::Rings(vec![fastest]));
            notes.push(entry(Symbol::Ring, "theory: fastest convergence".to_owned()));
        }
        (layers, notes)
    }

    /// What a note says of the optimizer that it is of, where there are others.
    pub fn of_method(&self) -> String {
        if self.is_one_of_many { format!(", {}", words::method(self.grid.optimizer)) } else { String::new() }
    }
}

fn whose(cell: Cell) -> Whose {
    if cell.trials == 1 { Whose::Trial(cell.first) } else { Whose::Configurations(vec![cell.first]) }
}

/// Where the rows of a table lie.
struct Rows {
    axis: Axis,
    borders: Vec<f64>,
    /// Whether the axis is to scale.
    is_to_scale: bool,
}

impl Rows {
    /// Rows for these values; of equal height if neither scale would make their heights about equal, as for 0.9, 0.99,
    /// 0.999.
    fn of(values: &[f64]) -> Self {
        let scale: Scale = scale_of(values);
        if !is_uneven(values) {
            let borders = borders(values, scale);
            return Self { axis: Axis::new(scale, borders[0], borders[values.len()]), borders, is_to_scale: true };
        }
        let tick = |(row, value): (usize, &f64)| Tick { value: row as f64 + 0.5, label: Some(value_label(*value)) };
        let axis = Axis::named(values.len(), values.iter().enumerate().map(tick));
        Self { axis, borders: (0..=values.len()).map(|row| row as f64).collect(), is_to_scale: false }
    }
}
