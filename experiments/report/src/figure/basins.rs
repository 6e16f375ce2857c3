//! Where trials end, by where they start, on a landscape of one or two dimensions.

use super::axis::{Axis, Scale};
use super::cells::{Cells, Fill, borders, scale_of};
use super::colors::{Rgb, viridis};
use super::contour::{self, Levels};
use super::labels;
use super::picture::{Disc, Entry, Layer, Panel, Picture, Symbol};
use super::series;
use super::style::{Style, Tint, style};
use super::ticks::{Tick, value_label};
use super::whose::{Whose, of_points};
use super::words;
use super::{Chart, Data, FigureError, Input, Kind};
use thalweg_record::record::{Column, Key, Status, Trial};
use thalweg_record::stats::Configuration;

/// The kind, as specs and the command know it.
pub const KIND: Kind = Kind {
    name: "basins",
    summary: "which minimum trials end at, by where they start, over a landscape's curve or contours (record.surface adds these)",
    metrics: || vec!["minimum"],
    keys: &["panel", "row", "select", "x_range", "y_range"],
    required: 0,
    input: Input::Problem,
    table: None,
    compose,
    times: None,
};

/// The most configurations of one figure, with one panel or row each.
const MOST_CONFIGURATIONS: usize = 6;

/// The most minima that the legend names; the rest, where fewer trials end, share one colour.
const MOST_NAMED: usize = 12;

/// Ends that lie closer than this share of the starts' range count as one.
const NEAR: f64 = 0.02;

const ELSEWHERE: Rgb = Rgb(0xf2, 0xf2, 0xf2);

/// A place where trials end.
struct End {
    place: Vec<f64>,
    value: f64,
    trials: usize,
}

/// The starts and ends of a configuration: for each trial its start, and the number of its end, if it has one.
struct Map<'a> {
    configuration: &'a Configuration<'a>,
    trials: Vec<(Vec<f64>, Option<usize>, Key)>,
}

fn compose(chart: &Chart, data: &Data<'_>) -> Result<Picture, FigureError> {
    let nothing = |reason: String| FigureError::NoData { kind: KIND.name, reason };
    let column = |name: String| Column::find(data.runs, &name);
    let starts: Vec<Column> = (0..).map_while(|i| column(format!("start_x{i}"))).collect();
    let ends: Vec<Column> = (0..).map_while(|i| column(format!("final_x{i}"))).collect();
    let value = column("final_value".to_owned());
    let (1 | 2, true, Some(value)) = (starts.len(), starts.len() == ends.len(), value) else {
        return Err(nothing("the trials are not on a landscape of one or two dimensions".to_owned()));
    };
    let all = data.configurations;
    let chosen: Vec<&Configuration<'_>> = all.iter().filter(|c| chart.options.selects(c)).collect();
    if chosen.is_empty() {
        return Err(nothing("no trial is selected".to_owned()));
    }
    if chosen.len() > MOST_CONFIGURATIONS {
        return Err(FigureError::TooManyLines { kind: KIND.name, found: chosen.len(), most: MOST_CONFIGURATIONS });
    }
    let point =
        |columns: &[Column], run: Trial<'_>| columns.iter().map(|c| c.number(run)).collect::<Option<Vec<f64>>>();
    let reach = {
        let x: Vec<f64> = all.iter().flat_map(Configuration::runs).filter_map(|run| starts[0].number(run)).collect();
        x.iter().copied().fold(f64::NEG_INFINITY, f64::max) - x.iter().copied().fold(f64::INFINITY, f64::min)
    };
    let mut found: Vec<End> = Vec::new();
    let mut maps = Vec::new();
    for configuration in chosen {
        let mut trials = Vec::new();
        for run in configuration.runs() {
            let Some(start) = point(&starts, run) else { continue };
            let end = point(&ends, run).zip(value.number(run)).filter(|(place, value)| {
                run.status() != Status::Diverged && value.is_finite() && place.iter().all(|x| x.is_finite())
            });
            let end = end.map(|(place, value)| add(&mut found, place, value, NEAR * reach));
            trials.push((start, end, run.key()));
        }
        if trials.is_empty() {
            return Err(nothing("no start of a trial is known".to_owned()));
        }
        maps.push(Map { configuration, trials });
    }
    let shades = shades(&found);
    if starts.len() == 1 {
        line(chart, data, all, &maps, &found, &shades)
    } else {
        plane(chart, data, all, &maps, &found, &shades)
    }
}

/// The index of the end near this place, added if it is new; the lowest trial represents its end.
fn add(ends: &mut Vec<End>, place: Vec<f64>, value: f64, near: f64) -> usize {
    let is_near = |end: &End| end.place.iter().zip(&place).all(|(a, b)| (a - b).abs() <= near);
    match ends.iter().position(is_near) {
        Some(index) => {
            let end = &mut ends[index];
            end.trials += 1;
            if value < end.value {
                (end.place, end.value) = (place, value);
            }
            index
        }
        None => {
            ends.push(End { place, value, trials: 1 });
            ends.len() - 1
        }
    }
}

/// The shades of ends: those where most trials end have their own, from dark for the lowest to light for the highest.
fn shades(ends: &[End]) -> Vec<Option<usize>> {
    let mut order: Vec<usize> = (0..ends.len()).collect();
    order.sort_by(|a, b| ends[*b].trials.cmp(&ends[*a].trials).then(ends[*a].value.total_cmp(&ends[*b].value)));
    order.truncate(MOST_NAMED);
    if ends.len() > MOST_NAMED {
        order.retain(|end| ends[*end].trials > 1);
    }
    let key = |end: &usize| (ends[*end].value, ends[*end].place[0]);
    order.sort_by(|a, b| key(a).0.total_cmp(&key(b).0).then(key(a).1.total_cmp(&key(b).1)));
    (0..ends.len()).map(|end| order.iter().position(|other| *other == end)).collect()
}

fn color(shade: usize, shades: &[Option<usize>]) -> Rgb {
    let count = shades.iter().flatten().count();
    viridis(0.06 + 0.9 * shade as f64 / (count - 1).max(1) as f64)
}

fn fill(end: Option<usize>, shades: &[Option<usize>]) -> Fill {
    match end.map(|end| shades[end]) {
        None => Fill::Hatched,
        Some(None) => Fill::Color(ELSEWHERE),
        Some(Some(shade)) => Fill::Color(color(shade, shades)),
    }
}

/// What colours mean: the minima with their values.
fn legend(maps: &[Map<'_>], ends: &[End], shades: &[Option<usize>]) -> Vec<Entry> {
    let mut named: Vec<(usize, &End)> =
        shades.iter().zip(ends).filter_map(|(shade, end)| Some(((*shade)?, end))).collect();
    named.sort_by_key(|(shade, _)| *shade);
    let text = |end: &End| {
        let near_zero = |x: f64| if x.abs() < 5e-4 { 0.0 } else { x };
        let place: Vec<String> = end.place.iter().map(|x| value_label(near_zero(*x))).collect();
        let place = if let [x] = &place[..] { format!("x = {x}") } else { format!("({})", place.join(", ")) };
        // What rounding left of a minimum of 0.
        let value = if end.value.abs() < 1e-9 { 0.0 } else { end.value };
        format!("{place}: {}", value_label(value))
    };
    let swatch =
        |(shade, end): &(usize, &End)| Entry { symbol: Symbol::Swatch(color(*shade, shades)), text: text(end) };
    let mut legend = vec![Entry { symbol: Symbol::None, text: "ends, and their lowest values".to_owned() }];
    legend.extend(named.iter().map(swatch));
    if shades.iter().any(Option::is_none) {
        legend.push(Entry { symbol: Symbol::Swatch(ELSEWHERE), text: "elsewhere".to_owned() });
    }
    if maps.iter().any(|map| map.trials.iter().any(|(_, end, _)| end.is_none())) {
        legend.push(Entry { symbol: Symbol::Hatched, text: "diverged".to_owned() });
    }
    legend
}

fn label(all: &[Configuration<'_>], configuration: &Configuration<'_>) -> String {
    labels::label(configuration, &labels::varying(all, configuration.series(), &[]))
}

/// The ends of starts on a grid, as cells; none if the starts are not a grid.
fn cells(map: &Map<'_>, shades: &[Option<usize>]) -> Option<(Cells, Layer)> {
    let values = |which: usize| {
        let mut values: Vec<f64> = map.trials.iter().map(|(start, ..)| start[which]).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        values
    };
    let (x, y) = (values(0), values(1));
    if x.len() < 2 || y.len() < 2 || x.len() * y.len() != map.trials.len() {
        return None;
    }
    let (mut fills, mut owners) = (vec![Fill::Empty; map.trials.len()], vec![None; map.trials.len()]);
    for (start, end, key) in &map.trials {
        let place = |values: &[f64], value: f64| values.partition_point(|other| *other < value);
        let cell = place(&y, start[1]) * x.len() + place(&x, start[0]);
        fills[cell] = fill(*end, shades);
        owners[cell] = Some(Whose::Trial(*key));
    }
    let cells = Cells { x: borders(&x, scale_of(&x)), y: borders(&y, scale_of(&y)), fills };
    Some((cells, Layer::CellOwners(owners)))
}

fn plane(
    chart: &Chart,
    data: &Data<'_>,
    all: &[Configuration<'_>],
    maps: &[Map<'_>],
    ends: &[End],
    shades: &[Option<usize>],
) -> Result<Picture, FigureError> {
    let tables = maps.iter().map(|map| cells(map, shades)).collect::<Option<Vec<_>>>();
    let tables = tables.ok_or_else(|| FigureError::NoData {
        kind: KIND.name,
        reason: "the starts are no grid: problem.start = { grid = …, points = … }".to_owned(),
    })?;
    let first = &tables[0].0;
    let bounds = |values: &[f64]| (values[0], values[values.len() - 1]);
    let x = axis("x", chart.options.x_range, bounds(&first.x))?;
    let y = axis("y", chart.options.y_range, bounds(&first.y))?;
    let width = if maps.len() == 1 { 480.0 } else { 300.0 };
    let (x_length, y_length) = x.lengths(&y);
    let height = (width * y_length / x_length).clamp(200.0, 520.0).round();
    let surface = data.surface.filter(|surface| surface.x0.len() > 1 && surface.x1.len() > 1);
    let lines: Vec<Vec<(f64, f64)>> = surface
        .and_then(|surface| Levels::of(surface).map(|levels| (surface, levels)))
        .map(|(surface, levels)| levels.heights.iter().flat_map(|h| contour::lines(surface, levels.base + h)).collect())
        .unwrap_or_default();
    let named = |disc_of: &End| (disc_of.place[0], disc_of.place[1]);
    let minima: Vec<(f64, f64)> =
        ends.iter().zip(shades).filter(|(_, shade)| shade.is_some()).map(|(end, _)| named(end)).collect();
    let mut notes = vec![Entry { symbol: Symbol::Ring, text: "an end".to_owned() }];
    if !lines.is_empty() {
        notes.push(Entry { symbol: Symbol::PlainLine, text: "contours of the landscape".to_owned() });
    }
    let panel = |(map, (cells, owners)): (&Map<'_>, (Cells, Layer))| Panel {
        heading: label(all, map.configuration),
        height,
        y: y.clone(),
        y_label: "x₁ at the start".to_owned(),
        layers: vec![Layer::Cells(cells), Layer::Levels(lines.clone()), Layer::Rings(minima.clone()), owners],
        symbols: Vec::new(),
    };
    Ok(Picture {
        title: chart.title_or(|| format!("{}: where trials end, by where they start", words::problems(data.problem))),
        panels: maps.iter().zip(tables).map(panel).collect(),
        x,
        x_label: "x₀ at the start".to_owned(),
        columns: 1,
        color_bar: None,
        legend: legend(maps, ends, shades),
        notes,
    })
}

/// An axis over a range that was asked for, or between the outermost borders of cells.
fn axis(name: &'static str, range: Option<(f64, f64)>, borders: (f64, f64)) -> Result<Axis, FigureError> {
    range.map_or_else(
        || Ok(Axis::new(Scale::Linear, borders.0, borders.1)),
        |range| series::axis_in(name, Scale::Linear, range),
    )
}

/// Neighbours of one colour as one cell: `borders` has one entry more than there are fills.
fn stretches(borders: &[f64], fills: impl Iterator<Item = Fill>) -> (Vec<f64>, Vec<Fill>) {
    let (mut x, mut merged) = (vec![borders[0]], Vec::new());
    for (fill, right) in fills.zip(&borders[1..]) {
        if merged.last() == Some(&fill) {
            x.pop();
        } else {
            merged.push(fill);
        }
        x.push(*right);
    }
    (x, merged)
}

/// The landscape's curve, and below it one row per configuration.
fn line(
    chart: &Chart,
    data: &Data<'_>,
    all: &[Configuration<'_>],
    maps: &[Map<'_>],
    ends: &[End],
    shades: &[Option<usize>],
) -> Result<Picture, FigureError> {
    let mut panels = Vec::new();
    let curve: Vec<(f64, f64)> = data
        .surface
        .filter(|surface| surface.x1.is_empty())
        .map(|surface| surface.x0.iter().copied().zip(surface.values.iter().copied()).collect())
        .unwrap_or_default();
    let count = maps.len();
    let (mut rows, mut owners) = (Vec::new(), Vec::new());
    let mut edges = Vec::new();
    for (row, map) in maps.iter().enumerate() {
        let mut trials = map.trials.clone();
        trials.sort_by(|a, b| a.0[0].total_cmp(&b.0[0]));
        trials.dedup_by(|a, b| a.0 == b.0);
        let places: Vec<f64> = trials.iter().map(|(start, ..)| start[0]).collect();
        let x = borders(&places, Scale::Linear);
        edges.extend([x[0], x[x.len() - 1]]);
        let bottom = (count - 1 - row) as f64;
        let (x, fills) = stretches(&x, trials.iter().map(|(_, end, _)| fill(*end, shades)));
        rows.push(Layer::Cells(Cells { x, y: vec![bottom + 0.06, bottom + 0.94], fills }));
        let own = trials.iter().map(|(start, _, key)| ((start[0], bottom + 0.5), Whose::Trial(*key)));
        owners.push(of_points(style(row), own.collect()));
    }
    rows.extend(owners);
    let low = edges.iter().copied().fold(f64::INFINITY, f64::min);
    let high = edges.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let x = axis("x", chart.options.x_range, (low, high))?;
    let is_seen = |point: &&(f64, f64)| x.low() <= point.0 && point.0 <= x.high();
    if let Some(y) = Axis::around(Scale::Linear, curve.iter().filter(is_seen).map(|point| point.1)) {
        let disc = |(end, shade): (&End, &Option<usize>)| {
            Some(Disc { at: (end.place[0], end.value), size: 10.0, color: Tint::Value(color((*shade)?, shades)) })
        };
        let discs = ends.iter().zip(shades).filter_map(disc).collect();
        let black = Style { color: Tint::Ink, ..style(0) };
        panels.push(Panel {
            heading: String::new(),
            height: 230.0,
            y,
            y_label: "value".to_owned(),
            layers: vec![Layer::Line(black, curve), Layer::Discs(discs)],
            symbols: Vec::new(),
        });
    }
    let names = maps
        .iter()
        .rev()
        .enumerate()
        .map(|(row, map)| Tick { value: row as f64 + 0.5, label: Some(label(all, map.configuration)) });
    panels.push(Panel {
        heading: "where a trial ends that starts here".to_owned(),
        height: 26.0 * count as f64,
        y: Axis::named(count, names),
        y_label: String::new(),
        layers: rows,
        symbols: Vec::new(),
    });
    Ok(Picture {
        title: chart.title_or(|| format!("{}: where trials end, by where they start", words::problems(data.problem))),
        x,
        x_label: "x at the start".to_owned(),
        panels,
        columns: 1,
        color_bar: None,
        legend: legend(maps, ends, shades),
        notes: Vec::new(),
    })
}
