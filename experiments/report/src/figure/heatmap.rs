//! How an outcome depends on two columns of `runs.csv`: a panel per optimizer that has both, a cell per pair of values.
//!
//! A cell shows the median over its trials. Where other hyperparameters vary as well, it shows the best median over
//! them, and the legend says so: the question is how well an optimizer can do with the two.

use std::collections::BTreeSet;
use std::ops::Range;

use super::axis::{Axis, Scale, Tick, value_label};
use super::cells::{Cells, Fill, borders, is_uneven, scale_of};
use super::colors::viridis;
use super::labels;
use super::picture::{ColorBar, Entry, Layer, Panel, Picture, Symbol};
use super::theory;
use super::{Chart, Data, FigureError, Input, Kind, help};
use thalweg_record::record::{Column, Quantity, Status, Trial};
use thalweg_record::stats::{Configuration, Metric, median};

/// The kind, as specs and the command know it.
pub const KIND: Kind = Kind {
    name: "heatmap",
    summary: "an outcome over two columns `x` and `y` of runs.csv, with where trials diverged or ended worse than they began",
    metrics: || Metric::ALL.map(Metric::name).to_vec(),
    keys: &["x", "y", "select", "theory"],
    required: 2,
    input: Input::Problem,
    table: None,
    compose,
};

/// Stripes of the colour bar.
const STRIPES: usize = 95;

/// Losses that differ by more than this factor stand on a log scale.
const WIDE: f64 = 10.0;

/// The most decades that a log scale of colours shows.
const MOST_DECADES: f64 = 18.0;

/// The trials of one optimizer by the values of two columns.
struct Grid<'a> {
    optimizer: &'a str,
    x: Vec<f64>,
    y: Vec<f64>,
    /// Row by row, from the smallest y; none where there are no trials.
    cells: Vec<Option<Cell>>,
    /// The other hyperparameters that vary.
    besides: Vec<&'a str>,
}

/// What the trials of a cell show together.
#[derive(Clone, Copy, Debug)]
struct Cell {
    median: f64,
    /// Whether at least half of the trials diverged.
    lost: bool,
    /// Whether at least half of the trials ended with a larger training loss than they began with.
    worse: bool,
    trials: usize,
    /// Whether its trials have different seeds.
    seeds_differ: bool,
}

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
    let groups = by_optimizer(chart, data, columns, metric);
    let grids: Vec<Grid<'_>> = groups.iter().map(|group| Grid::new(data, columns, group, metric)).collect();
    let filled = grids.iter().flat_map(|grid| &grid.cells).flatten().count();
    if filled == 0 {
        let [x, y] = names;
        return Err(nothing(format!("no trial has numbers in `{x}` and `{y}` and the metric `{}`", metric.name())));
    }
    if let Some(grid) = grids.iter().find(|grid| 2 * grid.cells.iter().flatten().count() < grid.cells.len()) {
        let (found, all) = (grid.cells.iter().flatten().count(), grid.cells.len());
        let [x, y] = names;
        let optimizer = grid.optimizer;
        return Err(nothing(format!("{optimizer} has trials in {found} of {all} cells: `{x}` and `{y}` are no grid")));
    }
    Ok(picture(chart, data, metric, names, &grids))
}

/// The selected configurations that have the metric, and a trial with numbers in both columns, by optimizer in plan
/// order.
fn by_optimizer<'a>(
    chart: &Chart,
    data: &Data<'a>,
    columns: [Column; 2],
    metric: Metric,
) -> Vec<Vec<&'a Configuration<'a>>> {
    let mut groups: Vec<Vec<&Configuration<'_>>> = Vec::new();
    let selected = data.configurations.iter().filter(|other| other.has(metric) && chart.options.selects(other));
    for configuration in selected.filter(|other| placed(other, columns).next().is_some()) {
        match groups.iter_mut().find(|group| group[0].optimizer() == configuration.optimizer()) {
            Some(group) => group.push(configuration),
            None => groups.push(vec![configuration]),
        }
    }
    groups
}

/// The numbers in both columns of the trials of a configuration that have them, with the trial's number.
fn placed(configuration: &Configuration<'_>, columns: [Column; 2]) -> impl Iterator<Item = ([f64; 2], u32)> {
    (0..).zip(configuration.runs()).filter_map(move |(index, run)| {
        let [x, y] = columns.map(|column| column.number(run).filter(|number| number.is_finite()));
        Some(([x?, y?], index))
    })
}

/// Trials of one configuration that lie in one cell, one after the other.
struct Stretch {
    cell: u32,
    /// The settings that are no axis, by number.
    variant: u32,
    configuration: u32,
    trials: Range<u32>,
}

impl<'a> Grid<'a> {
    fn new(data: &Data<'a>, columns: [Column; 2], configurations: &[&Configuration<'a>], metric: Metric) -> Self {
        let first = configurations[0];
        let values = |which: usize| {
            let places = configurations.iter().flat_map(|configuration| placed(configuration, columns));
            let mut values: Vec<f64> = Vec::new();
            for (place, _) in places {
                // Most trials lie where the one before lies: a seed needs no memory.
                if values.last() != Some(&place[which]) {
                    values.push(place[which]);
                }
            }
            values.sort_by(f64::total_cmp);
            values.dedup();
            values
        };
        let (x, y) = (values(0), values(1));
        let place = |values: &[f64], value: f64| values.partition_point(|other| *other < value);
        let is_axis = |index: usize| columns.contains(&Column::Hyperparameter(index));
        let differs = |index: &usize| configurations.iter().any(|other| !other.agrees_with(first, *index));
        let others = (0..data.runs.hyperparameters.len()).filter(|index| !is_axis(*index));
        let besides: Vec<usize> = others.filter(differs).collect();

        let variant = |configuration: &Configuration<'_>| -> Vec<Option<String>> {
            let text = |&index: &usize| configuration.setting_of(index).map(|setting| setting.text());
            besides.iter().map(text).collect()
        };
        let variants: BTreeSet<Vec<Option<String>>> = configurations.iter().map(|other| variant(other)).collect();
        let variants: Vec<Vec<Option<String>>> = variants.into_iter().collect();
        // By cell, and there by the other settings: equally good configurations look alike, except perhaps for the
        // count of trials, and so their order is fixed.
        let mut stretches: Vec<Stretch> = Vec::new();
        for (number, configuration) in (0..).zip(configurations) {
            let variant = variants.binary_search(&variant(configuration)).expect("it is of one of the variants") as u32;
            for ([at_x, at_y], trial) in placed(configuration, columns) {
                let cell = (place(&y, at_y) * x.len() + place(&x, at_x)) as u32;
                match stretches.last_mut() {
                    Some(last) if (last.configuration, last.cell, last.trials.end) == (number, cell, trial) => {
                        last.trials.end += 1;
                    }
                    _ => stretches.push(Stretch { cell, variant, configuration: number, trials: trial..trial + 1 }),
                }
            }
        }
        stretches.sort_by_key(|stretch| (stretch.cell, stretch.variant));
        let mut cells: Vec<Option<Cell>> = vec![None; x.len() * y.len()];
        for stretches in stretches.chunk_by(|a, b| (a.cell, a.variant) == (b.cell, b.variant)) {
            let runs = |stretch: &Stretch| {
                let configuration = configurations[stretch.configuration as usize];
                stretch.trials.clone().map(|trial| configuration.run(trial as usize))
            };
            let runs: Vec<Trial<'_>> = stretches.iter().flat_map(runs).collect();
            let Some(candidate) = Cell::of(&runs, metric) else { continue };
            let cell = &mut cells[stretches[0].cell as usize];
            if cell.is_none_or(|best| candidate.is_better(&best, metric)) {
                *cell = Some(candidate);
            }
        }
        let besides = besides.iter().map(|&index| data.runs.hyperparameters[index].as_str()).collect();
        Self { optimizer: first.optimizer(), x, y, cells, besides }
    }

    /// The lines between cells whose trials ended worse than they began and the others, as segments along the axes.
    fn borders(&self, x: &[f64], y: &[f64]) -> Vec<[(f64, f64); 2]> {
        let (columns, rows) = (self.x.len(), self.y.len());
        let worse = |column: usize, row: usize| self.cells[row * columns + column].map(|cell| cell.worse);
        let differ = |a: Option<bool>, b: Option<bool>| a.zip(b).is_some_and(|(a, b)| a != b);
        let mut segments = Vec::new();
        for column in 1..columns {
            let is_border = |row: usize| differ(worse(column - 1, row), worse(column, row));
            segments.extend(runs(rows, is_border).map(|(from, to)| [(x[column], y[from]), (x[column], y[to])]));
        }
        for row in 1..rows {
            let is_border = |column: usize| differ(worse(column, row - 1), worse(column, row));
            segments.extend(runs(columns, is_border).map(|(from, to)| [(x[from], y[row]), (x[to], y[row])]));
        }
        segments
    }
}

/// The stretches of numbers below `count` for which something holds, as (first, last + 1).
fn runs(count: usize, holds: impl Fn(usize) -> bool) -> impl Iterator<Item = (usize, usize)> {
    let held: Vec<bool> = (0..count).map(holds).collect();
    let mut stretches = Vec::new();
    let mut start = 0;
    for stretch in held.chunk_by(|a, b| a == b) {
        if stretch[0] {
            stretches.push((start, start + stretch.len()));
        }
        start += stretch.len();
    }
    stretches.into_iter()
}

impl Cell {
    fn of(runs: &[Trial<'_>], metric: Metric) -> Option<Self> {
        let mut outcomes: Vec<f64> = runs.iter().filter_map(|run| metric.outcome(*run)).collect();
        outcomes.sort_by(f64::total_cmp);
        let median = median(&outcomes)?;
        let half = |holds: fn(&&Trial<'_>) -> bool| 2 * runs.iter().filter(holds).count() >= runs.len();
        let seeds = |run: Trial<'_>| (run.init_seed(), run.order_seed());
        Some(Self {
            median,
            lost: half(|run| run.status() == Status::Diverged) || !median.is_finite(),
            worse: half(|run| ended_worse(**run)),
            trials: runs.len(),
            seeds_differ: runs.windows(2).all(|pair| seeds(pair[0]) != seeds(pair[1])),
        })
    }

    fn is_better(&self, other: &Self, metric: Metric) -> bool {
        let cost = |cell: &Self| if metric.lower_is_better() { cell.median } else { -cell.median };
        (self.lost, cost(self)) < (other.lost, cost(other))
    }
}

/// Whether a trial diverged, or ended with a larger training loss than it began with.
fn ended_worse(run: Trial<'_>) -> bool {
    let grew = |(initial, last): (f64, f64)| last.is_nan() || last > initial;
    let losses = run.quantity(Quantity::InitialTrainLoss).zip(run.quantity(Quantity::FinalTrainLoss));
    run.status() == Status::Diverged || losses.is_some_and(grew)
}

fn picture(chart: &Chart, data: &Data<'_>, metric: Metric, names: &[String; 2], grids: &[Grid<'_>]) -> Picture {
    let bar = color_bar(metric, grids);
    let mut all: Vec<f64> = grids.iter().flat_map(|grid| &grid.x).copied().collect();
    all.sort_by(f64::total_cmp);
    all.dedup();
    let x_scale = scale_of(&all);
    let height = if grids.len() == 1 { 330.0 } else { 240.0 };
    let [x_label, y_label] = names.each_ref().map(|name| labels::column(name));
    let mut ends = Vec::new();
    let mut has_border = false;
    let mut theories = Vec::new();
    let panels: Vec<Panel> = grids
        .iter()
        .map(|grid| {
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
            let heading = format!("optimizer {}", grid.optimizer);
            Panel { heading, height, y: rows.axis, y_label: y_label.clone(), layers, symbols: Vec::new() }
        })
        .collect();
    let low = ends.iter().copied().fold(f64::INFINITY, f64::min);
    let high = ends.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Picture {
        title: chart.title_or(|| format!("{}: {} by {x_label} and {y_label}", data.problem, metric.label())),
        x: Axis::new(x_scale, low, high),
        x_label: x_label.clone(),
        panels,
        color_bar: Some(bar),
        legend: Vec::new(),
        notes: notes(grids, has_border).into_iter().chain(theories).collect(),
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
    let of = if is_one_of_many { format!(", {optimizer}") } else { String::new() };
    let bound = format!("theory{of}: α = {}", theory::bound_text(optimizer));
    let mut notes = vec![entry(Symbol::Guide, &bound)];
    if has_fastest {
        notes.push(entry(Symbol::Ring, "theory: fastest convergence"));
    }
    notes
}

/// The colours of all finite medians.
fn color_bar(metric: Metric, grids: &[Grid<'_>]) -> ColorBar {
    let cells = grids.iter().flat_map(|grid| &grid.cells).flatten();
    let values: Vec<f64> = cells.filter(|cell| !cell.lost).map(|cell| cell.median).collect();
    let lowest = |positive: bool| {
        let kept = values.iter().copied().filter(|value| !positive || *value > 0.0);
        kept.fold(f64::INFINITY, f64::min)
    };
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let is_log = metric.lower_is_better() && lowest(false) >= 0.0 && high > WIDE * lowest(true);
    let axis = if is_log {
        Axis::new(Scale::Log, lowest(true).max(high * libm::pow(10.0, -MOST_DECADES)), high)
    } else if lowest(false) < high {
        Axis::new(Scale::Linear, lowest(false), high)
    } else {
        Axis::around(Scale::Linear, values).unwrap_or_else(|| Axis::new(Scale::Linear, 0.0, 1.0))
    };
    let colors = (0..STRIPES).map(|i| viridis((i as f64 + 0.5) / STRIPES as f64)).collect();
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
fn notes(grids: &[Grid<'_>], has_border: bool) -> Vec<Entry> {
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
        note(Symbol::None, &format!("the best over {}", besides.join(", ")));
    }
    if cells.iter().any(|cell| cell.lost) {
        note(Symbol::Hatched, if most == 1 { "diverged" } else { "half or more diverged" });
    }
    if has_border {
        note(Symbol::Border, "border to where the final");
        note(Symbol::Continued, "training loss exceeds the initial");
    }
    if grids.iter().any(|grid| grid.cells.iter().any(Option::is_none)) {
        note(Symbol::Empty, "no trials");
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_are_found() {
        let held = [true, true, false, true, false, false, true];
        assert_eq!(runs(7, |i| held[i]).collect::<Vec<_>>(), [(0, 2), (3, 4), (6, 7)]);
        assert_eq!(runs(0, |_| true).count(), 0);
    }
}
