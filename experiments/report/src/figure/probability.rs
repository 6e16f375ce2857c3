//! How likely an outcome below a threshold is, by a hyperparameter: a line per optimizer and other settings, with
//! Wilson's intervals.

use super::axis::{Axis, Scale};
use super::cells::scale_of;
use super::groups::{self, Abscissa, Lines};
use super::labels;
use super::picture::{Entry, Layer, Panel, Picture, Symbol};
use super::series;
use super::style::{Style, style};
use super::ticks::value_label;
use super::whose::Whose;
use super::words;
use super::{Chart, Data, FigureError, Input, Kind};
use thalweg_record::record::{Status, Trial};
use thalweg_record::stats::{Configuration, Metric, wilson_interval};

/// The kind, as specs and the command know it.
pub const KIND: Kind = Kind {
    name: "probability",
    summary: "the share of trials that end below a value, by a hyperparameter, with Wilson's intervals; `against` an optimizer without momentum, at the effective rate α / (1 - μ)",
    metrics: || Metric::ALL.into_iter().filter(|metric| metric.lower_is_better()).map(Metric::name).collect(),
    keys: &["x", "below", "against", "series", "colour", "panel", "row", "select", "x_range", "y_range"],
    required: 2,
    input: Input::Problem,
    table: None,
    compose,
    times: None,
};

/// How far, relatively, a learning rate may be from the effective one that it stands for: grid values have 12 digits.
const NEAR: f64 = 1e-6;

/// A share of trials at a place: (place, share, low, high).
type Share = (f64, f64, f64, f64);

struct Line {
    style: Style,
    label: String,
    points: Vec<Share>,
    owners: Vec<Whose>,
    /// The fewest and the most trials of a point.
    trials: (usize, usize),
}

fn compose(chart: &Chart, data: &Data<'_>) -> Result<Picture, FigureError> {
    let metric = Metric::from_name(chart.metric()).expect("a chart's metric is one of its kind's");
    let nothing = |reason: String| FigureError::NoData { kind: KIND.name, reason };
    let (Some(name), Some(below)) = (&chart.options.x, chart.options.below) else {
        return Err(nothing("it needs the hyperparameter `x` and the value `below`".to_owned()));
    };
    let all = data.configurations;
    let control = chart.options.against.as_deref();
    let abscissa = Abscissa::of(all, name);
    let lines = lines(chart, data, (&abscissa, below), metric);
    if lines.is_empty() {
        return Err(nothing(format!("no trial has a number `{name}` and the metric `{}`", metric.name())));
    }
    groups::check_count(KIND.name, lines.len())?;
    let mut places: Vec<f64> = lines.iter().flat_map(|line| &line.points).map(|point| point.0).collect();
    places.sort_by(f64::total_cmp);
    places.dedup();
    let scale = abscissa.scale(series::scale_in(scale_of(&places), chart.options.x_range));
    let x = match (abscissa.axis(), chart.options.x_range) {
        (Some(names), _) => names,
        (None, Some(range)) => series::axis_in("x", scale, range)?,
        (None, None) => Axis::around(scale, places).ok_or_else(|| nothing(format!("`{name}` has no finite value")))?,
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
    layers.extend(lines.iter().map(|line| {
        let points = middle(line).into_iter().zip(line.owners.iter().cloned()).collect();
        Layer::Owners { style: line.style, is_line: true, points }
    }));
    let entry = |symbol, text: String| Entry { symbol, text };
    let fewest = lines.iter().map(|line| line.trials.0).min().unwrap_or(0);
    let counts = (fewest, lines.iter().map(|line| line.trials.1).max().unwrap_or(0));
    let count = if counts.0 == counts.1 { counts.1.to_string() } else { format!("{} to {}", counts.0, counts.1) };
    let mut notes = vec![
        entry(Symbol::PlainLine, format!("share of {count} trials")),
        entry(Symbol::Band, "95 % interval (Wilson)".to_owned()),
    ];
    if let Some(control) = control {
        let control = words::method(control);
        let text = format!("control: {control} at the learning rate α / (1 − μ), without momentum");
        notes.push(entry(Symbol::None, text));
    }
    notes.extend(Lines::of(chart, data.runs).into_iter().flat_map(|columns| {
        let selected: Vec<Configuration<'_>> = all.iter().filter(|one| chart.options.selects(one)).copied().collect();
        columns.besides(&selected, name, "over all of")
    }));
    notes.extend(labels::note(chart));
    let below = value_label(below);
    Ok(Picture {
        title: chart.title_or(|| {
            format!("{}: probability that the {} is below {below}", words::problems(data.problem), metric.label())
        }),
        x,
        x_label: words::column(name),
        panels: vec![Panel {
            heading: String::new(),
            height: 320.0,
            y,
            y_label: format!("share with a {} below {below}", metric.label()),
            layers,
            symbols: Vec::new(),
        }],
        columns: 1,
        color_bar: None,
        legend: lines.iter().map(|line| entry(Symbol::Line(line.style), line.label.clone())).collect(),
        notes,
    })
}

/// A line per optimizer and settings other than the one on the abscissa, each followed by its control; or, where columns
/// tell lines apart, a line per value of theirs, over all trials at a place.
fn lines(chart: &Chart, data: &Data<'_>, (x, below): (&Abscissa<'_>, f64), metric: Metric) -> Vec<Line> {
    let all = data.configurations;
    let control = chart.options.against.as_deref();
    let columns = Lines::of(chart, data.runs);
    let are_alike = |one: &Configuration<'_>, other: &Configuration<'_>| match &columns {
        Some(columns) => columns.are_alike(one, other),
        None => labels::is_same_line(one, other, x.name),
    };
    let mut groups: Vec<Vec<(f64, Configuration<'_>)>> = Vec::new();
    for configuration in all.iter().filter(|c| chart.options.selects(c) && Some(c.series()) != control) {
        let Some(place) = x.place(configuration) else { continue };
        if configuration.outcomes(metric).is_empty()
            || columns.as_ref().is_some_and(|columns| !columns.have(configuration))
        {
            continue;
        }
        match groups.iter_mut().find(|group| are_alike(&group[0].1, configuration)) {
            Some(group) => group.push((place, *configuration)),
            None => groups.push(vec![(place, *configuration)]),
        }
    }
    let firsts: Vec<Configuration<'_>> = groups.iter().map(|group| group[0].1).collect();
    let looks = groups::looks(columns.as_ref(), &firsts, |one| match columns {
        Some(_) => None,
        None => Some(labels::telling(chart, all, one, &[x.name])),
    });
    let mut lines = Vec::new();
    for (mut group, (own, label)) in groups.into_iter().zip(looks) {
        group.sort_by(|a, b| a.0.total_cmp(&b.0));
        let trials = |at: &[(f64, Configuration<'_>)]| at.iter().map(|(_, one)| one.runs().len()).sum::<usize>();
        let at = || group.chunk_by(|a, b| a.0 == b.0);
        let counts = (at().map(trials).min().unwrap_or(0), at().map(trials).max().unwrap_or(0));
        let points = at().map(|at| share(at[0].0, at.iter().map(|(_, one)| one), below, metric));
        let owners = at().map(|at| Whose::of(at.iter().map(|(_, one)| one))).collect();
        // A control takes a look of its own.
        let of = |lines: &[Line]| if columns.is_some() { own } else { style(lines.len()) };
        lines.push(Line { style: of(&lines), label: label.clone(), points: points.collect(), owners, trials: counts });
        let (points, owners): (Vec<Share>, Vec<Whose>) = group
            .iter()
            .filter_map(|(place, configuration)| {
                let of = at_effective_rate(all, control?, configuration)?;
                Some((share(*place, [of].into_iter(), below, metric), Whose::of([of])))
            })
            .unzip();
        if !points.is_empty() {
            lines.push(Line {
                style: style(lines.len()),
                label: format!("{label}: control"),
                points,
                owners,
                trials: counts,
            });
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

fn share<'a>(
    place: f64,
    configurations: impl Iterator<Item = &'a Configuration<'a>> + Clone,
    below: f64,
    metric: Metric,
) -> Share {
    let reached =
        |run: &Trial<'_>| run.status() != Status::Diverged && metric.value(*run).is_some_and(|value| value < below);
    let trials = configurations.flat_map(Configuration::runs);
    let (successes, count) = (trials.clone().filter(reached).count(), trials.count());
    let interval = wilson_interval(successes, count);
    (place, successes as f64 / count as f64, interval.low, interval.high)
}
