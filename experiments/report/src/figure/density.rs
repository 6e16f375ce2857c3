//! How an outcome is distributed over trials, as a density: a line per optimizer, at its best configuration.

use super::axis::{Axis, Scale, between};
use super::choice;
use super::comparison::remark;
use super::groups::{self, Lines};
use super::labels;
use super::picture::{Entry, Layer, Panel, Picture, Stroke};
use super::series;
use super::style::Style;
use super::whose::of_lines;
use super::words;
use super::{Chart, Data, FigureError, Input, Kind};
use thalweg_record::stats::{Configuration, Metric, quantile};

/// The kind, as specs and the command know it.
pub const KIND: Kind = Kind {
    name: "density",
    summary: "a kernel estimate of an outcome's density over trials, of each optimizer's best configuration or of selected ones",
    metrics: || Metric::ALL.map(Metric::name).to_vec(),
    keys: &["series", "colour", "panel", "row", "select", "select_by", "x_range"],
    required: 0,
    input: Input::Problem,
    table: None,
    compose,
    times: None,
};

/// Points of a line.
const POINTS: u32 = 400;

/// The narrowest kernel, as a share of the axis: trials that all end alike still make a visible peak.
const NARROWEST: f64 = 0.004;

/// The narrowest kernel of all: the density under it is still a number.
const LEAST_WIDTH: f64 = 1e-300;

/// How high the strokes of single trials are, as a share of the ordinate.
const STROKE: f64 = 0.035;

/// The finite outcomes of a configuration's trials, ascending, and how many trials there are.
struct Outcomes<'a> {
    configuration: &'a Configuration<'a>,
    values: Vec<f64>,
    trials: usize,
}

fn compose(chart: &Chart, data: &Data<'_>) -> Result<Picture, FigureError> {
    let metric = Metric::from_name(chart.metric()).expect("a chart's metric is one of its kind's");
    let all = data.configurations;
    let by = choice::by(chart, metric, all);
    let lines_of = Lines::of(chart, data.runs);
    let chosen = groups::chosen(chart, all, lines_of.as_ref(), by);
    let outcomes = |configuration| {
        let all = Configuration::outcomes(configuration, metric);
        let values: Vec<f64> = all.iter().copied().filter(|value| value.is_finite()).collect();
        Outcomes { configuration, values, trials: all.len() }
    };
    let lines: Vec<Outcomes<'_>> = chosen.iter().map(outcomes).filter(|line| !line.values.is_empty()).collect();
    if lines.is_empty() {
        let reason = format!("no selected trial has a finite `{}`", metric.name());
        return Err(FigureError::NoData { kind: KIND.name, reason });
    }
    groups::check_count(KIND.name, lines.len())?;
    let shown: Vec<Configuration<'_>> = lines.iter().map(|line| *line.configuration).collect();
    let looks = groups::looks(lines_of.as_ref(), &shown, |one| Some(labels::telling(chart, all, one, &[])));
    let (looks, ends) = choice::marked(chart, all, lines_of.as_ref(), &shown, looks);
    let values = || lines.iter().flat_map(|line| &line.values).copied();
    let is_log = metric.lower_is_better() && values().all(|value| value > 0.0);
    let scale = series::scale_in(if is_log { Scale::Log } else { Scale::Linear }, chart.options.x_range);
    let x = match chart.options.x_range {
        Some(range) => series::axis_in("x", scale, range)?,
        None => Axis::around(scale, values()).unwrap_or_else(|| Axis::new(Scale::Linear, 0.0, 1.0)),
    };
    let mut chosen = Vec::new();
    if groups::are_best(chart) {
        chosen = choice::notes("settings with the best median of", by);
        chosen.extend(ends);
    }
    Ok(picture(chart, data.problem, (&lines, looks), (x, scale), chosen))
}

/// `chosen` says what the settings are best in, if they were not selected.
fn picture(
    chart: &Chart,
    problem: &str,
    (lines, looks): (&[Outcomes<'_>], Vec<(Style, String)>),
    (x, scale): (Axis, Scale),
    chosen: Vec<Entry>,
) -> Picture {
    let metric = Metric::from_name(chart.metric()).expect("a chart's metric is one of its kind's");
    let curves: Vec<Vec<(f64, f64)>> = lines.iter().map(|line| density(line, &x, scale)).collect();
    let top = 1.05 * curves.iter().flatten().map(|point| point.1).fold(0.0, f64::max);
    let mut layers: Vec<Layer> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let bottom = top * STROKE * index as f64;
        let stroke = |value: &f64| Stroke {
            ends: [(*value, bottom), (*value, bottom + 0.8 * top * STROKE)],
            color: looks[index].0.color,
            width: 0.8,
            dash: &[],
        };
        layers.push(Layer::Strokes(apart(&line.values, &x).iter().map(stroke).collect()));
    }
    layers.extend(curves.into_iter().enumerate().map(|(index, curve)| Layer::Line(looks[index].0, curve)));
    layers.extend(of_lines(looks.iter().map(|(style, _)| style), lines.iter().map(|line| line.configuration)));
    let counts = series::seed_counts(lines.iter().map(|line| line.configuration));
    let count = if counts.0 == counts.1 { counts.1.to_string() } else { format!("{} to {}", counts.0, counts.1) };
    let mut notes =
        vec![remark(format!("{count} trials a line, strokes below;")), remark("Gaussian kernel, Silverman's rule")];
    if lines.iter().any(|line| line.values.len() < line.trials) {
        notes.push(remark("the area is the share not diverged"));
    }
    notes.extend(labels::note(chart));
    notes.extend(chosen);
    Picture {
        title: chart.title_or(|| format!("{}: distribution of the {}", words::problems(problem), metric.label())),
        legend: groups::legend(looks),
        x,
        x_label: metric.axis_label(),
        panels: vec![Panel {
            heading: String::new(),
            height: 320.0,
            y: Axis::new(Scale::Linear, 0.0, top),
            y_label: if scale == Scale::Log { "density per decade" } else { "density" }.to_owned(),
            layers,
            symbols: Vec::new(),
        }],
        columns: 1,
        color_bar: None,
        notes,
    }
}

/// The values whose strokes are drawn: of very many, those that can be told apart on the axis.
fn apart(values: &[f64], x: &Axis) -> Vec<f64> {
    /// Strokes that are drawn one by one, and places for more.
    const MANY: usize = 1 << 14;
    let mut apart = values.to_vec();
    if apart.len() > MANY {
        apart.dedup_by_key(|value| (x.place(*value) * MANY as f64) as i64);
    }
    apart
}

/// A Gaussian kernel's estimate of the density along the axis; its area is the share of the trials that have a finite
/// outcome.
fn density(line: &Outcomes<'_>, x: &Axis, scale: Scale) -> Vec<(f64, f64)> {
    let along = |value: f64| if scale == Scale::Log { libm::log10(value) } else { value };
    let back = |place: f64| if scale == Scale::Log { libm::pow(10.0, place) } else { place };
    let (low, high) = (along(x.low()), along(x.high()));
    let places: Vec<f64> = line.values.iter().map(|value| along(*value)).collect();
    let span = high - low;
    let narrowest = if span.is_finite() { NARROWEST * span } else { NARROWEST * high - NARROWEST * low };
    let width = bandwidth(&places).max(narrowest).max(LEAST_WIDTH);
    let share = 1.0 / (line.trials as f64 * width * libm::sqrt(2.0 * std::f64::consts::PI));
    let at = |place: f64| {
        let kernel = |other: &f64| {
            let distance = (place - other) / width;
            libm::exp(-0.5 * distance * distance)
        };
        share * places.iter().map(kernel).sum::<f64>()
    };
    let place = |i: u32| between(low, high, (f64::from(i), f64::from(POINTS)));
    (0..=POINTS).map(place).map(|place| (back(place), at(place))).collect()
}

/// 0.9 min(s, q / 1.34) n^(-1/5) of ascending values, with their standard deviation s and interquartile range q
/// (Silverman, 1986, equation 3.31); where half of the values are equal, s alone counts.
fn bandwidth(values: &[f64]) -> f64 {
    let width = silverman(values);
    if width.is_finite() {
        return width;
    }
    // Squares of the largest numbers are none.
    let largest = values.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    let scaled: Vec<f64> = values.iter().map(|value| value / largest).collect();
    (silverman(&scaled) * largest).min(f64::MAX)
}

fn silverman(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let square = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>();
    let deviation = libm::sqrt(square / (count - 1.0).max(1.0));
    let at = |share| quantile(values, share).unwrap_or(mean);
    let quartiles = (at(0.75) - at(0.25)) / 1.34;
    let spread = if quartiles > 0.0 { deviation.min(quartiles) } else { deviation };
    0.9 * spread * libm::pow(count, -0.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strokes_that_cannot_be_told_apart_are_one() {
        let x = Axis::new(Scale::Linear, 0.0, 1.0);
        let values: Vec<f64> = (0..1_000_000).map(|i| f64::from(i) / 1e6).collect();
        assert_eq!(apart(&values, &x).len(), 1 << 14);
        assert_eq!(apart(&values[..9], &x), values[..9]);
    }

    #[test]
    fn the_bandwidth_is_silvermans() {
        // 0.9 * min(numpy.std(x, ddof=1), (quantile .75 - .25) / 1.34) * 5 ** -.2 of x = 0, 1, 2, 3, 10: by the
        // quartiles.
        assert!((bandwidth(&[0.0, 1.0, 2.0, 3.0, 10.0]) - 0.973_584_622_85).abs() < 1e-8);
        assert_eq!(bandwidth(&[2.0, 2.0]), 0.0);
        let large = [0.0, 1e307, 2e307, 3e307, 1e308];
        assert!((bandwidth(&large) / 1e307 - 0.973_584_622_85).abs() < 1e-8);
    }
}
