//! How likely an outcome below a threshold is, by a hyperparameter: a line per optimizer and other settings, with
//! Wilson's intervals.

use super::axis::{Axis, Scale};
use super::cells::scale_of;
use super::labels;
use super::picture::{Entry, Layer, Panel, Picture, Symbol};
use super::series;
use super::style::{MOST_LINES, Style, style};
use super::ticks::value_label;
use super::{Chart, Data, FigureError, Input, Kind};
use thalweg_record::record::{Status, Trial};
use thalweg_record::stats::{Configuration, Metric, wilson_interval};

/// The kind, as specs and the command know it.
pub const KIND: Kind = Kind {
    name: "probability",
    summary: "the share of trials that end below a value, by a hyperparameter, with Wilson's intervals; `against` an optimizer without momentum, at the effective rate α / (1 - μ)",
    metrics: || Metric::ALL.into_iter().filter(|metric| metric.lower_is_better()).map(Metric::name).collect(),
    keys: &["x", "below", "against", "panel", "select", "x_range", "y_range"],
    required: 2,
    input: Input::Problem,
    table: None,
    compose,
};

/// How far, relatively, a learning rate may be from the effective one that it stands for: grid values have 12 digits.
const NEAR: f64 = 1e-6;

/// A share of trials at a place: (place, share, low, high).
type Share = (f64, f64, f64, f64);

struct Line {
    style: Style,
    label: String,
    points: Vec<Share>,
}

fn compose(chart: &Chart, data: &Data<'_>) -> Result<Picture, FigureError> {
    let metric = Metric::from_name(chart.metric()).expect("a chart's metric is one of its kind's");
    let nothing = |reason: String| FigureError::NoData { kind: KIND.name, reason };
    let (Some(name), Some(below)) = (&chart.options.x, chart.options.below) else {
        return Err(nothing("it needs the hyperparameter `x` and the value `below`".to_owned()));
    };
    let all = data.configurations;
    let control = chart.options.against.as_deref();
    let lines = lines(chart, all, (name, below), metric);
    if lines.is_empty() {
        return Err(nothing(format!("no trial has a number `{name}` and the metric `{}`", metric.name())));
    }
    if lines.len() > MOST_LINES {
        return Err(FigureError::TooManyLines { kind: KIND.name, found: lines.len(), most: MOST_LINES });
    }
    let mut places: Vec<f64> = lines.iter().flat_map(|line| &line.points).map(|point| point.0).collect();
    places.sort_by(f64::total_cmp);
    places.dedup();
    let scale = series::scale_in(scale_of(&places), chart.options.x_range);
    let x = match chart.options.x_range {
        Some(range) => series::axis_in("x", scale, range)?,
        None => Axis::around(scale, places).ok_or_else(|| nothing(format!("`{name}` has no finite value")))?,
    };
    let y = match chart.options.y_range {
        Some(range) => series::axis_in("y", Scale::Linear, range)?,
        None => Axis::new(Scale::Linear, -0.02, 1.02),
    };
    let band =
        |line: &Line| Layer::Band(line.style, line.points.iter().map(|&(x, _, low, high)| (x, low, high)).collect());
    let middle = |line: &Line| line.points.iter().map(|&(x, share, ..)| (x, share)).collect::<Vec<_>>();
    let mut layers: Vec<Layer> = lines.iter().map(band).collect();
    layers.extend(lines.iter().map(|line| Layer::Line(line.style, middle(line))));
    layers.extend(lines.iter().map(|line| Layer::Markers(line.style, middle(line))));
    let entry = |symbol, text: String| Entry { symbol, text };
    let counts = series::seed_counts(all);
    let count = if counts.0 == counts.1 { counts.1.to_string() } else { format!("{} to {}", counts.0, counts.1) };
    let mut notes = vec![
        entry(Symbol::PlainLine, format!("share of {count} trials")),
        entry(Symbol::Band, "95 % interval (Wilson)".to_owned()),
    ];
    if let Some(control) = control {
        notes.push(entry(Symbol::None, format!("control: {control} at the learning rate")));
        notes.push(entry(Symbol::None, "α / (1 − μ), without momentum".to_owned()));
    }
    let below = value_label(below);
    Ok(Picture {
        title: chart.title_or(|| format!("{}: probability that the {} is below {below}", data.problem, metric.label())),
        x,
        x_label: labels::column(name),
        panels: vec![Panel {
            heading: String::new(),
            height: 320.0,
            y,
            y_label: format!("share with a {} below {below}", metric.label()),
            layers,
            symbols: Vec::new(),
        }],
        color_bar: None,
        legend: lines.iter().map(|line| entry(Symbol::Line(line.style), line.label.clone())).collect(),
        notes,
    })
}

/// A line per optimizer and settings other than the one on the abscissa, each followed by its control.
fn lines(chart: &Chart, all: &[Configuration<'_>], (name, below): (&str, f64), metric: Metric) -> Vec<Line> {
    let control = chart.options.against.as_deref();
    let mut groups: Vec<Vec<(f64, &Configuration<'_>)>> = Vec::new();
    for configuration in all.iter().filter(|c| chart.options.selects(c) && Some(c.series()) != control) {
        let Some(place) = configuration.number(name) else { continue };
        if configuration.outcomes(metric).is_empty() {
            continue;
        }
        match groups.iter_mut().find(|group| labels::is_same_line(group[0].1, configuration, name)) {
            Some(group) => group.push((place, configuration)),
            None => groups.push(vec![(place, configuration)]),
        }
    }
    let mut lines = Vec::new();
    for mut group in groups {
        group.sort_by(|a, b| a.0.total_cmp(&b.0));
        let names = labels::varying(all, group[0].1.series(), &[name]);
        let label = labels::label(group[0].1, &names);
        let points = group.iter().map(|(place, configuration)| share(*place, configuration, below, metric)).collect();
        lines.push(Line { style: style(lines.len()), label: label.clone(), points });
        let points: Vec<Share> = group
            .iter()
            .filter_map(|(place, configuration)| {
                Some(share(*place, at_effective_rate(all, control?, configuration)?, below, metric))
            })
            .collect();
        if !points.is_empty() {
            lines.push(Line { style: style(lines.len()), label: format!("{label}: control"), points });
        }
    }
    lines
}

/// The control's configuration at the learning rate α / (1 - μ) of this one.
fn at_effective_rate<'a, 'b>(
    all: &'b [Configuration<'a>],
    control: &str,
    configuration: &Configuration<'_>,
) -> Option<&'b Configuration<'a>> {
    let wanted = configuration.number("lr")? / (1.0 - configuration.number("momentum")?);
    let is_near = |rate: f64| (rate - wanted).abs() <= NEAR * wanted;
    all.iter().find(|other| other.series() == control && other.number("lr").is_some_and(is_near))
}

fn share(place: f64, configuration: &Configuration<'_>, below: f64, metric: Metric) -> Share {
    let trials = configuration.runs();
    let reached =
        |run: &Trial<'_>| run.status() != Status::Diverged && metric.value(*run).is_some_and(|value| value < below);
    let successes = trials.clone().filter(reached).count();
    let interval = wilson_interval(successes, trials.len());
    (place, successes as f64 / trials.len() as f64, interval.low, interval.high)
}
