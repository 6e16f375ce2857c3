//! How an outcome depends on the learning rate: a line per optimizer and other settings.

use super::axis::{Axis, Scale};
use super::cells::{borders, scale_of};
use super::choice;
use super::groups::{self, Abscissa, Lines};
use super::labels;
use super::picture::{Edge, Entry, Layer, Panel, Picture, Symbol};
use super::series::{self, SeedPoint, Series};
use super::style::Style;
use super::theory;
use super::whose::{Whose, of_points};
use super::words;
use super::{Chart, Data, FigureError, Input, Kind};
use thalweg_record::stats::{Configuration, Metric, Statistic, choose_best_of};

/// The kind, as specs and the command know it.
pub const KIND: Kind = Kind {
    name: "sensitivity",
    summary: "an outcome by learning rate, or by the hyperparameter `x`, with the share of trials that diverged",
    metrics: || Metric::ALL.map(Metric::name).to_vec(),
    keys: &[
        "x",
        "series",
        "colour",
        "panel",
        "row",
        "select",
        "select_by",
        "statistic",
        "theory",
        "x_range",
        "y_range",
    ],
    required: 0,
    input: Input::Problem,
    table: None,
    compose,
    times: None,
};

/// The hyperparameter on the abscissa.
const LEARNING_RATE: &str = "lr";

/// Height of a row of the lower panel, and the part of it that a bar of share 1 fills.
const ROW: (f64, f64) = (13.0, 0.86);

/// The trials of a line: (learning rate, configuration), ascending.
type Group<'a> = Vec<(f64, Configuration<'a>)>;

fn compose(chart: &Chart, data: &Data<'_>) -> Result<Picture, FigureError> {
    let metric = Metric::from_name(chart.metric()).expect("a chart's metric is one of its kind's");
    let all = data.configurations;
    let name = chart.options.x.as_deref().unwrap_or(LEARNING_RATE);
    let abscissa = Abscissa::of(all, name);
    let scale = abscissa.scale(match scale(all, name) {
        // Learning rates stand on a log axis whatever is asked for.
        scale if name == LEARNING_RATE => scale,
        scale => series::scale_in(scale, chart.options.x_range),
    });
    let lines = Lines::of(chart, data.runs);
    let groups = groups(chart, all, metric, (&abscissa, scale), lines.as_ref());
    if groups.is_empty() {
        let positive = if scale == Scale::Log { "a positive" } else { "a number" };
        let reason = format!("no trial has {positive} `{name}` and the metric `{}`", metric.name());
        return Err(FigureError::NoData { kind: KIND.name, reason });
    }
    groups::check_count(KIND.name, groups.len())?;
    let firsts: Vec<Configuration<'_>> = groups.iter().map(|group| group[0].1).collect();
    let looks = groups::looks(lines.as_ref(), &firsts, |one| match lines {
        Some(_) => None,
        None => Some(labels::telling(chart, all, one, &[name])),
    });
    let series: Vec<Series> = groups
        .iter()
        .zip(looks)
        .map(|(group, (style, label))| line(group, (metric, chart.options.statistic), style, label))
        .collect();
    let bars: Vec<Vec<(f64, f64)>> = groups.iter().map(|group| cells(group, &abscissa, scale)).collect();
    let x = match (abscissa.axis(), chart.options.x_range) {
        (Some(names), _) => names,
        (None, Some(range)) => series::axis_in("x", scale, range)?,
        (None, None) => {
            let borders = bars.iter().flatten().flat_map(|&(left, right)| [left, right]);
            Axis::around(scale, borders).expect("the borders of cells are finite, and positive on a log scale")
        }
    };
    let edge = series::worst_edge(metric.worst());
    let y = series::ordinate(chart, &series, metric.worst())?;
    let seeds = series::seed_counts(groups.iter().flatten().map(|(_, configuration)| configuration));
    let bounds = bounds(chart, (&groups, &series), name, &y);
    let some_diverged = groups.iter().flatten().any(|(_, configuration)| configuration.diverged_share() > 0.0);
    let note = (!bounds.is_empty())
        .then(|| Entry { symbol: Symbol::None, text: "thin upright: theory, diverges beyond".to_owned() });
    let best = lines.map_or_else(Vec::new, |lines| {
        let selected: Vec<Configuration<'_>> = all.iter().filter(|one| chart.options.selects(one)).copied().collect();
        let mut best = lines.besides(&selected, name, "the best over");
        let by = choice::by(chart, metric, all);
        if !best.is_empty() && (by != metric || by.is_of_test()) {
            best.extend(choice::notes("best in the median of", by));
        }
        best
    });
    Ok(Picture {
        title: chart
            .title_or(|| format!("{}: {} by {}", words::problems(data.problem), metric.label(), words::column(name))),
        x,
        x_label: words::column(name),
        columns: 1,
        color_bar: None,
        legend: series
            .iter()
            .map(|line| Entry { symbol: Symbol::Line(line.style), text: line.label.clone() })
            .collect(),
        notes: series::notes(&series, (seeds, chart.options.statistic), &y, edge)
            .into_iter()
            .chain(best)
            .chain(labels::note(chart))
            .chain(note)
            .collect(),
        panels: std::iter::once(outcomes((&groups, &series), metric, y, edge, bounds))
            .chain(some_diverged.then(|| divergence((&groups, &series), &bars)))
            .collect(),
    })
}

/// Learning rates stand on a log axis; other hyperparameters where they are spread more evenly.
fn scale(all: &[Configuration<'_>], name: &str) -> Scale {
    let numbers = all.iter().filter_map(|configuration| configuration.number(name));
    let mut values: Vec<f64> = numbers.filter(|value| value.is_finite()).collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    if name == LEARNING_RATE { Scale::Log } else { scale_of(&values) }
}

/// The learning rates beyond which each line's trials diverge in theory.
fn bounds(chart: &Chart, (groups, series): (&[Group<'_>], &[Series]), name: &str, y: &Axis) -> Vec<Layer> {
    let Some((_, largest)) = chart.options.theory.and(chart.options.spectrum).filter(|_| name == LEARNING_RATE) else {
        return Vec::new();
    };
    let bound = |(group, line): (&Group<'_>, &Series)| {
        let momentum = group[0].1.number("momentum").unwrap_or(0.0);
        let bound = theory::bound(group[0].1.optimizer(), momentum, largest)?;
        Some(Layer::Thin(line.style, vec![(bound, y.low()), (bound, y.high())]))
    };
    groups.iter().zip(series).filter_map(bound).collect()
}

/// The configurations of each line: those that differ in nothing but the learning rate, in plan order; or, where columns
/// tell lines apart, at each learning rate the best.
fn groups<'a>(
    chart: &Chart,
    all: &[Configuration<'a>],
    metric: Metric,
    (x, scale): (&Abscissa<'_>, Scale),
    lines: Option<&Lines<'_>>,
) -> Vec<Group<'a>> {
    let place = |configuration: &Configuration<'_>| {
        let has_place = |place: &f64| place.is_finite() && (scale == Scale::Linear || *place > 0.0);
        x.place(configuration).filter(has_place)
    };
    let is_shown = |one: &&Configuration<'_>| {
        chart.options.selects(one) && place(one).is_some() && !one.outcomes(metric).is_empty()
    };
    let mut shown: Vec<Configuration<'a>> = all.iter().filter(is_shown).copied().collect();
    if let Some(lines) = lines {
        shown.retain(|one| lines.have(one));
        let by = choice::by(chart, metric, all);
        shown = choose_best_of(&shown, by, |one, other| lines.are_alike(one, other) && place(one) == place(other));
    }
    let are_alike = |one: &Configuration<'_>, other: &Configuration<'_>| match lines {
        Some(lines) => lines.are_alike(one, other),
        None => labels::is_same_line(one, other, x.name),
    };
    let mut groups: Vec<Group<'a>> = Vec::new();
    for configuration in shown {
        let entry = (place(&configuration).expect("those without a place were left out"), configuration);
        match groups.iter_mut().find(|group| are_alike(&group[0].1, &configuration)) {
            Some(group) => group.push(entry),
            None => groups.push(vec![entry]),
        }
    }
    for group in &mut groups {
        group.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    groups
}

fn line(group: &Group<'_>, (metric, statistic): (Metric, Statistic), style: Style, label: String) -> Series {
    let point = |(rate, configuration): &(f64, Configuration<'_>)| {
        let band = statistic.of(&configuration.outcomes(metric)).expect("groups have the metric");
        let lost = configuration.diverged_share() >= 0.5 || band.middle.is_infinite();
        SeedPoint { x: *rate, band, lost }
    };
    Series { style, label, points: group.iter().map(point).collect() }
}

fn outcomes(
    (groups, series): (&[Group<'_>], &[Series]),
    metric: Metric,
    y: Axis,
    edge: Edge,
    bounds: Vec<Layer>,
) -> Panel {
    let mut layers = series::layers(series, &y, edge);
    layers.extend(bounds);
    layers.extend(series.iter().map(|line| {
        let shown = line.points.iter().filter(|point| !point.lost);
        Layer::Markers(line.style, shown.map(|point| (point.x, point.band.middle)).collect())
    }));
    // What diverged is where its arrow is.
    let end = if edge == Edge::Top { y.high() } else { y.low() };
    layers.extend(groups.iter().zip(series).map(|(group, line)| {
        let place = |point: &SeedPoint| (point.x, if point.lost { end } else { point.band.middle });
        let points = group.iter().zip(&line.points).map(|((_, one), point)| (place(point), Whose::of([one])));
        Layer::Owners { style: line.style, is_line: true, points: points.collect() }
    }));
    Panel { heading: String::new(), height: 300.0, y, y_label: metric.axis_label(), layers, symbols: Vec::new() }
}

/// One row per line, and in it one bar per learning rate, as high as the share of trials that diverged.
fn divergence((groups, series): (&[Group<'_>], &[Series]), bars: &[Vec<(f64, f64)>]) -> Panel {
    let bottom = |row: usize| (groups.len() - 1 - row) as f64;
    let bar = |row: usize, (left, right): (f64, f64), share: f64| {
        Layer::Bar(series[row].style, (left, right), (bottom(row), bottom(row) + share * ROW.1))
    };
    let mut layers = Vec::new();
    for (row, (group, cells)) in groups.iter().zip(bars).enumerate() {
        let shares: Vec<f64> = group.iter().map(|(_, configuration)| configuration.diverged_share()).collect();
        let cells: Vec<((f64, f64), f64)> = cells.iter().copied().zip(shares).collect();
        // Bars of the same height are one bar: where two meet, many programs show a seam.
        for equal in cells.chunk_by(|a, b| a.1 == b.1).filter(|equal| equal[0].1 > 0.0) {
            layers.push(bar(row, (equal[0].0.0, equal[equal.len() - 1].0.1), equal[0].1));
        }
    }
    layers.extend(groups.iter().enumerate().map(|(row, group)| {
        let middle = bottom(row) + 0.5;
        let points = group.iter().map(|(rate, one)| ((*rate, middle), Whose::of([one]))).collect();
        of_points(series[row].style, points)
    }));
    Panel {
        heading: "share of seeds that diverged (full row: all of them)".to_owned(),
        height: ROW.0 * groups.len() as f64,
        y: Axis::rows(groups.len()),
        y_label: String::new(),
        layers,
        symbols: (0..groups.len()).map(|row| (bottom(row) + 0.5, Symbol::Line(series[row].style))).collect(),
    }
}

/// The interval that each learning rate stands for.
fn cells(group: &Group<'_>, x: &Abscissa<'_>, scale: Scale) -> Vec<(f64, f64)> {
    if x.names.is_some() {
        return group.iter().map(|(place, _)| (place - 0.5, place + 0.5)).collect();
    }
    let rates: Vec<f64> = group.iter().map(|(rate, _)| *rate).collect();
    borders(&rates, scale).windows(2).map(|pair| (pair[0], pair[1])).collect()
}
