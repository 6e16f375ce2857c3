//! How an outcome depends on two columns of `runs.csv`: a panel per optimizer that has both, a cell per pair of values.
//!
//! A cell shows the median over its trials. Where other hyperparameters vary as well, it shows the best median over
//! them, and the legend says so: the question is how well an optimizer can do with the two.

use super::axis::{Axis, Scale};
use super::cells::{Cells, Fill, borders, is_uneven, scale_of};
use super::choice;
use super::colors::viridis;
use super::grid::{Cell, Grid, by_optimizer};
use super::panels::MOST_PANELS;
use super::picture::{ColorBar, Entry, Layer, Panel, Picture, Symbol};
use super::style::Tint;
use super::theory;
use super::ticks::{Tick, value_label};
use super::words;
use super::{Chart, Data, FigureError, Input, Kind, help};
use thalweg_record::record::Column;
use thalweg_record::stats::Metric;

/// The kind, as specs and the command know it.
pub const KIND: Kind = Kind {
    name: "heatmap",
    summary: "an outcome over two columns `x` and `y` of runs.csv, with where trials diverged or ended worse than they began",
    metrics: || Metric::ALL.map(Metric::name).to_vec(),
    keys: &["x", "y", "panel", "row", "select", "select_by", "theory"],
    required: 2,
    input: Input::Problem,
    table: None,
    compose,
    moments: None,
};

/// Stripes of the colour bar.
const STRIPES: usize = 95;

/// Losses that differ by more than this factor stand on a log scale.
const WIDE: f64 = 10.0;

/// The most decades that a log scale of colours shows.
const MOST_DECADES: f64 = 18.0;

fn compose(chart: &Chart, data: &Data<'_>) -> Result<Picture, FigureError> {
    let metric = Metric::from_name(chart.metric()).expect("a chart's metric is one of its kind's");
    let nothing = |reason| FigureError::NoData { kind: KIND.name, reason };
    let names = chart.options.x.clone().zip(chart.options.y.clone()).map(|(x, y)| [x, y]);
    let names = &names.ok_or_else(|| nothing("the columns `x` and `y` are not named".to_owned()))?;
    let column = |name: &String| {
        Column::find(data.runs, name).ok_or_else(|| FigureError::UnknownColumn {
            name: name.clone(),
            help: help(name, Column::names(data.runs)),
        })
    };
    let columns = [column(&names[0])?, column(&names[1])?];
    let [x, y] = names;
    let no_grid = |optimizer: &str, (found, all): (usize, u128)| {
        nothing(format!("{optimizer} has trials in {found} of {all} cells: `{x}` and `{y}` are no grid"))
    };
    let by = choice::by(chart, metric, data.configurations);
    let (mut grids, mut headings): (Vec<Grid<'_>>, Vec<String>) = (Vec::new(), Vec::new());
    for group in by_optimizer(chart, data, columns, metric) {
        let grid = Grid::new(data, columns, &group, (metric, by));
        grids.push(grid.map_err(|counts| no_grid(group[0].series(), counts))?);
        headings.push(words::method(group[0].series()));
    }
    if grids.len() > MOST_TABLES {
        return Err(FigureError::TooManyPanels { kind: KIND.name, found: grids.len(), most: MOST_TABLES });
    }
    let filled = grids.iter().flat_map(|grid| &grid.cells).flatten().count();
    if filled == 0 {
        return Err(nothing(format!("no trial has numbers in `{x}` and `{y}` and the metric `{}`", metric.name())));
    }
    Ok(picture(chart, data, (metric, by), names, (&grids, headings)))
}

/// The most tables of a figure, one above the other.
const MOST_TABLES: usize = 2 * MOST_PANELS;

fn picture(
    chart: &Chart,
    data: &Data<'_>,
    (metric, by): (Metric, Metric),
    names: &[String; 2],
    (grids, headings): (&[Grid<'_>], Vec<String>),
) -> Picture {
    let bar = color_bar(metric, grids, chart.options.colors.as_ref());
    let mut all: Vec<f64> = grids.iter().flat_map(|grid| &grid.x).copied().collect();
    all.sort_by(f64::total_cmp);
    all.dedup();
    let x_scale = scale_of(&all);
    let height = if grids.len() == 1 { 330.0 } else { 240.0 };
    let [x_label, y_label] = names.each_ref().map(|name| words::column(name));
    let mut ends = Vec::new();
    let mut has_border = false;
    let mut theories = Vec::new();
    let panels: Vec<Panel> = grids
        .iter()
        .zip(headings)
        .map(|(grid, heading)| {
            let x = borders(&grid.x, x_scale);
            let rows = Rows::of(&grid.y);
            let y = rows.borders;
            ends.extend([x[0], x[x.len() - 1]]);
            let segments = grid.borders(&x, &y);
            has_border |= !segments.is_empty();
            let fills = grid.cells.iter().map(|cell| fill(*cell, &bar.axis)).collect();
            let ends = |values: &[f64]| (values[0], values[values.len() - 1]);
            let overlay = match rows.is_to_scale {
                true => theory::on_plane(&chart.options, grid.optimizer, ends(&x), ends(&y)),
                false => None,
            };
            let mut layers = vec![Layer::Cells(Cells { x, y, fills }), Layer::Borders(segments)];
            if let Some(theory::Overlay { bound, fastest }) = overlay {
                layers.push(Layer::Guide(bound));
                layers.extend(fastest.map(|fastest| Layer::Rings(vec![fastest])));
                theories.extend(theory_notes(grid.optimizer, grids.len() > 1, fastest.is_some()));
            }
            Panel { heading, height, y: rows.axis, y_label: y_label.clone(), layers, symbols: Vec::new() }
        })
        .collect();
    let low = ends.iter().copied().fold(f64::INFINITY, f64::min);
    let high = ends.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Picture {
        title: chart
            .title_or(|| format!("{}: {} by {x_label} and {y_label}", words::problems(data.problem), metric.label())),
        x: Axis::new(x_scale, low, high),
        x_label: x_label.clone(),
        panels,
        columns: 1,
        color_bar: Some(bar),
        legend: Vec::new(),
        notes: notes(grids, has_border, (metric, by)).into_iter().chain(theories).collect(),
    }
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
        let scale = scale_of(values);
        if !is_uneven(values) {
            let borders = borders(values, scale);
            return Self { axis: Axis::new(scale, borders[0], borders[values.len()]), borders, is_to_scale: true };
        }
        let tick = |(row, value): (usize, &f64)| Tick { value: row as f64 + 0.5, label: Some(value_label(*value)) };
        let axis = Axis::named(values.len(), values.iter().enumerate().map(tick));
        Self { axis, borders: (0..=values.len()).map(|row| row as f64).collect(), is_to_scale: false }
    }
}

/// The meaning of a theory's lines; `is_one_of_many` tells that other optimizers have other lines.
fn theory_notes(optimizer: &str, is_one_of_many: bool, has_fastest: bool) -> Vec<Entry> {
    let entry = |symbol, text: &str| Entry { symbol, text: text.to_owned() };
    let of = if is_one_of_many { format!(", {}", words::method(optimizer)) } else { String::new() };
    let bound = format!("theory{of}: α = {}", theory::bound_text(optimizer));
    let mut notes = vec![entry(Symbol::Guide, &bound)];
    if has_fastest {
        notes.push(entry(Symbol::Ring, "theory: fastest convergence"));
    }
    notes
}

/// The colours of all finite medians.
fn color_bar(metric: Metric, grids: &[Grid<'_>], common: Option<&Axis>) -> ColorBar {
    let cells = grids.iter().flat_map(|grid| &grid.cells).flatten();
    let values: Vec<f64> = cells.filter(|cell| !cell.lost).map(|cell| cell.median).collect();
    let lowest = |positive: bool| {
        let kept = values.iter().copied().filter(|value| !positive || *value > 0.0);
        kept.fold(f64::INFINITY, f64::min)
    };
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let is_log = metric.lower_is_better() && lowest(false) >= 0.0 && high > WIDE * lowest(true);
    let axis = if let Some(common) = common {
        common.clone()
    } else if is_log {
        Axis::new(Scale::Log, lowest(true).max(high * libm::pow(10.0, -MOST_DECADES)), high)
    } else if lowest(false) < high {
        Axis::new(Scale::Linear, lowest(false), high)
    } else {
        Axis::around(Scale::Linear, values).unwrap_or_else(|| Axis::new(Scale::Linear, 0.0, 1.0))
    };
    let colors = (0..STRIPES).map(|i| Tint::Value(viridis((i as f64 + 0.5) / STRIPES as f64))).collect();
    ColorBar { label: metric.axis_label(), axis, colors }
}

fn fill(cell: Option<Cell>, colors: &Axis) -> Fill {
    match cell {
        None => Fill::Empty,
        Some(Cell { lost: true, .. }) => Fill::Hatched,
        Some(cell) => Fill::Color(viridis(colors.place(cell.median))),
    }
}

/// What cells, hatching and lines mean.
fn notes(grids: &[Grid<'_>], has_border: bool, (metric, by): (Metric, Metric)) -> Vec<Entry> {
    let cells: Vec<&Cell> = grids.iter().flat_map(|grid| &grid.cells).flatten().collect();
    let mut notes: Vec<Entry> = Vec::new();
    let mut note = |symbol, text: &str| notes.push(Entry { symbol, text: text.to_owned() });
    let fewest = cells.iter().map(|cell| cell.trials).min().unwrap_or(0);
    let most = cells.iter().map(|cell| cell.trials).max().unwrap_or(0);
    let what = if cells.iter().all(|cell| cell.seeds_differ) { "seed" } else { "trial" };
    match (fewest, most) {
        (1, 1) => note(Symbol::None, &format!("one {what} a cell")),
        _ if fewest == most => note(Symbol::None, &format!("median over {most} {what}s")),
        _ => note(Symbol::None, &format!("median over {fewest} to {most} {what}s")),
    }
    let mut besides: Vec<&str> = Vec::new();
    for name in grids.iter().flat_map(|grid| &grid.besides) {
        if !besides.contains(name) {
            besides.push(name);
        }
    }
    if !besides.is_empty() {
        let besides: Vec<String> = besides.into_iter().map(words::column).collect();
        note(Symbol::None, &format!("the best over {}", besides.join(", ")));
        if by != metric {
            note(Symbol::None, &format!("(in the {})", by.label()));
        }
        if by.is_of_test() {
            note(Symbol::None, "(chosen on the test split)");
        }
    }
    if cells.iter().any(|cell| cell.lost) {
        note(Symbol::Hatched, if most == 1 { "diverged" } else { "half or more diverged" });
    }
    if has_border {
        note(Symbol::Border, "border to where the final training loss exceeds the initial");
    }
    if grids.iter().any(|grid| grid.cells.iter().any(Option::is_none)) {
        note(Symbol::Empty, "no trials");
    }
    notes
}
