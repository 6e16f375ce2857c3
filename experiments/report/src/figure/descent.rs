//! Optimizers hopping along the curve of a landscape of one dimension: a panel per configuration, a chord per step.

use std::collections::HashMap;

use super::axis::{Axis, Scale, between, share};
use super::colors::viridis;
use super::labels;
use super::panels::{MOST_PANELS, arranged};
use super::picture::{ColorBar, Disc, Edge, Entry, Layer, Panel, Picture, Symbol};
use super::series;
use super::style::{Marker, Style, Tint};
use super::whose::{Whose, of_points};
use super::words;
use super::{Chart, Data, FigureError, Input, Kind, Times};
use thalweg_record::record::{Key, Status, Surface, Trial, Waypoint};
use thalweg_record::stats::Configuration;

/// The kind, as specs and the command know it.
pub const KIND: Kind = Kind {
    name: "descent",
    summary: "the steps of optimizers as hops along the curve of a landscape of one dimension, a panel per configuration (needs record.trajectory and record.surface)",
    metrics: || vec!["value"],
    keys: &["select", "trials", "x_range", "y_range"],
    required: 0,
    input: Input::Problem,
    table: None,
    compose,
    times: Some(times),
};

/// Heights of panels side by side, and of one alone.
const HEIGHTS: [f64; 2] = [210.0, 320.0];

/// Stripes of the colour bar, at most; of fewer steps, one each.
const STRIPES: u64 = 60;

/// How large the disc of a step is across.
const DISC: f64 = 6.5;

const CURVE: Style = Style { color: Tint::Axis, dash: &[], marker: Marker::Circle };
const HOP: Style = Style { color: Tint::Ink, dash: &[], marker: Marker::Square };

/// A point of the plane.
type Place = (f64, f64);

/// The places of a trial, with their steps.
type Path = Vec<(u64, Place)>;

/// The path of a trial.
type Own = (Key, Path);

fn compose(chart: &Chart, data: &Data<'_>) -> Result<Picture, FigureError> {
    let nothing = |reason: &str| FigureError::NoData { kind: KIND.name, reason: reason.to_owned() };
    let surface = data.surface.filter(|surface| surface.x0.len() > 1 && surface.x1.is_empty());
    let (false, Some(surface)) = (data.trajectory.is_empty(), surface) else {
        return Err(nothing(
            "`trajectory.csv` and `surface.csv` of one dimension are not there: record.trajectory and record.surface have to be set",
        ));
    };
    let paths = paths(chart, data);
    if paths.is_empty() {
        return Err(nothing("no selected trial has a trajectory"));
    }
    if paths.len() > MOST_PANELS {
        return Err(FigureError::TooManyPanels { kind: KIND.name, found: paths.len(), most: MOST_PANELS });
    }
    picture(chart, data, surface, &paths)
}

/// The steps of the selected trials.
fn times(chart: &Chart, data: &Data<'_>) -> Result<Times, FigureError> {
    let steps = paths(chart, data)
        .into_iter()
        .flat_map(|(_, paths)| paths)
        .flat_map(|(_, path)| path)
        .map(|(step, _)| step as f64);
    Ok(Times::new(Scale::Linear, steps))
}

/// The paths of each selected configuration, by step.
fn paths<'a>(chart: &Chart, data: &Data<'a>) -> Vec<(Configuration<'a>, Vec<Own>)> {
    let mut points: HashMap<&str, Path> = HashMap::new();
    for Waypoint { key, step, x, value } in data.trajectory {
        points.entry(key).or_default().push((*step, (x[0], *value)));
    }
    points.values_mut().for_each(|points| points.sort_by_key(|(step, _)| *step));
    let of = |one: &Configuration<'a>| {
        let shown = one.runs().filter(|run| chart.options.names_trial(*run));
        let own = |run: Trial<'_>| Some((run.key(), points.get(run.key().to_string().as_str())?.clone()));
        let paths: Vec<Own> = shown.filter_map(own).collect();
        (!paths.is_empty()).then_some((*one, paths))
    };
    data.configurations.iter().filter(|one| chart.options.selects(one)).filter_map(of).collect()
}

/// The start of a path, and as much of it as there is by this step.
fn so_far(path: &Path, until: Option<f64>) -> Path {
    let until = until.unwrap_or(f64::INFINITY);
    let passed = path.partition_point(|(step, _)| *step as f64 <= until).max(1);
    path.iter().take(passed).copied().collect()
}

fn picture(
    chart: &Chart,
    data: &Data<'_>,
    surface: &Surface,
    paths: &[(Configuration<'_>, Vec<Own>)],
) -> Result<Picture, FigureError> {
    let curve: Vec<Place> = surface.x0.iter().copied().zip(surface.values.iter().copied()).collect();
    let x_range = chart.options.x_range.unwrap_or((curve[0].0, curve[curve.len() - 1].0));
    let x = series::axis_in("x", Scale::Linear, x_range)?;
    let seen = curve.iter().filter(|point| x.low() <= point.0 && point.0 <= x.high());
    let y = match chart.options.y_range {
        Some(range) => series::axis_in("y", Scale::Linear, range)?,
        None => Axis::around(Scale::Linear, seen.map(|point| point.1)).unwrap_or(Axis::new(Scale::Linear, 0.0, 1.0)),
    };
    let last =
        paths.iter().flat_map(|(_, paths)| paths).flat_map(|(_, path)| path).map(|(step, _)| *step).max().unwrap_or(0);
    let height = HEIGHTS[usize::from(paths.len() == 1)];
    let mut leaves = false;
    let mut panel = |(one, own): &(Configuration<'_>, Vec<Own>)| {
        let hops: Vec<Hops> = own.iter().map(|(_, path)| Hops::of(path, (&x, &y))).collect();
        leaves |= hops.iter().any(|hops| hops.leaves_at.is_some());
        let passed: Vec<Path> = own.iter().map(|(_, path)| so_far(path, chart.options.until)).collect();
        let owned = |(key, path): &Own| path.iter().map(|(_, place)| (*place, Whose::Trial(*key))).collect::<Vec<_>>();
        let owners = of_points(HOP, own.iter().flat_map(owned).collect());
        Panel {
            heading: heading(chart, data.configurations, one, &hops),
            height,
            y: y.clone(),
            y_label: "value".to_owned(),
            layers: layers(
                &curve,
                &passed,
                &passed.iter().map(|path| Hops::of(path, (&x, &y))).collect::<Vec<_>>(),
                last,
            )
            .into_iter()
            .chain([owners])
            .collect(),
            symbols: Vec::new(),
        }
    };
    let (panels, columns) = arranged(paths.iter().map(&mut panel).collect());
    let entry = |symbol, text: &str| Entry { symbol, text: text.to_owned() };
    let mut notes = vec![entry(Symbol::Ring, "start"), entry(Symbol::Marker(HOP), "end")];
    notes.extend(leaves.then(|| entry(Symbol::Beyond(Edge::Top), "leaves the panel")));
    notes.extend(labels::note(chart));
    Ok(Picture {
        title: chart.title_or(|| format!("{}: steps along the curve", words::problems(data.problem))),
        x,
        x_label: "x".to_owned(),
        panels,
        columns,
        color_bar: Some(color_bar(last)),
        legend: Vec::new(),
        notes,
    })
}

/// The method with the settings that tell its panel from others, and what became of it.
fn heading(chart: &Chart, all: &[Configuration<'_>], one: &Configuration<'_>, hops: &[Hops]) -> String {
    let names = labels::telling(chart, all, one, &[]);
    let label = labels::label(one, &names.iter().map(String::as_str).collect::<Vec<_>>());
    let diverged = one.runs().filter(|run| chart.options.names_trial(*run) && run.status() == Status::Diverged).count();
    let first = hops.iter().filter_map(|hops| hops.leaves_at).min();
    match (diverged, first) {
        (0, None) => label,
        (0, Some(step)) => format!("{label}: leaves at step {step}"),
        (diverged, _) if diverged == hops.len() => format!("{label}: diverges"),
        (diverged, _) => format!("{label}: {diverged} of {} diverge", hops.len()),
    }
}

/// The part of a path that a panel shows.
struct Hops {
    /// Its places as far as they are finite.
    places: Vec<Place>,
    /// The step at which it is first outside for good, and where the chord to there leaves the panel at its upper edge.
    leaves_at: Option<u64>,
    exit: Option<f64>,
}

impl Hops {
    fn of(path: &Path, (x, y): (&Axis, &Axis)) -> Self {
        let is_finite = |(_, (x, value)): &&(u64, Place)| x.is_finite() && value.is_finite();
        let places: Vec<Place> = path.iter().take_while(is_finite).map(|(_, place)| *place).collect();
        let is_inside =
            |place: &Place| (x.low()..=x.high()).contains(&place.0) && (y.low()..=y.high()).contains(&place.1);
        let outside = places.iter().rposition(is_inside).map_or(0, |last| last + 1);
        let leaves_at = path.get(outside).map(|(step, _)| *step);
        let chord = outside.checked_sub(1).and_then(|last| Some((places[last], *places.get(outside)?)));
        let exit = chord.and_then(|(from, to)| {
            let at = between(from.0, to.0, (share(from.1, to.1, y.high()), 1.0));
            (to.1 > y.high() && (x.low()..=x.high()).contains(&at)).then_some(at)
        });
        Self { places, leaves_at, exit }
    }
}

/// The curve, and over it the hops of all paths: chords, a disc per step, rings at starts and markers at ends.
fn layers(curve: &[Place], paths: &[Path], hops: &[Hops], last: u64) -> Vec<Layer> {
    let color = |step: u64| Tint::Value(viridis(step as f64 / last.max(1) as f64));
    let disc = |(step, at): &(u64, Place)| Disc { at: *at, size: DISC, color: color(*step) };
    let mut layers = vec![Layer::Line(CURVE, curve.to_vec())];
    layers.extend(hops.iter().map(|hops| Layer::Thin(HOP, hops.places.clone())));
    layers.extend(paths.iter().zip(hops).map(|(path, hops)| {
        // Later steps would cover earlier ones where they come to rest.
        Layer::Discs(path.iter().take(hops.places.len()).rev().map(disc).collect())
    }));
    layers.push(Layer::Rings(hops.iter().filter_map(|hops| hops.places.first().copied()).collect()));
    let ends = hops.iter().filter(|hops| hops.leaves_at.is_none());
    layers.push(Layer::Markers(HOP, ends.filter_map(|hops| hops.places.last().copied()).collect()));
    layers.push(Layer::Beyond(HOP, Edge::Top, hops.iter().filter_map(|hops| hops.exit).collect()));
    layers
}

/// The colours of steps.
fn color_bar(last: u64) -> ColorBar {
    let stripes = (last + 1).clamp(2, STRIPES);
    let color = |stripe: u64| Tint::Value(viridis(stripe as f64 / (stripes - 1) as f64));
    ColorBar {
        label: "step".to_owned(),
        axis: Axis::new(Scale::Linear, 0.0, last.max(1) as f64),
        colors: (0..stripes).map(color).collect(),
    }
}
