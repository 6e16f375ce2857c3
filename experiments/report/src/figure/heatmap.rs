//! How an outcome depends on two columns of `runs.csv`: the median over the trials of each cell.

use super::axis::{Axis, Scale};
use super::cells::{Cells, Fill};
use super::colors::viridis;
use super::grid::Cell;
use super::picture::{ColorBar, Entry, Layer, Picture, Symbol};
use super::plane::Plane;
use super::style::Tint;
use super::{Chart, Data, FigureError, Input, Kind};
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
    times: None,
};

/// Stripes of the colour bar.
const STRIPES: usize = 95;

/// Losses that differ by more than this factor stand on a log scale.
const WIDE: f64 = 10.0;

/// The most decades that a log scale of colours shows.
const MOST_DECADES: f64 = 18.0;

fn compose(chart: &Chart, data: &Data<'_>) -> Result<Picture, FigureError> {
    let metric = Metric::from_name(chart.metric()).expect("a chart's metric is one of its kind's");
    let plane = Plane::of(chart, data, metric, None)?;
    let shown = plane.cells().filter(|cell| !cell.lost).map(|cell| cell.median);
    let axis = chart.options.colors.clone().unwrap_or_else(|| color_axis(metric, &shown.collect::<Vec<_>>()));
    let (mut has_border, mut theories) = (false, Vec::new());
    let picture = plane.picture(chart, data, metric.label(), |table| {
        let (x, y) = (table.x.clone(), table.y.clone());
        let segments = table.grid.borders(&x, &y);
        has_border |= !segments.is_empty();
        let fills = table.grid.cells.iter().map(|cell| fill(*cell, &axis)).collect();
        let (lines, notes) = table.theory(chart);
        theories.extend(notes);
        [Layer::Cells(Cells { x, y, fills }), Layer::Borders(segments)].into_iter().chain(lines).collect()
    });
    let colors = (0..STRIPES).map(|i| Tint::Value(viridis((i as f64 + 0.5) / STRIPES as f64))).collect();
    Ok(Picture {
        color_bar: Some(ColorBar { label: metric.axis_label(), axis, colors }),
        notes: notes(&plane, has_border).into_iter().chain(theories).collect(),
        ..picture
    })
}

/// The axis of the colours of finite values: on a log scale for losses far apart.
pub(super) fn color_axis(metric: Metric, values: &[f64]) -> Axis {
    let lowest = |positive: bool| {
        let kept = values.iter().copied().filter(|value| !positive || *value > 0.0);
        kept.fold(f64::INFINITY, f64::min)
    };
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let is_log = metric.lower_is_better() && lowest(false) >= 0.0 && high > WIDE * lowest(true);
    if is_log {
        Axis::new(Scale::Log, lowest(true).max(high * libm::pow(10.0, -MOST_DECADES)), high)
    } else if lowest(false) < high {
        Axis::new(Scale::Linear, lowest(false), high)
    } else {
        Axis::around(Scale::Linear, values.iter().copied()).unwrap_or_else(|| Axis::new(Scale::Linear, 0.0, 1.0))
    }
}

fn fill(cell: Option<Cell>, colors: &Axis) -> Fill {
    match cell {
        None => Fill::Empty,
        Some(Cell { lost: true, .. }) => Fill::Hatched,
        Some(cell) => Fill::Color(viridis(colors.place(cell.median))),
    }
}

/// What cells, hatching and lines mean.
fn notes(plane: &Plane<'_>, has_border: bool) -> Vec<Entry> {
    let entry = |symbol, text: &str| Entry { symbol, text: text.to_owned() };
    let ((fewest, most), what) = plane.counts();
    let mut notes = vec![match (fewest, most) {
        (1, 1) => entry(Symbol::None, &format!("one {what} a cell")),
        _ if fewest == most => entry(Symbol::None, &format!("median over {most} {what}s")),
        _ => entry(Symbol::None, &format!("median over {fewest} to {most} {what}s")),
    }];
    notes.extend(plane.besides());
    if plane.cells().any(|cell| cell.lost) {
        notes.push(entry(Symbol::Hatched, if most == 1 { "diverged" } else { "half or more diverged" }));
    }
    if has_border {
        notes.push(entry(Symbol::Border, "border to where the final training loss exceeds the initial"));
    }
    notes.extend(plane.emptiness());
    notes
}
