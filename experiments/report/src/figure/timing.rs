//! Measured times, or bytes, by a size: a line per variant, with the range of repeats.

use super::axis::{Axis, Scale};
use super::picture::{Entry, Layer, Panel, Picture, Symbol};
use super::series;
use super::style::{MOST_LINES, style};
use super::words;
use super::{Chart, Data, FigureError, Input, Kind};

/// The kind, as specs and the command know it.
pub const KIND: Kind = Kind {
    name: "timing",
    summary: "times (columns `min_ns`, `median_ns`, `max_ns`) or `bytes` by `x`, a line per value of `series` (in a study of `bench`)",
    metrics: || vec!["time", "bytes"],
    keys: &["x", "series", "x_range", "y_range"],
    required: 2,
    input: Input::Table,
    table: Some("timings.csv"),
    compose,
    times: None,
};

/// A measurement, as (x, low, middle, high).
type Measured = (f64, f64, f64, f64);

fn compose(chart: &Chart, data: &Data<'_>) -> Result<Picture, FigureError> {
    let nothing = |reason: &str| FigureError::NoData { kind: KIND.name, reason: reason.to_owned() };
    let options = &chart.options;
    let (Some(sheet), Some(x), Some(series)) = (data.sheet, &options.x, &options.series) else {
        return Err(nothing("it needs a table, and its columns `x` and `series`"));
    };
    let of_times = chart.metric() == "time";
    let columns = if of_times { ["min_ns", "median_ns", "max_ns"] } else { ["bytes"; 3] };
    let scale = if of_times { 1e-9 } else { 1.0 };
    let mut lines: Vec<(String, Vec<Measured>)> = Vec::new();
    sheet.read(&[x.as_str(), series.as_str(), columns[0], columns[1], columns[2]], |mut cells| {
        let numbers = [cells.number(0)?, cells.number(2)?, cells.number(3)?, cells.number(4)?];
        if let [Some(x), Some(low), Some(middle), Some(high)] = numbers {
            let point = (x, scale * low, scale * middle, scale * high);
            let name = cells.text(1);
            match lines.iter_mut().find(|(known, _)| known == name) {
                Some((_, points)) => points.push(point),
                None => lines.push((name.to_owned(), vec![point])),
            }
        }
        Ok(())
    })?;
    if lines.is_empty() {
        return Err(nothing("the table has no rows with numbers"));
    }
    if lines.len() > MOST_LINES {
        return Err(FigureError::TooManyLines { kind: KIND.name, found: lines.len(), most: MOST_LINES });
    }
    lines.iter_mut().for_each(|(_, points)| points.sort_by(|a, b| a.0.total_cmp(&b.0)));
    picture(chart, &lines, of_times)
}

fn picture(chart: &Chart, lines: &[(String, Vec<Measured>)], of_times: bool) -> Result<Picture, FigureError> {
    let options = &chart.options;
    let axis = |name, range: Option<(f64, f64)>, values: Vec<f64>| match range {
        Some(range) => series::axis_in(name, Scale::Log, range),
        None => Axis::around(Scale::Log, values)
            .ok_or_else(|| FigureError::NoData { kind: KIND.name, reason: "no measurement is above 0".to_owned() }),
    };
    let all = || lines.iter().flat_map(|(_, points)| points);
    let x = axis("x", options.x_range, all().map(|point| point.0).collect())?;
    let y = axis("y", options.y_range, all().flat_map(|&(_, low, middle, high)| [low, middle, high]).collect())?;
    let numbered = || lines.iter().enumerate();
    let middle = |points: &[Measured]| points.iter().map(|&(x, _, middle, _)| (x, middle)).collect::<Vec<_>>();
    let mut layers: Vec<Layer> = numbered()
        .map(|(i, (_, points))| Layer::Band(style(i), points.iter().map(|&(x, low, _, high)| (x, low, high)).collect()))
        .collect();
    layers.extend(numbered().map(|(i, (_, points))| Layer::Line(style(i), middle(points))));
    layers.extend(numbered().map(|(i, (_, points))| Layer::Markers(style(i), middle(points))));
    let (name, label) = if of_times { ("time", "time (s)") } else { ("memory", "bytes") };
    let x_label = words::column(options.x.as_deref().unwrap_or_default());
    let mut notes = Vec::new();
    if of_times {
        notes.push(Entry { symbol: Symbol::PlainLine, text: "median of repeats".to_owned() });
        notes.push(Entry { symbol: Symbol::Band, text: "from the fastest to the slowest".to_owned() });
    }
    Ok(Picture {
        title: chart.title_or(|| format!("{name} by {x_label}")),
        x,
        x_label,
        panels: vec![Panel {
            heading: String::new(),
            height: 320.0,
            y,
            y_label: label.to_owned(),
            layers,
            symbols: Vec::new(),
        }],
        columns: 1,
        color_bar: None,
        legend: numbered().map(|(i, (name, _))| Entry { symbol: Symbol::Line(style(i)), text: name.clone() }).collect(),
        notes,
    })
}
