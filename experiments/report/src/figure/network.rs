//! A network as a graph: how much each unit's output and each weight's gradient changed when one weight did.

use super::axis::{Axis, Scale};
use super::colors::{Rgb, viridis};
use super::comparison::remark;
use super::graph::Graph;
use super::picture::{ColorBar, Disc, Entry, Layer, Picture, Stroke, Symbol};
use super::style::Tint;
use super::{Chart, Data, FigureError, Input, Kind};

/// The kind, as specs and the command know it.
pub const KIND: Kind = Kind {
    name: "network",
    summary: "the graph of a network with the change of outputs and gradients, from a table `layer,unit,from,before,after,perturbed`",
    metrics: || vec!["change"],
    keys: &["table"],
    required: 0,
    input: Input::Table,
    table: Some("units.csv"),
    compose,
    times: None,
};

/// The most decades of changes that colours tell apart.
const MOST_DECADES: f64 = 6.0;

const STRIPES: usize = 95;

/// The part of the colours that is used, from the largest change to the smallest.
const SHADES: (f64, f64) = (0.22, 0.96);

/// A row of the table: the output of a unit, or the gradient of the weight that leads to it from one of the layer
/// before.
struct Row {
    layer: usize,
    unit: usize,
    from: Option<usize>,
    change: f64,
    is_perturbed: bool,
}

fn compose(chart: &Chart, data: &Data<'_>) -> Result<Picture, FigureError> {
    let nothing = |reason: String| FigureError::NoData { kind: KIND.name, reason };
    let sheet = data.sheet.ok_or_else(|| nothing("there is no table".to_owned()))?;
    let rows = sheet.read(&["layer", "unit", "from", "before", "after", "perturbed"], |mut cells| {
        let place = |number: Option<f64>| number.map(|number| number as usize);
        let change = match (cells.number(3)?, cells.number(4)?) {
            (Some(before), Some(after)) => (after - before).abs(),
            _ => f64::NAN,
        };
        let (layer, unit, from) = (place(cells.number(0)?), place(cells.number(1)?), place(cells.number(2)?));
        let is_perturbed = cells.number(5)?.is_some_and(|flag| flag != 0.0);
        Ok(Row { layer: layer.unwrap_or(0), unit: unit.unwrap_or(0), from, change, is_perturbed })
    })?;
    let layers = rows.iter().map(|row| row.layer.saturating_add(1)).max().unwrap_or(0);
    if layers > rows.len() {
        return Err(nothing(format!("{} rows are too few for {layers} layers", rows.len())));
    }
    let widths: Vec<usize> = (0..layers)
        .map(|layer| {
            rows.iter().filter(|row| row.layer == layer).map(|row| row.unit.saturating_add(1)).max().unwrap_or(0)
        })
        .collect();
    let graph = Graph::of(&widths).map_err(nothing)?;
    if let Some(row) =
        rows.iter().find(|row| row.from.is_some_and(|from| row.layer == 0 || from >= widths[row.layer - 1]))
    {
        return Err(nothing(format!("unit {} of layer {} has a weight from no unit", row.unit, row.layer)));
    }
    Ok(picture(chart, &rows, &graph))
}

/// The colour of a change, relative to the largest of its kind: on a log scale of `decades` decades, light for small
/// ones.
fn shade(relative: f64, decades: f64) -> Tint {
    Tint::Value(shade_at(1.0 + libm::log10(relative.max(1e-300)) / decades))
}

/// The colour at this height of the bar, which is seen on white and on black.
fn shade_at(height: f64) -> Rgb {
    let (first, last) = SHADES;
    viridis(last + (first - last) * height.clamp(0.0, 1.0))
}

fn picture(chart: &Chart, rows: &[Row], graph: &Graph<'_>) -> Picture {
    let largest = |of_weights: bool| {
        let changes = rows.iter().filter(|row| row.from.is_some() == of_weights).map(|row| row.change);
        changes.filter(|change| change.is_finite()).fold(0.0, f64::max)
    };
    let tops = [largest(false), largest(true)];
    let relative = |row: &Row| row.change / tops[usize::from(row.from.is_some())];
    let is_changed = |row: &Row| row.change > 0.0;
    let least = rows.iter().filter(|row| is_changed(row)).map(relative).fold(1.0, f64::min);
    let decades = libm::ceil(-libm::log10(least.max(1e-300))).clamp(1.0, MOST_DECADES);
    let mut strokes: Vec<(f64, Stroke)> = Vec::new();
    let mut perturbed = Vec::new();
    for row in rows {
        let Some(from) = row.from else { continue };
        let ends = [graph.place(row.layer - 1, from), graph.place(row.layer, row.unit)];
        let (color, width) = if is_changed(row) { (shade(relative(row), decades), 2.4) } else { (Tint::Level, 0.9) };
        strokes.push((if is_changed(row) { relative(row) } else { 0.0 }, Stroke { ends, color, width, dash: &[] }));
        if row.is_perturbed {
            perturbed.push(ends.to_vec());
        }
    }
    // The largest changes lie on top.
    strokes.sort_by(|a, b| a.0.total_cmp(&b.0));
    let units = rows.iter().filter(|row| row.from.is_none());
    let disc = |row: &Row| Disc {
        at: graph.place(row.layer, row.unit),
        size: graph.disc(),
        color: if is_changed(row) { shade(relative(row), decades) } else { Tint::Paper },
    };
    let mut layers = vec![Layer::Strokes(strokes.into_iter().map(|(_, stroke)| stroke).collect())];
    layers.extend(perturbed.into_iter().map(Layer::Guide));
    layers.push(Layer::Discs(units.map(disc).collect()));
    let entry = |symbol, text: &str| Entry { symbol, text: text.to_owned() };
    Picture {
        title: chart.title_or(|| "What one weight changes".to_owned()),
        x: graph.x(),
        x_label: String::new(),
        panels: vec![graph.panel(layers)],
        columns: 1,
        color_bar: Some(ColorBar {
            label: "change / largest of its kind".to_owned(),
            axis: Axis::new(Scale::Log, libm::pow(10.0, -decades), 1.0),
            // From the smallest change at the bottom to the largest.
            colors: (0..STRIPES).map(|i| Tint::Value(shade_at((i as f64 + 0.5) / STRIPES as f64))).collect(),
        }),
        legend: Vec::new(),
        notes: vec![
            remark("discs: outputs of units"),
            remark("lines: gradients of weights"),
            entry(Symbol::Guide, "the weight that was changed"),
            remark("white and grey: no change"),
        ],
    }
}
