//! The paths of optimizers over a two-dimensional landscape: a style per configuration, over lines of equal value.

use std::collections::{HashMap, HashSet};

use super::axis::{Axis, Scale, between};
use super::cells::{Cells, Fill};
use super::colors::grey;
use super::contour::{self, Levels};
use super::groups::{self, Lines};
use super::labels;
use super::picture::{ColorBar, Entry, Layer, Panel, Picture, Symbol};
use super::series;
use super::style::{Style, Tint};
use super::ticks::value_label;
use super::whose::Whose;
use super::words;
use super::{Chart, Data, FigureError, Input, Kind, Times};
use thalweg_record::record::{Key, Status, Surface, Trial, Trials, Waypoint};
use thalweg_record::stats::Configuration;

/// The kind, as specs and the command know it.
pub const KIND: Kind = Kind {
    name: "trajectories",
    summary: "the paths of optimizers over the contours of a two-dimensional landscape (needs record.trajectory and record.surface)",
    metrics: || vec!["value"],
    keys: &["series", "colour", "panel", "row", "select", "trials", "x_range", "y_range"],
    required: 0,
    input: Input::Problem,
    table: None,
    compose,
    times: Some(times),
};

/// Width of the panel in pixels, and its least and greatest height: within these, both axes have one scale.
const WIDTH: f64 = 480.0;
const HEIGHTS: (f64, f64) = (240.0, 520.0);

/// The places of one trial, in the order of its steps.
type Path = Vec<Place>;

/// A trial's path.
type Own = (Key, Path);

/// A point of the plane.
type Place = (f64, f64);

/// The paths of a configuration's trials.
struct Paths {
    style: Style,
    label: String,
    paths: Vec<Own>,
}

fn compose(chart: &Chart, data: &Data<'_>) -> Result<Picture, FigureError> {
    let nothing = |reason: &str| FigureError::NoData { kind: KIND.name, reason: reason.to_owned() };
    let surface = data.surface.filter(|surface| surface.x0.len() > 1 && surface.x1.len() > 1);
    let (false, Some(surface)) = (data.trajectory.is_empty(), surface) else {
        let what =
            "`trajectory.csv` and `surface.csv` are not there: record.trajectory and record.surface have to be set";
        return Err(nothing(what));
    };
    let all = data.configurations;
    let paths = paths(chart, data.runs, all, data.trajectory);
    if paths.is_empty() {
        return Err(nothing("no selected trial has a trajectory"));
    }
    groups::check_count(KIND.name, paths.len())?;
    picture(chart, data.problem, surface, &paths)
}

/// The steps of the selected trials.
fn times(chart: &Chart, data: &Data<'_>) -> Result<Times, FigureError> {
    let selected = data.configurations.iter().filter(|configuration| chart.options.selects(configuration));
    let shown = selected.flat_map(Configuration::runs).filter(|run| chart.options.names_trial(*run));
    let keys: HashSet<String> = shown.map(|run| run.key().to_string()).collect();
    let points = data.trajectory.iter().filter(|point| keys.contains(&point.key));
    Ok(Times::new(Scale::Linear, points.map(|point| point.step as f64)))
}

/// The finite places of each selected trial, by configuration.
fn paths(chart: &Chart, runs: &Trials, all: &[Configuration<'_>], trajectory: &[Waypoint]) -> Vec<Paths> {
    let mut points: HashMap<&str, Vec<(u64, Place)>> = HashMap::new();
    for point in trajectory {
        points.entry(&point.key).or_default().push((point.step, (point.x[0], point.x[1])));
    }
    points.values_mut().for_each(|points| points.sort_by_key(|(step, _)| *step));
    let until = chart.options.until.unwrap_or(f64::INFINITY);
    let path = |run: Trial<'_>| -> Option<Own> {
        let points = points.get(run.key().to_string().as_str())?;
        let passed = points.partition_point(|(step, _)| *step as f64 <= until).max(1);
        let places = points.iter().take(passed).map(|(_, place)| *place);
        let path: Path = places.take_while(|(x0, x1)| x0.is_finite() && x1.is_finite()).collect();
        (!path.is_empty()).then(|| (run.key(), path))
    };
    let selected = all.iter().filter(|configuration| chart.options.selects(configuration));
    let found = selected.map(|configuration| {
        let paths: Vec<Own> =
            configuration.runs().filter(|run| chart.options.names_trial(*run)).filter_map(path).collect();
        (configuration, paths)
    });
    let (shown, found): (Vec<Configuration<'_>>, Vec<Vec<Own>>) =
        found.filter(|(_, paths)| !paths.is_empty()).map(|(one, paths)| (*one, paths)).unzip();
    let lines = Lines::of(chart, runs);
    let looks = groups::looks(lines.as_ref(), &shown, |one| match lines {
        // A line is of all configurations that are alike.
        Some(_) => None,
        None => Some(labels::telling(chart, all, one, &[])),
    });
    let mut all: Vec<Paths> = Vec::new();
    for ((configuration, paths), (style, label)) in shown.iter().zip(found).zip(looks) {
        let label = label + &divergence(chart, configuration);
        match all.iter_mut().find(|known| known.label == label).filter(|_| lines.is_some()) {
            Some(known) => known.paths.extend(paths),
            None => all.push(Paths { style, label, paths }),
        }
    }
    all
}

/// What a label says of trials that diverged.
fn divergence(chart: &Chart, configuration: &Configuration<'_>) -> String {
    let shown = || configuration.runs().filter(|run| chart.options.names_trial(*run));
    let diverged = shown().filter(|run| run.status() == Status::Diverged).count();
    match (diverged, shown().count()) {
        (0, _) => String::new(),
        (diverged, all) if diverged == all => " (diverged)".to_owned(),
        (diverged, all) => format!(" ({diverged} of {all} diverged)"),
    }
}

fn picture(chart: &Chart, problem: &str, surface: &Surface, paths: &[Paths]) -> Result<Picture, FigureError> {
    let ends = |values: &[f64]| (values[0], values[values.len() - 1]);
    let x_range = chart.options.x_range.unwrap_or_else(|| ends(&surface.x0));
    let y_range = chart.options.y_range.unwrap_or_else(|| ends(&surface.x1));
    let x = series::axis_in("x", Scale::Linear, x_range)?;
    let y = series::axis_in("y", Scale::Linear, y_range)?;
    let (width, height) = x.lengths(&y);
    let height = (WIDTH * height / width).clamp(HEIGHTS.0, HEIGHTS.1).round();
    let levels = Levels::of(surface);
    let mut layers = Vec::new();
    if let Some(levels) = &levels {
        layers.push(Layer::Cells(bands(surface, levels, (&x, &y), height as usize)));
        let lines = |&level: &f64| contour::lines(surface, levels.base + level);
        layers.push(Layer::Levels(levels.heights.iter().flat_map(lines).collect()));
    }
    for Paths { style, paths, .. } in paths {
        let line = |(_, path): &Own| {
            if paths.len() > 1 { Layer::Thin(*style, path.clone()) } else { Layer::Line(*style, path.clone()) }
        };
        layers.extend(paths.iter().map(line));
    }
    let mut starts: Vec<Place> = Vec::new();
    for start in paths.iter().flat_map(|paths| &paths.paths).map(|(_, path)| path[0]) {
        if !starts.contains(&start) {
            starts.push(start);
        }
    }
    layers.push(Layer::Rings(starts));
    layers.extend(paths.iter().map(|Paths { style, paths, .. }| {
        Layer::Markers(*style, paths.iter().map(|(_, path)| path[path.len() - 1]).collect())
    }));
    layers.extend(paths.iter().flat_map(|Paths { style, paths, .. }| {
        let of = |(key, path): &Own| path.iter().map(|place| (*place, Whose::Trial(*key))).collect();
        paths.iter().map(move |own| Layer::Owners { style: *style, is_line: true, points: of(own) })
    }));
    let entry = |symbol, text: &str| Entry { symbol, text: text.to_owned() };
    Ok(Picture {
        title: chart.title_or(|| format!("{}: trajectories", words::problems(problem))),
        x,
        x_label: "x₀".to_owned(),
        panels: vec![Panel {
            heading: String::new(),
            height,
            y,
            y_label: "x₁".to_owned(),
            layers,
            symbols: Vec::new(),
        }],
        columns: 1,
        color_bar: levels.as_ref().map(color_bar),
        legend: paths.iter().map(|paths| entry(Symbol::Line(paths.style), &paths.label)).collect(),
        notes: [entry(Symbol::Ring, "start; the marker is at the end")]
            .into_iter()
            .chain(labels::note(chart))
            .collect(),
    })
}

/// The bands between levels, as cells of about a pixel.
fn bands(surface: &Surface, levels: &Levels, axes: (&Axis, &Axis), height: usize) -> Cells {
    let steps = |axis: &Axis, count: usize| -> Vec<f64> {
        let (low, high) = (axis.low(), axis.high());
        let step = |i: usize| between(low, high, (i as f64, count as f64));
        (0..=count).map(|i| if i == count { high } else { step(i) }).collect()
    };
    let (x, y) = (steps(axes.0, WIDTH as usize), steps(axes.1, height));
    let middle = |pair: &[f64]| between(pair[0], pair[1], (1.0, 2.0));
    let count = levels.heights.len() + 1;
    let fill = |x0: f64, x1: f64| match contour::height(surface, (x0, x1)) {
        Some(value) if !value.is_nan() => Fill::Tone(grey(levels.band(value), count)),
        _ => Fill::Empty,
    };
    let row = |x1: f64| x.windows(2).map(move |pair| fill(middle(pair), x1)).collect::<Vec<_>>();
    let fills = y.windows(2).flat_map(|pair| row(middle(pair))).collect();
    Cells { x, y, fills }
}

/// One stripe per band, with the levels between them.
fn color_bar(levels: &Levels) -> ColorBar {
    let count = levels.heights.len() + 1;
    let label = match levels.base {
        0.0 => "value".to_owned(),
        base => format!("value above the lowest, {}", value_label(base)),
    };
    ColorBar {
        label,
        axis: Axis::steps(levels.heights.iter().map(|height| value_label(*height)).collect()),
        colors: (0..count).map(|band| Tint::Tone(grey(band, count))).collect(),
    }
}
