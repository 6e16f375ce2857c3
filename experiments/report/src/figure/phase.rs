//! What becomes of trials over two columns of `runs.csv`: they converge, are too slow, or diverge; and where theory says so.

use super::cells::{Cells, Fill};
use super::colors::attained;
use super::grid::Cell;
use super::picture::{Entry, Layer, Picture, Symbol};
use super::plane::{Plane, Table};
use super::style::{Marker, Style, Tint};
use super::theory;
use super::ticks::value_label;
use super::{Chart, Data, FigureError, Input, Kind};
use thalweg_record::stats::Metric;

/// The kind, as specs and the command know it.
pub const KIND: Kind = Kind {
    name: "phase",
    summary: "what becomes of trials over two columns `x` and `y` of runs.csv: they end `below` a value, are too slow or diverge; with the bounds of theory",
    metrics: || Metric::ALL.into_iter().filter(|metric| metric.lower_is_better()).map(Metric::name).collect(),
    keys: &["x", "y", "below", "panel", "row", "select", "select_by", "theory"],
    required: 3,
    input: Input::Problem,
    table: None,
    compose,
    times: None,
};

/// The line of critical damping.
const DAMPING: Style = Style { color: Tint::Hue(5), dash: &[], marker: Marker::Diamond };

/// Its markers.
const MARKERS: usize = 7;

fn compose(chart: &Chart, data: &Data<'_>) -> Result<Picture, FigureError> {
    let metric = Metric::from_name(chart.metric()).expect("a chart's metric is one of its kind's");
    let below = chart
        .options
        .below
        .ok_or_else(|| FigureError::NoData { kind: KIND.name, reason: "it needs the value `below`".to_owned() })?;
    let plane = Plane::of(chart, data, metric, Some(below))?;
    let (mut theories, mut dampings) = (Vec::new(), Vec::new());
    let picture = plane.picture(chart, data, "what becomes of trials", |table| {
        let fills = table.grid.cells.iter().map(|cell| fill(*cell)).collect();
        let mut layers = vec![Layer::Cells(Cells { x: table.x.clone(), y: table.y.clone(), fills })];
        if let Some(line) = damping(chart, table) {
            let marked = line.iter().skip(line.len() / (2 * MARKERS)).step_by(line.len().div_ceil(MARKERS)).copied();
            layers.extend([Layer::Markers(DAMPING, marked.collect()), Layer::Line(DAMPING, line)]);
            let formula = theory::critical_text(table.grid.optimizer);
            let text = format!("theory{}: critical damping at the smallest λ, μ = {formula}", table.of_method());
            dampings.push(Entry { symbol: Symbol::Line(DAMPING), text });
        }
        let (lines, notes) = table.theory(chart);
        theories.extend(notes);
        layers.extend(lines);
        layers
    });
    Ok(Picture {
        legend: legend(&plane, (metric, below)),
        notes: notes(&plane).into_iter().chain(theories).chain(dampings).collect(),
        ..picture
    })
}

/// The line of critical damping, where the table has an axis for both.
fn damping(chart: &Chart, table: &Table<'_>) -> Option<Vec<(f64, f64)>> {
    let [x, y] = table.ranges()?;
    theory::damping_on_plane(&chart.options, table.grid.optimizer, x, y)
}

fn fill(cell: Option<Cell>) -> Fill {
    match cell {
        None => Fill::Empty,
        // Those that grow are as lost as those that have no numbers any more.
        Some(cell) if cell.lost || cell.worse => Fill::Hatched,
        Some(cell) => Fill::Color(attained(f64::from(cell.reached) / f64::from(cell.trials))),
    }
}

/// What regions mean, of those that there are.
fn legend(plane: &Plane<'_>, (metric, below): (Metric, f64)) -> Vec<Entry> {
    let is_kept = |cell: &Cell| !(cell.lost || cell.worse);
    let ((_, most), what) = plane.counts();
    let of = |share: f64, text: String| Entry { symbol: Symbol::Swatch(attained(share)), text };
    let goal = format!("{} below {}", metric.label(), value_label(below));
    let mut legend = Vec::new();
    if plane.cells().any(|cell| is_kept(cell) && cell.reached == cell.trials) {
        legend.push(of(1.0, format!("converges: {goal}")));
    }
    if plane.cells().any(|cell| is_kept(cell) && (1..cell.trials).contains(&cell.reached)) {
        legend.push(of(0.5, format!("converges with some {what}s, the darker the more")));
    }
    if plane.cells().any(|cell| is_kept(cell) && cell.reached == 0) {
        legend.push(of(0.0, "too slow: not there by the last step".to_owned()));
    }
    if !plane.cells().all(is_kept) {
        let text = if most == 1 { "diverges" } else { "half or more diverge" };
        legend.push(Entry { symbol: Symbol::Hatched, text: format!("{text}: the training loss grows") });
    }
    legend
}

fn notes(plane: &Plane<'_>) -> Vec<Entry> {
    let count = match plane.counts() {
        ((1, 1), what) => format!("one {what} a cell"),
        ((fewest, most), what) if fewest == most => format!("{most} {what}s a cell"),
        ((fewest, most), what) => format!("{fewest} to {most} {what}s a cell"),
    };
    let mut notes = vec![Entry { symbol: Symbol::None, text: count }];
    notes.extend(plane.besides());
    notes.extend(plane.emptiness());
    notes
}
