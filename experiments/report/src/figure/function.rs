//! Functions of one number and their derivatives: activations, and losses for each target.

use super::axis::{Axis, Scale};
use super::picture::{Entry, Layer, Panel, Picture, Symbol};
use super::series;
use super::style::{MOST_LINES, Style, style};
use super::words;
use super::{Chart, Data, FigureError, Input, Kind, help};

/// The kind, as specs and the command know it.
pub const KIND: Kind = Kind {
    name: "function",
    summary: "activation functions and losses over a range, and their derivatives (in a study of `functions`)",
    metrics: || vec!["value-and-derivative", "value", "derivative"],
    keys: &["functions", "by_probability", "x_range", "y_range"],
    required: 0,
    input: Input::Table,
    table: Some("functions.csv"),
    compose,
    times: None,
};

/// Heights of the panels where there are one or two.
const HEIGHTS: [f64; 2] = [300.0, 210.0];

/// A function's values, as (x, value, derivative).
struct Function {
    name: String,
    target: String,
    points: Vec<[f64; 3]>,
}

fn compose(chart: &Chart, data: &Data<'_>) -> Result<Picture, FigureError> {
    let nothing = |reason: &str| FigureError::NoData { kind: KIND.name, reason: reason.to_owned() };
    let sheet = data.sheet.ok_or_else(|| nothing("there is no table"))?;
    let wanted = &chart.options.functions;
    let mut functions: Vec<Function> = Vec::new();
    let columns = ["function", "target", "x", "value", "derivative"];
    sheet.read(&columns, |mut cells| {
        let (name, target) = (cells.text(0), cells.text(1));
        let numbers = [cells.number(2)?, cells.number(3)?, cells.number(4)?];
        let [mut x, value, derivative] = numbers.map(|number| number.unwrap_or(f64::NAN));
        if chart.options.by_probability {
            x = 1.0 / (1.0 + libm::exp(-x));
        }
        match functions.iter_mut().find(|function| function.name == name && function.target == target) {
            Some(function) => function.points.push([x, value, derivative]),
            None => functions.push(Function {
                name: name.to_owned(),
                target: target.to_owned(),
                points: vec![[x, value, derivative]],
            }),
        }
        Ok(())
    })?;
    for name in wanted {
        if !functions.iter().any(|function| function.name == *name) {
            let help = help(name, functions.iter().map(|function| function.name.as_str()));
            return Err(nothing(&format!("the table has no function `{name}`; {help}")));
        }
    }
    functions.retain(|function| wanted.is_empty() || wanted.contains(&function.name));
    if functions.is_empty() {
        return Err(nothing("the table has no functions"));
    }
    if functions.len() > MOST_LINES {
        return Err(FigureError::TooManyLines { kind: KIND.name, found: functions.len(), most: MOST_LINES });
    }
    picture(chart, &functions)
}

fn picture(chart: &Chart, functions: &[Function]) -> Result<Picture, FigureError> {
    let of_losses = functions.iter().all(|function| !function.target.is_empty());
    let names = if of_losses {
        ("loss", if chart.options.by_probability { "dL/dz" } else { "derivative" })
    } else {
        ("g(z)", "g'(z)")
    };
    let shown: Vec<(usize, &str)> = match chart.metric() {
        "value" => vec![(1, names.0)],
        "derivative" => vec![(2, names.1)],
        _ => vec![(1, names.0), (2, names.1)],
    };
    let xs: Vec<f64> = functions.iter().flat_map(|function| &function.points).map(|point| point[0]).collect();
    let ends = (xs.iter().copied().fold(f64::INFINITY, f64::min), xs.iter().copied().fold(f64::NEG_INFINITY, f64::max));
    let x = series::axis_in("x", Scale::Linear, chart.options.x_range.unwrap_or(ends))?;
    let is_seen = |point: &[f64; 3]| x.low() <= point[0] && point[0] <= x.high();
    let panel = |&(column, label): &(usize, &str)| -> Result<Panel, FigureError> {
        let seen = functions.iter().flat_map(|function| &function.points).filter(|point| is_seen(point));
        let y = match chart.options.y_range.filter(|_| shown.len() == 1) {
            Some(range) => series::axis_in("y", Scale::Linear, range)?,
            None => Axis::around(Scale::Linear, seen.map(|point| point[column])).unwrap_or(Axis::new(
                Scale::Linear,
                0.0,
                1.0,
            )),
        };
        let line = |(i, function): (usize, &Function)| {
            let style = Style { marker: style(i).marker, ..style(i) };
            pieces(&function.points, column).into_iter().map(|points| Layer::Line(style, points)).collect::<Vec<_>>()
        };
        let mut layers: Vec<Layer> = functions.iter().enumerate().flat_map(line).collect();
        layers.extend(
            functions.iter().enumerate().map(|(i, function)| markers(i, functions.len(), function, column, &x)),
        );
        let height = HEIGHTS[shown.len() - 1];
        Ok(Panel { heading: String::new(), height, y, y_label: label.to_owned(), layers, symbols: Vec::new() })
    };
    let label = |function: &Function| match function.target.as_str() {
        "" => words::value_text(&function.name),
        target => format!("{}, y = {target}", words::value_text(&function.name)),
    };
    let entry = |(i, function)| Entry { symbol: Symbol::Line(style(i)), text: label(function) };
    Ok(Picture {
        title: chart.title_or(|| if of_losses { "Losses".to_owned() } else { "Activation functions".to_owned() }),
        panels: shown.iter().map(panel).collect::<Result<_, _>>()?,
        x,
        x_label: match (chart.options.by_probability, of_losses) {
            (true, _) => "predicted probability p = σ(z)".to_owned(),
            (false, true) => "output z".to_owned(),
            (false, false) => "z".to_owned(),
        },
        columns: 1,
        color_bar: None,
        legend: functions.iter().enumerate().map(entry).collect(),
        notes: Vec::new(),
    })
}

/// A column over x, cut where it jumps: a derivative at a kink is not a steep line.
fn pieces(points: &[[f64; 3]], column: usize) -> Vec<Vec<(f64, f64)>> {
    let jumps = |a: &[f64; 3], b: &[f64; 3]| {
        // Between neighbours, a smooth function changes by about the derivative of the one or the other.
        column == 2 && (b[2] - a[2]).abs() > 0.5 && (b[1] - a[1]).abs() < 2.0 * (b[0] - a[0])
    };
    let stretches = points.chunk_by(|a, b| !jumps(a, b));
    stretches.map(|piece| piece.iter().map(|point| (point[0], point[column])).collect()).collect()
}

/// A few markers, at different places for each function.
fn markers(index: usize, count: usize, function: &Function, column: usize, x: &Axis) -> Layer {
    const MARKERS: usize = 6;
    let seen: Vec<&[f64; 3]> =
        function.points.iter().filter(|point| x.low() <= point[0] && point[0] <= x.high()).collect();
    let gap = seen.len().div_ceil(MARKERS).max(1);
    let marked = seen.iter().skip(gap * index / count + gap / (2 * count)).step_by(gap);
    Layer::Markers(style(index), marked.map(|point| (point[0], point[column])).collect())
}
